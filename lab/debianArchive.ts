// Which Debian archive this computer takes its packages from, and another suite of it as one more source. I/O.
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { run } from "./toolchain/command";

/** The keys of every release that is in use, from the package debian-archive-keyring. */
export const archiveKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The code name of the release that runs here, such as bookworm; undefined where it is not Debian. */
export function debianRelease(): string | undefined {
  const file = "/etc/os-release";
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (!/^ID=debian$/m.test(text)) return undefined;
  return /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1];
}

interface Source {
  readonly uri: string;
  readonly suite: string;
}

// Apt's own view of its sources, whichever of the two formats they are written in. It needs no lists.
async function listSources(): Promise<readonly Source[]> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const text = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  return text.split("\n").flatMap((line) => {
    const [uri = "", suite = "", component] = line.split(" ");
    return component === "main" ? [{ uri, suite }] : [];
  });
}

/** The address of the archive that this computer's own release comes from: a mirror that is known to be reachable. */
export async function findArchive(): Promise<string | undefined> {
  const release = debianRelease();
  return (await listSources()).find(({ suite }) => suite === release)?.uri;
}

/** Adds a suite, such as bookworm-backports, from the archive in use; does nothing where it is a source already. */
export async function ensureSource(suite: string): Promise<void> {
  if ((await listSources()).some((source) => source.suite === suite)) return;
  const archive = await findArchive();
  if (archive === undefined)
    throw new Error(`apt has no source for ${debianRelease() ?? "Debian"} main here, so none for ${suite} either`);
  const file = `/etc/apt/sources.list.d/multiport-${suite}.sources`;
  const lines = [
    "Types: deb",
    `URIs: ${archive}`,
    `Suites: ${suite}`,
    "Components: main",
    `Signed-By: ${archiveKeyring}`,
  ];
  // Apt ignores a name that ends so, should this be interrupted.
  await writeFile(`${file}.tmp`, `${lines.join("\n")}\n`, { mode: 0o644 });
  await rename(`${file}.tmp`, file);
}
