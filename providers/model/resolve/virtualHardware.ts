// The hardware of a VM in vCenter: its network cards in the order that vSphere wants, and the physical port that each
// virtual function comes from. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import type { EsxHost, Uplink } from "../host.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { NetworkCard, NewVm, VirtualMachineSpec, VmPortSpec, VsphereVm } from "../virtualMachine.js";
import type { Expanded, Scope } from "./scope.js";

/** Virtual functions that VMs have taken so far, by `<host> <uplink>`. */
export type TakenVfs = Map<string, number>;

export interface HardwareContext {
  readonly host: EsxHost;
  readonly switches: readonly DistributedSwitch[];
  readonly taken: TakenVfs;
  readonly spec: EnvironmentSpec;
}

/** Undefined when the file does not ask for the hardware to be set. */
export function toHardware(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  context: HardwareContext,
): VsphereVm | undefined {
  const path = ["vms", vm.key];
  const wanted = vm.body.vsphere;
  if (!wanted) {
    for (const [port, { vf }] of Object.entries(vm.body.ports)) {
      if (vf === undefined) continue;
      scope.error("schema", [...path, "ports", port, "vf"], {
        message: "a virtual function needs the VM's hardware to be set",
        remedy: "Add vsphere: {} to the VM, or remove vf.",
      });
    }
    return undefined;
  }
  const chosen = chooseUplinks(scope, vm, context);
  const cards = Object.entries(vm.body.ports).map(([port, spec]) => toCard(port, spec, { context, chosen }));
  const passthrough = (wanted.passthrough ?? []).map((device) => device.toLowerCase());
  checkPassthrough(scope, passthrough, { host: context.host, path: [...path, "vsphere", "passthrough"] });
  return {
    hostAddress: context.host.address,
    cards: [...cards.filter((card) => !card.vf), ...cards.filter((card) => card.vf)],
    passthrough,
    powerOff: wanted.powerOff ?? "never",
    requires: wanted.requires ?? [],
    ...(wanted.create ? { create: toNewVm(scope, wanted.create, { ...context, path: [...path, "vsphere"] }) } : {}),
  };
}

interface Choice {
  readonly context: HardwareContext;
  readonly chosen: ReadonlyMap<string, Uplink>;
}

function toCard(port: string, spec: VmPortSpec, { context, chosen }: Choice): NetworkCard {
  const [switchName = "", portGroup = ""] = spec.portGroup.split("/");
  const isStandard = context.host.standardSwitches.some(({ name }) => name === switchName);
  const uplink = chosen.get(port);
  return {
    port,
    switch: switchName,
    switchKind: isStandard ? "standard" : "distributed",
    portGroup,
    ...(spec.mac === undefined ? {} : { mac: spec.mac.toLowerCase() }),
    ...(uplink ? { vf: { uplink: uplink.name, ...(uplink.pci ? { pci: uplink.pci } : {}) } } : {}),
  };
}

interface Candidate {
  readonly port: string;
  readonly path: Path;
  readonly isPool: boolean;
  readonly uplinks: readonly Uplink[];
}

/** The physical port of every virtual function of a VM: those of pools come from different cards and switches. */
function chooseUplinks(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { host, taken }: HardwareContext,
): Map<string, Uplink> {
  const candidates = Object.entries(vm.body.ports).flatMap(([port, { vf }]): Candidate[] => {
    if (vf === undefined) return [];
    const path = ["vms", vm.key, "ports", port, "vf"];
    const names = typeof vf === "string" ? [vf] : vf.from;
    const uplinks = names.flatMap((name, index) => {
      const at = typeof vf === "string" ? path : [...path, "from", index];
      const uplink = findPhysicalPort(scope, name, { host, path: at });
      return uplink ? [uplink] : [];
    });
    const isPool = typeof vf !== "string";
    return uplinks.length < names.length
      ? []
      : [{ port, path, isPool, uplinks: isPool ? mixed(uplinks, vm.name) : uplinks }];
  });
  const free = (uplink: Uplink) => (uplink.numVfs ?? 0) - (taken.get(`${host.name} ${uplink.name}`) ?? 0);
  const chosen = combine(candidates, [], free);
  if (!chosen) {
    reportNoChoice(scope, { candidates, host, vm: vm.name, free });
    return new Map();
  }
  for (const { name } of chosen) {
    const key = `${host.name} ${name}`;
    taken.set(key, (taken.get(key) ?? 0) + 1);
  }
  return new Map(candidates.map(({ port }, index) => [port, chosen[index] as Uplink]));
}

/** Depth first: the first combination in which every pool's choice is apart from all others. */
function combine(
  candidates: readonly Candidate[],
  chosen: readonly Uplink[],
  free: (uplink: Uplink) => number,
): readonly Uplink[] | undefined {
  const next = candidates[chosen.length];
  if (!next) return chosen;
  for (const uplink of next.uplinks) {
    const used = chosen.filter(({ name }) => name === uplink.name).length;
    if (free(uplink) <= used) continue;
    if (chosen.some((other, index) => (next.isPool || candidates[index]?.isPool) && !areApart(uplink, other))) continue;
    const found = combine(candidates, [...chosen, uplink], free);
    if (found) return found;
  }
  return undefined;
}

