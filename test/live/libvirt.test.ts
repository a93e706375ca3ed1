// libvirt for real: its daemon with its driver for QEMU, a running VM (without an operating system), and Open vSwitch. The layer's
// own scripts run on the host; what libvirt and OVSDB say afterwards counts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import { libvirtPackages, startLibvirt } from "../../lab/netns/libvirt.js";
import type { NetnsLab } from "../../lab/netns/runningLab.js";
import { ensureDebianPackages } from "../../lab/packages.js";
import { fillTemplate } from "../../providers/engine/template.js";
import { formatChange } from "../../providers/model/change.js";
import type { LibvirtFacts } from "../../providers/platforms/kvm/libvirt/facts.js";
import { libvirt } from "../../providers/platforms/kvm/libvirt/index.js";
import type { LibvirtWords } from "../../providers/platforms/kvm/libvirt/words.js";
import type { Filled, LayerPlan } from "../../providers/platforms/layer.js";
import { modelOf } from "../model/given.js";

const DOMAIN = (name: string, interfaces = "") => `<domain type='qemu'>
  <name>${name}</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
  <devices>
    <controller type='pci' model='pcie-root'/>
    ${"<controller type='pci' model='pcie-root-port'/>".repeat(8)}
    ${interfaces}<memballoon model='none'/>
  </devices>
</domain>`;

interface Site {
  readonly vlan?: number;
  readonly groups?: string;
  readonly app?: string;
  readonly more?: string;
  readonly vms?: string;
}

function words({ vlan = 10, groups = "[app, tenants]", app = "portGroup: vs0/app", more = "", vms = "" }: Site = {}) {
  const { kvmHosts, name } = modelOf(`
environment: t
networks: { app: { vlan: ${vlan} }, tenants: { vlans: [100-102], native: 7 } }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ens1f0: }
    virtualSwitches: { vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0] }, portGroups: ${groups} } }
    libvirt: true
vms: ${vms || `{ db-01: { host: kvm-01, libvirt: {}, ports: { app0: { ${app} }${more} } } }`}
`);
  const [host] = kvmHosts;
  if (!host) throw new Error("no host");
  return libvirt.toWords(host, name);
}

const EMPTY = libvirt.nothing;

let lab: NetnsLab;
let directory: string;

beforeAll(async () => {
  const packages = await ensureDebianPackages(libvirtPackages, { report: () => {} });
  if (!packages.isReady) throw new Error(packages.reason);
  directory = mkdtempSync(join(tmpdir(), "multiport-libvirt-"));
  lab = await startNetns(
    { machines: [{ kind: "kvm", name: "kvm-01" }], cables: [] },
    { directory, id: `l${process.pid}`, report: () => {} },
  );
  await startLibvirt(lab, "kvm-01");
  for (const bridge of ["vs0", "other"])
    await sh(`ovs-vsctl --timeout=10 add-br ${bridge} -- set Bridge ${bridge} datapath_type=netdev`);
  await define(DOMAIN("db-01"));
  await sh("virsh -q start db-01");
});

afterAll(async () => {
  await stopNetns({ directory });
  rmSync(directory, { recursive: true, force: true });
});

async function run(script: string) {
  return lab.run("kvm-01", ["sh", "-c", `export LIBVIRT_DEFAULT_URI=qemu:///system\nset -eu\n(${script}\n)`]);
}

async function sh(script: string): Promise<string> {
  const { code, stdout, stderr } = await run(script);
  if (code !== 0) throw new Error(`${code}: ${stderr}${stdout}`);
  return stdout.trim();
}

const define = (xml: string) => sh(`cat >/tmp/d.xml <<'XML'\n${xml}\nXML\nvirsh -q define /tmp/d.xml`);
const fill = ({ template, data }: Filled) => fillTemplate(template, data);

async function facts(): Promise<LibvirtFacts> {
  return libvirt.readFacts(JSON.parse(await sh(fillTemplate(libvirt.facts, {}))));
}

const there = (known: LibvirtFacts) => libvirt.fromFacts(known, { environment: "t", known: [], files: {} });

