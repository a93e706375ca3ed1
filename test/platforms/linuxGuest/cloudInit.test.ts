// The seed for a guest's first start: what cloud-init itself makes of it for each renderer, what it loses, and how ours takes over from it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { checkEnvironmentText } from "../../../providers/engine/check.js";
import { literal } from "../../../providers/engine/quote.js";
import { type RenderedFile, renderEnvironment } from "../../../providers/engine/render.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import type { LinuxRenderer } from "../../../providers/model/linuxRenderer.js";
import { cloudInitUnsupported } from "../../../providers/platforms/linuxGuest/cloudInit/unsupported.js";
import { guestinfoOf } from "../../../providers/platforms/vsphere/guestinfo.js";
import { hostile } from "../../arbitrary.js";
import { goldenCases } from "../../golden.js";
import { expectGolden } from "../linux/rendering.js";
import { type Converted, convert, convertAll, faultsOfUserData, readGuestinfo, whyNoCloudInit } from "./cloudInit.js";
import { ANSWERING, bonded, LOST, type Lost, nic, type Owner, route } from "./cloudInitLosses.js";

const AREA = "linux-cloudInit"; // test/golden/linux-cloudInit
const whyNot = whyNoCloudInit();
if (whyNot) console.log(`left out: nobody but us reads the seeds of cloud-init: ${whyNot}`);

const CASES = goldenCases("linuxGuest").filter(({ name }) => name.startsWith("first-start-"));

interface Seed {
  readonly renderer: LinuxRenderer;
  readonly files: readonly RenderedFile[];
  readonly of: (name: string) => string;
}

function seedOf(spec: string): Seed {
  const { environment } = checkEnvironmentText(spec, "spec.yaml");
  const renderer = environment?.virtualMachines[0]?.guest?.cloudInit?.renderer;
  if (!environment || !renderer) throw new Error("no model");
  const files = [...renderEnvironment(environment)].filter(({ driver }) => driver === "linuxGuest");
  const of = (name: string) => files.find(({ path }) => path === `db-01/cloud-init/${name}`)?.text ?? "";
  return { renderer, files, of };
}

interface UserData {
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly runcmd: readonly (readonly string[])[];
}
const userData = (seed: Seed) => parse(seed.of("user-data"), { version: "1.1" }) as UserData;

it("there is a case of every renderer", () => {
  const renderers = CASES.map(({ spec }) => seedOf(spec).renderer);
  expect(renderers.sort()).toEqual(["NetworkManager", "ifupdown", "netplan", "networkd"]);
});

describe.skipIf(whyNot !== undefined)("cloud-init's own reading", () => {
  it.each(CASES)("$name", async ({ name, spec }) => {
    const seed = seedOf(spec);
    expect(faultsOfUserData(seed.of("user-data"))).toBe("");
    const { files, failure } = convert(seed.renderer, seed.of("network-config"));
    expect(failure).toBeUndefined();
    if (seed.renderer !== "netplan") return expectGolden(AREA, name, files);
    // It is handed on as it is.
    expect(files.map(({ path }) => path)).toEqual(["etc/netplan/50-cloud-init.yaml"]);
    expect(parse(files[0]?.text ?? "")).toEqual(parse(seed.of("network-config")));
  });

  it.each(CASES)("$name, from the keys of a VM in vCenter", ({ spec }) => {
    const seed = seedOf(spec);
    const texts = { "meta-data": seed.of("meta-data"), "network-config": seed.of("network-config") };
    const keys = guestinfoOf({ ...texts, "user-data": seed.of("user-data") });
    const { network } = parse(seed.of("network-config"), { version: "1.1" }) as { network: unknown };
    expect(readGuestinfo(keys)).toEqual({
      found: true,
      id: "multiport-t-db-01",
      hostname: (parse(seed.of("meta-data")) as { "local-hostname"?: string })["local-hostname"] ?? null,
      network,
      userData: seed.of("user-data"),
    });
  });

  it.each([
    ["permissions", "mode", "Additional properties"],
    ["write_files:", "write_files: 1\nx:", "write_files"],
  ])("a user-data with %s as %s is refused", (right, wrong, reason) => {
    const text = seedOf(CASES[0]?.spec ?? "").of("user-data");
    expect(faultsOfUserData(text.replace(right, wrong))).toContain(reason);
  });
});

