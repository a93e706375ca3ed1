// An element of an answer as a plain tree: leaves are text, references are {type, value}. Pure.
import type { VimTree } from "../../model/vim.js";
import type { XmlElement } from "./readXml.js";

/** The tree of an element; undefined when it says that it is nil. */
export function readTree(element: XmlElement): VimTree | undefined {
  if (element.isNil) return undefined;
  if (element.type?.name.startsWith("ArrayOf")) return element.children.flatMap((child) => readTree(child) ?? []);
  if (element.children.length > 0) return readNode(element);
  if (element.referenceType !== undefined) return { type: element.referenceType, value: element.text };
  // Without children and text only its type tells an empty object from an empty text.
  if (element.text === "" && element.type !== undefined && !element.type.isSimple) return { $type: element.type.name };
  return element.text;
}

/** The value of the children of that name: undefined, the one, or the list of several. */
export function readChildren(element: XmlElement, name: string): VimTree | undefined {
  const found = element.children.filter((child) => child.name === name).flatMap((child) => readTree(child) ?? []);
  return found.length > 1 ? found : found[0];
}

function readNode({ type, children }: XmlElement): VimTree {
  const values = new Map<string, VimTree[]>();
  for (const child of children) {
    const value = readTree(child);
    if (value === undefined) continue;
    const list = values.get(child.name);
    if (list === undefined) values.set(child.name, [value]);
    else list.push(value);
  }
  const entries = [...values].map(([name, list]): [string, VimTree] => [
    name,
    list.length > 1 ? list : (list[0] ?? []),
  ]);
  // fromEntries defines properties: a hostile "__proto__" becomes an ordinary one.
  return Object.fromEntries(type === undefined ? entries : [["$type", type.name], ...entries]);
}
