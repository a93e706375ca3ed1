// Distributed switches, for real: Pulumi's engine, the vSphere provider's own code, SOAP over TLS to a simulated vCenter,
// and govc as an independent client that reads what became of the declaration.
import { beforeAll, describe, expect, it } from "vitest";
import { DistributedSwitch } from "./distributedSwitch.js";
import { ESX, plainHosts } from "./hosts.js";
import { environment, PORT_GROUPS } from "./switchFile.js";
import { useVcenter } from "./vcenterSite.js";

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

describe("a distributed switch", () => {
  const site = useVcenter(plainHosts, environment());
  const dvs = new DistributedSwitch(site);
  const inventory = () => site.govc("find", "/");
  let before: string;
  const foreign = { switch: "", portGroup: "" };

  const foreignNow = async () => ({
    switch: JSON.stringify(await site.read("network/theirs", "config")),
    portGroup: JSON.stringify(await site.read("network/their-vms", "config")),
  });

  beforeAll(async () => {
    await site.govc("dvs.create", "-num-uplinks", "2", "theirs");
    await site.govc("dvs.portgroup.add", "-dvs", "theirs", "-vlan", "77", "their-vms");
    Object.assign(foreign, await foreignNow());
    before = await inventory();
  });

  it("is only shown by a preview", async () => {
    const { text } = await site.project.must("preview");
    expect(text).toMatch(/vsphere:index:DistributedVirtualSwitch +dvs0 +create/);
    expect(text).toMatch(/vsphere:index:DistributedPortGroup +dvs0\/app +create/);
    expect(await inventory()).toBe(before);
  });

  it("is made as declared: members, the NIC behind each uplink, MTU, discovery, private VLANs", async () => {
    await site.project.up();
    const config = await dvs.config();
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
      expect(await dvs.ports(host)).toEqual({ uplink1: "vmnic2", uplink2: "vmnic3", uplink3: "vmnic1" });
  });

  it("has port groups with every way of teaming, every kind of VLAN, and security as declared", async () => {
    const [active, rejected] = [["uplink1", "uplink2"], { allowed: [] as string[] }];
    const usual = { active, standby: [] as string[], failback: true, notifySwitches: true, beacon: false, ...rejected };
    const found = Object.fromEntries(
      await Promise.all(PORT_GROUPS.map(async (name) => [name, await dvs.portGroup(name)] as const)),
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
    expect(await site.govc("dvs.portgroup.info", "-pg", "storage", "-count", "1", "dvs0")).toMatch(/VlanId: +30/);
  });

  it("stays untouched by a second up, and shows no difference to vCenter", async () => {
    const versions = () =>
      Promise.all(["dvs0", ...PORT_GROUPS].map((name) => site.read(`network/${name}`, "config.configVersion")));
    const earlier = await versions();
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
    expect(await versions()).toEqual(earlier);
  });

  it("shows a changed VLAN as that setting and the step that sets it, and takes it", async () => {
    site.project.write(environment({ app: "vlan: 20" }));
    const { text } = await site.project.must("preview", "--diff");
    expect(changedProperties(text).filter((line) => !/[{[]$/.test(line))).toEqual([
      "~ vlan : 10 => 20",
      '+ [0]: "brief interruption: port group app: vlan 10 -> 20"',
    ]);
    interface Step {
      readonly op: string;
      readonly urn: string;
    }
    const { steps } = JSON.parse((await site.project.must("preview", "--json")).stdout) as { steps: Step[] };
    const changes = steps.filter(({ op }) => op !== "same");
    expect(changes.map(({ op, urn }) => [op, urn.split("$").at(-1)])).toEqual([
      ["update", "pulumi-nodejs:dynamic/vsphere:Switch::dvs0"],
    ]);
    await site.project.up();
    expect((await dvs.portGroup("app")).vlan).toBe(20);
  });

  it("shows what others changed, and puts it back", async () => {
    await site.govc("dvs.portgroup.change", "-vlan", "99", "app");
    const { text } = await site.project.must("preview", "--refresh", "--diff");
    expect(changedProperties(text)).toContain("~ vlan : 99 => 20");
    await site.project.up("--refresh");
    expect((await dvs.portGroup("app")).vlan).toBe(20);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("is not stopped by what others changed meanwhile: a change starts from what vCenter has then", async () => {
    await site.govc("dvs.portgroup.change", "-vlan", "98", "app");
    await site.govc("dvs.change", "-mtu", "1600", "dvs0");
    site.project.write(environment());
    const { text } = await site.project.up();
    expect(text).toContain("port group app: vlan 98 -> 10");
    expect((await dvs.portGroup("app")).vlan).toBe(10);
    expect(await dvs.config()).toMatchObject({ maxMtu: 9000 });
  });

  it("sets the contact that the file names, and leaves it alone where the file names none", async () => {
    const contactNow = () => site.read<object>("network/dvs0", "config.contact");
    const { project } = site;
    project.write(
      environment({ contact: 'contact: { name: "Network <team> & co", details: "noc@example.net, 4711" }' }),
    );
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain("the switch: contact.contact noc@example.net, 4711, contact.name Network <team> & co");
    await project.up();
    expect(await contactNow()).toEqual({ name: "Network <team> & co", contact: "noc@example.net, 4711" });
    await project.must("preview", "--refresh", "--expect-no-changes");
    project.write(environment({ contact: "contact: { name: Network team }" }));
    await project.up();
    expect(await contactNow()).toEqual({ name: "Network team" });
    project.write(environment());
    const { text: left } = await project.up();
    expect(left).not.toContain("the switch:");
    expect(await contactNow()).toEqual({ name: "Network team" });
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("hands its own team to a port group that gives up another, standby included", async () => {
    site.project.write(environment({ appTeam: "" }));
    await site.project.up();
    expect(await dvs.portGroup("app")).toMatchObject({
      policy: "loadbalance_srcid",
      active: ["uplink1", "uplink2"],
      standby: [],
    });
    site.project.write(environment());
    await site.project.up();
    expect(await dvs.portGroup("app")).toMatchObject({ active: ["uplink2"], standby: ["uplink1"] });
  });

  it("changes the VLAN of a port group to one of another kind in place, also while a VM is on it", async () => {
    const machine = ["-on=false", "-host", ESX[0], "-ds", "datastore1", "-net", "app", "-g", "otherGuest", "vm1"];
    await site.govc("vm.create", ...machine);
    site.project.write(environment({ app: "vlans: [40-49]" }));
    const { text } = await site.project.must("preview");
    expect(text).not.toMatch(/replace/);
    await site.project.up();
    expect((await dvs.portGroup("app")).vlan).toEqual([{ start: 40, end: 49 }]);
    site.project.write(environment({ app: "privateVlan: { primary: 200, secondary: 202, type: community }" }));
    await site.project.up();
    expect((await dvs.portGroup("app")).vlan).toEqual({ private: 202 });
    site.project.write(environment());
    await site.project.up();
    expect((await dvs.portGroup("app")).vlan).toBe(10);
    await site.govc("vm.destroy", "vm1");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes a member away and back, and moves NICs between uplinks", async () => {
    site.project.write(environment({ hosts: "esx-01" }));
    await site.project.up();
    expect(await site.read(`host/c1/${ESX[1]}`, "config.network.proxySwitch")).toEqual([]);
    site.project.write(environment({ uplinks: "uplink1: vmnic1, uplink2: vmnic3, uplink3: vmnic2" }));
    await site.project.up();
    for (const host of ESX)
      expect(await dvs.ports(host)).toEqual({ uplink1: "vmnic1", uplink2: "vmnic3", uplink3: "vmnic2" });
    site.project.write(environment());
    await site.project.up();
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keeps a private VLAN as long as a port group has it, says so, and takes it away with the next up", async () => {
    site.project.write(environment({ dmz: "" }));
    const { text } = await site.project.up();
    expect(text).toContain("private VLAN 201 stays in the map of the switch as long as port group dmz has it");
    expect(await inventory()).not.toContain("/dc1/network/dmz");
    expect(await dvs.config()).toHaveProperty("pvlanConfig");
    await site.project.up();
    expect(await dvs.config()).not.toHaveProperty("pvlanConfig");
    await site.project.up("--expect-no-changes");
    site.project.write(environment());
    await site.project.up();
  });

  it("left the switch and port group of others alone", async () => {
    expect(await foreignNow()).toEqual(foreign);
  });

  it("keeps the password out of the state", () => {
    expect(site.project.state()).not.toContain(site.vcenter.password);
  });

  it("goes without a trace", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await inventory()).toBe(before);
    expect(await foreignNow()).toEqual(foreign);
    for (const host of ESX) expect(await site.read(`host/c1/${host}`, "config.network.proxySwitch")).toEqual([]);
    await site.govc("object.destroy", "/dc1/network/theirs");
  });
});
