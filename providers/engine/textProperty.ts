// A rendered text as a property of a resource, so that `pulumi preview --diff` shows a change as the lines that change. Pure.
import type { AnyDriver } from "../platforms/index.js";

type File = Pick<AnyDriver["file"], "target">;

// Pulumi shows whatever it can read as YAML as a tree: its own idea of the file, without comments. A text with such a first line
// is none, and the line says where the text goes.
const title = ({ target }: File) => `==> ${target} <==\n`;

/** The text as it stands among the inputs. */
export function toTextProperty(file: File, text: string): string {
  return title(file) + text;
}

/** The text of such an input; undefined for anything else. */
export function fromTextProperty(value: unknown): string | undefined {
  return typeof value === "string" ? value.replace(/^==> .* <==\n/, "") : undefined;
}
