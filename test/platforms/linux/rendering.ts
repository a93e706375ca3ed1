// What a renderer makes of a host or a change, filled in, as the files and scripts that a machine gets.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { fillTemplate } from "../../../providers/engine/template.js";
import type { Filled } from "../../../providers/platforms/layer.js";
import type { Renderer } from "../../../providers/platforms/linux/renderer.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { goldenFiles } from "../../golden.js";

export const HEADING = { machine: "kvm-01", environment: "lab" };

export interface File {
  /** Without the leading slash, as below a stage. */
  readonly path: string;
  readonly text: string;
}

export function filesOf(renderer: Renderer, words: LinuxWords): File[] {
  return renderer
    .files(words, HEADING)
    .map(({ path = "", template, data }) => ({ path: path.slice(1), text: fillTemplate(template, data) }));
}

/** One script; a machine runs each in a subshell of its own. */
export function scriptOf(filled: readonly Filled[]): string {
  return filled.map(({ template, data }) => `(\n${fillTemplate(template, data)})\n`).join("");
}

/** Both scripts of a change, named as the golden files are. */
export function scriptsOf(renderer: Renderer, actual: LinuxWords, desired: LinuxWords): File[] {
  const transition = { desired, actual, leaving: [] };
  return [
    { path: "before.sh", text: scriptOf(renderer.before(transition)) },
    { path: "after.sh", text: scriptOf(renderer.after(transition)) },
  ].filter(({ text }) => text !== "");
}

/** A folder below test/golden holds these files and no others. */
export async function expectGolden(area: string, name: string, files: readonly File[]): Promise<void> {
  const folder = join(__dirname, "..", "..", "golden", area, name);
  for (const { path, text } of files) await expect(text).toMatchFileSnapshot(join(folder, path));
  // A file that is missing is the snapshot's matter, and is there only when the test has ended.
  const there = existsSync(folder) ? goldenFiles(folder) : [];
  expect(there.filter((path) => !files.some((file) => file.path === path))).toEqual([]);
}