/** On two cards and two switches, as far as the file knows them. */
function areApart(a: Uplink, b: Uplink): boolean {
  const card = ({ name, pci }: Uplink) => pci?.split(".")[0] ?? name;
  const ends = ({ name, cable }: Uplink) => cable?.switch ?? name;
  return a.name !== b.name && card(a) !== card(b) && ends(a) !== ends(b);
}

/**
 * A pool in an order of the VM's own: VMs spread over its ports, and a VM that comes or goes changes nothing for the
 * others. FNV-1a, 32 bit.
 */
function mixed(uplinks: readonly Uplink[], vm: string): Uplink[] {
  const weight = ({ name }: Uplink) => {
    let hash = 0x811c9dc5;
    for (const character of `${vm} ${name}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return hash >>> 0;
  };
  return [...uplinks].sort((a, b) => weight(a) - weight(b));
}

interface NoChoice {
  readonly candidates: readonly Candidate[];
  readonly host: EsxHost;
  readonly vm: string;
  readonly free: (uplink: Uplink) => number;
}

function reportNoChoice(scope: Scope, { candidates, host, vm, free }: NoChoice): void {
  const full = candidates.find(({ uplinks }) => uplinks.every((uplink) => free(uplink) <= 0));
  if (full) {
    const found = full.uplinks.map(({ name, numVfs }) => `${name} of ${host.name} has ${numVfs ?? 0}`).join(", ");
    scope.error("reference", full.path, {
      message: `no virtual function is left for VM ${vm}`,
      found,
      remedy: "Raise sriov.numVfs of the physical port, or take another port.",
    });
    return;
  }
  const pool = candidates.findLast(({ isPool }) => isPool) ?? candidates.at(-1);
  if (!pool) return;
  scope.error("VS-57", pool.path, {
    message: `the virtual functions of VM ${vm} can't come from different network cards and switches`,
    found: pool.uplinks.map(({ name }) => name).join(", "),
    wanted: "a port on a card and a switch that no other virtual function of the VM uses, with a function left",
    remedy: "Add such a port to the pool, or name one physical port for each (vf: vmnic4).",
  });
}

function findPhysicalPort(
  scope: Scope,
  name: string,
  { host, path }: { readonly host: EsxHost; readonly path: Path },
): Uplink | undefined {
  const uplink = host.uplinks.find((candidate) => candidate.name === name);
  if (!uplink) {
    const known = host.uplinks.filter(({ numVfs }) => numVfs).map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "physical port with SR-IOV", name, known, path }));
    return undefined;
  }
  if (uplink.numVfs) return uplink;
  scope.error("reference", path, {
    message: `${name} of host ${host.name} has no virtual functions`,
    found: name,
    wanted: `an uplink with sriov: { numVfs: 1 or more }`,
    remedy: `Set hosts.${host.name}.uplinks.${name}.sriov, or take another port.`,
  });
  return undefined;
}

function checkPassthrough(
  scope: Scope,
  devices: readonly string[],
  { host, path }: { readonly host: EsxHost; readonly path: Path },
): void {
  for (const [index, device] of devices.entries()) {
    if (!host.passthrough.includes(device))
      scope.add(
        unknownName({ noun: "passthrough device", name: device, known: host.passthrough, path: [...path, index] }),
      );
    else if (devices.indexOf(device) !== index)
      scope.error("duplicate", [...path, index], {
        message: "the device is named twice",
        found: device,
        remedy: "Name every device once.",
      });
  }
}

interface Placing extends HardwareContext {
  readonly path: Path;
}

function toNewVm(
  scope: Scope,
  create: NonNullable<NonNullable<VirtualMachineSpec["vsphere"]>["create"]>,
  { spec, switches, path }: Placing,
): NewVm {
  const known = new Set(switches.map(({ datacenter }) => datacenter));
  const datacenter = spec.vcenter?.datacenter ?? (known.size === 1 ? [...known][0] : undefined);
  if (datacenter === undefined) {
    scope.error("schema", [...path, "create"], {
      message: "the datacenter that the VM is made in is not known",
      wanted: "vcenter.datacenter, or one distributed switch on the host",
      remedy: "Add vcenter: { datacenter: ... }.",
    });
  }
  if (create.memoryMegabytes % 4 !== 0) {
    scope.error("schema", [...path, "create", "memoryMegabytes"], {
      message: "the memory is not a multiple of 4 megabytes",
      found: create.memoryMegabytes,
      wanted: `${create.memoryMegabytes - (create.memoryMegabytes % 4)} or ${create.memoryMegabytes + 4 - (create.memoryMegabytes % 4)}`,
      remedy: "Correct the value.",
    });
  }
  return {
    datacenter: datacenter ?? "",
    cpus: create.cpus ?? 1,
    memoryMegabytes: create.memoryMegabytes,
    guestId: create.guestId ?? "otherGuest64",
    datastore: create.datastore,
    ...(create.resourcePool === undefined ? {} : { resourcePool: create.resourcePool }),
    diskGigabytes: create.diskGigabytes ?? [8],
    ...(create.folder === undefined ? {} : { folder: create.folder }),
  };
}
