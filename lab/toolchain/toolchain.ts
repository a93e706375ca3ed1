// All that a stack needs to run: what is installed and new enough is used, the rest is built once into the cache. I/O.
import { delimiter } from "node:path";
import { cacheFolder } from "./cache";
import { findOnPath, run } from "./command";
import { ensureGoProgram, toolchainModule } from "./goModule";
import type { Part } from "./part";
import { ensurePulumiCli, type PulumiCli } from "./pulumiCli";
import { type Report, secondsSince } from "./step";
import { isNewEnough, versionIn } from "./version";
import {
  buildVsphere,
  downloadVspherePlugin,
  findVspherePlugin,
  installVsphere,
  isVsphereBuilt,
  type VspherePlugin,
} from "./vspherePlugin";
import { ensureMadeSdk, ensureOfficialSdk, linkProject, madeVersion } from "./vsphereSdk";

/** The tools of a stack, ready for use. */
export interface Toolchain {
  /** Folders to put first on PATH; `env.PATH` has them already. */
  readonly bin: readonly string[];
  /** To be added to the environment of every program that uses the tools. */
  readonly env: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

/** Makes all tools ready. Safe to call from several processes at once, and to interrupt. */
export async function ensureToolchain(options: { readonly report: Report }): Promise<Toolchain> {
  await linkProject();
  const cli = ensurePulumiCli(options);
  // Two builds at a time: one waits for the network or links while the other compiles.
  const [pulumi, vsphere, govc] = await allOf(
    cli,
    ensureVsphere(cli, options),
    cli.catch(() => undefined).then(() => ensureGovc(options)),
  );
  const bin = [...pulumi.bin, ...govc.bin];
  return {
    bin,
    env: {
      PATH: [...bin, process.env.PATH ?? ""].join(delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...(vsphere.plugin.pulumiHome === undefined ? {} : { PULUMI_HOME: vsphere.plugin.pulumiHome }),
    },
    parts: [...pulumi.parts, vsphere.plugin.part, vsphere.sdk, govc.part],
  };
}

interface Vsphere {
  readonly sdk: Part;
  readonly plugin: VspherePlugin;
}

// The plugin follows the SDK's version: then Pulumi finds it installed and downloads nothing.
async function ensureVsphere(cli: Promise<PulumiCli>, options: { readonly report: Report }): Promise<Vsphere> {
  const official = await ensureOfficialSdk(options);
  const version = official?.version ?? madeVersion;
  const found = findVspherePlugin(version);
  if (official && found) return { sdk: official, plugin: { part: found } };
  if (official && !(await isVsphereBuilt(version))) {
    const downloaded = await downloadVspherePlugin(version, { ...options, pulumi: (await cli).program });
    if (downloaded) return { sdk: official, plugin: { part: downloaded } };
  }
  const build = await buildVsphere(version, options);
  const sdk = official ?? (await ensureMadeSdk(build, options));
  if (found) return { sdk, plugin: { part: found } };
  return { sdk, plugin: await installVsphere(build, version, { ...options, pulumi: (await cli).program }) };
}

const govcVersion = "0.37.0";

async function ensureGovc(options: { readonly report: Report }): Promise<{ part: Part; bin: readonly string[] }> {
  const started = Date.now();
  const found = findOnPath("govc", cacheFolder());
  const version = found && versionIn(await run(found, ["version"]));
  if (version && isNewEnough(version, govcVersion))
    return { part: { name: "govc", version, origin: "path", seconds: secondsSince(started) }, bin: [] };
  const built = await ensureGoProgram(
    {
      name: "govc",
      folder: toolchainModule("govc"),
      package: "github.com/vmware/govmomi/govc",
      neededFor: "to look at the simulated vCenter with a client that is not ours",
      usualSeconds: 20,
    },
    options,
  );
  const part = { name: "govc", version: govcVersion, origin: built.origin, seconds: built.seconds };
  return { part, bin: [built.folder] };
}

// Promise.all would leave builds running behind an error; their results are worth keeping.
async function allOf<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}
