// The machine's files as .NET shows them: what the machine refuses is an IOException that a script may catch. Pure but for the files.
import { type FileSystem, TerminatingError } from "../contract";
import { runtimeError } from "./failure";

export function guardedFiles(files: FileSystem): FileSystem {
  return {
    read: (path) => guarded(() => files.read(path)),
    write: (path, content) => guarded(() => files.write(path, content)),
    makeFolder: (path) => guarded(() => files.makeFolder(path)),
    list: (path) => guarded(() => files.list(path)),
    remove: (path) => guarded(() => files.remove(path)),
    move: (from, to) => guarded(() => files.move(from, to)),
  };
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TerminatingError || !(error instanceof Error)) throw error;
    throw runtimeError("IOException", error.message, "WriteError", "IOException");
  }
}
