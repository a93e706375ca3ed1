// [IO.File], [IO.Directory] and [IO.Path] over the machine's files.
import { Buffer } from "node:buffer";
import { posix } from "node:path";
import type { Value } from "../contract";
import type { Place } from "./ast";
import { Unsupported } from "./failure";
import { ioError, normalPath, readText } from "./files";
import { encodingName } from "./objects";
import type { Session } from "./session";
import { isObject, itemsOf, NOTHING, toText } from "./values";

export function invokeFileStatic(
  session: Session,
  type: string,
  name: string,
  args: readonly Value[],
  at: Place,
): Value {
  const { files } = session;
  const path = normalPath(toText(args[0] ?? null));
  switch (`${type}::${name}`) {
    case "io.file::exists":
      return files.read(path) instanceof Uint8Array;
    case "io.directory::exists":
      return files.read(path) === null;
    case "io.directory::createdirectory":
      makeFolders(session, path);
      return NOTHING;
    case "io.directory::delete":
      throw new Unsupported("[IO.Directory]::Delete (use Remove-Item)", at);
    case "io.file::readalltext":
      return readText(contentOf(session, path, "ReadAllText"));
    case "io.file::readallbytes":
      return [...contentOf(session, path, "ReadAllBytes")];
    case "io.file::readalllines":
      return readText(contentOf(session, path, "ReadAllLines"))
        .replace(/\r?\n$/, "")
        .split(/\r?\n/);
    case "io.file::writealltext":
      return write(session, path, encoded(toText(args[1] ?? null), args[2]));
    case "io.file::writeallbytes":
      return write(session, path, Buffer.from(args[1] as number[]));
    case "io.file::delete":
      if (files.read(path) instanceof Uint8Array) files.remove(path);
      return NOTHING;
    case "io.file::move": {
      const to = normalPath(toText(args[1] ?? null));
      contentOf(session, path, "Move");
      if (files.read(to) !== undefined)
        throw ioError("Move", args.length, "Cannot create a file when that file already exists.");
      files.move(path, to);
      return NOTHING;
    }
    case "io.directory::move": {
      const to = normalPath(toText(args[1] ?? null));
      if (files.read(path) !== null)
        throw ioError(
          "Move",
          args.length,
          `Could not find a part of the path '${path}'.`,
          "DirectoryNotFoundException",
        );
      if (files.read(to) !== undefined)
        throw ioError("Move", args.length, "Cannot create a file when that file already exists.");
      files.move(path, to);
      return NOTHING;
    }
    case "io.file::replace": {
      const to = normalPath(toText(args[1] ?? null));
      const content = contentOf(session, path, "Replace");
      contentOf(session, to, "Replace");
      if (toText(args[2] ?? null) !== "") throw new Unsupported("[IO.File]::Replace with a backup", at);
      files.write(to, content);
      files.remove(path);
      return NOTHING;
    }
    case "io.path::combine":
      return itemsOf([...args])
        .map(toText)
        .join("\\")
        .replace(/\\+/g, "\\");
    case "io.path::getfilename":
      return posix.basename(path.replaceAll("\\", "/"));
    case "io.path::getdirectoryname":
      return posix.dirname(path.replaceAll("\\", "/")).replaceAll("/", "\\");
    case "io.path::gettemppath":
      return `${session.machine.environment.TEMP ?? "C:\\Windows\\Temp"}\\`;
    default:
      throw new Unsupported(`[${type}]::${name}()`, at);
  }
}

function contentOf(session: Session, path: string, method: string): Uint8Array {
  const content = session.files.read(path);
  if (content instanceof Uint8Array) return content;
  throw ioError(method, 1, `Could not find file '${path}'.`, "FileNotFoundException");
}

/** Without an encoding .NET writes UTF-8 without a mark; [Text.Encoding]::UTF8 writes one. */
export function encoded(text: string, encoding: Value | undefined): Uint8Array {
  if (encoding === undefined || encoding === null || !isObject(encoding)) return Buffer.from(text, "utf8");
  const mark = encoding.properties.get("Bom") === true ? Buffer.from([0xef, 0xbb, 0xbf]) : Buffer.alloc(0);
  return Buffer.concat([mark, Buffer.from(text, encodingName(encoding))]);
}

function write(session: Session, path: string, content: Uint8Array): Value {
  if (session.files.read(folderOf(path)) !== null) {
    throw ioError("WriteAllText", 2, `Could not find a part of the path '${path}'.`, "DirectoryNotFoundException");
  }
  session.files.write(path, new Uint8Array(content));
  return NOTHING;
}

export const folderOf = (path: string) => {
  const folder = path.slice(0, path.lastIndexOf("\\"));
  return folder.endsWith(":") ? `${folder}\\` : folder;
};

export function makeFolders(session: Session, path: string): void {
  const { files } = session;
  if (files.read(path) === null || path === "" || /^[a-z]:\\?$/i.test(path)) return;
  makeFolders(session, folderOf(path));
  files.makeFolder(path);
}
