// The Pulumi CLI and its Node language host: those on PATH, else built from pinned Go modules. I/O.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, copyFile, link } from "node:fs/promises";
import { basename, join } from "node:path";
import { cachedFolder, cacheFolder } from "./cache";
import { findOnPath, run } from "./command";
import { ensureGoProgram, type GoProgram, toolchainModule } from "./goModule";
import type { Part } from "./part";
import { projectFolder } from "./project";
import { type Report, secondsSince } from "./step";
import { Unavailable } from "./unavailable";
import { isNewEnough, versionIn } from "./version";

/** The CLI to use. */
export interface PulumiCli {
  readonly program: string;
  /** To be put first on PATH; none when the CLI is the machine's own. */
  readonly bin: readonly string[];
  readonly parts: readonly Part[];
}

// As package.json's peer dependency on @pulumi/pulumi says.
const leastVersion = "3.212.0";
const builtVersion = "3.250.0";
const languageHostVersion = "3.68.0";

/** Uses the CLI on PATH when it is 3.212.0 or newer, else builds one. */
export async function ensurePulumiCli(options: { readonly report: Report }): Promise<PulumiCli> {
  const started = Date.now();
  const found = findOnPath("pulumi", cacheFolder());
  const version = found && versionIn(await run(found, ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } }));
  if (!found || !version || !isNewEnough(version, leastVersion)) {
    if (version) options.report(`the Pulumi CLI on PATH is ${version}, older than ${leastVersion}: using another`);
    return buildPulumiCli(options);
  }
  const part = { name: "pulumi", version, origin: "path", seconds: secondsSince(started) } as const;
  return { program: found, bin: [], parts: [part] };
}

async function buildPulumiCli(options: { readonly report: Report }): Promise<PulumiCli> {
  const cli = await ensureGoProgram(cliProgram(), options).catch(explainBuild);
  const languageHost = await ensureGoProgram(languageHostProgram(), options);
  const bin = await joinInOneFolder([cli.program, languageHost.program], options);
  return {
    program: join(bin, "pulumi"),
    bin: [bin],
    parts: [
      { name: "pulumi", version: builtVersion, origin: cli.origin, seconds: cli.seconds },
      {
        name: "pulumi-language-nodejs",
        version: languageHostVersion,
        origin: languageHost.origin,
        seconds: languageHost.seconds,
      },
    ],
  };
}

function explainBuild(error: unknown): never {
  if (!(error instanceof Unavailable)) throw error;
  throw new Unavailable(
    `No Pulumi CLI ${leastVersion} or newer is on PATH, and none could be built. ${error.message}`,
    {
      neededFor: "for every preview and up",
      remedy: "Or install Pulumi: curl -fsSL https://get.pulumi.com | sh",
    },
  );
}

const cliProgram = (): GoProgram => ({
  name: "pulumi",
  folder: toolchainModule("pulumi"),
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": builtVersion },
  neededFor: "to run Pulumi",
  usualSeconds: 240,
});

const languageHostProgram = (): GoProgram => ({
  name: "pulumi-language-nodejs",
  folder: toolchainModule("language-nodejs"),
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  // It stands between Node and the engine, and passes on only the calls of its own time: hooks are later ones. With the engine's address
  // Node asks the engine itself.
  patch: {
    module: "github.com/pulumi/pulumi/sdk/v3",
    file: "nodejs/cmd/pulumi-language-nodejs/main.go",
    from: 'fmt.Sprintf("127.0.0.1:%d", handle.Port)',
    to: "req.GetMonitorAddress()",
  },
  neededFor: "for Pulumi to run programs in TypeScript",
  usualSeconds: 20,
});

// The CLI looks for its parts beside its own real file and warns when it finds them elsewhere on PATH: hard links, one folder.
// The third part, which runs dynamic resources, is a script inside @pulumi/pulumi.
async function joinInOneFolder(programs: readonly string[], options: { readonly report: Report }): Promise<string> {
  const script = join(projectFolder(), "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs");
  const key = createHash("sha256").update(programs.join("\0")).update(readFileSync(script)).digest("hex").slice(0, 16);
  const { folder } = await cachedFolder({ name: "bin", key }, options, async (half) => {
    for (const program of programs) await linkOrCopy(program, join(half, basename(program)));
    await copyFile(script, join(half, basename(script)));
    await chmod(join(half, basename(script)), 0o755);
  });
  return folder;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}
