// Debian's cloud-init for the tests: what it needs is installed, itself it is only unpacked. Installed it would have its way with the network of
// this machine at the next start. I/O.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { findObstacle } from "./packages";
import { run } from "./toolchain/command";
import { projectFolder } from "./toolchain/project";
import { type Report, runStep } from "./toolchain/step";

/** For `ensureDebianPackages`: modules of Python that its conversion and its schema import. */
export const cloudInitNeeds: readonly string[] = [
  "python3-yaml",
  "python3-requests",
  "python3-jsonpatch",
  "python3-jsonschema",
  "python3-configobj",
  "python3-jinja2",
];

const folder = () => join(projectFolder(), ".lab", "cloud-init");

/** The folder of its Python modules; undefined: it is not there. */
export function cloudInitModules(): string | undefined {
  const modules = join(folder(), "usr", "lib", "python3", "dist-packages");
  return existsSync(join(modules, "cloudinit")) ? modules : undefined;
}

/** Fast when it is there. Where it can't be had, the tests that ask it say so. */
export async function ensureCloudInit({ report }: { readonly report: Report }): Promise<void> {
  if (cloudInitModules() !== undefined || findObstacle() !== undefined) return;
  await runStep("unpacking cloud-init", { report, usualSeconds: 5 }, unpack).catch((error: Error) =>
    report(`cloud-init can't be had: ${error.message}`),
  );
}

async function unpack(): Promise<void> {
  await mkdir(join(projectFolder(), ".lab"), { recursive: true });
  const fresh = await mkdtemp(`${folder()}-`);
  try {
    await run("apt-get", ["download", "cloud-init"], { folder: fresh });
    const [archive] = await readdir(fresh);
    if (archive === undefined) throw new Error("apt-get download left no file");
    await run("dpkg-deb", ["--extract", archive, "tree"], { folder: fresh });
    await rename(join(fresh, "tree"), folder());
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
