// Virtual machines: every port put on its virtual switch. Pure.

import type { DistributedSwitch } from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import { toInterfaceIp } from "../interfaceIp.js";
import type { PortGroup } from "../portGroup.js";
import { ownKeyOf } from "../virtualFunction.js";
import type { Guest, GuestPort, VirtualMachine, VirtualMachineSpec, VmPortSpec, VsphereVm } from "../virtualMachine.js";
import { checkAddresses } from "./addresses.js";
import { assignFunctions, type FunctionRequest, type RequestingPort } from "./assignedFunctions.js";
import { type Attachable, type Attachment, attachment, placeOf, switchesByHost } from "./attachment.js";
import { toGuest } from "./guest.js";
import type { GuestContext } from "./guestContext.js";
import { addAdapters } from "./hypervAdapters.js";
import type { OpenKvmHost } from "./kvmHosts.js";
import { addDomain, checkLibvirtKeys, withMacs } from "./libvirt.js";
import { Claims, checkExpanded, type Expanded, expandMap, refuseKeys, type Scope } from "./scope.js";
import { checkInterfaceNames } from "./strictNames.js";
import type { TakenVfs } from "./virtualFunctions.js";
import { toHardware } from "./virtualHardware.js";
import { toWindowsGuest } from "./windowsGuest.js";

/** What VMs may be attached to, and what no two of them may share. */
export interface Surroundings extends Attachable {
  /** IP addresses that are taken, by vmkernel ports so far. */
  readonly addresses: Claims;
}

interface SharedClaims {
  readonly interfaces: Claims;
  /** The distributed switches of each ESXi host. */
  readonly reachable: ReadonlyMap<string, readonly DistributedSwitch[]>;
  readonly takenVfs: TakenVfs;
  readonly macs: Claims;
  readonly addresses: Claims;
  /** Names in libvirt, with the host, of VMs that are reached by their agent. */
  readonly domains: Claims;
}

export function resolveVirtualMachines(scope: Scope, spec: EnvironmentSpec, around: Surroundings): VirtualMachine[] {
  const shared: SharedClaims = {
    interfaces: around.hosts.interfaces,
    reachable: switchesByHost(around.distributedSwitches),
    takenVfs: new Map(),
    macs: new Claims(scope, "MAC address"),
    addresses: around.addresses,
    domains: new Claims(scope, "VM in libvirt"),
  };
  const machines: VirtualMachine[] = [];
  const requests: FunctionRequest[] = [];
  const onKvm: OnKvm[] = [];
  for (const vm of expandMap(scope, "vms", spec.vms ?? {})) {
    const { name, key, body } = vm;
    const path = ["vms", key];
    const hyperv = around.hosts.hyperv.get(body.host);
    const fits =
      checkExpanded(scope, hyperv ? "windowsName" : "name", name, path) &&
      checkExpanded(scope, "name", body.host, [...path, "host"]);
    if (!fits) continue;
    const attach = attachment(scope, body.host, { ...around, ...shared, path: [...path, "host"] });
    if (!attach) continue;
    const wanting: RequestingPort[] = [];
    const kvm = around.hosts.kvm.get(body.host);
    const kind = hyperv ? "a Hyper-V host" : kvm ? "a KVM host" : "a vSphere host";
    checkLibvirtKeys(scope, vm, { isKvm: kvm !== undefined, libvirt: kvm?.libvirt, kind });
    // A guest's renderer makes file names and interface names of them.
    if (!hyperv || body.guest?.os === "linux") checkInterfaceNames(scope, body.ports, [...path, "ports"]);
    if (hyperv) addAdapters(scope, vm, hyperv);
    else
      for (const [port, portSpec] of Object.entries(body.ports))
        refuseKeys(scope, {
          body: portSpec,
          keys: ["hyperv"],
          path: [...path, "ports", port],
          platform: `a port on ${kind}`,
        });
    const all = withMacs(vm, spec.environment);
    const ports = Object.entries(all).flatMap(([port, portSpec]) =>
      toPort(scope, vm, { port, spec: portSpec, all, attach, shared, wanting }),
    );
    if (kvm && wanting.length > 0) requests.push({ vm, host: kvm, ports: wanting });
    const esx = around.hosts.esx.get(body.host);
    const functionPorts = wanting.map(({ port }) => port);
    const inside = insideOf(scope, { vm, ports, functionPorts, hyperv, kvm, esx, shared });
    if (kvm) onKvm.push({ vm, kvm, ports, guest: inside.guest });
    const vsphere = hardwareOf(scope, vm, { spec, around, shared, kind });
    machines.push({ name, host: body.host, ports, ...inside, ...(vsphere ? { vsphere } : {}) });
  }
  const assigned = assignFunctions(scope, requests);
  claimMacs(around.hosts.kvm.values(), shared.macs);
  for (const { vm, kvm, ports, guest } of onKvm)
    if (kvm.libvirt) {
      const functions = assigned.get(vm.name) ?? [];
      addDomain(scope, vm, { libvirt: kvm.libvirt, virtualSwitches: kvm.virtualSwitches, ports, functions });
      if (guest?.firstStart) kvm.seeds.push({ domain: guest.firstStart.domain, guest });
    }
  return machines.map((machine) => {
    const functions = assigned.get(machine.name);
    return functions ? { ...machine, functions } : machine;
  });
}

