// Where the Pulumi project is that a program or a command runs in. I/O: the file system.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The nearest folder at or above `from` that holds a Pulumi.yaml; undefined when there is none. Default: the current folder. */
export function findProjectFolder(from: string = process.cwd()): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
