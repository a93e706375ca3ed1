// Distributed switches, for real: Pulumi's engine, the vSphere provider's own code, SOAP over TLS to a simulated vCenter,
// and govc as an independent client that reads what became of the declaration.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import { type Outcome, Project } from "../project.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS })) };
const PORT_GROUPS = ["app", "mgmt", "storage", "nfs", "vmotion", "plain", "tenants", "dmz"] as const;

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  app = "vlan: 10",
  appTeam = "uplinkTeam: { members: [uplink2, uplink1], policy: active-backup }",
  dmz = "      dmz: {}",
  hosts = "esx-[01:02]",
  uplinks = "uplink1: vmnic2, uplink2: vmnic3, uplink3: vmnic1",
  contact = "",
  extra = "",
} = {}): string {
  return `
environment: t
networks:
  app: { ${app} }
  mgmt: { vlan: 11 }
  storage: { vlan: 30, mtu: 9000 }
  nfs: { vlan: 31 }
  vmotion: { vlan: 32 }
  plain: {}
  tenants: { vlans: [100-199, 300] }
  dmz: { privateVlan: { primary: 200, secondary: 201, type: isolated } }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["${hosts}"]
    uplinks: { ${uplinks} }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    ${contact}
    portGroups:
      app: { ${appTeam} }
      mgmt: { uplinkTeam: { members: [uplink1, uplink2], policy: source-mac } }
      storage:
        uplinkTeam:
          members: [uplink2, uplink3, uplink1]
          policy: active-backup
          failback: false
          notifySwitches: false
          failureDetection: beacon
      nfs: { uplinkTeam: { members: [uplink1, uplink2], mode: static } }
      vmotion: { uplinkTeam: { members: [uplink1, uplink2], policy: load } }
      plain: {}
      tenants: { security: { promiscuous: true, macChanges: true, forgedTransmits: true } }
${dmz}
${extra}`;
}

let vcenter: Vcenter;
let variables: Record<string, string>;

/** Gives the tests of a group a vCenter of their own: what one group leaves behind is nothing to the next. */
function useVcenter(): void {
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
    vcenter = await startVcenter(directory, inventory, { report: () => {} });
    variables = { ...vcenterVariables(vcenter), GOVC_PERSIST_SESSION: "false" };
  });
  afterAll(() => stopVcenter(directory));
}

/** Runs govc and returns what it printed. */
async function govc(project: Project, ...args: readonly string[]): Promise<string> {
  const { code, text, stdout } = await project.run("govc", args);
  if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
  return stdout.trim();
}

