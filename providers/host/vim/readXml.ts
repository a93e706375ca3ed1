// XML text as a tree, by namespace and local name. No document type and no entities but XML's own five. Pure.
import { type SaxesAttributeNS, SaxesParser } from "saxes";

/** An element as it was read. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  /** Attribute `type` without a namespace: the type of a reference. */
  readonly referenceType?: string;
  /** The xsi:type: its local name; and whether that is a simple type of XML Schema itself. */
  readonly type?: { readonly name: string; readonly isSimple: boolean };
  readonly isNil: boolean;
  readonly children: readonly XmlElement[];
  /** Character data; between child elements it means nothing. */
  readonly text: string;
}

const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const XSD = "http://www.w3.org/2001/XMLSchema";
/** Deeper than any answer of vCenter: snapshot trees and faults inside faults have some tens of levels. */
const MAX_DEPTH = 500;

type Draft = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { children: Draft[] };

/** Reads a document. Throws an Error that says where it is not well-formed, or has what is not accepted. */
export function readXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: Draft[] = [];
  let root: Draft | undefined;
  const addText = (more: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("doctype", () => {
    throw new Error("it has a document type declaration");
  });
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (open.length >= MAX_DEPTH) throw new Error(`it is nested deeper than ${MAX_DEPTH} levels`);
    const element: Draft = { namespace: uri, name: local, isNil: false, children: [], text: "" };
    for (const attribute of Object.values(attributes))
      readAttribute(element, attribute, (prefix) => parser.resolve(prefix));
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(text).close();
  if (root === undefined) throw new Error("it is empty");
  return root;
}

function readAttribute(
  element: Draft,
  { uri, local, value }: SaxesAttributeNS,
  resolve: (prefix: string) => string | undefined,
): void {
  if (uri === XSI && local === "nil") element.isNil = value === "true" || value === "1";
  if (uri === "" && local === "type") element.referenceType = value;
  if (uri !== XSI || local !== "type") return;
  const [prefix, name] = value.includes(":") ? (value.split(":", 2) as [string, string]) : ["", value];
  element.type = { name, isSimple: resolve(prefix) === XSD };
}
