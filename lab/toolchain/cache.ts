// The folder outside the checkout that keeps what was built. I/O.
// An entry is built in a folder of its own and renamed into place when it is whole: an interrupted build leaves no entry.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadLock } from "./bootstrapModule";
import { type Report, secondsSince } from "./step";

/** What is built once and then kept: `key` is the hash of everything it is made from. */
export interface CacheEntry {
  readonly name: string;
  readonly key: string;
}

/** A whole entry, and whether this call built it. */
export interface CachedFolder {
  readonly folder: string;
  readonly origin: "cache" | "built";
  readonly seconds: number;
}

/** $MULTIPORT_CACHE, else multiport in $XDG_CACHE_HOME, else in ~/.cache. */
export function cacheFolder(): string {
  const { MULTIPORT_CACHE, XDG_CACHE_HOME } = process.env;
  if (MULTIPORT_CACHE) return MULTIPORT_CACHE;
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "multiport");
}

/** Whether the entry is there, whole. */
export function isCached(entry: CacheEntry): boolean {
  return existsSync(folderOf(entry));
}

const folderOf = ({ name, key }: CacheEntry) => join(cacheFolder(), `${name}-${key}`);

/** The entry's folder; `build` fills it when no run before has. Of two runs at once one builds, the other waits. */
export async function cachedFolder(
  entry: CacheEntry,
  options: { readonly report: Report },
  build: (folder: string) => Promise<void>,
): Promise<CachedFolder> {
  const started = Date.now();
  const folder = folderOf(entry);
  if (await markUsed(folder)) return { folder, origin: "cache", seconds: secondsSince(started) };
  const { withLock } = await loadLock();
  const lock = join(cacheFolder(), "locks", `${entry.name}-${entry.key}`);
  return withLock(lock, { what: `building ${entry.name}`, report: options.report }, async () => {
    if (existsSync(folder)) return { folder, origin: "cache", seconds: secondsSince(started) };
    await buildEntry(entry.name, folder, build);
    return { folder, origin: "built", seconds: secondsSince(started) };
  });
}

async function buildEntry(name: string, folder: string, build: (folder: string) => Promise<void>): Promise<void> {
  await removeAbandoned();
  await removeUnused(name);
  const half = join(unfinishedFolder(), `${process.pid}-${name}-${randomBytes(4).toString("hex")}`);
  await mkdir(half, { recursive: true });
  try {
    await build(half);
    await rename(half, folder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

const unfinishedFolder = () => join(cacheFolder(), "unfinished");

// What a killed run left behind.
async function removeAbandoned(): Promise<void> {
  const { isProcessAlive } = await loadLock();
  for (const name of await readdir(unfinishedFolder()).catch(() => []))
    if (!isProcessAlive(Number.parseInt(name, 10)))
      await rm(join(unfinishedFolder(), name), { recursive: true, force: true });
}

const unusedDays = 14;

// Each use sets the folder's time: entries that other checkouts still use stay.
async function removeUnused(name: string): Promise<void> {
  const oldest = Date.now() - unusedDays * 24 * 3600 * 1000;
  for (const each of await readdir(cacheFolder()).catch(() => [])) {
    if (!new RegExp(`^${name}-[0-9a-f]+$`).test(each)) continue;
    const folder = join(cacheFolder(), each);
    if ((await stat(folder)).mtimeMs < oldest) await rm(folder, { recursive: true, force: true });
  }
}

async function markUsed(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}