/** A VM that can be a domain of libvirt once it is known which virtual functions it has. */
interface OnKvm {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly kvm: OpenKvmHost;
  readonly ports: readonly GuestPort[];
  readonly guest: Guest | undefined;
}

function insideOf(scope: Scope, context: GuestContext): Pick<VirtualMachine, "guest" | "windowsGuest"> {
  const spec = context.vm.body.guest;
  if (spec?.os === "windows") return { windowsGuest: toWindowsGuest(scope, spec, context) };
  const guest = toGuest(scope, context);
  return guest ? { guest } : {};
}

/** Those of virtual functions that no VM has; a VM's is claimed by its port. */
function claimMacs(hosts: Iterable<OpenKvmHost>, macs: Claims): void {
  for (const { name, uplinks } of hosts)
    for (const { name: uplink, sriov } of uplinks)
      for (const { index, mac, holder } of sriov?.functions ?? [])
        if (sriov && mac && !holder)
          macs.take(mac, `virtual function ${index} of ${uplink} of ${name}`, {
            path: [...sriov.path, "vf", ownKeyOf(sriov.spec, index) ?? "", "mac"],
            remedy: "Give every virtual function its own MAC address.",
          });
}

interface WholeFile {
  readonly spec: EnvironmentSpec;
  readonly around: Surroundings;
  readonly shared: SharedClaims;
  /** What the VM's host is: "a KVM host". */
  readonly kind: string;
}

function hardwareOf(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { spec, around, shared, kind }: WholeFile,
): VsphereVm | undefined {
  const host = around.hosts.esx.get(vm.body.host);
  if (host) {
    for (const [port, body] of Object.entries(vm.body.ports)) {
      const path = ["vms", vm.key, "ports", port];
      refuseKeys(scope, {
        body,
        keys: ["interface", "network", "allowedMacs"],
        path,
        platform: "a port on a vSphere host",
      });
      if (typeof body.vf === "object" && "index" in body.vf)
        scope.error("unsupported", [...path, "vf"], {
          message: "vSphere chooses the number of the virtual function itself",
          remedy: `Use vf: ${body.vf.uplink}.`,
        });
    }
    const switches = shared.reachable.get(host.name) ?? [];
    return toHardware(scope, vm, { host, switches, taken: shared.takenVfs, spec });
  }
  const path = ["vms", vm.key];
  refuseKeys(scope, { body: vm.body, keys: ["vsphere"], path, platform: `a VM on ${kind}` });
  return undefined;
}

interface PortContext {
  readonly port: string;
  readonly spec: VmPortSpec;
  /** All ports of the VM. */
  readonly all: VirtualMachineSpec["ports"];
  readonly attach: Attachment;
  readonly shared: SharedClaims;
  /** Takes the port where it wants a virtual function of a KVM host. */
  readonly wanting: RequestingPort[];
}

