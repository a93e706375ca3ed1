// Hostile text in the words: the templates of netplan, systemd-networkd and udev quote it, or refuse to write it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fillTemplate } from "../../../providers/engine/template.js";
import { netplan } from "../../../providers/platforms/linux/netplan/index.js";
import { networkd } from "../../../providers/platforms/linux/networkd/index.js";
import {
  giveBackNames,
  giveNames,
  keptNames,
  nameChecks,
  nicLinks,
} from "../../../providers/platforms/linux/nicNames.js";
import { routingChange } from "../../../providers/platforms/linux/routing.js";
import { withoutInherited } from "../../../providers/platforms/linux/sorted.js";
import { sysctlFile } from "../../../providers/platforms/linux/sysctl.js";
import { udevRules } from "../../../providers/platforms/linux/udev.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { hostile } from "../../arbitrary.js";
import { scriptOf } from "./rendering.js";
import { bond, bridge, link } from "./words.js";

const heading = { machine: "k", environment: "t" };

/** A bond below a bridge and a VLAN device, with hostile names and addresses. */
// The model lets no name begin with _.
const text = hostile.filter((value) => value !== "__proto__");
const words = fc.tuple(text, text, text, text).map(
  ([team, nic, vlan, address]): LinuxWords =>
    withoutInherited({
      renderer: "netplan",
      bonds: { [team]: bond({ mode: "active-backup", members: [nic], primary: nic }) },
      bridges: {
        br0: bridge({ ports: { [team]: { vlan: { pvid: null, untagged: false, vlans: "10" }, isolated: false } } }),
      },
      vlans: { [vlan]: { link: "br0", id: 10 } },
      links: {
        [team]: link(),
        [nic]: link({ arp: { ignore: 1, announce: 2, filter: 0 }, reversePath: 1 }),
        br0: link(),
        [vlan]: link({
          addresses: [address],
          gateways: [address],
          nameservers: [address],
          searchDomains: [address],
          routes: [{ to: address, via: address, metric: null, source: address, table: 7 }],
          rules: [{ from: address, to: address, table: 7, priority: 9 }],
        }),
      },
      nics: { [nic]: { mac: address, pci: vlan } },
    }),
);

interface Routed {
  readonly routes?: readonly Record<string, string>[];
  readonly "routing-policy"?: readonly Record<string, string>[];
}

/** Of a NIC that is now called otherwise, as hostile. */
function nameScripts(given: LinuxWords) {
  const [nic] = Object.values(given.nics ?? {});
  const ifname = `${nic?.pci}x`;
  const found = { ifname, mtu: 1500, address: nic?.mac, altnames: [`${nic?.mac}`] };
  const seen = { links: new Map([[ifname, found]]), nics: { [ifname]: { pci: nic?.pci ?? "", driver: "" } } };
  return [...nameChecks(given, seen), ...giveNames(given, seen), ...giveBackNames(given, seen), ...keptNames(given)];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "linux-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("hostile words", () => {
  it("are told as such before anything is written", () => {
    fc.assert(
      fc.property(words, (given) => {
        const odd = Object.keys(given.links).filter((name) => !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name));
        expect(new Set(netplan.unsupported(given).map(({ device }) => device))).toEqual(new Set(odd));
      }),
    );
  });

  it("are text in netplan's file", () => {
    fc.assert(
      fc.property(words, (given) => {
        const [file] = netplan.files(given, heading);
        const text = file && fillTemplate(file.template, file.data);
        const { network } = parse(text ?? "", { version: "1.1" });
        for (const [name, { link: lower, addresses = [] }] of Object.entries<{ link: string; addresses?: string[] }>(
          network.vlans ?? {},
        ))
          expect([lower, addresses]).toEqual([given.vlans[name]?.link, given.links[name]?.addresses]);
        for (const [name, { routes = [], "routing-policy": rules = [] }] of Object.entries<Routed>(
          network.vlans ?? {},
        )) {
          const [address] = given.links[name]?.addresses ?? [];
          const said = [...routes.slice(1), ...rules].flatMap(({ to, via, from }) => [to, via ?? to, from]);
          // No text at all is no key.
          const texts = new Set(said.filter((text) => text !== undefined));
          expect(texts).toEqual(new Set(routes.length > 0 ? [address] : []));
        }
        for (const [name, { interfaces, parameters }] of Object.entries<{ interfaces: string[]; parameters: object }>(
          network.bonds ?? {},
        ))
          expect([interfaces, Object.hasOwn(parameters, "mode")]).toEqual([given.bonds[name]?.members, true]);
      }),
    );
  });

  it("never stand in files of networkd and udev", () => {
    fc.assert(
      fc.property(words, (given) => {
        const others = [...udevRules(given, heading), ...sysctlFile(given, heading), ...nicLinks(given, heading)];
        for (const file of [...networkd.files(given, heading), ...others]) {
          let text = "";
          try {
            text = fillTemplate(file.template, file.data);
          } catch (error) {
            expect(String(error)).toContain("no safe way to write");
            continue;
          }
          // A path of PCI is also matched behind what stands before it on some boards.
          expect(text.replace(" *-pci-", "")).toMatch(/^[\w\s#,.:;[\]={}"/+-]*$/);
        }
      }),
    );
  });

  it("are arguments of the scripts, and nothing else", () => {
    fc.assert(
      fc.property(words, (given) => {
        const bare = { ...given, links: Object.fromEntries(Object.keys(given.links).map((name) => [name, link()])) };
        const nothing: LinuxWords = { renderer: null, bonds: {}, bridges: {}, vlans: {}, links: {} };
        const scripts = [
          ...netplan.before({ desired: nothing, actual: given, leaving: [] }),
          ...netplan.after({ desired: given, actual: nothing, leaving: [] }),
          ...routingChange({ desired: given, actual: bare, leaving: [] }),
          ...routingChange({ desired: bare, actual: given, leaving: [] }),
          ...nameScripts(given),
        ];
        // No tool is there to be called: the shell alone reads them.
        const { stdout } = spawnSync("/bin/sh", [], {
          input: `sleep() { :; }\ntries=150\n${scriptOf(scripts)}`.replaceAll("-lt 150", "-lt 1"),
          cwd: folder,
          env: { PATH: "/nowhere" },
          encoding: "utf8",
        });
        expect(existsSync(join(folder, "PWNED"))).toBe(false);
        expect(stdout).toBe("");
      }),
      { numRuns: 40 },
    );
  });
});
