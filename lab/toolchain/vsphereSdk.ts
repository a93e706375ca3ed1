// node_modules/@pulumi/vsphere: what is installed, else the publisher's package, else one made from the provider's source. I/O.
// It is always a real folder, never a link into the cache: its own require("@pulumi/pulumi") must find the project's copy.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cachedFolder } from "./cache";
import { CommandFailed, findOnPath, run } from "./command";
import type { Part } from "./part";
import { projectFolder } from "./project";
import { type Report, runStep, secondsSince } from "./step";
import type { VsphereBuild } from "./vspherePlugin";

/** Of a made SDK and its plugin: the lowest that our peer dependency takes, so that a move to the official one is an upgrade. */
export const madeVersion = "4.0.0";

const name = "@pulumi/vsphere";
const wanted = `${name}@^4`;

const nodeModules = () => join(projectFolder(), "node_modules");
const placeOf = (packageName: string) => join(nodeModules(), packageName);

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Only in an SDK that we made. */
  readonly madeFrom?: string;
}

/** The publisher's SDK in node_modules: one that is there, else from npm; undefined when npm does not serve it. */
export async function ensureOfficialSdk(options: { readonly report: Report }): Promise<Part | undefined> {
  const started = Date.now();
  const installed = readManifest(placeOf(name));
  if (installed !== undefined)
    return installed.madeFrom ? undefined : { name, version: installed.version, origin: "path", seconds: 0 };
  const version = await placeFromNpm(wanted, options);
  return version === undefined ? undefined : { name, version, origin: "downloaded", seconds: secondsSince(started) };
}

/**
 * Places a package and nothing else; `npm install --no-save` would also remove what package-lock.json does not name.
 * Returns its version; undefined when npm cannot get it.
 */
export async function placeFromNpm(wanted: string, options: { readonly report: Report }): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "multiport-npm-"));
  try {
    const npm = findOnPath("npm") ?? "npm";
    const limits = ["--fetch-retries=1", "--fetch-timeout=30000"];
    await run(npm, ["pack", wanted, "--pack-destination", folder, ...limits], { folder: projectFolder() });
    const [archive] = await readdir(folder);
    await run("tar", ["-xzf", join(folder, archive ?? ""), "-C", folder]);
    return await placeOfficial(join(folder, "package"));
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const code = /npm (?:error|ERR!) code (\S+)/.exec(error.lines.join("\n"))?.[1] ?? error.exit;
    options.report(`npm cannot get ${wanted} here (${code})`);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function placeOfficial(folder: string): Promise<string | undefined> {
  const manifest = readManifest(folder) as Manifest & { readonly name: string };
  const isWhole = Object.keys(manifest.dependencies ?? {}).every((dependency) => existsSync(placeOf(dependency)));
  if (!isWhole) return undefined;
  await placePackage(folder, placeOf(manifest.name));
  return manifest.version;
}

/** The SDK that belongs to our plugin, compiled once and copied into node_modules. */
export async function ensureMadeSdk(build: VsphereBuild, options: { readonly report: Report }): Promise<Part> {
  const pulumi = readManifest(placeOf("@pulumi/pulumi"))?.version ?? "";
  const typescript = readManifest(placeOf("typescript"))?.version ?? "";
  const key = createHash("sha256").update([build.key, pulumi, typescript].join(" ")).digest("hex").slice(0, 16);
  const cached = await cachedFolder({ name: "vsphere-sdk", key }, options, (folder) =>
    runStep(`compiling ${name}`, { ...options, usualSeconds: 10 }, () => compileSdk(build, folder, key)),
  );
  if (readManifest(placeOf(name))?.madeFrom !== key) await placePackage(cached.folder, placeOf(name));
  return { name, version: madeVersion, origin: cached.origin, seconds: cached.seconds };
}

async function compileSdk(build: VsphereBuild, folder: string, key: string): Promise<void> {
  const sources = join(folder, "sources");
  await cp(join(build.folder, "sdk"), sources, { recursive: true });
  await mendImports(sources);
  await symlink(nodeModules(), join(sources, "node_modules"));
  const tsc = join(placeOf("typescript"), "bin", "tsc");
  const target = ["--outDir", folder, "--sourceMap", "false", "--skipLibCheck", "--types", "node"];
  await run(process.execPath, [tsc, "-p", sources, ...target]);
  const manifest = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));
  const made = { ...manifest, version: madeVersion, main: "index.js", types: "index.d.ts", madeFrom: key };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(made, undefined, 2)}\n`);
  await rm(sources, { recursive: true });
}

// Since Go 1.26, filepath.Rel("config", "") is ".." and no longer "../.", and the bridge's generator relies on the latter: files
// in folders import from "./utilities" what lies one folder up.
async function mendImports(sources: string): Promise<void> {
  for (const folder of ["config", "types"])
    for (const name of await readdir(join(sources, folder))) {
      const file = join(sources, folder, name);
      const text = readFileSync(file, "utf8");
      await writeFile(file, text.replaceAll(/from "\.\/(utilities|types\/\w+)"/g, 'from "../$1"'));
    }
}

function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, "package.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

// Copied beside its place and then renamed: a program that starts meanwhile finds a whole package.
async function placePackage(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const aside = join(dirname(to), `.multiport-${randomBytes(4).toString("hex")}`);
  try {
    await cp(from, `${aside}-new`, { recursive: true });
    if (existsSync(to)) await rename(to, `${aside}-old`);
    await rename(`${aside}-new`, to);
  } finally {
    for (const each of [`${aside}-new`, `${aside}-old`]) await rm(each, { recursive: true, force: true });
  }
}

/** node_modules/multiport, a link to the checkout: dynamic resources require the package by name from the program's folder. */
export async function linkProject(): Promise<void> {
  const link = placeOf("multiport");
  if (existsSync(join(link, "package.json"))) return;
  await rm(link, { force: true });
  await symlink("..", link, "dir");
}