function toPort(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { port, spec, all, attach, shared, wanting }: PortContext,
): GuestPort[] {
  const path = ["vms", vm.key, "ports", port];
  const found = placeOf(scope, spec, { attach, path });
  if (!found) return [];
  const mac = spec.mac?.toLowerCase();
  if (mac)
    shared.macs.take(mac, `port ${port} of VM ${vm.name}`, {
      path: [...path, "mac"],
      remedy: "Give every port its own MAC address.",
    });
  if (attach.connect && spec.allowedMacs && !(spec.vf === undefined && found.portGroup?.given.includes("security")))
    scope.error("reference", [...path, "allowedMacs"], {
      message:
        spec.vf === undefined
          ? "the port may send from and receive on any MAC address, for its port group has no security"
          : "a virtual function has no list of MAC addresses",
      remedy:
        spec.vf === undefined
          ? "Remove allowedMacs, or add security: {} to the port group."
          : "Remove allowedMacs, or set trust of the virtual function.",
    });
  if (attach.connect && spec.vf !== undefined) {
    if (!spec.libvirt?.failover)
      refuseKeys(scope, { body: spec, keys: ["interface"], path, platform: "a virtual function" });
    wanting.push({ port, spec, ...found });
  }
  if (attach.connect && found.portGroup && (spec.vf === undefined || spec.libvirt?.failover))
    connectPort(scope, {
      vm,
      port,
      spec,
      switchName: found.switchName,
      portGroup: found.portGroup,
      macs: macsOf(vm, { port, all }),
      attach,
      shared,
    });
  checkAddresses(scope, {
    owner: `port ${port} of VM ${vm.name}`,
    network: found.network,
    spec,
    path,
    shared,
    takesWord: vm.body.guest?.os === "linux",
  });
  return [
    {
      name: port,
      ...toInterfaceIp(spec, found.network),
      ...(spec.vf === undefined ? { switch: found.switchName } : {}),
      ...(mac ? { mac } : {}),
      ...(spec.guestInterface === undefined ? {} : { guestInterface: spec.guestInterface }),
    },
  ];
}

interface Connection {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly port: string;
  readonly spec: VmPortSpec;
  readonly switchName: string;
  readonly portGroup: PortGroup;
  readonly macs: readonly string[];
  readonly attach: Attachment;
  readonly shared: SharedClaims;
}

/** A bond in the guest gives one address to all of its members, or moves it from one to the other. */
function macsOf(
  { body }: Expanded<VirtualMachineSpec>,
  { port, all }: Pick<PortContext, "port" | "all">,
): readonly string[] {
  const own = all[port];
  if (own?.mac === undefined) return [];
  const bonded = Object.values(body.bonds ?? {}).flatMap(({ members }) => (members.includes(port) ? members : []));
  const others = bonded.flatMap((member) => (Object.hasOwn(all, member) ? (all[member]?.mac ?? []) : []));
  return [...new Set([own.mac, ...others, ...(own.allowedMacs ?? [])].map((mac) => mac.toLowerCase()))];
}

function connectPort(scope: Scope, { vm, port, spec, switchName, portGroup, macs, attach, shared }: Connection): void {
  const path = ["vms", vm.key, "ports", port, "interface"];
  const hostInterface = spec.interface ?? `${vm.name}-${port}`;
  if (!checkExpanded(scope, "interface", hostInterface, path)) return;
  const remedy = "Set interface to a name that is free on the host.";
  if (
    !shared.interfaces.take(`${vm.body.host} ${hostInterface}`, `port ${port} of VM ${vm.name}`, {
      path,
      shown: hostInterface,
      remedy,
    })
  )
    return;
  const pluggedBy = vm.body.libvirt ? "libvirt" : "multiport";
  attach.connect?.(switchName, { vm: vm.name, port, interface: hostInterface, portGroup, macs, pluggedBy });
}
