// Cmdlets over the machine's files.
import { Buffer } from "node:buffer";
import type { ErrorRecord, Value } from "../../contract";
import type { CoreCall, CoreCmdlet } from "../core";
import { Unsupported } from "../failure";
import { folderOf, makeFolders } from "../fileStatics";
import { normalPath, readAnsi, readText } from "../files";
import type { Stage } from "../pipeline";
import { isEnum, itemsOf, toText, typedObject } from "../values";
import { hasWildcard, wildcard } from "../wildcard";

/** The paths of a call, wildcards of -Path resolved; a name without one is kept though nothing is there. */
function pathsOf(call: CoreCall): string[] {
  const literal = call.values.get("LiteralPath");
  if (literal !== undefined) return itemsOf(literal).map((one) => normalPath(toText(one)));
  return itemsOf(call.values.get("Path") ?? []).flatMap((one) => {
    const path = normalPath(toText(one));
    return hasWildcard(path) ? resolved(call, path) : [path];
  });
}

function resolved(call: CoreCall, path: string): string[] {
  const { files } = call.session.machine;
  const folder = folderOf(path);
  if (hasWildcard(folder)) throw new Unsupported(`a wildcard in a folder's name (${path})`, call.at);
  if (files.read(folder) !== null) return [];
  const names = wildcard(path.slice(path.lastIndexOf("\\") + 1));
  return files
    .list(folder)
    .filter((name) => names.test(name))
    .map((name) => `${folder}\\${name}`);
}

const exists = (call: CoreCall, path: string) => call.session.machine.files.read(path) !== undefined;
const isFolder = (call: CoreCall, path: string) => call.session.machine.files.read(path) === null;

function notFound(call: CoreCall, path: string): void {
  call.error(
    record(
      call,
      "PathNotFound",
      "ObjectNotFound",
      `Cannot find path '${path}' because it does not exist.`,
      path,
      "ItemNotFoundException",
    ),
  );
}

function record(
  call: CoreCall,
  id: string,
  category: ErrorRecord["category"],
  message: string,
  target: string,
  exception = "IOException",
): ErrorRecord {
  return {
    message,
    category,
    id: `${id},${call.binding.signature.cmdlet.errorSource}`,
    exception,
    target: `${target}:String`,
  };
}

function item(call: CoreCall, path: string): Value {
  const content = call.session.machine.files.read(path);
  const name = path.slice(path.lastIndexOf("\\") + 1);
  const common = {
    FullName: path,
    Name: name,
    PSIsContainer: content === null,
    PSPath: `Microsoft.PowerShell.Core\\FileSystem::${path}`,
    __text: path,
  };
  if (content === null) return typedObject("System.IO.DirectoryInfo", common);
  return typedObject("System.IO.FileInfo", {
    ...common,
    BaseName: name.replace(/\.[^.]*$/, ""),
    Extension: /\.[^.]*$/.exec(name)?.[0] ?? "",
    DirectoryName: folderOf(path),
    Length: content?.length ?? 0,
  });
}

async function testPath(call: CoreCall): Promise<void> {
  const type = call.values.get("PathType");
  const asked = type === undefined ? "Any" : isEnum(type) ? type.name : toText(type);
  for (const name of ["Filter", "Include", "Exclude", "IsValid"])
    if (call.values.has(name)) throw new Unsupported(`Test-Path -${name}`, call.at);
  const given = itemsOf(call.values.get("LiteralPath") ?? call.values.get("Path") ?? []);
  for (const one of given) {
    const path = normalPath(toText(one));
    const found =
      call.values.has("LiteralPath") || !hasWildcard(path)
        ? [path].filter((two) => exists(call, two))
        : resolved(call, path);
    await call.emit(found.some((two) => asked === "Any" || isFolder(call, two) === (asked === "Container")));
  }
}

async function newItem(call: CoreCall): Promise<void> {
  const { files } = call.session.machine;
  const type = toText(call.values.get("ItemType") ?? "File").toLowerCase();
  const force = call.values.get("Force") === true;
  for (const one of itemsOf(call.values.get("Path") ?? [])) {
    const path = normalPath(
      call.values.has("Name") ? `${toText(one)}\\${toText(call.values.get("Name") ?? null)}` : toText(one),
    );
    if (type === "directory") {
      if (exists(call, path) && !force) {
        call.error(
          record(
            call,
            "DirectoryExist",
            "ResourceExists",
            `An item with the specified name ${path} already exists.`,
            path,
          ),
        );
        continue;
      }
      makeFolders(call.session, path);
    } else if (type === "file") {
      if (exists(call, path) && !force) {
        call.error(record(call, "NewItemIOError", "WriteError", `The file '${path}' already exists.`, path));
        continue;
      }
      if (force) makeFolders(call.session, folderOf(path));
      if (!isFolder(call, folderOf(path))) {
        call.error(
          record(
            call,
            "NewItemIOError",
            "WriteError",
            `Could not find a part of the path '${path}'.`,
            path,
            "DirectoryNotFoundException",
          ),
        );
        continue;
      }
      files.write(path, Buffer.from(toText(call.values.get("Value") ?? null), "utf8"));
    } else throw new Unsupported(`New-Item -ItemType ${type}`, call.at);
    await call.emit(item(call, path));
  }
}

