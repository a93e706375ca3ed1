// Get-Content and Set-Content.
import { Buffer } from "node:buffer";
import type { Value } from "../../contract";
import type { CoreCall } from "../core";
import { folderOf } from "../fileStatics";
import { readAnsi, readText } from "../files";
import type { Stage } from "../pipeline";
import { isEnum, itemsOf, toText } from "../values";
import { isFolder, notFound, pathsOf, record } from "./paths";

const encodingOf = (call: CoreCall) => {
  const given = call.values.get("Encoding");
  return given === undefined ? "Default" : isEnum(given) ? given.name : toText(given);
};

export async function getContent(call: CoreCall): Promise<void> {
  const encoding = encodingOf(call);
  for (const path of pathsOf(call)) {
    const content = call.session.files.read(path);
    if (!(content instanceof Uint8Array)) {
      notFound(call, path);
      continue;
    }
    if (encoding === "Byte") {
      for (const byte of content) await call.emit(byte);
      continue;
    }
    const text =
      encoding === "UTF8"
        ? readText(content)
        : encoding === "Unicode"
          ? Buffer.from(content).toString("utf16le")
          : readAnsi(content);
    // An empty file gives nothing, with -Raw too.
    if (text === "") continue;
    if (call.values.get("Raw") === true) await call.emit(text);
    else for (const line of text.replace(/\r?\n$/, "").split(/\r?\n/)) await call.emit(line);
  }
}

/** All lines of the pipeline go into one file. */
export function setContent(call: CoreCall): Stage {
  const lines: Value[] = [];
  return {
    async process(value) {
      lines.push(value);
    },
    async end() {
      if (!call.hasInput) lines.push(...itemsOf(call.values.get("Value") ?? []));
      const breaks = call.values.get("NoNewline") === true ? "" : "\r\n";
      const text = lines.map((line) => `${toText(line)}${breaks}`).join("");
      const content = bytesOf(call, text, lines);
      for (const path of pathsOf(call)) {
        if (isFolder(call, folderOf(path))) call.session.files.write(path, content);
        else
          call.error(
            record(
              call,
              "GetContentWriterDirectoryNotFoundError",
              "ObjectNotFound",
              `Could not find a part of the path '${path}'.`,
              path,
              "DirectoryNotFoundException",
            ),
          );
      }
    },
  };
}

function bytesOf(call: CoreCall, text: string, lines: readonly Value[]): Uint8Array {
  switch (encodingOf(call)) {
    case "UTF8":
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text, "utf8")]);
    case "Unicode":
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    case "Byte":
      return Buffer.from(lines.map(Number));
    case "Ascii":
      return Buffer.from(text.replace(/[^\0-\x7f]/g, "?"), "ascii");
    default:
      return Buffer.from(text.replace(/[^\0-\xff]/g, "?"), "latin1");
  }
}
