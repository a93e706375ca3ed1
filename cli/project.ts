// Where environments are: the Pulumi project around the current folder, its stacks, and the file each stack names. I/O.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { findProjectFolder } from "../providers/engine/projectFolder.js";
import { fileErrorWords, UsageError } from "./exit.js";

export interface EnvironmentFile {
  /** The stack, or the path that the user gave. */
  readonly name: string;
  /** As it stands in messages: counted from the current folder. */
  readonly file: string;
  readonly text: string;
}

export interface Project {
  /** Its name in Pulumi.yaml: the namespace of its settings. */
  readonly name: string;
  readonly folder: string;
  /** Folder of the stacks' settings files. */
  readonly stackFolder: string;
}

/** The Pulumi project at or above the current folder. Throws a UsageError when there is none or it can't be read. */
export function findProject(): Project {
  const folder = findProjectFolder();
  if (folder === undefined)
    throw new UsageError(
      `there is no Pulumi.yaml in ${process.cwd()} or above it. Run multiport inside a Pulumi project, or give the path of an environment file`,
    );
  const { name, stackConfigDir = "." } = readYamlMap(join(folder, "Pulumi.yaml"));
  if (typeof name !== "string" || typeof stackConfigDir !== "string")
    throw new UsageError(`${shown(join(folder, "Pulumi.yaml"))}: name and stackConfigDir have to be text`);
  return { name, folder, stackFolder: join(folder, stackConfigDir) };
}

/** One environment by stack name or path, or all of the project's. Throws a UsageError that names those there are. */
export function findEnvironments(name: string | undefined): EnvironmentFile[] {
  if (name !== undefined && isPath(name)) return [readEnvironmentFile(name, name)];
  const project = findProject();
  if (name !== undefined) return [findStack(project, name)];
  const found = stackNames(project).flatMap((stack) => {
    const file = environmentOf(project, stack);
    return file === undefined ? [] : [readEnvironmentFile(stack, file)];
  });
  if (found.length === 0)
    throw new UsageError(
      `no stack in ${shown(project.stackFolder)} names an environment file. Set ${settingOf(project)} in a stack's config`,
    );
  return found;
}

/** The environment of one stack. */
export function findStack(project: Project, stack: string): EnvironmentFile {
  const names = stackNames(project);
  if (!names.includes(stack))
    throw new UsageError(
      `there is no environment "${stack}". Known: ${names.join(", ") || "none"}; or give the path of a file that ends in .yaml`,
    );
  const file = environmentOf(project, stack);
  if (file === undefined)
    throw new UsageError(
      `${shown(stackFile(project, stack))} names no environment file. Set ${settingOf(project)}, such as: pulumi config set ${settingOf(project)} stacks/${stack}.yaml --stack ${stack}`,
    );
  return readEnvironmentFile(stack, file);
}

/** Whether the user means a file rather than a stack: stack names have neither. */
export function isPath(name: string): boolean {
  return /[/\\]|\.ya?ml$/.test(name);
}

function readEnvironmentFile(name: string, file: string): EnvironmentFile {
  try {
    return { name, file, text: readFileSync(file, "utf8") };
  } catch (error) {
    throw new UsageError(
      `${file} can't be read: ${fileErrorWords(error)}. Check the path${name === file ? "" : `, which ${name}'s stack config gives`}`,
    );
  }
}

function stackNames(project: Project): string[] {
  try {
    return readdirSync(project.stackFolder)
      .flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.slice(1) ?? [])
      .sort();
  } catch (error) {
    throw new UsageError(
      `${shown(project.stackFolder)} can't be read: ${fileErrorWords(error)}. Correct stackConfigDir in Pulumi.yaml`,
    );
  }
}

function stackFile({ stackFolder }: Project, stack: string): string {
  const files = readdirSync(stackFolder);
  const name = [`Pulumi.${stack}.yaml`, `Pulumi.${stack}.yml`].find((file) => files.includes(file));
  return join(stackFolder, name ?? `Pulumi.${stack}.yaml`);
}

function settingOf(project: Project): string {
  return `${project.name}:environment`;
}

/** The environment file that a stack's settings name, counted from the current folder. */
function environmentOf(project: Project, stack: string): string | undefined {
  const path = stackFile(project, stack);
  const { config = {} } = readYamlMap(path);
  const setting = settingOf(project);
  const file = isMap(config) ? config[setting] : undefined;
  if (file === undefined) return undefined;
  if (typeof file !== "string")
    throw new UsageError(`${shown(path)}: ${setting} has to be the path of an environment file, in clear text`);
  return shown(join(project.folder, file));
}

/** A YAML file whose top is a map; an empty file is an empty one. */
function readYamlMap(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${shown(path)} can't be read: ${fileErrorWords(error)}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UsageError(`${shown(path)}:${line}:${col} is no valid YAML: ${error.message}`);
  }
  const value: unknown = document.toJS() ?? {};
  if (!isMap(value)) throw new UsageError(`${shown(path)} has to be a map of settings, and is not`);
  return value;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A path as the user sees it from where they are. */
function shown(path: string): string {
  return relative(process.cwd(), path) || ".";
}
