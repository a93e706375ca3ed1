// What a change of routes, policy rules and settings tells the kernel, how settings stand in sysctl.d, and what netplan says of routes to networkd.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { netplan } from "../../../providers/platforms/linux/netplan/index.js";
import { networkd } from "../../../providers/platforms/linux/networkd/index.js";
import { routingChange } from "../../../providers/platforms/linux/routing.js";
import { SYSCTL_FILE, settingsInFile } from "../../../providers/platforms/linux/sysctl.js";
import { kernelSays } from "./kernel.js";
import { expectGolden, filesOf, HEADING, scriptOf } from "./rendering.js";
import { CHANGES, link, MULTI_HOMED, NO_WORDS } from "./words.js";

const AREA = "linux-routing"; // test/golden/linux-routing

describe("settings of sysctl", () => {
  const settings = {
    ...NO_WORDS,
    renderer: "ifupdown" as const,
    links: { "eth5.30": link({ reversePath: 0 }), eth4: link({ arp: { ignore: 1, announce: 2, filter: 0 } }) },
  };

  it("stand in one file, with slashes for the dots that names have", () => {
    const [file] = linux.sections(settings, HEADING).filter(({ path }) => path === SYSCTL_FILE);
    const text = file ? fillTemplate(file.template, file.data) : "";
    expect(text.split("\n").slice(1)).toEqual([
      "net/ipv4/conf/eth4/arp_ignore = 1",
      "net/ipv4/conf/eth4/arp_announce = 2",
      "net/ipv4/conf/eth4/arp_filter = 0",
      "net/ipv4/conf/eth5.30/rp_filter = 0",
      "",
    ]);
    expect(settingsInFile(text)).toEqual(
      new Map([
        ["eth4", new Set(["arp_ignore", "arp_announce", "arp_filter"])],
        ["eth5.30", new Set(["rp_filter"])],
      ]),
    );
  });

  it("that all devices have outweigh those of one, and that is told", () => {
    const said = kernelSays(settings, { defaults: "absent" }) as { settings: [string, string, number][] };
    expect(linux.remarks?.(settings, linux.readFacts(said))).toEqual([]);
    const more = said.settings.map(([device, name, value]) => [
      device,
      name,
      device === "all" && name !== "arp_ignore" ? 1 : value,
    ]);
    expect(linux.remarks?.(settings, linux.readFacts({ ...said, settings: more }))).toEqual([
      expect.stringMatching(
        /^arp_filter of eth4 is 0 and has the effect of 1, for net\.ipv4\.conf\.all\.arp_filter is 1/,
      ),
      expect.stringMatching(/^rp_filter of eth5\.30 is 0 and has the effect of 1/),
    ]);
  });
});

describe("rules of others", () => {
  const renderers = ["netplan", "networkd", "NetworkManager", "ifupdown"] as const;
  it.each(renderers)("are told with %s, where its daemon may remove them", (renderer) => {
    const words = { ...MULTI_HOMED, renderer };
    const said = kernelSays(words, {
      defaults: "absent",
      renderers: { networkd: true, [renderer]: true },
    }) as { rules: object[] };
    const others = [
      { priority: 500, src: "10.77.0.0", srclen: 16, table: "104" },
      { priority: 1000, src: "all", l3mdev: null, table: "0" },
    ];
    const notes = (rules: readonly object[]) => {
      const facts = linux.readFacts({ ...said, rules });
      const actual = linux.fromFacts(facts, { environment: HEADING.environment, known: [words], files: {} });
      return linux.plan(words, { actual, facts, heading: HEADING }).notes;
    };
    expect(notes(said.rules)).toEqual([]);
    const isAtRisk = renderer === "netplan" || renderer === "networkd";
    expect(notes([...said.rules, ...others])).toEqual(
      isAtRisk
        ? [
            expect.stringMatching(
              /^others have policy rules here \(500: from 10\.77\.0\.0\/16 lookup 104\)\. systemd-networkd removes/,
            ),
          ]
        : [],
    );
  });
});

describe("changes that the kernel is told", () => {
  it.each(Object.entries(CHANGES))("change %s", async (name, [actual, desired]) => {
    const text = scriptOf(routingChange({ actual, desired, leaving: [] }));
    expect(spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr).toBe("");
    if (name !== "routes-in-place") return expect(text).toBe("");
    const back = scriptOf(routingChange({ actual: desired, desired: actual, leaving: [] }));
    await expectGolden(AREA, name, [
      { path: "change.sh", text },
      { path: "back.sh", text: back },
    ]);
  });

  it("a NIC that leaves keeps neither rules nor settings of ours", () => {
    const text = scriptOf(routingChange({ actual: MULTI_HOMED, desired: NO_WORDS, leaving: [] }));
    const rules = Object.values(MULTI_HOMED.links).flatMap((each) => each.rules);
    expect(text.match(/^drop_rule -/gm)).toHaveLength(rules.length);
    expect(text).toContain("cat /proc/sys/net/ipv4/conf/default/rp_filter >/proc/sys/net/ipv4/conf/eth5/rp_filter");
  });
});

const hasNetplan = findOnPath("netplan") !== undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "linux-routes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Routes and rules of a .network file, each as the sorted lines of its section. */
function sectionsOf(text: string): string[] {
  const parts = text.split(/^(?=\[)/m).filter((part) => /^\[(Route|RoutingPolicyRule)\]/.test(part));
  // netplan says the scope, which networkd knows by itself, and another word for yes.
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/^Scope=link\n?/m, "")
        .replace("GatewayOnLink=true", "GatewayOnLink=yes")
        .trim(),
    )
    .map((part) => part.split("\n").sort().join("\n"))
    .sort();
}

it.skipIf(!hasNetplan)("netplan says to networkd what our own file says, of every route and rule", () => {
  // A gateway is a route to netplan, and a line of its own to us.
  const links = Object.fromEntries(
    Object.entries(MULTI_HOMED.links).map(([name, each]) => [name, { ...each, gateways: [] }]),
  );
  const words = { ...MULTI_HOMED, links };
  for (const { path, text } of filesOf(netplan, words)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  }
  const { status, stderr } = spawnSync("netplan", ["generate", "--root-dir", folder], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const own = filesOf(networkd, words).filter(({ path }) => path.endsWith(".network"));
  expect(own.flatMap(({ text }) => sectionsOf(text)).length).toBeGreaterThan(15);
  for (const { path, text } of own) {
    const name = path.replace("etc/systemd/network/10-multiport-", "");
    expect(sectionsOf(readFileSync(join(folder, `run/systemd/network/10-netplan-${name}`), "utf8")), name).toEqual(
      sectionsOf(text),
    );
  }
});