async function planOf(desired: LibvirtWords): Promise<LayerPlan> {
  const known = await facts();
  return libvirt.plan(desired, {
    actual: there(known),
    facts: known,
    heading: { machine: "kvm-01", environment: "t" },
  });
}

const all = async (scripts: readonly Filled[]) => {
  for (const script of scripts) await sh(fill(script));
};

/** As a machine is changed; says what is still different afterwards. */
async function apply(desired: LibvirtWords): Promise<LayerPlan> {
  const plan = await planOf(desired);
  expect(plan.conflicts).toEqual([]);
  await all([...plan.check, ...plan.before, ...plan.after]);
  expect(await differences(desired)).toEqual([]);
  const again = await planOf(desired);
  expect([...again.before, ...again.after]).toEqual([]);
  return plan;
}

async function differences(desired: LibvirtWords): Promise<string[]> {
  const known = await facts();
  return [...libvirt.compare(desired, there(known)).map(formatChange), ...libvirt.unhealthy(desired, known)];
}

const column = (name: string, port = "db-01-app0") => sh(`ovs-vsctl --timeout=10 get Port ${port} ${name}`);

describe("a running VM", () => {
  it("gets its network and its interfaces, now and for its next start", async () => {
    const desired = words({ more: ", ten0: { portGroup: vs0/tenants }" });
    expect((await differences(desired)).length).toBeGreaterThan(0);
    await apply(desired);
    expect(await column("tag")).toBe("10");
    expect([
      await column("tag", "db-01-ten0"),
      await column("trunks", "db-01-ten0"),
      await column("vlan_mode", "db-01-ten0"),
    ]).toEqual(["7", "[7, 100, 101, 102]", "native-untagged"]);
    expect(await sh("virsh -q net-list --name --autostart")).toBe("vs0");
    // Next start: the same places in the guest.
    const places = "sed -n '/<interface/,/<.interface/p' | grep '<address'";
    expect(await sh(`virsh dumpxml db-01 | ${places}`)).toBe(await sh(`virsh dumpxml --inactive db-01 | ${places}`));
  });

  it("moves to another VLAN without a restart, and keeps its place", async () => {
    const before = await sh("virsh domid db-01");
    await apply(words({ vlan: 20, more: ", ten0: { portGroup: vs0/tenants }" }));
    expect(await column("tag")).toBe("20");
    expect(await sh("virsh domid db-01")).toBe(before);
  });

  it("moves to another port group and back", async () => {
    await apply(words({ app: "portGroup: vs0/tenants", more: ", ten0: { portGroup: vs0/tenants }" }));
    expect(await column("vlan_mode")).toBe("native-untagged");
    await apply(words({ more: ", ten0: { portGroup: vs0/tenants }" }));
    expect([await column("tag"), await column("trunks"), await column("vlan_mode")]).toEqual(["10", "[]", "[]"]);
  });

  it("has its cable pulled and limits set, and both taken back", async () => {
    const more = ", ten0: { portGroup: vs0/tenants }";
    const groups =
      "{ app: { shaping: { ingress: { averageKbps: 8000 }, egress: { averageKbps: 16000, peakKbps: 32000 } } }, tenants: }";
    await apply(words({ groups, app: "portGroup: vs0/app, libvirt: { link: down }", more }));
    expect(await sh("virsh -q domif-getlink db-01 db-01-app0")).toContain("down");
    expect(await sh("ovs-vsctl get Interface db-01-app0 ingress_policing_rate")).toBe("8000");
    expect(await column("qos")).not.toBe("[]");
    await apply(words({ more }));
    expect(await sh("ovs-vsctl get Interface db-01-app0 ingress_policing_rate")).toBe("0");
    expect(await column("qos")).toBe("[]");
  });

  it("is drift what somebody did in Open vSwitch behind libvirt's back, and is put right", async () => {
    const desired = words({ more: ", ten0: { portGroup: vs0/tenants }" });
    await sh("ovs-vsctl --timeout=10 clear Port db-01-app0 tag");
    expect(await differences(desired)).toEqual([
      expect.stringContaining("db-01.interfaces.ua-multiport-app0.vlan"),
      "interface db-01-app0 of domain db-01 carries all VLANs in Open vSwitch, not VLAN 10. Look at: ovs-vsctl list Port db-01-app0",
    ]);
    await apply(desired);
  });

  it("goes back to what it had, from done and from half done", async () => {
    const old = words({ more: ", ten0: { portGroup: vs0/tenants }" });
    const plan = await planOf(
      words({ vlan: 30, more: ", ten0: { portGroup: vs0/tenants }, new0: { portGroup: vs0/app }" }),
    );
    await all([...plan.before, ...plan.after]);
    expect(await column("tag")).toBe("30");
    // The guest has no operating system that lets go of the card: the way back says so, after all that it can do.
    const { stderr } = await run(plan.revertBefore.map(fill).join("\n"));
    expect(stderr).toContain("does not let go of its network card ua-multiport-new0");
    await sh("virsh -q destroy db-01");
    await all([...plan.revertBefore, ...plan.revertAfter]);
    expect(await differences(old)).toEqual([]);
    await sh("virsh -q start db-01");
    expect(await differences(old)).toEqual([]);
    // Not begun at all.
    await all([...plan.revertBefore, ...plan.revertAfter]);
    expect(await differences(old)).toEqual([]);
  });

  it("keeps a card whose guest does not let go of it, says so, and is changed when it is off", async () => {
    const desired = words({
      app: "portGroup: vs0/app, mac: '52:54:00:00:00:77'",
      more: ", ten0: { portGroup: vs0/tenants }",
    });
    const plan = await planOf(desired);
    const { code, stderr } = await run(plan.after.map(fill).join("\n"));
    expect(code).toBe(1);
    expect(stderr).toContain(
      "the guest of domain db-01 does not let go of its network card ua-multiport-app0. Shut the VM down",
    );
    await sh("virsh -q destroy db-01");
    await apply(desired);
    await sh("virsh -q start db-01");
    expect(await differences(desired)).toEqual([]);
  });
});

