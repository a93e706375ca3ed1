// Debian packages that a lab needs: those that are missing are installed, where this user may do that. I/O.
import { ensureSource } from "./debianArchive";
import { CommandFailed, findOnPath, run } from "./toolchain/command";
import { type Report, runStep } from "./toolchain/step";

/** Either all packages are there, or the reason in words: what is missing, why not installed, the command that gets it. */
export type DebianPackages = { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

// Another apt may be at work, such as the daily update: it is waited for.
const lockTimeoutSeconds = 600;
const aptOptions = ["-o", `DPkg::Lock::Timeout=${lockTimeoutSeconds}`];
const env = { DEBIAN_FRONTEND: "noninteractive" };

/** Who hears of it, and where the packages come from. */
export interface EnsureOptions {
  readonly report: Report;
  /** A suite that has newer ones, such as bookworm-backports; it becomes a source of apt where it is none. */
  readonly targetRelease?: string | undefined;
}

/** Makes these packages installed. Fast when they are; never asks anything. */
export async function ensureDebianPackages(names: readonly string[], options: EnsureOptions): Promise<DebianPackages> {
  const obstacle = findObstacle();
  if (obstacle === "not Debian")
    return notReady(names, "this system has no dpkg and apt-get (it is not Debian or Ubuntu)");
  const missing = await findMissing(names);
  if (missing.length === 0) return { isReady: true };
  if (obstacle === "not root") return notReady(missing, "this user is not root");
  try {
    await runStep(`installing ${missing.join(", ")}`, { ...options, usualSeconds: 20 }, () =>
      install(missing, options.targetRelease),
    );
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return notReady(missing, error.message);
  }
  return { isReady: true };
}

/** Why no package can be installed here. */
export function findObstacle(): "not Debian" | "not root" | undefined {
  if (findOnPath("dpkg-query") === undefined || findOnPath("apt-get") === undefined) return "not Debian";
  return process.getuid?.() === 0 ? undefined : "not root";
}

function notReady(missing: readonly string[], why: string): DebianPackages {
  const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  return { isReady: false, reason: `Missing: ${missing.join(", ")}. Not installed: ${why}. Get them with: ${command}` };
}

// dpkg-query exits with 1 when it knows nothing of a name, and still prints the others.
const queryScript = 'dpkg-query --show --showformat "$@" || true';
// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are those of dpkg-query.
const queryFormat = "${db:Status-Abbrev} ${Package}\\n";

async function findMissing(names: readonly string[]): Promise<readonly string[]> {
  const known = await run("sh", ["-c", queryScript, "sh", queryFormat, ...names]);
  const lines = known.split("\n").filter((line) => line.startsWith("ii "));
  const installed = new Set(lines.map((line) => line.slice(3).trim()));
  return names.filter((name) => !installed.has(name));
}

async function install(names: readonly string[], targetRelease: string | undefined): Promise<void> {
  if (targetRelease !== undefined) await ensureSource(targetRelease);
  const target = targetRelease === undefined ? [] : ["--target-release", targetRelease];
  const wanted = ["--no-install-recommends", ...target, ...names];
  if (!(await canInstall(wanted))) await run("apt-get", [...aptOptions, "update"], { env });
  await run("apt-get", [...aptOptions, "install", "-y", ...wanted], { env });
}

// The lists may be missing, or so old that they name files the mirror no longer has: then apt's own dry run cannot tell.
async function canInstall(wanted: readonly string[]): Promise<boolean> {
  return run("apt-get", ["install", "--simulate", ...wanted], { env }).then(
    () => true,
    () => false,
  );
}
