// The vSphere resource plugin: one that is installed, else the official download, else ours from the provider's source. I/O.
// Ours has the official name, tokens and version number, in a Pulumi home of its own: no program can tell, none is disturbed.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type CachedFolder, cachedFolder, cacheFolder, isCached } from "./cache";
import { CommandFailed, findOnPath, run } from "./command";
import { buildGoProgram, type GoProgram, goKey, toolchainModule } from "./goModule";
import type { Part } from "./part";
import { type Report, runStep, secondsSince } from "./step";

/** The plugin to use; `pulumiHome` is set when the plugin is ours. */
export interface VspherePlugin {
  readonly part: Part;
  readonly pulumiHome?: string;
}

/** What the provider's source was made into: plugin/ and sdk/ (TypeScript sources). */
export interface VsphereBuild extends CachedFolder {
  readonly key: string;
}

const name = "pulumi-resource-vsphere";

/** A plugin of this version, or any on PATH, that the machine's own Pulumi finds without a download. */
export function findVspherePlugin(version: string): Part | undefined {
  const part = { name, version, origin: "path", seconds: 0 } as const;
  if (findOnPath(name, cacheFolder()) !== undefined) return part;
  const { PULUMI_HOME } = process.env;
  const home = PULUMI_HOME && !PULUMI_HOME.startsWith(cacheFolder()) ? PULUMI_HOME : join(homedir(), ".pulumi");
  return existsSync(join(home, "plugins", `resource-vsphere-v${version}`, name)) ? part : undefined;
}

/** The publisher's plugin, installed as Pulumi itself would do it; undefined when this machine cannot get it. */
export async function downloadVspherePlugin(
  version: string,
  options: { readonly pulumi: string; readonly report: Report },
): Promise<Part | undefined> {
  const started = Date.now();
  const args = ["plugin", "install", "resource", "vsphere", version];
  const what = `downloading the vSphere plugin ${version}`;
  try {
    await runStep(what, { ...options, usualSeconds: 20 }, () => run(options.pulumi, args, { timeoutSeconds: 300 }));
    return { name, version, origin: "downloaded", seconds: secondsSince(started) };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    options.report(`the vSphere plugin ${version} cannot be downloaded here (${error.lines.at(-1) ?? error.exit})`);
    return undefined;
  }
}

/** Whether `buildVsphere` would find its work done: then the download failed before and is not tried again. */
export async function isVsphereBuilt(version: string): Promise<boolean> {
  if (findOnPath("go") === undefined) return false;
  return isCached({ name, key: await goKey(vspherePrograms(version)) });
}

/** Builds plugin and SDK sources from terraform-provider-vsphere, both under this version. */
export async function buildVsphere(version: string, options: { readonly report: Report }): Promise<VsphereBuild> {
  const [plugin, tfgen] = vspherePrograms(version);
  const key = await goKey([plugin, tfgen]);
  const built = await cachedFolder({ name, key }, options, (folder) =>
    runStep(
      "building the vSphere plugin with Go",
      { ...options, usualSeconds: plugin.usualSeconds },
      async (detail) => {
        await buildGoProgram(tfgen, folder, detail);
        const program = join(folder, tfgen.name);
        await run(program, ["schema", "--out", join(folder, "plugin")], { folder });
        await run(program, ["nodejs", "--out", join(folder, "sdk")], { folder });
        await rm(program);
        await buildGoProgram(plugin, join(folder, "plugin"), detail);
      },
    ),
  );
  return { ...built, key };
}

const vspherePrograms = (version: string): [GoProgram, GoProgram] => [
  vsphereProgram(name, version),
  vsphereProgram("pulumi-tfgen-vsphere", version),
];

const vsphereProgram = (program: string, version: string): GoProgram => ({
  name: program,
  folder: toolchainModule("vsphere"),
  package: `./cmd/${program}`,
  variables: { "multiport/lab/toolchain/vsphere.Version": version },
  neededFor: "to manage vSphere objects where the official plugin cannot be downloaded",
  usualSeconds: 120,
});

/** Installs our build where a Pulumi that is given `pulumiHome` as PULUMI_HOME looks first. */
export async function installVsphere(
  build: VsphereBuild,
  version: string,
  options: { readonly pulumi: string; readonly report: Report },
): Promise<VspherePlugin> {
  const home = await cachedFolder({ name: "pulumi-home", key: build.key }, options, async (folder) => {
    const args = ["plugin", "install", "resource", "vsphere", version, "--file", join(build.folder, "plugin")];
    await run(options.pulumi, args, { env: { PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" } });
  });
  return { part: { name, version, origin: build.origin, seconds: build.seconds }, pulumiHome: home.folder };
}