describe("what others have", () => {
  it("stands in the way with its name", async () => {
    await sh(`cat >/tmp/n.xml <<'XML'
<network><name>theirs</name><forward mode='bridge'/><bridge name='other'/><virtualport type='openvswitch'/></network>
XML
virsh -q net-define /tmp/n.xml; virsh -q net-start theirs`);
    await define(
      DOMAIN(
        "web-01",
        "<interface type='network'><mac address='52:54:00:00:00:99'/><source network='theirs'/><target dev='web-01-app0'/></interface>",
      ),
    );
    const host = "host: kvm-01, libvirt: {}";
    const { conflicts } = await planOf(
      words({
        vms: `{ gone: { ${host}, ports: { a: { portGroup: vs0/app } } }, web-01: { ${host}, ports: { app0: { portGroup: vs0/app } } } }`,
      }),
    );
    expect(conflicts).toEqual([
      "the host has no domain gone in libvirt. It has db-01, web-01. Correct libvirt.domain of the VM, or make the domain first",
      expect.stringContaining(
        "interface web-01-app0 of ua-multiport-app0 is already that of an interface of domain web-01",
      ),
    ]);
  });

  it("keeps a network that it uses", async () => {
    await sh(`cat >/tmp/i.xml <<'XML'
<interface type='network'><mac address='52:54:00:00:00:98'/><source network='vs0' portgroup='app'/></interface>
XML
virsh -q attach-device web-01 /tmp/i.xml --config`);
    expect((await planOf(EMPTY)).conflicts).toEqual([
      "network vs0 of libvirt is still used by web-01. Move their interfaces to another network (virsh edit), or keep the network",
    ]);
    await sh("virsh -q detach-device web-01 /tmp/i.xml --config");
  });

  it("stays when all of ours goes", async () => {
    await sh("virsh -q destroy db-01");
    await apply(EMPTY);
    expect(await sh("virsh -q net-list --all --name")).toBe("theirs");
    expect(await sh("virsh dumpxml --inactive db-01 | grep -c -e multiport -e '<interface' || true")).toBe("0");
    expect(await sh("virsh dumpxml --inactive web-01 | grep -c '<interface'")).toBe("1");
  });
});
