// Paths and texts of the machine's files. Pure.
import { Buffer } from "node:buffer";
import type { TerminatingError } from "../contract";
import { runtimeError } from "./failure";

/** C:/a\b\ is C:\a\b. */
export function normalPath(path: string): string {
  const made = path.replaceAll("/", "\\").replace(/(?<!^)\\+/g, "\\");
  return /^[a-z]:\\$/i.test(made) ? made : made.replace(/\\$/, "");
}

/** By its mark, else as UTF-8, which is what .NET's readers do. */
export function readText(content: Uint8Array): string {
  const bytes = Buffer.from(content);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}

/** Windows PowerShell reads a file without a mark as ANSI (PE-07); Latin-1 stands for the code page. */
export function readAnsi(content: Uint8Array): string {
  const bytes = Buffer.from(content);
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xef && bytes[1] === 0xbb);
  return marked ? readText(content) : bytes.toString("latin1");
}

export function ioError(method: string, args: number, why: string, id = "IOException"): TerminatingError {
  return runtimeError(
    id,
    `Exception calling "${method}" with "${args}" argument(s): "${why}"`,
    "NotSpecified",
    "MethodInvocationException",
  );
}
