// Builds the Go programs of a module folder into the cache. I/O.
// The key holds all that decides what comes out: go.mod, go.sum, the sources, Go's own version, package and flags.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type CachedFolder, cachedFolder } from "./cache";
import { CommandFailed, findOnPath, run } from "./command";
import { projectFolder } from "./project";
import { type Detail, type Report, runStep } from "./step";
import { Unavailable } from "./unavailable";
import { isNewEnough, versionIn } from "./version";

/** A program that Go builds from a module folder whose go.mod and go.sum are committed. */
export interface GoProgram {
  /** File name of the program, such as "govc". */
  readonly name: string;
  /** Module folder, the one with go.mod. */
  readonly folder: string;
  /** What to build, as `go build` takes it. Default: "." */
  readonly package?: string;
  /** String variables the linker sets, such as { "main.Version": "1.0" }. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A change to a file of a module that it is made from: the text is replaced where it stands, once. */
  readonly patch?: GoPatch;
  /** Ends the sentence "It is needed ..", such as "to run the simulated vCenter". */
  readonly neededFor: string;
  /** With an empty Go cache on two cores; the user is told before the build. */
  readonly usualSeconds: number;
}

export interface GoPatch {
  readonly module: string;
  /** Path in the module. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A module folder of ours: lab/toolchain/NAME. */
export function toolchainModule(name: string): string {
  return join(projectFolder(), "lab", "toolchain", name);
}

/** A Go program in the cache. */
export interface BuiltProgram extends CachedFolder {
  readonly program: string;
}

/** Builds the program, or finds it built from the same inputs. */
export async function ensureGoProgram(program: GoProgram, options: { readonly report: Report }): Promise<BuiltProgram> {
  const entry = { name: program.name, key: await goKey([program]) };
  const cached = await cachedFolder(entry, options, (folder) =>
    runStep(`building ${program.name} with Go`, { ...options, usualSeconds: program.usualSeconds }, (detail) =>
      buildGoProgram(program, folder, detail),
    ),
  );
  return { ...cached, program: join(cached.folder, program.name) };
}

// The checkout's state must not go into the program: the same inputs give the same file.
const flags = ["-trimpath", "-buildvcs=false"];
const env = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };

/** Builds into `folder`, past the cache. */
export async function buildGoProgram(program: GoProgram, folder: string, detail: Detail): Promise<void> {
  let packages = 0;
  const onErrorLine = (line: string) => {
    if (!line.startsWith("go: ")) packages += 1;
    detail(line.startsWith("go: ") ? line.slice(4) : `${packages} packages compiled`);
  };
  const target = ["-o", join(folder, program.name), program.package ?? "."];
  const scratch = mkdtempSync(join(tmpdir(), "multiport-go-"));
  try {
    const modules = program.patch ? await patched(program, program.patch, scratch) : [];
    const args = ["build", "-v", ...flags, ...modules, "-ldflags", linkerFlags(program), ...target];
    await run(findGo(program), args, { folder: program.folder, env, onErrorLine });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Unavailable(`${program.name} could not be built: ${failureLines(error)}`, {
      neededFor: program.neededFor,
      remedy: `To see it alone: cd ${program.folder} && go build -o /dev/null ${program.package ?? "."}`,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Arguments of a build with a patched copy of the module; the one that was downloaded stays as it is. */
async function patched(program: GoProgram, patch: GoPatch, scratch: string): Promise<string[]> {
  const { module, file, from, to } = patch;
  const options = { folder: program.folder, env };
  await run(findGo(program), ["mod", "download", module], options);
  const original = (await run(findGo(program), ["list", "-m", "-f", "{{.Dir}}", module], options)).trim();
  const parts = readFileSync(join(original, file), "utf8").split(from);
  if (parts.length !== 2) throw new Error(`${module}: ${file} has the text to be patched ${parts.length - 1} times`);
  const copy = join(scratch, "module");
  await run("cp", ["--recursive", "--no-preserve=mode", original, copy]);
  writeFileSync(join(copy, file), parts.join(to));
  const [modules, sums] = ["go.mod", "go.sum"].map((name) => readFileSync(join(program.folder, name), "utf8"));
  writeFileSync(join(scratch, "go.mod"), `${modules}\nreplace ${module} => ${copy}\n`);
  writeFileSync(join(scratch, "go.sum"), sums ?? "");
  return [`-modfile=${join(scratch, "go.mod")}`];
}

// Between them stand the names of the packages that did compile.
function failureLines(error: CommandFailed): string {
  const lines = error.lines.filter((line) => /\s/.test(line) && !line.startsWith("go: downloading"));
  return [error.exit, ...lines].join("\n  ");
}

function linkerFlags(program: GoProgram): string {
  const variables = Object.entries(program.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s -w", ...variables].join(" ");
}

/** The hash of everything these programs of one module are made from. */
export async function goKey(programs: readonly [GoProgram, ...GoProgram[]]): Promise<string> {
  const [first] = programs;
  const hash = createHash("sha256").update(await goVersion(first));
  hash.update(
    JSON.stringify([
      flags,
      env,
      programs.map((each) => [each.name, each.package, linkerFlags(each), ...(each.patch ? [each.patch] : [])]),
    ]),
  );
  for (const file of sourceFiles(first.folder)) {
    hash.update(`\0${relative(first.folder, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

// Every file that is not a test: sources and what they embed.
function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith("_test.go"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

// Asked in the module's folder, where go.mod may choose another Go than the one on PATH.
async function goVersion(program: GoProgram): Promise<string> {
  const settings = ["env", "GOVERSION", "GOOS", "GOARCH"];
  const answer = await run(findGo(program), settings, { folder: program.folder, env });
  const version = versionIn(answer) ?? "0";
  if (!isNewEnough(version, goWanted(program)))
    throw unavailable(program, `The Go on PATH is ${version}, too old to build ${program.name}`);
  return answer;
}

function findGo(program: GoProgram): string {
  const go = findOnPath("go");
  if (go === undefined) throw unavailable(program, `There is no Go on PATH to build ${program.name} with`);
  return go;
}

function goWanted(program: GoProgram): string {
  return /^go (\S+)$/m.exec(readFileSync(join(program.folder, "go.mod"), "utf8"))?.[1] ?? "1.21";
}

function unavailable(program: GoProgram, what: string): Unavailable {
  const get = "Linux: sudo snap install go --classic, macOS: brew install go, all: go.dev/doc/install";
  return new Unavailable(what, {
    neededFor: program.neededFor,
    remedy: `Install Go ${goWanted(program)} or newer, then run the same command again (${get}).`,
  });
}
