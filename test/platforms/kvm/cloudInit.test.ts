// The seeds of VMs on a KVM host: which VM gets one, what stands in the way, what a change takes and the way back, and hostile names in all of it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { renderEnvironment, renderFiles } from "../../../providers/engine/render.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import { formatChange } from "../../../providers/model/change.js";
import { readHeading } from "../../../providers/platforms/heading.js";
import type { CloudInitFacts, SeedDomain } from "../../../providers/platforms/kvm/cloudInit/facts.js";
import { cloudInit } from "../../../providers/platforms/kvm/cloudInit/index.js";
import { type CloudInitWords, domainOfFile, imageOf } from "../../../providers/platforms/kvm/cloudInit/words.js";
import { kvm } from "../../../providers/platforms/kvm/index.js";
import type { Filled } from "../../../providers/platforms/layer.js";
import { hostile } from "../../arbitrary.js";
import { goldenCases, goldenFiles } from "../../golden.js";
import { modelOf } from "../../model/given.js";

const [CASE] = goldenCases("kvm-seeds"); // test/golden/kvm-seeds
const SPEC = CASE?.spec ?? "";
const HEADING = { machine: "kvm-01", environment: "t" };

function hostOf(spec = SPEC) {
  const [host] = modelOf(spec).kvmHosts;
  if (!host) throw new Error("no host");
  return host;
}

const wanted = (spec = SPEC) => toMachineWords(kvm, hostOf(spec), "t").cloudInit as CloudInitWords;
const words = wanted();

function domain(more: Partial<SeedDomain> = {}): SeedDomain {
  const off = { running: false, started: false, saved: false };
  return { ...off, mark: "t", machine: "pc-q35-9.2", targets: [], bus: null, drive: null, ...more };
}

function factsOf(domains: CloudInitFacts["domains"], more: Partial<CloudInitFacts> = {}): CloudInitFacts {
  return { missing: null, domains, made: [], ...more };
}

const files = (desired = words) => {
  const all = renderFiles(kvm, { cloudInit: desired }, HEADING).filter(({ layer }) => layer === "cloudInit");
  return Object.fromEntries(all.map(({ path, text }) => [path, text]));
};

interface There {
  readonly known?: readonly CloudInitWords[];
  readonly own?: Readonly<Record<string, string>>;
}

function actualOf(facts: CloudInitFacts, { known = [words], own = files() }: There = {}): CloudInitWords {
  return cloudInit.fromFacts(facts, { environment: "t", known, files: own });
}

function planOf(desired: CloudInitWords, facts: CloudInitFacts, there: There = {}) {
  return cloudInit.plan(desired, { actual: actualOf(facts, there), facts, heading: HEADING });
}

const inserted = (name: string) =>
  domain({ drive: { target: "sda", bus: "sata", image: imageOf(name) }, targets: ["sda"] });
const filled = (items: readonly Filled[]) => items.map(({ template, data }) => fillTemplate(template, data)).join("\n");
const differencesOf = (facts: CloudInitFacts, there?: There) =>
  cloudInit.compare(words, actualOf(facts, there)).map(formatChange);

