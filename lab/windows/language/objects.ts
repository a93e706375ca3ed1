// Methods of the .NET objects that scripts of ours hold: encodings, the console's reader and writers, dates with an offset.
import { Buffer } from "node:buffer";
import type { ObjectValue, Value } from "../contract";
import type { Session } from "./session";
import { keyOf, NOTHING, toText } from "./values";

export function invokeObject(
  session: Session,
  object: ObjectValue,
  key: string,
  args: readonly Value[],
): Value | undefined {
  const type = object.type.toLowerCase();
  if (type.endsWith("encoding")) return ofEncoding(object, key, args);
  if (type === "system.io.textwriter") return ofWriter(session, object, key, args);
  if (type === "system.io.textreader") return ofReader(session, key);
  if (type === "system.datetimeoffset") {
    const date = object.properties.get("UtcDateTime");
    if (!(date instanceof Date)) return undefined;
    if (key === "tounixtimeseconds") return Math.floor(date.getTime() / 1000);
    return key === "tounixtimemilliseconds" ? date.getTime() : undefined;
  }
  if (type === "system.management.automation.pscredential" && key === "getnetworkcredential") return object;
  if (key === "containskey") return keyOf(object.properties, toText(args[0] ?? null)) !== undefined;
  return undefined;
}

export const encodingName = (object: ObjectValue): "utf8" | "utf16le" | "ascii" =>
  /utf8/i.test(object.type) ? "utf8" : /unicode/i.test(object.type) ? "utf16le" : "ascii";

function ofEncoding(object: ObjectValue, key: string, args: readonly Value[]): Value | undefined {
  const name = encodingName(object);
  if (key === "getbytes") return [...Buffer.from(toText(args[0] ?? null), name)];
  if (key === "getbytecount") return Buffer.byteLength(toText(args[0] ?? null), name);
  if (key === "getstring") return Buffer.from((args[0] ?? []) as number[]).toString(name);
  return key === "getpreamble" ? (object.properties.get("Bom") === true ? [0xef, 0xbb, 0xbf] : []) : undefined;
}

function ofWriter(session: Session, object: ObjectValue, key: string, args: readonly Value[]): Value | undefined {
  const text = args.map(toText).join("");
  const write = (written: string) =>
    object.properties.get("Stream") === "error" ? session.rawError(written) : session.out(written);
  if (key === "writeline") write(`${text}\r\n`);
  else if (key === "write") write(text);
  else if (key !== "flush") return undefined;
  return NOTHING;
}

function ofReader(session: Session, key: string): Value | undefined {
  if (key === "readtoend") return session.takeInput();
  if (key !== "readline") return undefined;
  const text = session.takeInput();
  if (text === "") return null;
  const [, line = "", rest = ""] = /^([^\r\n]*)(?:\r\n|\n|\r|$)([\s\S]*)$/.exec(text) ?? [];
  session.putBackInput(rest);
  return line;
}
