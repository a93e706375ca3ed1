// The sftp subsystem over the machine's disk (SS-03): files are read, written, listed, made and removed. I/O.
import { type Attributes, type SFTPWrapper, utils } from "ssh2";
import type { FileSystem } from "../contract";

const { STATUS_CODE, OPEN_MODE } = utils.sftp;

interface Open {
  readonly path: string;
  content: Buffer;
  readonly writes: boolean;
  /** Of a folder: whether it was listed. */
  listed?: boolean;
}

const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;

/** `/C:/ProgramData/x` to `C:\ProgramData\x`; what is relative lies in the user's folder. */
export function windowsPath(path: string): string {
  const [, drive] = /^\/([A-Za-z]:.*)$/.exec(path) ?? [];
  if (drive !== undefined) return drive.replaceAll("/", "\\");
  return path === "." || path === "" ? HOME : `${HOME}\\${path.replaceAll("/", "\\")}`;
}

const HOME = "C:\\Users\\Administrator";

export function serveFiles(sftp: SFTPWrapper, files: FileSystem): void {
  const open = new Map<number, Open>();
  let next = 1;
  const handleOf = (entry: Open): Buffer => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next);
    open.set(next++, entry);
    return handle;
  };
  const entryOf = (handle: Buffer) => open.get(handle.readUInt32BE());
  const done = (id: number) => sftp.status(id, STATUS_CODE.OK);
  const attempt = (id: number, action: () => void) => {
    try {
      action();
    } catch {
      sftp.status(id, STATUS_CODE.FAILURE);
    }
  };

  // The client has no more to ask, and waits for the server to go.
  sftp.on("end", () => sftp.end());
  sftp.on("OPEN", (id, name, flags) =>
    attempt(id, () => {
      const path = windowsPath(name);
      const found = files.read(path);
      const writes = (flags & OPEN_MODE.WRITE) !== 0;
      if (found === null || (found === undefined && !writes)) {
        sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
        return;
      }
      const isKept = found !== undefined && (flags & OPEN_MODE.TRUNC) === 0;
      const content = isKept ? Buffer.from(found) : Buffer.alloc(0);
      if (writes) files.write(path, content);
      sftp.handle(id, handleOf({ path, content, writes }));
    }),
  );
  sftp.on("READ", (id, handle, offset, length) => {
    const content = entryOf(handle)?.content;
    if (!content) sftp.status(id, STATUS_CODE.FAILURE);
    else if (offset >= content.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, content.subarray(offset, offset + length));
  });
  sftp.on("WRITE", (id, handle, offset, data) =>
    attempt(id, () => {
      const entry = entryOf(handle);
      if (!entry?.writes) throw new Error("not open to be written");
      const content = Buffer.alloc(Math.max(entry.content.length, offset + data.length));
      entry.content.copy(content);
      data.copy(content, offset);
      entry.content = content;
      files.write(entry.path, content);
      done(id);
    }),
  );
  sftp.on("CLOSE", (id, handle) => {
    open.delete(handle.readUInt32BE());
    done(id);
  });
  const stat = (id: number, name: string) => {
    const found = files.read(windowsPath(name));
    if (found === undefined) sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    else sftp.attrs(id, attributes(found));
  };
  sftp.on("STAT", stat);
  sftp.on("LSTAT", stat);
  sftp.on("FSTAT", (id, handle) => {
    const entry = entryOf(handle);
    if (entry) sftp.attrs(id, attributes(entry.content));
    else sftp.status(id, STATUS_CODE.FAILURE);
  });
  // Modes and times mean nothing on this disk.
  sftp.on("SETSTAT", done);
  sftp.on("FSETSTAT", done);
  sftp.on("REALPATH", (id, name) => {
    const filename = `/${windowsPath(name).replaceAll("\\", "/")}`;
    sftp.name(id, [{ filename, longname: filename, attrs: attributes(null) }]);
  });
  sftp.on("MKDIR", (id, name) =>
    attempt(id, () => {
      files.makeFolder(windowsPath(name));
      done(id);
    }),
  );
  sftp.on("REMOVE", (id, name) =>
    attempt(id, () => {
      files.remove(windowsPath(name));
      done(id);
    }),
  );
  sftp.on("RENAME", (id, from, to) =>
    attempt(id, () => {
      files.move(windowsPath(from), windowsPath(to));
      done(id);
    }),
  );
  sftp.on("OPENDIR", (id, name) => {
    const path = windowsPath(name);
    if (files.read(path) !== null) sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    else sftp.handle(id, handleOf({ path, content: Buffer.alloc(0), writes: false }));
  });
  sftp.on("READDIR", (id, handle) => {
    const entry = entryOf(handle);
    if (!entry || entry.listed) {
      sftp.status(id, STATUS_CODE.EOF);
      return;
    }
    entry.listed = true;
    sftp.name(
      id,
      files.list(entry.path).map((filename) => {
        const attrs = attributes(files.read(`${entry.path}\\${filename}`) ?? null);
        return { filename, longname: filename, attrs };
      }),
    );
  });
}

function attributes(content: Uint8Array | null): Attributes {
  return {
    mode: content === null ? FOLDER_MODE : FILE_MODE,
    uid: 0,
    gid: 0,
    size: content?.length ?? 0,
    atime: 0,
    mtime: 0,
  };
}
