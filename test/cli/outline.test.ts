// What comes or goes as a whole: a machine's row says in a few lines what is on it, whatever its platform.
import { describe, expect, it } from "vitest";
import { tell } from "../../cli/preview.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { type AnyDriver, DRIVERS, typeToken } from "../../providers/platforms/index.js";
import { VCENTER_DRIVERS } from "../../providers/platforms/vsphere/index.js";

const FILE = `environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30, mtu: 9000 }
  tenants: { vlans: [100-199, 300], native: 300 }
  office: {}
hosts:
  kvm-01:
    platform: kvm
    uplinks: { e0: , e1: , e2: , e3: , e4: { sriov: { numVfs: 8 } } }
    libvirt: true
    virtualSwitches:
      vs0: { uplinkTeam: { members: [e0, e1], mode: lacp }, portGroups: { app: { security: { macChanges: false } }, tenants: , office: } }
      br0: { kind: linux-bridge, uplinkTeam: { members: [e2, e3] }, portGroups: [storage] }
    hostPorts:
      mgmt: { portGroup: br0/storage, addresses: [10.30.0.5/24] }
  hv-01:
    platform: hyperv
    uplinks: { A: { sriov: { numVfs: 4 } }, B: , C: , D: }
    virtualSwitches:
      set0: { kind: set, uplinkTeam: { members: [A, B], policy: source-port }, portGroups: [app, tenants] }
      lbfo0: { kind: lbfo, allowLbfo: true, uplinkTeam: { members: [C, D] }, portGroups: [storage] }
    hostPorts:
      live: { portGroup: lbfo0/storage, addresses: [10.30.0.6/24] }
  esx-01:
    platform: vsphere
    uplinks: { vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01]
    uplinks: { uplink1: , uplink2: }
    lags: { lag1: { nics: [vmnic2, vmnic3] } }
    uplinkTeam: { members: [lag1], mode: lacp }
    portGroups: [app, tenants, office]
vms:
  db-01:
    host: kvm-01
    ports:
      p0: { portGroup: vs0/app, mac: "52:54:00:00:00:01" }
      p1: { portGroup: vs0/tenants }
      p2: { portGroup: vs0/office }
      sto0: { portGroup: br0/storage, mac: "52:54:00:00:00:02" }
      sto1: { portGroup: br0/storage, mac: "52:54:00:00:00:03" }
    guest: { os: linux }
    bonds: { storage: { members: [sto0, sto1], addresses: [10.30.0.7/24] } }
  sql:
    host: hv-01
    ports:
      App: { portGroup: set0/app, mac: "00:15:5d:00:00:01", addresses: [10.10.0.7/24] }
      Trunk: { portGroup: set0/tenants, mac: "00:15:5d:00:00:02" }
    guest: { os: windows }
  seeded:
    host: kvm-01
    ports: { p0: { portGroup: vs0/app, mac: "52:54:00:00:00:09", addresses: [10.10.0.9/24] } }
    libvirt: {}
    guest: { os: linux, cloudInit: {} }
`;

const { environment, problems } = checkEnvironmentText(FILE, "e.yaml");

/** The row of something that is made, or that goes. */
function row(op: "create" | "delete", type: string, inputs: object) {
  const state = { type, custom: true, inputs };
  const step = {
    op,
    urn: `urn:pulumi:t::site::${type}::it`,
    ...(op === "create" ? { newState: state } : { oldState: state }),
  };
  const [change] = tell({ stdout: JSON.stringify({ steps: [step] }, null, 2), stderr: "", code: 0 }, []).changes;
  return change?.summary.map(({ title }) => title);
}

function machineInputs(driver: AnyDriver, name: string) {
  if (!environment) throw new Error(JSON.stringify(problems));
  const place = driver.machines(environment).find(({ machine }) => machine.name === name);
  if (!place) throw new Error(`no machine ${name}`);
  return { configuration: toMachineWords(driver, place.machine, "t"), driverVersion: driver.version };
}

const OUTLINES: Readonly<Record<string, readonly [machine: string, lines: readonly string[]]>> = {
  kvm: [
    "kvm-01",
    [
      "virtual functions of e4: 8",
      "virtual switch br0 (Linux bridge): ports br0-bond (VLAN 30)",
      "bond br0-bond of e2, e3 (active-backup)",
      "interface mgmt in VLAN 30 of br0: 10.30.0.5/24",
      "virtual switch vs0: bond vs0-uplinks of e0, e1 (VLANs 10,100-199,300, untagged); ports db-01-p0 (VLAN 10), db-01-p1 (VLANs 100-199, VLAN 300 untagged), db-01-p2 (untagged)",
      "security of ports db-01-p0, seeded-p0",
      "libvirt networks br0, vs0",
      "libvirt interfaces of VMs seeded",
      "seeds for VMs seeded",
    ],
  ],
  hyperv: [
    "hv-01",
    [
      "virtual functions of A: 4",
      "team lbfo0-team of C, D",
      "virtual switch lbfo0: NICs lbfo0-team; host ports live (VLAN 30)",
      "virtual switch set0: NICs A, B; adapters sql/App (VLAN 10), sql/Trunk (VLANs 100-199, VLAN 300 untagged)",
      "jumbo frames on C, D, vEthernet (live)",
      "interface vEthernet (live): 10.30.0.6/24",
    ],
  ],
  linuxGuest: ["db-01", ["bond storage of sto0, sto1 (active-backup): 10.30.0.7/24"]],
  windows: ["sql", ["interface 00:15:5d:00:00:01: 10.10.0.7/24"]],
};

describe("what comes and what goes", () => {
  it.each(DRIVERS.map((driver) => [driver.kind, driver] as const))("is told of a %s", (_kind, driver) => {
    const [machine, lines] = OUTLINES[driver.name] ?? ["", []];
    const inputs = machineInputs(driver, machine);
    expect(row("create", typeToken(driver), inputs)).toEqual(lines);
    expect(row("delete", typeToken(driver), inputs)).toEqual(lines);
  });

  it("is told of a distributed switch", () => {
    const driver = VCENTER_DRIVERS.find(({ name }) => name === "vsphereSwitch");
    const [place] = (environment && driver?.objects(environment)) ?? [];
    if (!driver || !place) throw new Error("no distributed switch");
    const inputs = { configuration: driver.toWords(place.model), driverVersion: driver.version };
    const lines = [
      "port groups app (VLAN 10), tenants (VLANs 100-199,300), office (untagged)",
      "hosts esx-01",
      "uplinks uplink1, uplink2",
      "LAGs lag1 of 2 ports",
    ];
    expect(row("create", typeToken(driver), inputs)).toEqual(lines);
    expect(row("delete", typeToken(driver), inputs)).toEqual(lines);
  });

  it("is not told of words of another release", () => {
    const [driver] = DRIVERS;
    if (!driver) throw new Error("no driver");
    const inputs = { ...machineInputs(driver, "kvm-01"), driverVersion: driver.version + 1 };
    expect(row("delete", typeToken(driver), inputs)).toEqual([]);
  });
});
