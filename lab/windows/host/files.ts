// The machine's disk C: in memory. It outlives a restart.
import type { FileSystem } from "../contract";

interface Entry {
  /** As it was written, letters and all. */
  readonly path: string;
  /** null: a folder. */
  readonly content: Uint8Array | null;
}

const FOLDERS = [
  "C:\\",
  "C:\\ProgramData",
  "C:\\Program Files",
  "C:\\ProgramData\\ssh",
  "C:\\Users",
  "C:\\Users\\Administrator",
  "C:\\Windows",
  "C:\\Windows\\System32",
  "C:\\Windows\\Temp",
];

export class MemoryFiles implements FileSystem {
  private readonly entries = new Map<string, Entry>();

  constructor() {
    for (const path of FOLDERS) this.entries.set(key(path), { path, content: null });
  }

  read(path: string): Uint8Array | null | undefined {
    return this.entries.get(key(path))?.content;
  }

  write(path: string, content: Uint8Array): void {
    this.needFolder(parent(path));
    if (this.read(path) === null) throw new Error(`Access to the path '${path}' is denied.`);
    this.entries.set(key(path), { path: normal(path), content: Uint8Array.from(content) });
  }

  makeFolder(path: string): void {
    if (this.read(path) !== undefined) throw new Error(`An item with the specified name ${path} already exists.`);
    this.needFolder(parent(path));
    this.entries.set(key(path), { path: normal(path), content: null });
  }

  list(path: string): readonly string[] {
    this.needFolder(path);
    const folder = key(path);
    return [...this.entries.values()]
      .map((entry) => entry.path)
      .filter((entry) => key(parent(entry)) === folder && key(entry) !== folder)
      .map((entry) => entry.slice(entry.lastIndexOf("\\") + 1))
      .sort();
  }

  remove(path: string): void {
    if (this.read(path) === undefined) throw new Error(`Cannot find path '${path}' because it does not exist.`);
    for (const entry of [...this.entries.keys()])
      if (entry === key(path) || entry.startsWith(`${key(path)}\\`)) this.entries.delete(entry);
  }

  move(from: string, to: string): void {
    if (this.read(from) === undefined) throw new Error(`Cannot find path '${from}' because it does not exist.`);
    if (this.read(to) !== undefined) throw new Error("Cannot create a file when that file already exists.");
    this.needFolder(parent(to));
    const source = normal(from);
    for (const [name, entry] of [...this.entries]) {
      if (name !== key(from) && !name.startsWith(`${key(from)}\\`)) continue;
      this.entries.delete(name);
      const path = `${normal(to)}${entry.path.slice(source.length)}`;
      this.entries.set(key(path), { ...entry, path });
    }
  }

  private needFolder(path: string): void {
    if (this.read(path) !== null) throw new Error(`Could not find a part of the path '${path}'.`);
  }
}

function normal(path: string): string {
  const parts = path
    .replaceAll("/", "\\")
    .split("\\")
    .filter((part) => part !== "" && part !== ".");
  const kept: string[] = [];
  for (const part of parts) {
    if (part !== "..") kept.push(part);
    else if (kept.length > 1) kept.pop();
  }
  return kept.length === 1 ? `${kept[0]}\\` : kept.join("\\");
}

function key(path: string): string {
  return normal(path).toLowerCase();
}

function parent(path: string): string {
  const whole = normal(path);
  return whole.endsWith("\\") ? whole : normal(whole.slice(0, whole.lastIndexOf("\\") + 1));
}
