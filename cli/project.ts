// Where environments are: the Pulumi project around the current folder, its stacks, and the file each stack names.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";

/** The user asked for something that is not there; the message says what is. */
export class UsageError extends Error {}

export interface EnvironmentFile {
  /** The stack, or the path that the user gave. */
  readonly name: string;
  /** As it stands in messages: counted from the current folder. */
  readonly file: string;
  readonly text: string;
}

/** The folder of the Pulumi.yaml that governs `from`. */
export function findProject(from = process.cwd()): string {
  const folder = [...ancestors(resolve(from))].find((candidate) => existsSync(join(candidate, "Pulumi.yaml")));
  if (folder === undefined)
    throw new UsageError(
      `there is no Pulumi.yaml in ${from} or above it. Run multiport inside a Pulumi project, or name an environment file`,
    );
  return folder;
}

function* ancestors(folder: string): Generator<string> {
  yield folder;
  const parent = dirname(folder);
  if (parent !== folder) yield* ancestors(parent);
}

/** One environment by stack name or path, or all of the project's. */
export function findEnvironments(name: string | undefined): EnvironmentFile[] {
  if (name !== undefined && /\.ya?ml$/.test(name)) return [readEnvironmentFile(name, name)];
  const project = findProject();
  const stacks = stackFiles(project);
  const wanted = name === undefined ? [...stacks.keys()] : [name];
  if (wanted.length === 0)
    throw new UsageError(
      `no stack of ${project} names an environment file. Set multiport:environment in a stack's config`,
    );
  return wanted.map((stack) => {
    const file = stacks.get(stack);
    if (file === undefined)
      throw new UsageError(
        `there is no environment "${stack}". Known: ${[...stacks.keys()].join(", ") || "none"}; or give the path of a file that ends in .yaml`,
      );
    return readEnvironmentFile(stack, relative(process.cwd(), join(project, file)));
  });
}

function readEnvironmentFile(name: string, file: string): EnvironmentFile {
  try {
    return { name, file, text: readFileSync(file, "utf8") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UsageError(
      `${file} can't be read (${code}). Check the path, or multiport:environment in the stack's config`,
    );
  }
}

/** Stack name to environment file, from the stacks' own config files. */
function stackFiles(project: string): Map<string, string> {
  const { stackConfigDir = "." } = (parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) ?? {}) as {
    stackConfigDir?: string;
  };
  const folder = join(project, stackConfigDir);
  const names = readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.slice(1) ?? []);
  const entries = names.flatMap((stack): [string, string][] => {
    const stackFile = parse(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")) as {
      config?: Record<string, unknown>;
    } | null;
    const file = stackFile?.config?.["multiport:environment"];
    return typeof file === "string" ? [[stack, file]] : [];
  });
  return new Map(entries);
}
