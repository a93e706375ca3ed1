// multiport render: every file of every host and guest, written below a folder, offline. I/O: writes below that folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { renderEnvironment } from "../providers/engine/render.js";
import type { Environment } from "../providers/model/environment.js";
import { formatProblem, hasErrors } from "../providers/model/problem.js";
import { readHeading } from "../providers/platforms/heading.js";
import { FailedError, fileErrorWords, UsageError } from "./exit.js";
import type { EnvironmentFile } from "./project.js";

/** What stands below the output folder after a run; paths begin with that folder. */
export interface Rendered {
  /** Every file of every machine, in the order of the environment. */
  readonly files: readonly string[];
  /** Files of an earlier run whose machine is gone: they were deleted. */
  readonly removed: readonly string[];
  /** Files among ours that multiport did not write: they were left alone. */
  readonly foreign: readonly string[];
  /** What of the environment has no file, one sentence each. */
  readonly notes: readonly string[];
}

interface Output {
  readonly folder: string;
  readonly environment: Environment;
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Writes `<out>/<environment>/<machine>/<file>`. Writes nothing at all when one environment has errors (FailedError).
 * Afterwards the folder of an environment holds what the environment declares: leftovers of earlier runs are gone.
 */
export function renderFiles(files: readonly EnvironmentFile[], out: string): Rendered {
  const outputs = renderAll(files, out);
  const before = outputs.map((output) => ({ output, leftovers: findLeftovers(output) }));
  for (const { texts } of outputs) for (const [path, text] of texts) write(path, text);
  const removed = before.flatMap(({ leftovers }) => leftovers.ours);
  for (const path of removed) remove(path, out);
  return {
    files: outputs.flatMap(({ texts }) => [...texts.keys()]),
    removed,
    foreign: before.flatMap(({ leftovers }) => leftovers.foreign),
    notes: outputs.flatMap(({ environment }) => withoutFile(environment)),
  };
}

function renderAll(files: readonly EnvironmentFile[], out: string): Output[] {
  const judged = files.map(({ file, text }) => ({ file, ...checkEnvironmentText(text, file) }));
  const wrong = judged.filter(({ environment, problems }) => environment === undefined || hasErrors(problems));
  if (wrong.length > 0) {
    const errors = wrong.flatMap(({ problems }) => problems.filter((problem) => problem.severity === "error"));
    throw new FailedError(`nothing was written, because of errors\n${errors.map(formatProblem).join("\n")}`);
  }
  const outputs = judged.flatMap(({ file, environment }) => (environment ? [{ file, environment }] : []));
  refuseSameName(outputs);
  return outputs.map(({ environment }) => toOutput(environment, join(out, environment.name)));
}

function toOutput(environment: Environment, folder: string): Output {
  const texts = new Map(Array.from(renderEnvironment(environment), ({ path, text }) => [join(folder, path), text]));
  return { folder, environment, texts };
}

/** Two files that call themselves the same would write over each other. */
function refuseSameName(outputs: readonly { readonly file: string; readonly environment: Environment }[]): void {
  for (const { file, environment } of outputs) {
    const other = outputs.find((output) => output.file !== file && output.environment.name === environment.name);
    if (other)
      throw new FailedError(
        `nothing was written: ${file} and ${other.file} both say "environment: ${environment.name}". Give each a name of its own`,
      );
  }
}

/** Files below the environment's folder that are not among those to be written. */
function findLeftovers({ folder, environment, texts }: Output): { ours: string[]; foreign: string[] } {
  const others = listFiles(folder).filter((path) => !texts.has(path));
  const isOurs = (path: string) => readHeading(readFileSync(path, "utf8"))?.environment === environment.name;
  return { ours: others.filter(isOurs), foreign: others.filter((path) => !isOurs(path)) };
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new UsageError(`${folder} can't be read: ${fileErrorWords(error)}. Choose another --out`);
  }
}

/** A file that already says so keeps its time stamp. */
function write(path: string, text: string): void {
  try {
    if (existsSync(path) && readFileSync(path, "utf8") === text) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path} can't be written: ${fileErrorWords(error)}. Choose another --out`);
  }
}

/** Deletes a file, and the folders above it that are empty then. */
function remove(path: string, out: string): void {
  try {
    rmSync(path);
    for (let folder = dirname(path); relative(out, folder) !== ""; folder = dirname(folder)) {
      if (readdirSync(folder).length > 0) return;
      rmSync(folder, { recursive: true });
    }
  } catch (error) {
    throw new UsageError(
      `${path} is left over from an earlier run and can't be deleted: ${fileErrorWords(error)}. Delete it by hand`,
    );
  }
}

function withoutFile({ distributedSwitches }: Environment): string[] {
  return distributedSwitches.map(
    ({ name }) => `distributed switch ${name} has no file: vCenter is told through its API. See pulumi preview --diff`,
  );
}
