// The components for programs without an environment file: the same resources from typed arguments, and for wrong ones one
// message a problem and nothing registered.
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Environment } from "../../providers/environment.js";
import { HypervHost, type HypervHostArgs } from "../../providers/hypervHost.js";
import { KvmHost, type KvmHostArgs } from "../../providers/kvmHost.js";
import { LinuxGuest, type LinuxGuestArgs } from "../../providers/linuxGuest.js";
import { DistributedSwitch, type DistributedSwitchArgs } from "../../providers/vsphere/distributedSwitch.js";
import { WindowsGuest, type WindowsGuestArgs } from "../../providers/windowsGuest.js";
import { registered } from "./program.js";

const networks = { app: { vlan: 10, subnet: "10.0.0.0/24" }, storage: { vlan: 30, mtu: 9000 } };

const kvmArgs: KvmHostArgs = {
  networks,
  address: "kvm-01.example.net",
  ssh: { user: "root" },
  uplinks: { e0: {}, e1: {} },
  virtualSwitches: { vs0: { uplinkTeam: { members: ["e0", "e1"], mode: "lacp" }, portGroups: ["app", "storage"] } },
  vms: { db: { ports: { app: { portGroup: "vs0/app" } } } },
};

const hypervArgs: HypervHostArgs = {
  networks,
  release: "2022",
  address: "hv-01.example.net",
  uplinks: { "SLOT 3 Port 1": { sriov: { numVfs: 8 } }, "SLOT 5 Port 1": {} },
  virtualSwitches: {
    Converged: { uplinkTeam: { members: ["SLOT 3 Port 1", "SLOT 5 Port 1"] }, portGroups: ["app", "storage"] },
  },
  hostPorts: { Management: { portGroup: "Converged/app", addresses: ["10.0.0.11/24"] } },
  vms: { "SQL Server": { ports: { Storage: { portGroup: "Converged/storage" } } } },
};

const switchArgs: DistributedSwitchArgs = {
  networks,
  datacenter: "dc1",
  hosts: ["esx-01.example.net"],
  uplinks: { uplink1: "vmnic2", uplink2: "vmnic3" },
  uplinkTeam: { members: ["uplink1", "uplink2"], policy: "load" },
  portGroups: { app: {}, sto: { network: "storage", security: { macChanges: true } } },
};

const guestArgs: LinuxGuestArgs = {
  networks,
  ports: { s0: { network: "storage", mac: "52:54:00:00:00:01" }, s1: { network: "storage", mac: "52:54:00:00:00:02" } },
  bonds: { storage: { members: ["s0", "s1"], addresses: ["10.30.0.5/24"] } },
};

const windowsArgs: WindowsGuestArgs = {
  networks: { app: { vlan: 10, subnet: "10.0.0.0/24" } },
  release: "2019",
  ports: {
    Left: { network: "app", mac: "00:15:5d:00:00:01" },
    Right: { network: "app", guestInterface: "Ethernet 2" },
  },
  bonds: { "Team 1": { members: ["Left", "Right"], addresses: ["10.0.0.5/24"] } },
};

