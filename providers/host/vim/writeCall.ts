// A call as SOAP text. All text is escaped; what XML cannot carry is refused. Pure.
import { isRef, type VimCall, type VimObject, type VimValue } from "../../model/vim.js";
import { VcenterError } from "./vcenterError.js";

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>';
const TAIL = "</soapenv:Body></soapenv:Envelope>";
const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const TYPE_NAME = /^(xsd:)?[A-Za-z][A-Za-z0-9_]*$/;
/** All that XML 1.0 has no way to write, halves of surrogate pairs included. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // A bare carriage return would arrive as a line feed; in an attribute all three would arrive as spaces.
  "\r": "&#13;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** The envelope of a call. Throws a VcenterError of kind "invalid" that names the element, never its value. */
export function writeCall({ object, method, arguments: content }: VimCall): string {
  if (!ELEMENT_NAME.test(method)) throw unwritable(method, "is not the name of a method");
  const self = writeElement("_this", object, `${method}._this`);
  return `${HEAD}<${method} xmlns="urn:vim25">${self}${writeContent(content, method)}</${method}>${TAIL}`;
}

function writeContent(content: VimObject, path: string): string {
  return Object.entries(content)
    .filter(([name]) => !name.startsWith("$"))
    .map(([name, value]) => writeElement(name, value, `${path}.${name}`))
    .join("");
}

function writeElement(name: string, value: VimValue, path: string): string {
  if (!ELEMENT_NAME.test(name)) throw unwritable(path, "is not the name of an element");
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item, index) => writeElement(name, item, `${path}[${index}]`)).join("");
  if (typeof value !== "object") return `<${name}>${writeLeaf(value, path)}</${name}>`;
  return writeObject(name, value as VimObject, path);
}

function writeObject(name: string, value: VimObject, path: string): string {
  if (isRef(value)) return `<${name} type="${escapeText(value.type, path)}">${escapeText(value.value, path)}</${name}>`;
  const content = value.$text === undefined ? writeContent(value, path) : writeLeaf(value.$text, path);
  return `<${name}${writeType(value.$type, path)}>${content}</${name}>`;
}

function writeType(type: string | undefined, path: string): string {
  if (type === undefined) return "";
  if (!TYPE_NAME.test(type)) throw unwritable(path, "has a $type that is not the name of a type");
  return ` xsi:type="${type}"`;
}

function writeLeaf(value: string | number | boolean, path: string): string {
  if (typeof value === "string") return escapeText(value, path);
  if (typeof value === "number" && !(Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER))
    throw unwritable(path, `is the number ${value}, which cannot be sent exactly`);
  return String(value);
}

function escapeText(text: string, path: string): string {
  const found = UNWRITABLE.exec(text)?.[0].codePointAt(0);
  if (found !== undefined)
    throw unwritable(
      path,
      `holds the character U+${found.toString(16).toUpperCase().padStart(4, "0")}, which XML cannot carry`,
    );
  return text.replace(/[&<>"\r\n\t]/g, (character) => ENTITIES[character] ?? character);
}

function unwritable(path: string, reason: string): VcenterError {
  return new VcenterError("invalid", `the call to vCenter cannot be written: ${path} ${reason}.`);
}