describe.each(CASES)("$name", ({ spec }) => {
  const seed = seedOf(spec);

  it("puts every file in place that up would, and tells cloud-init to leave the network alone", () => {
    const [disabled, ...files] = userData(seed).write_files;
    expect(parse(disabled?.content ?? "")).toEqual({ network: { config: "disabled" } });
    const wanted = seed.files.filter(({ layer }) => layer !== "seed");
    expect(files.map(({ path, content }) => [`db-01${path}`, content])).toEqual(
      wanted.map(({ path, text }) => [path, text]),
    );
    for (const { path, permissions } of files)
      expect(permissions).toBe(/netplan|system-connections/.test(path) ? "0600" : "0644");
  });

  it("finds every port by its MAC address at the first start, and from then on by what the file says", () => {
    const config = parse(seed.of("network-config")) as { network: { ethernets: Record<string, { match?: object }> } };
    const found = Object.fromEntries(
      Object.entries(config.network.ethernets).flatMap(([name, { match }]) => (match ? [[name, match]] : [])),
    );
    const ports = parse(spec).vms["db-01"].ports as Record<string, Readonly<Record<string, string>>>;
    const named = Object.entries(ports).filter(([, port]) => port.guestInterface === undefined);
    expect(found).toEqual(Object.fromEntries(named.map(([name, { mac }]) => [name, { macaddress: mac }])));
    for (const [name, { mac, guestPci }] of named) {
      const link = seed.files.find(({ path }) => path.endsWith(`/10-multiport-${name}.link`))?.text ?? "";
      expect(link).toContain(guestPci === undefined ? `PermanentMACAddress=${mac}` : `Path=pci-${guestPci}`);
      if (guestPci !== undefined) expect(link).not.toContain("MACAddress=");
    }
  });

  it("is the same machine for cloud-init whatever changes", () => {
    const other = seedOf(spec.replace("dhcp:", "mtu: 1400, dhcp:"));
    expect(other.of("network-config")).not.toBe(seed.of("network-config"));
    expect(other.of("meta-data")).toBe(seed.of("meta-data"));
    expect(parse(seed.of("meta-data"))).toMatchObject({ "instance-id": "multiport-t-db-01" });
  });
});

/** But for what a NIC is known by and what names it, which is ours to say afterwards. */
function networkdFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.endsWith(".link"));
  return names.sort().map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const sections = text.replace(/^PermanentMACAddress=.*\n/m, "").split(/\n+(?=\[)/);
    return [name, ...once(sections.map((section) => once(section.trim().split("\n").map(onceEach)).join("\n")))].join(
      "\n",
    );
  });
}

/**
 * cloud-init sorts what it hands on, bonds before their members; netplan 0.106 then reads twice, and writes name servers and rules twice.
 * networkd takes no notice of the second.
 */
