// Where this checkout is, seen from the sources and from dist alike. I/O: reads package.json files.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the project's package.json. */
export function projectFolder(from: string = __dirname): string {
  const manifest = join(from, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "multiport") return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("multiport's package.json is in no folder above this program");
  return projectFolder(parent);
}
