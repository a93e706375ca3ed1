// The golden folders: one folder a case, its spec.yaml, and beside it every file that is made from it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "golden");

export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly spec: string;
}

/** All cases of one folder below test/golden, by name. */
export function goldenCases(area: string): GoldenCase[] {
  return readdirSync(join(ROOT, area), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(ROOT, area, name);
      return { name, folder, spec: readFileSync(join(folder, "spec.yaml"), "utf8") };
    });
}

/** The files of a case beside its spec, relative to its folder: each must be one that the test makes. */
export function goldenFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "spec.yaml")
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