function once(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** Search domains stand on one line. */
function onceEach(line: string): string {
  const [, domains] = /^Domains=(.*)$/.exec(line) ?? [];
  return domains === undefined ? line : `Domains=${once(domains.split(" ")).join(" ")}`;
}

/** Runs the hand-over in a folder that stands for the guest's root, its programs written down, but for netplan, which is the real one. */
function runHandOver(seed: Seed, spoil: (folder: string) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "hand-over-"));
  const put = (path: string, text: string, mode = 0o600) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode });
  };
  try {
    for (const { path, content } of userData(seed).write_files) put(path, content);
    for (const { path, text } of convert(seed.renderer, seed.of("network-config")).files) put(path, text);
    put("bin/netplan", `#!/bin/sh\nexec ${findOnPath("netplan")} "$@" --root-dir ${folder}\n`, 0o755);
    for (const program of ["ip", "sysctl"]) put(`bin/${program}`, `#!/bin/sh\necho ${program} "$@"\n`, 0o755);
    spoil(folder);
    const [command = []] = userData(seed).runcmd;
    const [shell = "", ...args] = command.map((word) => word.replaceAll("/etc/", `${folder}/etc/`));
    const { status, stdout, stderr } = spawnSync(shell, args, {
      encoding: "utf8",
      env: { PATH: `${folder}/bin:${process.env.PATH}` },
    });
    const list = spawnSync("find", ["etc", "run", "-type", "f", "-name", "*cloud-init*"], {
      cwd: folder,
      encoding: "utf8",
    });
    return { status, stdout: stdout.replaceAll(folder, ""), stderr, left: list.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NETPLAN_FILE = "/etc/netplan/60-multiport.yaml";
const hasNetplan = findOnPath("netplan") !== undefined;

describe.skipIf(whyNot !== undefined)("the hand-over", () => {
  it.each(CASES)("$name: nothing of cloud-init's is left", ({ spec }) => {
    const seed = seedOf(spec);
    if (seed.renderer === "netplan" && !hasNetplan) return console.log("left out: netplan is not installed");
    const { status, stdout, stderr, left } = runHandOver(seed);
    expect({ status, left }, stderr).toEqual({ status: 0, left: "" });
    const marks = [...seed.of("network-config").matchAll(/^ {4}(bond0\S*):$/gm)].map(([, device]) => device);
    expect([...stdout.matchAll(/^ip link set dev (\S+) alias multiport t$/gm)].map(([, device]) => device)).toEqual(
      marks,
    );
  });

  it.skipIf(!hasNetplan)("networkd is told the same by netplan before and after it", () => {
    const [seed, told] = [netplan(), [] as string[][]];
    runHandOver(seed, (folder) => {
      for (const gone of [NETPLAN_FILE, "etc/netplan/50-cloud-init.yaml"]) {
        const file = join(folder, gone);
        const text = readFileSync(file);
        rmSync(file);
        spawnSync("netplan", ["generate", "--root-dir", folder]);
        told.push(networkdFiles(join(folder, "run", "systemd", "network")));
        writeFileSync(file, text, { mode: 0o600 });
      }
    });
    const [before, after] = told;
    expect(before?.length).toBeGreaterThan(7);
    expect(after).toEqual(before);
  });

  const netplan = () => seedOf(CASES.find(({ name }) => name.endsWith("netplan"))?.spec ?? "");

  it.skipIf(!hasNetplan)("keeps cloud-init's file where netplan does not take ours", () => {
    const { status, left } = runHandOver(netplan(), (folder) =>
      writeFileSync(join(folder, NETPLAN_FILE), "network: {version: 2, ethernets: {p0: {mtu: large}}}"),
    );
    expect(status).toBe(1);
    expect(left).toContain("etc/netplan/50-cloud-init.yaml");
  });

  it.skipIf(!hasNetplan)("goes on where cloud-init has written no file, and sets all that is set at its end", () => {
    const whole = runHandOver(netplan());
    const { status, stdout, stderr, left } = runHandOver(netplan(), (folder) =>
      rmSync(join(folder, "etc/netplan/50-cloud-init.yaml")),
    );
    expect({ status, left }, stderr).toEqual({ status: 0, left: "" });
    expect(stdout).toBe(whole.stdout);
    expect(stdout).not.toBe("");
  });

  it("keeps all of cloud-init's where a file of ours is missing", () => {
    const { status, stderr, left } = runHandOver(netplan(), (folder) => rmSync(join(folder, NETPLAN_FILE)));
    expect(status).toBe(1);
    expect(stderr).toContain("60-multiport.yaml is missing");
    expect(left).toContain("etc/netplan/50-cloud-init.yaml");
  });
});

let made: Map<Owner, Converted> | undefined;

/** What cloud-init makes of all that it loses something of. */
function ownersMade(): Map<Owner, Converted> {
  if (made !== undefined) return made;
  const asked = LOST.flatMap(([renderer, , , owner]) => (owner ? [{ renderer, owner }] : []));
  const answers = convertAll(
    asked.map(({ renderer, owner }) => ({
      renderer,
      networkConfig: JSON.stringify({ network: { version: 2, ...owner.says } }),
    })),
  );
  made = new Map(asked.flatMap(({ owner }, index) => (answers[index] ? [[owner, answers[index]]] : [])));
  return made;
}

describe("what the first start would lack", () => {
  it.each<Lost>(LOST)("%s: %s", (renderer, what, words, owner) => {
    const found = cloudInitUnsupported(renderer, words);
    const said =
      renderer === "netplan" ? `netplan has no word for ${what}` : `cloud-init loses ${what} on its way to ${renderer}`;
    expect(found.map(({ message }) => message)).toContain(`${said}, so its first start would lack it`);
    for (const { remedy } of found) expect(remedy).toMatch(/^(Use|Set|Remove|Add) .*\.$/);
    if (owner === undefined || whyNot) return;
    const { files, failure = "" } = ownersMade().get(owner) ?? { files: [] };
    const text = files.map((file) => file.text).join("") + failure;
    expect(text).not.toBe("");
    if (owner.lacks) expect(text).not.toMatch(owner.lacks);
    if (owner.shows) expect(text).toMatch(owner.shows);
  });

  it("nothing of what the others have", () => {
    for (const renderer of ["NetworkManager", "ifupdown"] as const)
      expect(cloudInitUnsupported(renderer, bonded({ primary: "p0", updelay: 200, num_grat_arp: 3 }))).toEqual([]);
    const ipv6 = route({ to: "2001:db8:5::/64", via: "2001:db8::9" });
    expect(cloudInitUnsupported("NetworkManager", nic({ addresses: ["2001:db8::1/64"], ...ipv6 }))).toEqual([]);
    expect(cloudInitUnsupported("netplan", bonded({ resend_igmp: 3 }, ANSWERING))).toEqual([]);
    expect(cloudInitUnsupported("networkd", nic({ gateways: ["192.0.2.9"], ...route({}) }))).toEqual([]);
    for (const renderer of ["networkd", "NetworkManager", "ifupdown"] as const)
      expect(
        cloudInitUnsupported(renderer, nic({ nameservers: ["192.0.2.53"], searchDomains: ["a.example"] })),
      ).toEqual([]);
  });
});

describe("quoting", () => {
  it("a literal block reads back as the text, or is refused", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (lines) => {
        const text = `# ${lines.join("\n")}.\n`;
        let block: string;
        try {
          block = literal(text);
        } catch {
          return;
        }
        taken += 1;
        for (const version of ["1.1", "1.2"] as const)
          expect(parse(`a:\n  - b: 1\n    c: ${block}\n    d: 2\n`, { version })).toEqual({
            a: [{ b: 1, c: text, d: 2 }],
          });
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(20);
  });
  it.each(["", "a", " a\n", "a\n\n", "a\u0007\n", "a\rb\n", "\ufeffa\n"])("%j is refused", (text) =>
    expect(() => literal(text)).toThrow(/literal block/),
  );

  it("every hole of the seed is quoted", () => {
    fc.assert(
      fc.property(hostile, hostile, (machine, hostname) => {
        const heading = { machine, environment: "t" };
        const text = fillTemplate("linuxGuest/cloudInit/meta-data", { ...heading, instance: machine, hostname });
        const expected = { "instance-id": machine, ...(hostname === "" ? {} : { "local-hostname": hostname }) };
        expect(parse(text, { version: "1.1" })).toEqual(expected);
        const device = {
          mac: hostname,
          interfaces: { members: [machine] },
          id: 5,
          link: hostname,
          mtu: 1500,
          dhcp4: false,
          dhcp6: true,
        };
        const routed = {
          routes: [{ to: machine, via: hostname }],
          hasRoutes: true,
          gateways: [{ key: "gateway4", via: machine }],
        };
        const named = {
          addresses: [machine],
          hasAddresses: true,
          nameservers: [hostname],
          searchDomains: [machine],
          hasResolution: true,
        };
        const parameters = { all: [{ key: "mii-monitor-interval", value: machine, isText: true }], primary: hostname };
        const devices = [{ device: machine, ...device, ...routed, ...named, parameters }];
        const config = fillTemplate("linuxGuest/cloudInit/network-config", {
          ...heading,
          sections: [{ section: "bonds", devices }],
        });
        expect(parse(config, { version: "1.1" })).toMatchObject({
          network: {
            version: 2,
            bonds: { [machine]: { interfaces: [machine], routes: [{ to: machine, via: hostname }] } },
          },
        });
      }),
      { numRuns: 60 },
    );
  });
});
