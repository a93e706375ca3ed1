// What is written for every choice of a Linux guest, read by the owner of the format: netplan, networkd, NetworkManager and ifupdown.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GuestCase } from "../../../cli/reference/guestCase.js";
import { GUEST_CASES } from "../../../cli/reference/guestCases.js";
import { filesOfWords, type GuestFile, judgeGuest, type Rendered } from "../../../cli/reference/guestCells.js";
import { findOnPath } from "../../../lab/toolchain/command.js";
import type { RendererName } from "../../../providers/platforms/linux/words.js";
import { settingsOf } from "./networkdSettings.js";
import { checkByNmcli, hasNmcli, writeDaemon } from "./nmcli.js";

/** Milliseconds for a program that is started for every case. */
const LIMIT = 120_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The cases that a renderer takes, each with all that it writes. */
function casesOf(renderer: RendererName): (readonly [string, Rendered])[] {
  const taken = GUEST_CASES.flatMap((one: GuestCase) => {
    const judged = judgeGuest(renderer, one);
    return "reason" in judged ? [] : [[`${one.topic}: ${one.title}`, judged.rendered] as const];
  });
  expect(taken.length).toBeGreaterThan(60);
  return taken;
}

function write(root: string, files: readonly GuestFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o600 });
  }
}

/** The program that `netplan generate` starts: for every case anew it is there sooner than Python. */
const generator = ["/usr/libexec/netplan/generate", "/lib/netplan/generate"].find(existsSync);
const hasNetplan = generator !== undefined;
if (!hasNetplan) console.log("left out: netplan is not installed, so it can't be asked (apt-get install netplan.io)");

/** What netplan wrote for a device, with our additions to it. */
function netplanText(root: string, name: string): string {
  const addition = join(root, `etc/systemd/network/10-netplan-${name}.d/multiport.conf`);
  const generated = readFileSync(join(root, `run/systemd/network/10-netplan-${name}`), "utf8");
  return `${generated}\n${existsSync(addition) ? readFileSync(addition, "utf8") : ""}`;
}

describe.skipIf(!hasNetplan)("netplan", () => {
  it(
    "takes every case, and says to networkd what our own files say",
    () => {
      for (const [title, { words, files }] of casesOf("netplan")) {
        const root = join(folder, title.replaceAll(/\W+/g, "-"));
        write(root, files);
        const { status, stderr } = spawnSync(generator ?? "", ["--root-dir", root], { encoding: "utf8" });
        expect({ title, status, stderr }).toEqual({ title, status: 0, stderr: "" });
        const made = readdirSync(join(root, "run/systemd/network"));
        const wanted = [
          ...Object.keys(words.links).map((device) => `10-netplan-${device}.network`),
          ...[...Object.keys(words.bonds), ...Object.keys(words.vlans)].map((device) => `10-netplan-${device}.netdev`),
        ];
        expect(made, title).toEqual(expect.arrayContaining(wanted));
        for (const name of wanted)
          expect(unknownSettings(readFileSync(join(root, "run/systemd/network", name), "utf8")), title).toEqual([]);
        for (const { path, text } of filesOfWords({ ...words, renderer: "networkd" })) {
          const [, name] = /\/10-multiport-(.*\.(?:network|netdev))$/.exec(path) ?? [];
          if (name !== undefined)
            expect(settingsOf(netplanText(root, name)), `${title}: ${name}`).toEqual(settingsOf(text));
        }
      }
    },
    LIMIT,
  );
});

/** The program has the names of all its settings in it, each as `Section.Key`. */
const NETWORKD = "/lib/systemd/systemd-networkd";
const hasNetworkd = existsSync(NETWORKD);
if (!hasNetworkd) console.log("left out: systemd-networkd is not installed, so its settings are not known");

const known = new Set(
  hasNetworkd ? (readFileSync(NETWORKD, "latin1").match(/[A-Z][A-Za-z0-9]+\.[A-Z][A-Za-z0-9]+/g) ?? []) : [],
);

