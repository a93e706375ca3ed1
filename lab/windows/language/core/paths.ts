// The paths of a call: wildcards resolved, what is there, and what is said of what is not.
import type { ErrorRecord, Value } from "../../contract";
import type { CoreCall } from "../core";
import { Unsupported } from "../failure";
import { folderOf } from "../fileStatics";
import { normalPath } from "../files";
import { itemsOf, toText, typedObject } from "../values";
import { hasWildcard, wildcard } from "../wildcard";

/** The paths of a call, wildcards of -Path resolved; a name without one is kept though nothing is there. */
export function pathsOf(call: CoreCall): string[] {
  const literal = call.values.get("LiteralPath");
  if (literal !== undefined) return itemsOf(literal).map((one) => normalPath(toText(one)));
  return itemsOf(call.values.get("Path") ?? []).flatMap((one) => {
    const path = normalPath(toText(one));
    return hasWildcard(path) ? resolved(call, path) : [path];
  });
}

export function resolved(call: CoreCall, path: string): string[] {
  const { files } = call.session;
  const folder = folderOf(path);
  if (hasWildcard(folder)) throw new Unsupported(`a wildcard in a folder's name (${path})`, call.at);
  if (files.read(folder) !== null) return [];
  const names = wildcard(path.slice(path.lastIndexOf("\\") + 1));
  return files
    .list(folder)
    .filter((name) => names.test(name))
    .map((name) => `${folder}\\${name}`);
}

export const exists = (call: CoreCall, path: string) => call.session.files.read(path) !== undefined;
export const isFolder = (call: CoreCall, path: string) => call.session.files.read(path) === null;

export function notFound(call: CoreCall, path: string): void {
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

export function record(
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

export function item(call: CoreCall, path: string): Value {
  const content = call.session.files.read(path);
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