describe("from typed arguments", () => {
  it("KvmHost: one resource with the text of the host, its VMs' ports on it, marked with the stack's name", async () => {
    const [host, ...others] = await registered((parent) => new KvmHost("kvm-01", kvmArgs, { parent }));
    expect(others).toEqual([]);
    expect(host).toMatchObject({
      type: "pulumi-nodejs:dynamic/kvm:Host",
      name: "kvm-01",
      parent: "root",
      inputs: { environment: "demo", ssh: { name: "kvm-01", address: "kvm-01.example.net", user: "root" } },
    });
    expect(host?.inputs.openvswitch).toMatch(/add-bond vs0 vs0-uplinks e0 e1/);
    expect(host?.inputs.openvswitch).toMatch(/add-port vs0 db-app/);
  });

  it("HypervHost: one resource with a script for each layer that has something to do, its VMs' adapters in it", async () => {
    const [host, ...others] = await registered((parent) => new HypervHost("hv-01", hypervArgs, { parent }));
    expect(others).toEqual([]);
    expect(host).toMatchObject({
      type: "pulumi-nodejs:dynamic/hyperv:Host",
      name: "hv-01",
      parent: "root",
      inputs: { environment: "demo", ssh: { name: "hv-01", address: "hv-01.example.net" } },
    });
    expect(host?.inputs.nics).toMatch(/Set-NetAdapterSriov -Name 'SLOT 3 Port 1' -NumVFs 8/);
    expect(host?.inputs.lbfo).toBeUndefined();
    expect(host?.inputs.vmswitch).toMatch(/Notes +.*= 'multiport=demo'/);
    expect(host?.inputs.vmswitch).toMatch(/Add-VMNetworkAdapter -VMName 'SQL Server' -Name 'Storage'/);
    expect(host?.inputs.tcpip).toMatch(/'vEthernet \(Management\)'.*10\.0\.0\.11/s);
  });

  it("LinuxGuest: one resource with the files of the guest", async () => {
    const [guest, ...others] = await registered(
      (parent) => new LinuxGuest("db-01", { ...guestArgs, address: "db-01.example.net" }, { parent }),
    );
    expect(others).toEqual([]);
    expect(guest).toMatchObject({
      type: "pulumi-nodejs:dynamic/linux:Guest",
      name: "db-01",
      inputs: { ssh: { name: "db-01", address: "db-01.example.net" } },
    });
    expect(guest?.inputs.linux).toMatch(
      /bonds:\n {4}storage:\n {6}renderer: networkd\n {6}interfaces: \[s0, s1\]\n {6}mtu: 9000/,
    );
  });

  it("LinuxGuest: says by which host its agent is asked", async () => {
    const host = { name: "kvm-01", address: "kvm-01.example.net", ssh: { user: "root", confirmSeconds: 300 } };
    const guestAgent = { host, domain: "db-01-prod", confirmSeconds: 60 };
    const [guest] = await registered((parent) => new LinuxGuest("db-01", { ...guestArgs, guestAgent }, { parent }));
    expect(guest?.inputs.ssh).toEqual({
      name: "db-01",
      address: "kvm-01.example.net",
      confirmSeconds: 60,
      guestAgent: { host: { name: "kvm-01", address: "kvm-01.example.net", user: "root" }, domain: "db-01-prod" },
    });
  });

  it("LinuxGuest: says by which ESXi host VMware Tools are asked", async () => {
    const vmwareTools = { host: "esx-01.example.net", confirmSeconds: 60 };
    const [guest] = await registered((parent) => new LinuxGuest("db-01", { ...guestArgs, vmwareTools }, { parent }));
    expect(guest?.inputs.ssh).toEqual({
      name: "db-01",
      address: "esx-01.example.net",
      confirmSeconds: 60,
      vmwareTools: { host: "esx-01.example.net", user: "root" },
    });
  });

  it("WindowsGuest: one resource with the scripts of its team and its addresses", async () => {
    const [guest, ...others] = await registered(
      (parent) => new WindowsGuest("sql-01", { ...windowsArgs, address: "sql-01.example.net" }, { parent }),
    );
    expect(others).toEqual([]);
    expect(guest).toMatchObject({
      type: "pulumi-nodejs:dynamic/windows:Guest",
      name: "sql-01",
      inputs: { environment: "demo", ssh: { name: "sql-01", address: "sql-01.example.net" } },
    });
    expect(guest?.inputs.lbfo).toMatch(/Find-Connection -MacAddress '00-15-5D-00-00-01'\)\n {4}'Ethernet 2'\n/);
    expect(guest?.inputs.tcpip).toMatch(/New-NetIPAddress -InterfaceAlias \$name -IPAddress '10.0.0.5'/);
  });

  it("WindowsGuest: says by which host it is reached, and no password", async () => {
    const host = { name: "hv-01", address: "hv-01.example.net", ssh: { user: "admin", confirmSeconds: 300 } };
    const [guest] = await registered(
      (parent) =>
        new WindowsGuest("sql-01", { ...windowsArgs, powershellDirect: { host, confirmSeconds: 60 } }, { parent }),
    );
    expect(guest?.inputs.ssh).toEqual({
      name: "sql-01",
      address: "hv-01.example.net",
      confirmSeconds: 60,
      powershellDirect: {
        host: { name: "hv-01", address: "hv-01.example.net", user: "admin" },
        user: "Administrator",
      },
    });
  });

  it("Environment: a Windows guest comes after the host below it", async () => {
    const spec = {
      environment: "t",
      networks,
      hosts: {
        h: {
          platform: "hyperv" as const,
          uplinks: { a: {} },
          virtualSwitches: { vs0: { uplinkTeam: { members: ["a"] }, portGroups: ["app"] } },
        },
      },
      vms: {
        v: {
          host: "h",
          guest: { os: "windows" as const },
          ports: { p: { portGroup: "vs0/app", mac: "00:15:5d:00:00:01", addresses: ["10.0.0.5/24"] } },
        },
      },
    };
    const resources = await registered((parent) => new Environment("t", { spec }, { parent }));
    expect(resources.map(({ type, name, dependsOn }) => [type, name, dependsOn])).toEqual([
      ["multiport:index:Environment", "t", []],
      ["pulumi-nodejs:dynamic/hyperv:Host", "h", []],
      ["pulumi-nodejs:dynamic/windows:Guest", "v", ["h"]],
    ]);
  });

  it("DistributedSwitch: the provider makes the switch and its port groups, one resource of ours sets them", async () => {
    const resources = await registered((parent) => new DistributedSwitch("dvs0", switchArgs, { parent }));
    expect(resources.map(({ type, name, parent }) => [type, name, parent])).toEqual([
      ["multiport:vsphere:DistributedSwitch", "dvs0", "root"],
      ["vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch", "dvs0", "dvs0"],
      ["multiport:vsphere:PortGroup", "dvs0/app", "dvs0"],
      ["vsphere:index/distributedPortGroup:DistributedPortGroup", "dvs0/app", "dvs0/app"],
      ["multiport:vsphere:PortGroup", "dvs0/sto", "dvs0"],
      ["vsphere:index/distributedPortGroup:DistributedPortGroup", "dvs0/sto", "dvs0/sto"],
      ["pulumi-nodejs:dynamic/vsphere:Switch", "dvs0", "dvs0"],
    ]);
    const description = "Being made by Pulumi stack multiport/demo";
    expect(resources[1]?.inputs).toEqual({ name: "dvs0", datacenterId: "getDatacenter dc1", description });
    const switchId = "id of dvs0";
    const group = { name: "sto", distributedVirtualSwitchUuid: switchId, type: "earlyBinding", description };
    expect(resources[5]?.inputs).toEqual(group);
    expect(resources[6]).toMatchObject({
      dependsOn: ["dvs0/app", "dvs0/sto"],
      inputs: {
        environment: "demo",
        target: { name: "dvs0", datacenter: "dc1", switchId },
        configuration: {
          uplinks: ["uplink1", "uplink2"],
          mtuBytes: 9000,
          members: { "esx-01.example.net": { vmnic2: "uplink1", vmnic3: "uplink2" } },
          defaults: { teaming: { policy: "loadbalance_loadbased", active: ["uplink1", "uplink2"], standby: [] } },
          portGroups: {
            app: { vlan: 10 },
            sto: { vlan: 30, security: { promiscuous: false, macChanges: true, forgedTransmits: false } },
          },
        },
      },
    });
  });

  it("Environment: from a value in the words of the file", async () => {
    const spec = { environment: "t", networks, hosts: { "k[1:2]": { platform: "kvm" as const } } };
    const resources = await registered((parent) => new Environment("t", { spec }, { parent }));
    expect(resources.map(({ name, parent }) => [name, parent])).toEqual([
      ["t", "root"],
      ["k1", "t"],
      ["k2", "t"],
    ]);
  });
});