describe("a seed", () => {
  it("is that of VMs in libvirt with cloudInit, by the name of the domain", () => {
    expect(Object.keys(words.seeds)).toEqual(["database", "web-01"]);
    expect(words.seeds.database).toMatchObject({ guest: "db-01", hostname: "db-01.example.net", disc: "inserted" });
  });

  it("is three files on its host", async () => {
    const paths = Object.keys(files()).map((path) => `kvm-01${path}`);
    for (const [path, text] of Object.entries(files()))
      await expect(text).toMatchFileSnapshot(join(CASE?.folder ?? "", "kvm-01", path));
    expect(goldenFiles(CASE?.folder ?? "").filter((path) => !paths.includes(path))).toEqual([]);
    for (const text of Object.values(files())) expect(readHeading(text)?.environment).toBe("t");
    const modes = renderFiles(kvm, { cloudInit: words }, HEADING).map(({ mode }) => mode);
    expect(new Set(modes)).toEqual(new Set(["0600"]));
  });

  it("is the one that render writes for the guest, to the letter", () => {
    const rendered = [...renderEnvironment(modelOf(SPEC))];
    for (const [path, text] of Object.entries(files())) {
      const guest = domainOfFile(path) === "database" ? "db-01" : "web-01";
      const own = rendered.find((file) => file.path === `${guest}/cloud-init/${path.split("/").at(-1)}`);
      expect(text, path).toBe(own?.text);
    }
    expect(Object.keys(files())).toHaveLength(6);
  });

  it("is known by its files, and by nothing that only looks so", () => {
    expect(domainOfFile("/etc/multiport/cloud-init/a/user-data")).toBe("a");
    for (const path of [
      "/etc/multiport/cloud-init/a/made",
      "/etc/multiport/cloud-init/a/b/user-data",
      "/etc/multiport/cloud-init/a/user-data/b",
      "/etc/multiport/nftables/user-data",
      "/etc/multiport/cloud-init/user-data",
    ])
      expect(domainOfFile(path), path).toBeUndefined();
  });
});

describe("a VM that was never started", () => {
  const waiting = { database: domain(), "web-01": domain({ machine: "pc-i440fx-9.2", targets: ["hda", "hdc"] }) };

  it("gets a drive where its board has a place", () => {
    const { conflicts, notes, after } = planOf(words, factsOf(waiting), { own: {} });
    expect(conflicts).toEqual([]);
    expect(notes).toEqual([
      expect.stringContaining("VM db-01 has its seed and was not started yet. Start it (virsh start database)"),
      expect.stringContaining("VM web-01 has its seed"),
    ]);
    expect(filled(after).match(/<target [^>]*>/g)).toEqual([
      "<target dev='sda' bus='sata'/>",
      "<target dev='hdb' bus='ide'/>",
    ]);
  });

  it.each([
    ["virt-9.2", null, [], "cdrom", "<target dev='sda' bus='scsi'/>"],
    ["pc-q35-9.2", null, ["sda", "sdb"], "cdrom", "<target dev='sdc' bus='sata'/>"],
    ["pc", null, [], "cdrom", "<target dev='hda' bus='ide'/>"],
    // Where the disk is that the guest starts from.
    ["pc-q35-9.2", "virtio", ["vda", "sda"], "disk", "<target dev='vdb' bus='virtio'/>"],
    ["pc-q35-9.2", "scsi", ["sda"], "cdrom", "<target dev='sdb' bus='scsi'/>"],
    ["pc-q35-9.2", "ide", ["hda"], "cdrom", "<target dev='hdb' bus='ide'/>"],
    ["pc-q35-9.2", "usb", ["sda"], "cdrom", "<target dev='sdb' bus='sata'/>"],
  ])("on a board %s whose first disk is on %j, with %j", (machine, bus, targets, device, target) => {
    const { after } = planOf(words, factsOf({ database: domain({ machine, bus, targets }) }), { own: {} });
    expect(filled(after)).toContain(target);
    expect(filled(after)).toContain(`device='${device}'`);
  });

  it("keeps a drive that is there, and its place", () => {
    const there = inserted("database");
    const { after } = planOf(words, factsOf({ database: there }));
    expect(filled(after)).not.toContain("insert database");
    const other = { ...there, drive: { target: "sdd", bus: "sata", image: "/elsewhere.iso" }, targets: ["sda", "sdd"] };
    expect(filled(planOf(words, factsOf({ database: other })).after)).toContain("<target dev='sdd' bus='sata'/>");
  });

  it.each<[string, CloudInitFacts, string]>([
    ["no drive", factsOf({ database: domain() }), '"none"'],
    ["a drive with a disc of other files", factsOf({ database: inserted("database") }), '"outdated"'],
    [
      "a drive with another disc",
      factsOf({ database: domain({ drive: { target: "sda", bus: "sata", image: "/x.iso" } }) }, { made: ["database"] }),
      '"outdated"',
    ],
    ["no domain", factsOf({}), '"none"'],
  ])("differs with %s", (_, facts, found) => {
    expect(differencesOf(facts)[0]).toMatch(new RegExp(`seeds.database.disc.*${found}`));
  });

  it("does not with the disc of its files", () => {
    const domains = { database: inserted("database"), "web-01": inserted("web-01") };
    expect(differencesOf(factsOf(domains, { made: ["database", "web-01"] }))).toEqual([]);
    const { "/etc/multiport/cloud-init/database/user-data": _, ...own } = files();
    expect(differencesOf(factsOf(domains, { made: ["database", "web-01"] }), { own })).toHaveLength(1);
  });

  it("takes a program that writes discs, which a VM that was started does not", () => {
    const lacking = { missing: "xorrisofs" } as const;
    expect(cloudInit.missing(words, factsOf(waiting, lacking)).map(({ tool }) => tool)).toEqual(["xorrisofs"]);
    const started = { database: domain({ started: true }) };
    expect(cloudInit.missing(words, factsOf(started, lacking))).toEqual([]);
    expect(cloudInit.missing(cloudInit.nothing, factsOf(waiting, lacking))).toEqual([]);
  });

  it("with a full IDE bus stands in the way", () => {
    const full = domain({ machine: "pc", targets: ["hda", "hdb", "hdc", "hdd"] });
    expect(planOf(words, factsOf({ database: full })).conflicts).toEqual([
      expect.stringMatching(/^domain database has no place .*remove cloudInit from the guest$/),
    ]);
  });
});