/** A property of an object of the datacenter, as govc reads it. */
async function read<T>(project: Project, path: string, property: string): Promise<T> {
  const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/${path}`, property));
  // govc wraps lists, and an empty one is null in its wrapping.
  return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
}

const inventoryList = (project: Project) => govc(project, "find", "/");

interface Policy<T> {
  readonly value: T;
}

interface PortSetting {
  readonly vlan: { readonly vlanId?: unknown; readonly pvlanId?: number };
  readonly uplinkTeamingPolicy: {
    readonly policy: Policy<string>;
    readonly rollingOrder: Policy<boolean>;
    readonly notifySwitches: Policy<boolean>;
    readonly failureCriteria: { readonly checkBeacon: Policy<boolean> };
    readonly uplinkPortOrder: { readonly activeUplinkPort?: string[]; readonly standbyUplinkPort?: string[] };
  };
  readonly securityPolicy: Readonly<Record<"allowPromiscuous" | "macChanges" | "forgedTransmits", Policy<boolean>>>;
}

/** What a port group does, in few words. */
async function portGroup(project: Project, name: string) {
  const setting = await read<PortSetting>(project, `network/${name}`, "config.defaultPortConfig");
  const { policy, rollingOrder, notifySwitches, failureCriteria, uplinkPortOrder } = setting.uplinkTeamingPolicy;
  return {
    vlan: setting.vlan.pvlanId === undefined ? setting.vlan.vlanId : { private: setting.vlan.pvlanId },
    policy: policy.value,
    active: uplinkPortOrder.activeUplinkPort ?? [],
    standby: uplinkPortOrder.standbyUplinkPort ?? [],
    failback: !rollingOrder.value,
    notifySwitches: notifySwitches.value,
    beacon: failureCriteria.checkBeacon.value,
    allowed: Object.entries(setting.securityPolicy).flatMap(([name, policy]) => (policy.value === true ? [name] : [])),
  };
}

/** The NIC behind each uplink of a member host, from the host's own view of the switch. */
async function uplinksOf(project: Project, host: string): Promise<Record<string, string>> {
  interface ProxySwitch {
    readonly dvsName: string;
    readonly uplinkPort: readonly { readonly key: string; readonly value: string }[];
    readonly spec: { readonly backing: { readonly pnicSpec?: { pnicDevice: string; uplinkPortKey: string }[] } };
  }
  const proxies = await read<readonly ProxySwitch[]>(project, `host/c1/${host}`, "config.network.proxySwitch");
  const proxy = proxies.find((each) => each.dvsName === "dvs0");
  const names = new Map(proxy?.uplinkPort.map(({ key, value }) => [key, value]));
  const nics = proxy?.spec.backing.pnicSpec ?? [];
  return Object.fromEntries(nics.map((nic) => [names.get(nic.uplinkPortKey) ?? "?", nic.pnicDevice]));
}

/** The lines of a preview that change a property, such as `~ vlanId: 10 => 20`. */
function changedProperties(text: string): string[] {
  return text.split("\n").flatMap(
    (line) =>
      /^\s*([-+~] {1,2}[\w[\]. ]+: .*)$/
        .exec(line)
        ?.slice(1, 2)
        .map((found) => found.replaceAll(/ +/g, " ")) ?? [],
  );
}

/** A user is shown sentences, never where in our code something happened. */
function expectNoStackTrace({ text }: Outcome): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/panic|goroutine|node:internal/);
}

describe("a distributed switch", () => {
  useVcenter();
  let project: Project;
  let before: string;
  const foreign = { switch: "", portGroup: "" };

  const foreignNow = async () => ({
    switch: JSON.stringify(await read(project, "network/theirs", "config")),
    portGroup: JSON.stringify(await read(project, "network/their-vms", "config")),
  });

  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
    await govc(project, "dvs.create", "-num-uplinks", "2", "theirs");
    await govc(project, "dvs.portgroup.add", "-dvs", "theirs", "-vlan", "77", "their-vms");
    Object.assign(foreign, await foreignNow());
    before = await inventoryList(project);
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is only shown by a preview", async () => {
    const { text } = await project.must("preview");
    expect(text).toMatch(/vsphere:index:DistributedVirtualSwitch +dvs0 +create/);
    expect(text).toMatch(/vsphere:index:DistributedPortGroup +dvs0\/app +create/);
    expect(await inventoryList(project)).toBe(before);
  });

  it("is made as declared: members, the NIC behind each uplink, MTU, discovery, private VLANs", async () => {
    await project.up();
    const config = await read<Record<string, unknown>>(project, "network/dvs0", "config");
    expect(config).toMatchObject({
      maxMtu: 9000,
      uplinkPortPolicy: { uplinkPortName: ["uplink1", "uplink2", "uplink3"] },
      linkDiscoveryProtocolConfig: { protocol: "lldp", operation: "both" },
      lacpApiVersion: "multipleLag",
      pvlanConfig: expect.arrayContaining([
        { primaryVlanId: 200, secondaryVlanId: 200, pvlanType: "promiscuous" },
        { primaryVlanId: 200, secondaryVlanId: 201, pvlanType: "isolated" },
      ]),
    });
    expect(config.pvlanConfig).toHaveLength(2);
    expect(config.host).toHaveLength(2);
    for (const host of ESX)
      expect(await uplinksOf(project, host)).toEqual({ uplink1: "vmnic2", uplink2: "vmnic3", uplink3: "vmnic1" });
  });

  it("has port groups with every way of teaming, every kind of VLAN, and security as declared", async () => {
    const [active, rejected] = [["uplink1", "uplink2"], { allowed: [] as string[] }];
    const usual = { active, standby: [] as string[], failback: true, notifySwitches: true, beacon: false, ...rejected };
    const found = Object.fromEntries(
      await Promise.all(PORT_GROUPS.map(async (name) => [name, await portGroup(project, name)] as const)),
    );
    expect(found).toEqual({
      app: { ...usual, vlan: 10, policy: "failover_explicit", active: ["uplink2"], standby: ["uplink1"] },
      mgmt: { ...usual, vlan: 11, policy: "loadbalance_srcmac" },
      storage: {
        ...{ vlan: 30, policy: "failover_explicit", active: ["uplink2"], standby: ["uplink3", "uplink1"] },
        ...{ failback: false, notifySwitches: false, beacon: true, ...rejected },
      },
      nfs: { ...usual, vlan: 31, policy: "loadbalance_ip" },
      vmotion: { ...usual, vlan: 32, policy: "loadbalance_loadbased" },
      plain: { ...usual, vlan: 0, policy: "loadbalance_srcid" },
      tenants: {
        ...{ ...usual, policy: "loadbalance_srcid", allowed: ["allowPromiscuous", "macChanges", "forgedTransmits"] },
        vlan: [
          { start: 100, end: 199 },
          { start: 300, end: 300 },
        ],
      },
      dmz: { ...usual, vlan: { private: 201 }, policy: "loadbalance_srcid" },
    });
    expect(await govc(project, "dvs.portgroup.info", "-pg", "storage", "-count", "1", "dvs0")).toMatch(/VlanId: +30/);
  });

  it("stays untouched by a second up, and shows no difference to vCenter", async () => {
    const versions = () =>
      Promise.all(["dvs0", ...PORT_GROUPS].map((name) => read(project, `network/${name}`, "config.configVersion")));
    const earlier = await versions();
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
    expect(await versions()).toEqual(earlier);
  });

  it("shows a changed VLAN as that setting and the step that sets it, and takes it", async () => {
    project.write(environment({ app: "vlan: 20" }));
    const { text } = await project.must("preview", "--diff");
    expect(changedProperties(text).filter((line) => !/[{[]$/.test(line))).toEqual([
      "~ vlan : 10 => 20",
      '+ [0]: "brief interruption: port group app: vlan 10 -> 20"',
    ]);
    interface Step {
      readonly op: string;
      readonly urn: string;
    }
    const { steps } = JSON.parse((await project.must("preview", "--json")).stdout) as { steps: Step[] };
    const changes = steps.filter(({ op }) => op !== "same");
    expect(changes.map(({ op, urn }) => [op, urn.split("$").at(-1)])).toEqual([
      ["update", "pulumi-nodejs:dynamic/vsphere:Switch::dvs0"],
    ]);
    await project.up();
    expect((await portGroup(project, "app")).vlan).toBe(20);
  });

  it("shows what others changed, and puts it back", async () => {
    await govc(project, "dvs.portgroup.change", "-vlan", "99", "app");
    const { text } = await project.must("preview", "--refresh", "--diff");
    expect(changedProperties(text)).toContain("~ vlan : 99 => 20");
    await project.up("--refresh");
    expect((await portGroup(project, "app")).vlan).toBe(20);
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("is not stopped by what others changed meanwhile: a change starts from what vCenter has then", async () => {
    await govc(project, "dvs.portgroup.change", "-vlan", "98", "app");
    await govc(project, "dvs.change", "-mtu", "1600", "dvs0");
    project.write(environment());
    const { text } = await project.up();
    expect(text).toContain("port group app: vlan 98 -> 10");
    expect((await portGroup(project, "app")).vlan).toBe(10);
    expect(await read<object>(project, "network/dvs0", "config")).toMatchObject({ maxMtu: 9000 });
  });

  it("sets the contact that the file names, and leaves it alone where the file names none", async () => {
    const contactNow = () => read<object>(project, "network/dvs0", "config.contact");
    project.write(
      environment({ contact: 'contact: { name: "Network <team> & co", details: "noc@example.net, 4711" }' }),
    );
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain("the switch: contact.contact noc@example.net, 4711, contact.name Network <team> & co");
    await project.up();
    expect(await contactNow()).toEqual({ name: "Network <team> & co", contact: "noc@example.net, 4711" });
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
    project.write(environment({ contact: "contact: { name: Network team }" }));
    await project.up();
    expect(await contactNow()).toEqual({ name: "Network team" });
    await project.must("preview", "--refresh", "--expect-no-changes");
    project.write(environment());
    const { text: left } = await project.up();
    expect(left).not.toContain("the switch:");
    expect(await contactNow()).toEqual({ name: "Network team" });
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("hands its own team to a port group that gives up another, standby included", async () => {
    project.write(environment({ appTeam: "" }));
    await project.up();
    expect(await portGroup(project, "app")).toMatchObject({
      policy: "loadbalance_srcid",
      active: ["uplink1", "uplink2"],
      standby: [],
    });
    project.write(environment());
    await project.up();
    expect(await portGroup(project, "app")).toMatchObject({ active: ["uplink2"], standby: ["uplink1"] });
  });

  it("changes the VLAN of a port group to one of another kind in place, also while a VM is on it", async () => {
    const machine = ["-on=false", "-host", ESX[0], "-ds", "datastore1", "-net", "app", "-g", "otherGuest", "vm1"];
    await govc(project, "vm.create", ...machine);
    project.write(environment({ app: "vlans: [40-49]" }));
    const { text } = await project.must("preview");
    expect(text).not.toMatch(/replace/);
    await project.up();
    expect((await portGroup(project, "app")).vlan).toEqual([{ start: 40, end: 49 }]);
    project.write(environment({ app: "privateVlan: { primary: 200, secondary: 202, type: community }" }));
    await project.up();
    expect((await portGroup(project, "app")).vlan).toEqual({ private: 202 });
    project.write(environment());
    await project.up();
    expect((await portGroup(project, "app")).vlan).toBe(10);
    await govc(project, "vm.destroy", "vm1");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes a member away and back, and moves NICs between uplinks", async () => {
    project.write(environment({ hosts: "esx-01" }));
    await project.up();
    expect(await read(project, `host/c1/${ESX[1]}`, "config.network.proxySwitch")).toEqual([]);
    project.write(environment({ uplinks: "uplink1: vmnic1, uplink2: vmnic3, uplink3: vmnic2" }));
    await project.up();
    for (const host of ESX)
      expect(await uplinksOf(project, host)).toEqual({ uplink1: "vmnic1", uplink2: "vmnic3", uplink3: "vmnic2" });
    project.write(environment());
    await project.up();
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keeps a private VLAN as long as a port group has it, says so, and takes it away with the next up", async () => {
    project.write(environment({ dmz: "" }));
    const { text } = await project.up();
    expect(text).toContain("private VLAN 201 stays in the map of the switch as long as port group dmz has it");
    expect(await inventoryList(project)).not.toContain("/dc1/network/dmz");
    expect(await read<object>(project, "network/dvs0", "config")).toHaveProperty("pvlanConfig");
    await project.up();
    expect(await read<object>(project, "network/dvs0", "config")).not.toHaveProperty("pvlanConfig");
    await project.up("--expect-no-changes");
    project.write(environment());
    await project.up();
  });

  it("left the switch and port group of others alone", async () => {
    expect(await foreignNow()).toEqual(foreign);
  });

  it("keeps the password out of the state", () => {
    expect(project.state()).not.toContain(vcenter.password);
  });

  it("goes without a trace", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await inventoryList(project)).toBe(before);
    expect(await foreignNow()).toEqual(foreign);
    for (const host of ESX) expect(await read(project, `host/c1/${host}`, "config.network.proxySwitch")).toEqual([]);
    await govc(project, "object.destroy", "/dc1/network/theirs");
  });
});

describe("a declaration that can't be made true", () => {
  useVcenter();
  let project: Project;
  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
  });
  afterAll(async () => {
    await project.remove();
  });

  const failingUp = async (): Promise<Outcome> => {
    const outcome = await project.pulumi("up", "--yes", "--skip-preview");
    expect(outcome.code).not.toBe(0);
    expectNoStackTrace(outcome);
    return outcome;
  };

  it("by a mistake in the file: one message, and vCenter is not touched", async () => {
    const before = await inventoryList(project);
    project.write(environment({ appTeam: "uplinkTeam: { members: [uplink1, uplink9] }" }));
    const { text } = await failingUp();
    expect(text).toContain("1 error, nothing was changed.");
    expect(text).toContain(
      "distributedSwitches.dvs0.portGroups.app.uplinkTeam.members[1]: there is no uplink of this name",
    );
    expect(await inventoryList(project)).toBe(before);
    project.write(environment());
  });

  it("by a wrong password: vCenter's answer, and the password nowhere", async () => {
    const stranger = await Project.create({
      environment: environment(),
      variables: { ...variables, VSPHERE_PASSWORD: "wrong-and-secret" },
    });
    try {
      const outcome = await stranger.pulumi("up", "--yes", "--skip-preview");
      expect(outcome.code).not.toBe(0);
      const message =
        /error: DistributedSwitch "dvs0": datacenter "dc1" can't be read from vCenter: .*Cannot complete login due to an incorrect user name or password\. Check .*$/gm;
      // Once beside the progress, once in the summary.
      expect(new Set(outcome.text.match(message))).toHaveLength(1);
      expectNoStackTrace(outcome);
      for (const text of [outcome.text, stranger.state()]) expect(text).not.toContain("wrong-and-secret");
    } finally {
      rmSync(stranger.folder, { recursive: true, force: true });
    }
  });

  it("by a NIC that serves another switch: vCenter's fault, and a later up completes the rest", async () => {
    await govc(project, "dvs.create", "-num-uplinks", "1", "others");
    await govc(project, "dvs.add", "-dvs", "others", "-pnic", "vmnic3", ESX[1]);
    const { text } = await failingUp();
    expect(text).toContain("esx-01.example.net, esx-02.example.net join:");
    expect(text).toContain("The resource 'vmnic3' is in use");
    expect(text).toContain("The next pulumi up goes on from what vCenter has then.");
    await govc(project, "object.destroy", "/dc1/network/others");
    await project.up();
    await project.must("preview", "--refresh", "--expect-no-changes");
    await project.must("destroy", "--yes", "--skip-preview");
  });

  it("by a port group name that is taken: vCenter's fault, and a later up completes the rest", async () => {
    await govc(project, "dvs.create", "-num-uplinks", "1", "others");
    await govc(project, "dvs.portgroup.add", "-dvs", "others", "-vlan", "77", "app");
    const { text } = await failingUp();
    expect(text).toContain("The name 'app' already exists.");
    expect((await portGroup(project, "app")).vlan).toBe(77);
    await govc(project, "object.destroy", "/dc1/network/others");
    await project.up();
    expect((await portGroup(project, "app")).vlan).toBe(10);
    await project.must("preview", "--refresh", "--expect-no-changes");
  });
});