describe("from wrong arguments", () => {
  let errors: string[];
  beforeEach(() => {
    errors = [];
    // Where the engine is not there to take the messages, the SDK prints them.
    vi.spyOn(console, "error").mockImplementation((line: string) => void errors.push(line));
    vi.spyOn(console, "warn").mockImplementation(() => {});
  });
  afterEach(() => void vi.restoreAllMocks());

  const cases: [string, (parent: pulumi.Resource) => unknown, RegExp, RegExp[]][] = [
    [
      "KvmHost",
      (parent) =>
        new KvmHost(
          "kvm-01",
          {
            ...kvmArgs,
            virtualSwitches: { vs0: { uplinkTeam: { members: ["e0", "e9"] }, portGroups: ["app", "nope"] } },
          },
          { parent },
        ),
      /KvmHost "kvm-01": 2 errors, nothing was changed/,
      [/no uplink of this name; found "e9"; wanted one of e0, e1/, /no network of this name; found "nope"/],
    ],
    [
      "HypervHost",
      (parent) =>
        new HypervHost(
          "hv-01",
          {
            ...hypervArgs,
            uplinks: { ...hypervArgs.uplinks, "SLOT [7]": {} },
            vms: { "SQL Server": { ports: { Storage: { portGroup: "Converged/nope" } } } },
          },
          { parent },
        ),
      /HypervHost "hv-01": 2 errors, nothing was changed/,
      [/found "SLOT \[7\]"; .* PowerShell takes others for wildcards/, /no port group of this name; found "nope"/],
    ],
    [
      "DistributedSwitch",
      (parent) =>
        new DistributedSwitch("dvs0", { ...switchArgs, uplinkTeam: { members: ["uplink9"] }, mtu: 100 }, { parent }),
      /DistributedSwitch "dvs0": 2 errors/,
      [/distributedSwitches\.dvs0\.mtu: the value is not allowed here; found 100/, /found "uplink9"/],
    ],
    [
      "LinuxGuest",
      (parent) =>
        new LinuxGuest(
          "db-01",
          { ...guestArgs, bonds: { b: { members: ["s0", "s9"], policy: "source-port" } } },
          { parent },
        ),
      /LinuxGuest "db-01": 2 errors/,
      [/found "s9"/, /a bond of the kernel can't do mode switch-independent with policy source-port/],
    ],
    [
      "Environment",
      (parent) => new Environment("t", { spec: { environment: "t t" } }, { parent }),
      /t: 1 error, nothing was changed/,
      [/environment: the value is not allowed here; found "t t"/],
    ],
    [
      "Environment of a file that is not there",
      (parent) => new Environment("t", { file: "stacks/none.yaml" }, { parent }),
      /stacks\/none\.yaml: the environment file can't be read\. Correct multiport:environment/,
      [],
    ],
  ];

  it.each(cases)(
    "%s: one message a problem, no stack for the user, and nothing registered",
    async (_name, build, message, expected) => {
      let error: unknown;
      const resources = await registered((parent) => {
        try {
          build(parent);
        } catch (caught) {
          error = caught;
        }
      });
      // Pulumi prints the message of a RunError without its stack.
      expect(pulumi.RunError.isInstance(error)).toBe(true);
      expect((error as Error).message).toMatch(message);
      expect(errors).toHaveLength(expected.length);
      for (const text of expected)
        expect(
          errors.some((line) => text.test(line)),
          `${text} in ${errors.join("\n")}`,
        ).toBe(true);
      expect(resources).toEqual([]);
    },
  );
});