function removeItem(call: CoreCall): void {
  const { files } = call.session.machine;
  for (const path of pathsOf(call)) {
    if (!exists(call, path)) {
      notFound(call, path);
      continue;
    }
    if (isFolder(call, path) && files.list(path).length > 0 && call.values.get("Recurse") !== true) {
      call.error(
        record(
          call,
          "InvalidOperation",
          "InvalidOperation",
          "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
          path,
          "PSInvalidOperationException",
        ),
      );
      continue;
    }
    removeTree(call, path);
  }
}

function removeTree(call: CoreCall, path: string): void {
  if (isFolder(call, path))
    for (const name of call.session.machine.files.list(path)) removeTree(call, `${path}\\${name}`);
  call.session.machine.files.remove(path);
}

async function getItem(call: CoreCall): Promise<void> {
  for (const path of pathsOf(call)) {
    if (exists(call, path)) await call.emit(item(call, path));
    else notFound(call, path);
  }
}

async function getChildItem(call: CoreCall): Promise<void> {
  const filter = wildcard(toText(call.values.get("Filter") ?? "*"));
  const [files, folders] = [call.values.get("File") === true, call.values.get("Directory") === true];
  for (const path of pathsOf(call)) {
    if (!exists(call, path)) {
      notFound(call, path);
      continue;
    }
    const found = isFolder(call, path)
      ? call.session.machine.files.list(path).map((name) => `${path}\\${name}`)
      : [path];
    for (const one of found) {
      if (
        !filter.test(one.slice(one.lastIndexOf("\\") + 1)) ||
        (files && isFolder(call, one)) ||
        (folders && !isFolder(call, one))
      )
        continue;
      await call.emit(call.values.get("Name") === true ? one.slice(one.lastIndexOf("\\") + 1) : item(call, one));
    }
  }
}

const encodingOf = (call: CoreCall) => {
  const given = call.values.get("Encoding");
  return given === undefined ? "Default" : isEnum(given) ? given.name : toText(given);
};

async function getContent(call: CoreCall): Promise<void> {
  const encoding = encodingOf(call);
  for (const path of pathsOf(call)) {
    const content = call.session.machine.files.read(path);
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
function setContent(call: CoreCall): Stage {
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
        if (isFolder(call, folderOf(path))) call.session.machine.files.write(path, content);
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

function moveItem(call: CoreCall): void {
  const { files } = call.session.machine;
  const to = normalPath(toText(call.values.get("Destination") ?? null));
  for (const path of pathsOf(call)) {
    if (!exists(call, path)) {
      notFound(call, path);
      continue;
    }
    const target = isFolder(call, to) ? `${to}\\${path.slice(path.lastIndexOf("\\") + 1)}` : to;
    if (exists(call, target)) {
      if (call.values.get("Force") !== true) {
        call.error(
          record(
            call,
            "MoveFileInfoItemIOError",
            "WriteError",
            "Cannot create a file when that file already exists.",
            path,
          ),
        );
        continue;
      }
      files.remove(target);
    }
    files.move(path, target);
  }
}

function copyItem(call: CoreCall): void {
  const { files } = call.session.machine;
  const to = normalPath(toText(call.values.get("Destination") ?? null));
  for (const path of pathsOf(call)) {
    const content = files.read(path);
    if (content === null) throw new Unsupported("Copy-Item of a folder", call.at);
    if (content === undefined) notFound(call, path);
    else files.write(isFolder(call, to) ? `${to}\\${path.slice(path.lastIndexOf("\\") + 1)}` : to, content);
  }
}

function renameItem(call: CoreCall): void {
  const path = normalPath(toText(call.values.get("LiteralPath") ?? call.values.get("Path") ?? null));
  const target = `${folderOf(path)}\\${toText(call.values.get("NewName") ?? null)}`;
  if (!exists(call, path)) notFound(call, path);
  else if (exists(call, target)) call.error(taken(call, "RenameItemIOError", path));
  else call.session.machine.files.move(path, target);
}

const taken = (call: CoreCall, id: string, path: string) =>
  record(call, id, "WriteError", "Cannot create a file when that file already exists.", path);

async function joinPath(call: CoreCall): Promise<void> {
  const child = toText(call.values.get("ChildPath") ?? null);
  for (const path of itemsOf(call.values.get("Path") ?? []))
    await call.emit(`${toText(path).replace(/[\\/]$/, "")}\\${child.replace(/^[\\/]/, "").replaceAll("/", "\\")}`);
}

export const fileCmdlets: Record<string, CoreCmdlet> = {
  "test-path": { kind: "perObject", run: testPath },
  "new-item": { kind: "perObject", run: newItem },
  "remove-item": { kind: "perObject", run: removeItem },
  "get-item": { kind: "perObject", run: getItem },
  "get-childitem": { kind: "perObject", run: getChildItem },
  "get-content": { kind: "perObject", run: getContent },
  "set-content": { kind: "whole", start: setContent },
  "move-item": { kind: "perObject", run: moveItem },
  "copy-item": { kind: "perObject", run: copyItem },
  "rename-item": { kind: "perObject", run: renameItem },
  "join-path": { kind: "perObject", run: joinPath },
};
