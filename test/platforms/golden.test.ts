// Every rendered file of every golden environment, whole, as the machine gets it; read by its own language as well.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkScript } from "../../lab/windows/language/check.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { type RenderedFile, renderEnvironment, renderFiles } from "../../providers/engine/render.js";
import { formatProblem } from "../../providers/model/problem.js";
import { readHeading } from "../../providers/platforms/heading.js";
import { DRIVERS } from "../../providers/platforms/index.js";
import { type GoldenCase, goldenCases, goldenFiles } from "../golden.js";

function render({ spec }: GoldenCase): RenderedFile[] {
  const { environment, problems } = checkEnvironmentText(spec, "spec.yaml");
  const errors = problems.filter((problem) => problem.severity === "error").map(formatProblem);
  expect(errors).toEqual([]);
  if (!environment) throw new Error("no model");
  return [...renderEnvironment(environment)];
}

/** A case shows the files of its own platform; the machines below a guest are golden elsewhere. */
function ownFiles(platform: string, golden: GoldenCase): RenderedFile[] {
  return render(golden).filter((file) => file.driver === platform);
}

/** As the shell of the facts script has it. */
function matches(path: string, glob: string): boolean {
  return spawnSync("sh", ["-c", `case "$1" in ${glob}) ;; *) exit 1 ;; esac`, "sh", path]).status === 0;
}

/** Files of systemd: sections of keys with values; of sysctl: keys with values. */
function readIni(text: string): void {
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^$|^#|^\[[A-Za-z0-9-]+\]$|^[\w-]+=\S|^-?net(?:\/[\w.-]+)+ = \d+$/);
}

/** ifup reads the whole file before it does nothing. */
function readInterfaces(text: string): void {
  const folder = mkdtempSync(join(tmpdir(), "interfaces-"));
  try {
    writeFileSync(join(folder, "interfaces"), text);
    const args = ["--no-act", "--force", "--all", `--interfaces=${join(folder, "interfaces")}`];
    expect(spawnSync("ifup", args, { encoding: "utf8" })).toMatchObject({ status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const hasIfup = spawnSync("ifup", ["--version"]).status === 0;
if (!hasIfup)
  console.log("left out: ifupdown is not installed, so its files are not read by it (apt-get install ifupdown)");

/** A network namespace of its own, where nft may ask the kernel. */
const NFT = ["-rn", "nft", "--check", "-f", "-"];
const hasNft = spawnSync("unshare", NFT, { input: "add table netdev t" }).status === 0;
if (!hasNft) console.log("left out: nft can't be run in a namespace here, so rules of nftables are not read by it");

const READERS: Record<string, (text: string) => void | Promise<void>> = {
  conf: readIni,
  link: readIni,
  netdev: readIni,
  network: readIni,
  nmconnection: readIni,
  multiport: (text) => {
    if (hasIfup) readInterfaces(text);
  },
  service: readIni,
  // A part of dhclient's own script.
  "multiport-mtu": (text) => void execFileSync("sh", ["-n"], { input: text }),
  nft: (text) => {
    // Its interface is not there, and the one that is in every namespace does as well.
    const input = text.replaceAll(/ device "[^"]*"/g, ' device "lo"');
    if (hasNft) expect(spawnSync("unshare", NFT, { input, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  },
  // Every call binds to one parameter set of the reference.
  ps1: async (text) => expect(await checkScript(text)).toEqual([]),
  sh: (text) => void execFileSync("sh", ["-n"], { input: text }),
  yaml: (text) => void parse(text, { version: "1.1" }),
  // The seed of cloud-init; what it makes of them: test/platforms/linuxGuest/cloudInit.test.ts.
  "meta-data": (text) => void parse(text, { version: "1.1" }),
  "network-config": (text) => void parse(text, { version: "1.1" }),
  "user-data": (text) => {
    expect(text.split("\n")[0]).toBe("#cloud-config");
    parse(text, { version: "1.1" });
  },
  // udev(7): pairs of a key, an operator and a value in double quotes.
  rules: (text) => {
    const rule = /^(?:[A-Z]+(?:\{[^}]+\})?(?:==|!=|=|\+=|:=)"[^"]*"(?:, |$))+$/;
    for (const line of text.trimEnd().split("\n")) expect(line).toMatch(line.startsWith("#") ? /^#/ : rule);
  },
};

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (platform, driver) => {
  it("has cases", () => expect(goldenCases(platform)).not.toEqual([]));

  it.each(goldenCases(platform))("$name", async (golden) => {
    const files = ownFiles(platform, golden);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      await expect(file.text).toMatchFileSnapshot(join(golden.folder, file.path));
      const read = READERS[file.path.split(/[./]/).at(-1) ?? ""];
      if (!read) throw new Error(`no reader of ${file.path}: give its language one in READERS`);
      await read(file.text);
    }
    // A file that is missing is the snapshot's matter, and is there only when the test has ended.
    const paths = files.map((file) => file.path);
    expect(goldenFiles(golden.folder).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it.each(goldenCases(platform))("$name puts no file where its layer would not find it again", ({ spec }) => {
    const { environment } = checkEnvironmentText(spec, "spec.yaml");
    for (const { machine } of environment ? driver.machines(environment) : []) {
      const words = toMachineWords(driver, machine, environment?.name ?? "");
      for (const file of renderFiles(driver, words, { machine: machine.name, environment: "t" })) {
        const globs = driver.layers.find(({ name }) => name === file.layer)?.ownFiles ?? [];
        expect(
          globs.some((glob) => matches(file.path, glob)),
          file.path,
        ).toBe(true);
        // By its heading the engine knows it again.
        expect(readHeading(file.text)).toEqual({ machine: machine.name, environment: "t" });
      }
    }
  });
});

it("every machine of an environment has one driver", () => {
  for (const golden of DRIVERS.flatMap(({ name }) => goldenCases(name))) {
    const { environment } = checkEnvironmentText(golden.spec, "spec.yaml");
    const paths = DRIVERS.flatMap((driver) => (environment ? driver.machines(environment) : [])).map(({ path }) =>
      path.join("/"),
    );
    expect(paths, golden.name).toEqual([...new Set(paths)]);
  }
});

// Whatever layers and machines an environment has: `multiport render` would write one over the other.
it.each(["hyperv", "kvm", "kvm-seeds", "libvirt", "linux", "linuxGuest", "sriov", "windows"])(
  "no two files of an environment have one path: %s",
  (area) => {
    for (const golden of goldenCases(area)) {
      const paths = render(golden).map(({ path }) => path);
      expect(paths).toEqual([...new Set(paths)]);
    }
  },
);