describe("a VM that was started", () => {
  const started = { database: domain({ started: true }), "web-01": domain({ started: true, running: true }) };

  it("is left as it is, with its files or without a drive", () => {
    expect(differencesOf(factsOf(started))).toEqual([]);
    const { before, after, revertAfter, notes } = planOf(words, factsOf(started));
    expect([before, after, revertAfter]).toEqual([[], [], []]);
    expect(notes[0]).toContain("VM db-01 was started without its seed, and gets none any more");
  });

  it("with the seed that it was started with there is nothing to tell", () => {
    const had = { database: { ...inserted("database"), started: true } };
    expect(planOf(words, factsOf(had)).notes).toEqual([]);
  });
});

describe("a seed that is not wanted any more", () => {
  it("leaves with its drive, and comes back with the way back", () => {
    const facts = factsOf({ database: { ...inserted("database"), started: true, running: true } });
    const { before, after, revertAfter } = planOf(cloudInit.nothing, facts);
    expect(filled(before)).toMatch(/^withdraw database sda cdrom$/m);
    expect(filled(after)).toMatch(/^tidy database$/m);
    expect(filled(revertAfter)).toMatch(/has_files database[\s\S]*insert database/);
    // It had no drive before either.
    expect(filled(revertAfter)).not.toContain("web-01");
  });

  it("is found by its drive alone, in a domain of the environment", () => {
    const there = (mark: string | null) => actualOf(factsOf({ x: { ...inserted("x"), mark } }), { known: [], own: {} });
    expect(Object.keys(there("t").seeds)).toEqual(["x"]);
    expect(there("u").seeds).toEqual({});
    expect(there(null).seeds).toEqual({});
  });

  it("stays where what is saved to disk has it in a drive", () => {
    const saved = domain({
      saved: true,
      started: true,
      drive: { target: "sda", bus: "sata", image: imageOf("database") },
    });
    expect(planOf(cloudInit.nothing, factsOf({ database: saved })).conflicts).toEqual([
      expect.stringContaining("virsh managedsave-remove database"),
    ]);
    expect(planOf(words, factsOf({ database: saved })).conflicts).toEqual([]);
  });
});

