// Files of netplan and systemd-networkd for whole environments: golden, read by netplan itself, and the one compared with the other.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { toLinuxWords } from "../../../providers/platforms/linux/toWords.js";
import type { LinuxWords, RendererName } from "../../../providers/platforms/linux/words.js";
import { goldenCases, goldenFiles } from "../../golden.js";
import { modelOf } from "../../model/given.js";
import { settingsOf } from "./networkdSettings.js";
import type { File } from "./rendering.js";

const heading = { machine: "kvm-01", environment: "golden" };
const hasNetplan = findOnPath("netplan") !== undefined;
if (!hasNetplan) console.log("left out: netplan is not installed, so it can't be asked (apt-get install netplan.io)");

function wordsOf(spec: string, renderer: RendererName): LinuxWords {
  const [host] = modelOf(spec).kvmHosts;
  if (!host) throw new Error("no host");
  expect(linux.unsupported(host, [])).toEqual([]);
  return { ...toLinuxWords(host), renderer };
}

function filesOf(words: LinuxWords): File[] {
  return linux
    .sections(words, heading)
    .map(({ path = "", template, data }) => ({ path: path.slice(1), text: fillTemplate(template, data) }));
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "linux-golden-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(root: string, files: readonly File[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o600 });
  }
}

describe.each(goldenCases("linux"))("$name", ({ folder: golden, spec }) => {
  it("is what it was", async () => {
    const [host] = modelOf(spec).kvmHosts;
    const words = host && `${JSON.stringify(toLinuxWords(host), null, 2)}\n`;
    await expect(words).toMatchFileSnapshot(join(golden, "words.json"));
    const paths = ["words.json"];
    for (const renderer of ["netplan", "networkd"] as const)
      for (const { path, text } of filesOf(wordsOf(spec, renderer))) {
        paths.push(join(renderer, path));
        await expect(text).toMatchFileSnapshot(join(golden, renderer, path));
      }
    // A file that is missing is the snapshot's matter, and is there only when the test has ended.
    expect(goldenFiles(golden).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it.skipIf(!hasNetplan)("netplan says to networkd what our own files say", () => {
    write(folder, filesOf(wordsOf(spec, "netplan")));
    const { status, stderr } = spawnSync("netplan", ["generate", "--root-dir", folder], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const own = filesOf(wordsOf(spec, "networkd")).filter(({ path }) => path.startsWith("etc/systemd/network/"));
    for (const { path, text } of own) {
      const name = path.replace("etc/systemd/network/10-multiport-", "");
      expect(settingsOf(netplanText(name)), name).toEqual(settingsOf(text));
    }
  });
});

/** What netplan generated for a device, with our additions to it. */
function netplanText(name: string): string {
  const addition = join(folder, `etc/systemd/network/10-netplan-${name}.d/multiport.conf`);
  const generated = readFileSync(join(folder, `run/systemd/network/10-netplan-${name}`), "utf8");
  return `${generated}\n${existsSync(addition) ? readFileSync(addition, "utf8") : ""}`;
}