/** Settings that networkd does not know, each as `Section.Key`. */
function unknownSettings(text: string): string[] {
  if (!hasNetworkd) return [];
  let section = "";
  return text.split("\n").flatMap((line) => {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    if (line === "" || /^[#[]/.test(line)) return [];
    const setting = `${section}.${line.split("=")[0]}`;
    return known.has(setting) ? [] : [setting];
  });
}

describe.skipIf(!hasNetworkd)("systemd-networkd", () => {
  it("has a setting of each name in each section that is written", () => {
    for (const renderer of ["networkd", "netplan"] as const)
      for (const [title, { files }] of casesOf(renderer))
        for (const { path, text } of files.filter((file) => /\.(network|netdev)(\.d\/|$)/.test(file.path)))
          expect(unknownSettings(text), `${title}, ${path}`).toEqual([]);
  });

  it("has none of a name that is made up", () => {
    expect(unknownSettings("# x\n[Bond]\nMode=802.3ad\nLACPActive=off\n")).toEqual(["Bond.LACPActive"]);
  });
});

describe.skipIf(!hasNmcli)("NetworkManager", () => {
  it(
    "takes over every line of every case",
    () => {
      const [major = 0, minor = 0] = (
        /(\d+)\.(\d+)/.exec(spawnSync("nmcli", ["--version"], { encoding: "utf8" }).stdout) ?? []
      )
        .slice(1)
        .map(Number);
      const lost = major > 1 || minor >= 44 ? [] : ["Options of a bond: lacpRole: passive"];
      const refused = casesOf("NetworkManager").flatMap(([title, { words }]) => {
        const root = join(folder, title.replaceAll(/\W+/g, "-"));
        mkdirSync(root);
        writeDaemon(root, { nics: words.ports ?? [] });
        const { status, stderr } = checkByNmcli(root, words);
        return status === 0 && stderr === "" ? [] : [[title, stderr]];
      });
      expect(refused.filter(([title = ""]) => !lost.includes(title))).toEqual([]);
      // The kernel's default is on, and this release has no word for it.
      for (const [, stderr] of refused) expect(stderr).toContain("[bond]lacp_active=off\n");
      expect(refused.map(([title]) => title)).toEqual(lost);
    },
    LIMIT,
  );
});

const hasIfup = findOnPath("ifup") !== undefined;
if (!hasIfup) console.log("left out: ifup is not installed (apt-get install ifupdown ifenslave isc-dhcp-client)");

describe.skipIf(!hasIfup)("ifupdown", () => {
  it("takes every case, and would run its commands in the order of the file", () => {
    mkdirSync(join(folder, "state"));
    const file = join(folder, "interfaces");
    const args = ["--no-act", "--force", "--all", `--interfaces=${file}`, `--state-dir=${folder}/state`];
    for (const [title, { files }] of casesOf("ifupdown")) {
      const text = files.find(({ path }) => path.endsWith("interfaces.d/multiport"))?.text ?? "";
      writeFileSync(file, text);
      const { status, stderr } = spawnSync("ifup", args, { encoding: "utf8" });
      expect({ title, status, stderr: status === 0 ? "" : stderr }).toEqual({ title, status: 0, stderr: "" });
      const commands = [...text.matchAll(/^ {4}(?:pre-up|up) (.*)$/gm)].map(([, command = ""]) => command);
      const ran = [...new Set(stderr.split("\n"))].filter((line) => commands.includes(line));
      expect([title, ...ran]).toEqual([title, ...commands]);
      for (const [, address] of text.matchAll(/^ {4}address (.*)\/\d+$/gm))
        expect(stderr, title).toContain(`ip addr add ${address}/`);
      for (const [, gateway] of text.matchAll(/^ {4}gateway (.*)$/gm))
        expect(stderr, title).toContain(`ip route add default via ${gateway} `);
    }
  });
});