describe("what a host says", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const UUID = (digit: number) => `${digit}`.repeat(8);
  const xml = (name: string, uuid: string, devices = "") => `<domain type='kvm'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <metadata>
    <m:domain xmlns:m='urn:multiport:libvirt' environment='t'/>
  </metadata>
    <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
${devices}</domain>
`;
  const drive = `    <disk type='file' device='cdrom'>
      <source file='/x.iso'/><target dev='sdb' bus='sata'/><alias name='ua-multiportseed'/>
    </disk>
`;
  const read = (more: object = {}) =>
    cloudInit.readFacts({ missing: null, domains: "", running: "", saved: "", started: "", made: "", ...more });

  it("is read with all that a domain is known to have been", () => {
    const domains = base64([1, 2, 3, 4].map((n) => xml(`vm-${n}`, UUID(n), n === 4 ? drive : "")).join(""));
    const [running, saved, started] = [1, 2, 3].map((n) => base64(`${UUID(n)}\n`));
    const facts = read({ domains, running, saved, started, made: base64("vm-4\n") });
    const seen = Object.entries(facts.domains).map(([name, one]) => [name, one.running, one.saved, one.started]);
    expect(seen).toEqual([
      ["vm-1", true, false, true],
      ["vm-2", false, true, true],
      ["vm-3", false, false, true],
      ["vm-4", false, false, false],
    ]);
    expect(facts.domains["vm-4"]).toMatchObject({
      mark: "t",
      machine: "pc-q35-9.2",
      targets: ["sdb"],
      bus: null,
      drive: { target: "sdb", bus: "sata", image: "/x.iso" },
    });
    expect(facts.made).toEqual(["vm-4"]);
  });

  it("the first disk is that of somebody else, and no drive", () => {
    const disk = (device: string, bus: string) => `    <disk type='file'${device}>
      <target dev='x' bus='${bus}'/>
    </disk>
`;
    const all = disk(" device='cdrom'", "ide") + drive + disk("", "virtio") + disk(" device='disk'", "scsi");
    expect(read({ domains: base64(xml("a", UUID(1), all)) }).domains.a?.bus).toBe("virtio");
  });

  it("is an error where it is something else", () => {
    expect(() => read({ made: undefined })).toThrow(/incomplete at made/);
    expect(() => read({ missing: "tar" })).toThrow(/incomplete at missing/);
  });
});

describe("hostile names", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "hostile-seed-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reach every program as words, and run nothing", () => {
    // Names of files; what the model lets through is far less.
    const name = hostile.filter((text) => text !== "" && !text.includes("/") && !/[^\P{Cc}]|\p{Surrogate}/u.test(text));
    const programs = ["virsh", "sha256sum", "mkdir", "cp", "mv", "chgrp", "chmod", "rm", "rmdir", "cat", "xorrisofs"];
    const stubs = programs.map((program) => `${program}() { printf '%s\\0' "$@" >>"$log"; }`).join("\n");
    fc.assert(
      fc.property(name, (domainName) => {
        const log = join(folder, "log");
        rmSync(log, { force: true });
        const { seeds } = words;
        const desired = { seeds: { [domainName]: Object.values(seeds)[0] ?? seeds.database } } as CloudInitWords;
        const facts = factsOf(Object.fromEntries([[domainName, domain()]]));
        const forth = cloudInit.plan(desired, { actual: cloudInit.nothing, facts, heading: HEADING });
        const back = cloudInit.plan(cloudInit.nothing, { actual: desired, facts, heading: HEADING });
        const all = [forth, back].flatMap((plan) => [...plan.before, ...plan.after, ...plan.revertAfter]);
        const asked = { template: "kvm/cloudInit/started.sh", data: { domain: domainName } };
        for (const script of [...all, asked]) {
          const { stderr } = spawnSync("sh", ["-s"], {
            input: `log='${log}' stage=/nowhere\n${stubs}\n${filled([script])}`,
            cwd: folder,
            encoding: "utf8",
          });
          expect(stderr.replaceAll(/^.*(No such file|can't cd|cannot create|nonexistent).*$/gm, "").trim()).toBe("");
        }
        expect(existsSync(join(folder, "PWNED"))).toBe(false);
        expect(readFileSync(log, "utf8").split("\0")).toContain(domainName);
      }),
      { numRuns: 25 },
    );
  });
});
