// libvirt on KVM hosts: every golden environment (test/golden/libvirt) whole, as libvirt gets it, judged by libvirt's own
// schemas and its driver for tests; what libvirt says back; and what has to be done on a host that others use as well.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureDebianPackages } from "../../../../lab/packages.js";
import { fillTemplate } from "../../../../providers/engine/template.js";
import type { KvmHost } from "../../../../providers/model/host.js";
import type { FactDomain, LibvirtFacts } from "../../../../providers/platforms/kvm/libvirt/facts.js";
import { libvirt } from "../../../../providers/platforms/kvm/libvirt/index.js";
import type { LibvirtWords } from "../../../../providers/platforms/kvm/libvirt/words.js";
import { type Filled, NOTHING_TO_DO } from "../../../../providers/platforms/layer.js";
import { goldenCases, goldenFiles } from "../../../golden.js";
import { modelOf } from "../../../model/given.js";

/** virsh, its driver for tests and the schemas; and what virt-xml-validate calls. */
const PACKAGES = ["libvirt-clients", "libxml2-utils"];

let folder: string;
let leftOut: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libvirt-"));
  const packages = await ensureDebianPackages(PACKAGES, { report: () => {} });
  if (!packages.isReady) leftOut = packages.reason;
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

const fill = ({ template, data }: Filled) => fillTemplate(template, data);

function hostsOf(spec: string): { readonly host: KvmHost; readonly environment: string }[] {
  const { kvmHosts, name } = modelOf(spec);
  return kvmHosts.map((host) => ({ host, environment: name }));
}

/** A PCI address of its own for every virtual function, as a script of ours fills them in. */
const ADDRESS = /<address type='pci'\/><!-- virtual function (\d+) --><!-- of ens(\d)f0 -->/g;
const filled = (xml: string) =>
  xml.replaceAll(ADDRESS, "<address type='pci' domain='0x0000' bus='0x$2b' slot='0x10' function='0x$1'/>");
const FUNCTIONS = ["3", "4", "5"].flatMap((pf) =>
  Array.from({ length: 8 }, (_, number) => `0000:${pf}b:10.${number} ens${pf}f0/${number}\n`),
);

function domainOf(interfaces: string, { name = "d", more = "" } = {}): string {
  return `<domain type='test'><name>${name}</name>${more}<memory>65536</memory><os><type>hvm</type></os><devices>${interfaces}</devices></domain>`;
}

/** Runs commands of virsh in one process: the driver for tests forgets everything with it. */
function virsh(...commands: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(
    "virsh",
    ["--quiet", "--connect", "test:///default", commands.join("; ")],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

/**
 * The facts that our own script reads of libvirt's driver for tests, which has just these networks and domains. It lacks two
 * things: autostart, and a difference between what a network is and what it will be.
 */
function readBack(words: LibvirtWords, host: KvmHost): LibvirtFacts {
  const sections = libvirt.sections(words, { machine: host.name, environment: "demo" });
  const items = sections.map((section, index) => {
    const text = filled(fill(section));
    const uuid = `<uuid>00000000-0000-4000-8000-${String(index).padStart(12, "0")}</uuid>`;
    if (section.template.includes("network")) return text.replace("<network>", `<network>${uuid}`);
    const name = section.target.split(" ").at(-1) ?? "";
    const mark = `<metadata><m:domain xmlns:m='urn:multiport:libvirt' environment='demo'/></metadata>`;
    return domainOf(text, { name, more: uuid + mark });
  });
  writeFileSync(join(folder, "node.xml"), `<node>${items.join("\n")}</node>`);
  const script = fillTemplate(libvirt.facts, {})
    .replaceAll("qemu:///system", `test://${folder}/node.xml`)
    .replaceAll("net-dumpxml --inactive", "net-dumpxml")
    .replaceAll("command -v ovs-vsctl", "false");
  const { stdout, stderr, status } = spawnSync("sh", ["-s"], { input: `set -eu\n(${script})`, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return libvirt.readFacts({ ...JSON.parse(stdout), functions: btoa(FUNCTIONS.join("")) });
}

const withoutAutostart = ({ networks, domains }: LibvirtWords): LibvirtWords => ({
  networks: Object.fromEntries(Object.entries(networks).map(([name, words]) => [name, { ...words, autostart: false }])),
  domains,
});

const heading = { machine: "kvm-01", environment: "demo" };
const EMPTY = libvirt.nothing;

/** A host with libvirt 11 whose domains have no interfaces. */
function hostWith({ domains }: Pick<LibvirtWords, "domains">, more: Partial<LibvirtFacts> = {}): LibvirtFacts {
  const bare = Object.keys(domains).map((name) => bareDomain(name));
  return { missing: null, version: "11.3.0", networks: [], domains: bare, bridges: {}, vlans: {}, ...more };
}

function bareDomain(name: string, more: Partial<FactDomain> = {}): FactDomain {
  return { name, persistent: true, running: false, mark: null, config: [], live: [], ...more };
}

describe.each(goldenCases("libvirt"))("golden $name", (golden) => {
  const [only] = hostsOf(golden.spec);
  if (!only) throw new Error("the case has no host");
  const words = libvirt.toWords(only.host, only.environment);
  const sections = libvirt.sections(words, { machine: only.host.name, environment: only.environment });
  const files = sections.map((section) => ({
    name: `${section.target.replace("virsh, ", "").replaceAll(" ", "-")}.xml`,
    kind: section.template.includes("network") ? ("network" as const) : ("domain" as const),
    text: fill(section),
  }));

  it("is refused by nothing", () => expect(libvirt.unsupported(only.host, ["hosts", only.host.name])).toEqual([]));

  it.each(files)("$name", async ({ name, kind, text }) => {
    await expect(text).toMatchFileSnapshot(join(golden.folder, name));
    if (leftOut) return console.log(`left out: libvirt's own check. ${leftOut}`);
    const document = kind === "network" ? filled(text) : domainOf(filled(text));
    writeFileSync(join(folder, "checked.xml"), document);
    const validated = spawnSync("virt-xml-validate", [join(folder, "checked.xml"), kind], { encoding: "utf8" });
    expect(validated.stderr + validated.stdout).toContain("validates");
    virsh(`${kind === "network" ? "net-define" : "define"} checked.xml --validate`);
  });

  it("has no file but these", () => {
    const names = files.map(({ name }) => name);
    expect(goldenFiles(golden.folder).filter((name) => !names.includes(name))).toEqual([]);
  });

  it("comes back from libvirt as the words that it was made from", () => {
    if (leftOut) return;
    // A Linux bridge takes a release that this system may not have.
    const facts = { ...readBack(words, only.host), version: "11.3.0" };
    expect(libvirt.fromFacts(facts, { environment: "demo", known: [], files: {} })).toEqual(withoutAutostart(words));
    expect(libvirt.plan(withoutAutostart(words), { actual: withoutAutostart(words), facts, heading })).toEqual(
      NOTHING_TO_DO,
    );
  });

  it("passes the check that the host runs before anything is changed", () => {
    if (leftOut) return;
    const plan = libvirt.plan(words, { actual: EMPTY, facts: hostWith(words), heading });
    expect(plan.conflicts).toEqual([]);
    for (const script of plan.check) {
      const { status, stderr } = spawnSync("sh", ["-s"], { input: `set -eu\n(${fill(script)})`, encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
    }
  });
});
