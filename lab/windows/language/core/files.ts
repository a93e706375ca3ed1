// Cmdlets over the machine's files.
import { Buffer } from "node:buffer";
import type { CoreCall, CoreCmdlet } from "../core";
import { Unsupported } from "../failure";
import { folderOf, makeFolders } from "../fileStatics";
import { normalPath } from "../files";
import { isEnum, itemsOf, toText } from "../values";
import { hasWildcard, wildcard } from "../wildcard";
import { getContent, setContent } from "./content";
import { exists, isFolder, item, notFound, pathsOf, record, resolved } from "./paths";

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
  const { files } = call.session;
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
  const { files } = call.session;
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
  if (isFolder(call, path)) for (const name of call.session.files.list(path)) removeTree(call, `${path}\\${name}`);
  call.session.files.remove(path);
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
    const found = isFolder(call, path) ? call.session.files.list(path).map((name) => `${path}\\${name}`) : [path];
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

function moveItem(call: CoreCall): void {
  const { files } = call.session;
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
  const { files } = call.session;
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
  else call.session.files.move(path, target);
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
