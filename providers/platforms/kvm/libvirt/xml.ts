// XML of libvirt as a tree, by namespace and local name. No document type, no entities but XML's own five. Pure.
import { SaxesParser } from "saxes";

export interface Element {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

type Draft = { -readonly [Key in keyof Element]: Element[Key] } & { children: Draft[] };

/** Reads documents one after the other, as several calls of `dumpxml` print them. Throws an Error that says what is wrong. */
export function readDocuments(text: string): readonly Element[] {
  const parser = new SaxesParser({ xmlns: true });
  const open: Draft[] = [];
  let root: Draft | undefined;
  const addText = (more: string) => {
    const element = open.at(-1);
    if (element) element.text += more;
  };
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ uri, local, attributes }) => {
    // Attributes of other namespaces are nothing of libvirt's.
    const own = Object.values(attributes).filter((attribute) => attribute.uri === "");
    const element: Draft = {
      namespace: uri,
      name: local,
      attributes: Object.fromEntries(own.map((attribute) => [attribute.local, attribute.value])),
      children: [],
      text: "",
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(`<all>${text}</all>`).close();
  return root?.children ?? [];
}

/** The first element along a path of names, all of libvirt's own. */
export function find(element: Element, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => at && all(at, name)[0], element);
}

export function all({ children }: Element, name: string): Element[] {
  return children.filter((child) => child.namespace === "" && child.name === name);
}

/** An attribute of the element at the path; null: not there. */
export function attribute(element: Element, path: readonly string[], name: string): string | null {
  return find(element, ...path)?.attributes[name] ?? null;
}
