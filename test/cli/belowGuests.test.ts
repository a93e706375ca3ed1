// A network that changes below a VM is told of the VM, whatever carries it, and only where it changes.
import { describe, expect, it } from "vitest";
import { toMarkdown } from "../../cli/markdown.js";
import { tell } from "../../cli/preview.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import type { Environment } from "../../providers/model/environment.js";
import { DRIVERS, typeToken } from "../../providers/platforms/index.js";
import { VCENTER_DRIVERS } from "../../providers/platforms/vsphere/index.js";

const FILE = `environment: t
networks:
  app: { vlan: 10 }
  tenants: { vlans: [100-199] }
  other: { vlan: 99 }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { e0: , e1: , e2: { sriov: { numVfs: 8 } } }
    libvirt: true
    virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1], mode: lacp }, portGroups: [app, tenants, other] } }
  hv-01:
    platform: hyperv
    uplinks: { A: , B: }
    virtualSwitches: { set0: { kind: set, uplinkTeam: { members: [A, B], policy: source-port }, portGroups: [app, other] } }
  esx-01:
    platform: vsphere
    uplinks: { vmnic0: , vmnic1: , vmnic2: , vmnic3: }
    virtualSwitches: { vSwitch1: { uplinkTeam: { members: [vmnic0, vmnic1] }, portGroups: [app, other] } }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [app, tenants, other]
vms:
  ovs: { host: kvm-01, ports: { p0: { portGroup: vs0/app }, p1: { portGroup: vs0/other }, p2: { portGroup: vs0/tenants } } }
  libvirt: { host: kvm-01, ports: { p0: { portGroup: vs0/app }, p1: { portGroup: vs0/other } }, libvirt: {} }
  function: { host: kvm-01, ports: { p0: { network: app, vf: e2 }, p1: { network: other, vf: e2 } } }
  sql: { host: hv-01, ports: { App: { portGroup: set0/app }, Other: { portGroup: set0/other } } }
  cards: { host: esx-01, ports: { p0: { portGroup: dvs0/app }, p1: { portGroup: vSwitch1/app }, p2: { portGroup: dvs0/other } }, vsphere: {} }
  by-hand: { host: esx-01, ports: { p0: { portGroup: dvs0/app }, p1: { portGroup: vSwitch1/app }, p2: { portGroup: dvs0/other } } }
`;
const NEW = FILE.replace("vlan: 10", "vlan: 20").replace("100-199", "100-150, 300");

function parsed(text: string): Environment {
  const { environment, problems } = checkEnvironmentText(text, "e.yaml");
  if (!environment || problems.some(({ severity }) => severity === "error")) throw new Error(JSON.stringify(problems));
  return environment;
}

/** Every resource of ours of an environment, by type and name. */
function resources(environment: Environment) {
  const machines = DRIVERS.flatMap((driver) =>
    driver.machines(environment).map(({ machine }) => ({
      name: machine.name,
      type: typeToken(driver),
      inputs: { configuration: toMachineWords(driver, machine, "t"), driverVersion: driver.version, target: {} },
    })),
  );
  const objects = VCENTER_DRIVERS.flatMap((driver) =>
    driver.objects(environment).map(({ model, path }) => ({
      name: String(path[1]),
      type: typeToken(driver),
      inputs: { configuration: driver.toWords(model), driverVersion: driver.version, target: {} },
    })),
  );
  return [...machines, ...objects];
}

function previewed(from: string, to: string) {
  const [before, after] = [resources(parsed(from)), resources(parsed(to))];
  const steps = after.map(({ name, type, inputs }) => {
    const old = before.find((other) => other.name === name && other.type === type)?.inputs;
    const isSame = JSON.stringify(old) === JSON.stringify(inputs);
    const state = (own: object | undefined) => own && { type, custom: true, inputs: own };
    const urn = `urn:pulumi:t::t::${type}::${name}`;
    return { op: isSame ? "same" : old ? "update" : "create", urn, oldState: state(old), newState: state(inputs) };
  });
  return tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, [], parsed(to));
}

const lines = (told: ReturnType<typeof previewed>) =>
  told.below.map(({ vm, port, on, from, to }) => `${vm} ${port} on ${on}: ${from} → ${to}`);

describe("a network below VMs", () => {
  it("that changes is told of every VM on it", () => {
    expect(lines(previewed(FILE, NEW))).toEqual([
      "by-hand p0 on dvs0: VLAN 10 → VLAN 20",
      "by-hand p1 on esx-01: VLAN 10 → VLAN 20",
      "cards p0 on dvs0: VLAN 10 → VLAN 20",
      "cards p1 on esx-01: VLAN 10 → VLAN 20",
      "function p0 on kvm-01: VLAN 10 → VLAN 20",
      "libvirt p0 on kvm-01: VLAN 10 → VLAN 20",
      "ovs p0 on kvm-01: VLAN 10 → VLAN 20",
      "ovs p2 on kvm-01: VLANs 100-199 → VLANs 100-150,300",
      "sql App on hv-01: VLAN 10 → VLAN 20",
    ]);
  });

  it("is not told where it stays, or where the VM comes or goes", () => {
    expect(lines(previewed(FILE, FILE))).toEqual([]);
    const withoutVm = FILE.replace(/^ {2}ovs: .*\n/m, "");
    expect(lines(previewed(FILE, withoutVm))).toEqual([]);
    expect(lines(previewed(withoutVm, FILE))).toEqual([]);
  });

  it("stands in the comment, with the VMs inside which nothing changes", () => {
    const told = previewed(FILE, NEW);
    const row = { ...told.changes[0], name: "sql", kind: "Windows guest" } as (typeof told.changes)[number];
    const markdown = toMarkdown({
      ...told,
      changes: [...told.changes, row],
      id: "a/b",
      environment: "b",
      problems: [],
    });
    expect(markdown).toContain("### Networks that change below VMs\n\n- `by-hand`, port `p0`");
    expect(markdown).toContain("- `sql`, port `App`: `VLAN 10 → VLAN 20` on `hv-01`\n");
    expect(markdown).toContain(
      "- `ovs`, port `p0`: `VLAN 10 → VLAN 20` on `kvm-01`; inside the VM multiport changes nothing\n",
    );
  });
});
