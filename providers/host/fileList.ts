// The files that a name with wildcards stands for, in the order of their names (glob(3)). I/O: lists folders.
import { existsSync, readdirSync } from "node:fs";
import { join, parse, sep } from "node:path";
import { matchPattern } from "./patterns.js";

/** Existing files of an absolute name that may have `*` and `?` in any of its parts. */
export function listFiles(pattern: string): string[] {
  const { root } = parse(pattern);
  const parts = pattern.slice(root.length).split(sep).filter(Boolean);
  return parts.reduce((found, part) => found.flatMap((folder) => listPart(folder, part)), [root]);
}

function listPart(folder: string, part: string): string[] {
  if (!/[*?]/.test(part)) return existsSync(join(folder, part)) ? [join(folder, part)] : [];
  const isHidden = (name: string) => name.startsWith(".") && !part.startsWith(".");
  return readNames(folder)
    .filter((name) => matchPattern(name, part) && !isHidden(name))
    .sort()
    .map((name) => join(folder, name));
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
