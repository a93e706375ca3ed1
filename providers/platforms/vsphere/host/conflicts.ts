// What stands in the way on a host before anything is done: NICs that are not there or not free, things of others, hardware
// that can't. Pure.
import { differences } from "./describe.js";
import { type HostFacts, isManagement, type PhysicalNic, vmkernelOn } from "./facts.js";
import type { Known } from "./known.js";
import { entryOf } from "./own.js";
import type { HostWords } from "./words.js";

export function hostConflicts(desired: HostWords, actual: HostWords, known: Known): string[] {
  const { facts } = known;
  return [
    ...unknownNics(desired, facts),
    ...otherAddresses(desired, facts),
    ...takenNics(desired, actual, facts),
    ...foreignSwitches(desired, actual, known),
    ...foreignPortGroups(desired, actual, known),
    ...foreignVmkernelPorts(desired, actual, known),
    ...missingPortGroups(desired, facts),
    ...sriovConflicts(desired, facts),
    ...passthroughConflicts(desired, facts),
  ];
}

function unknownNics(desired: HostWords, { nics }: HostFacts): string[] {
  const named = new Set([
    ...Object.keys(desired.nics),
    ...Object.keys(desired.sriov),
    ...Object.values(desired.switches).flatMap(({ uplinks }) => uplinks),
  ]);
  const has = [...nics.keys()].join(", ") || "none";
  return [...named]
    .filter((device) => !nics.has(device))
    .map((device) => `the host has no NIC ${device}. It has ${has}. Correct the uplink's name`);
}

function otherAddresses(desired: HostWords, { nics }: HostFacts): string[] {
  return Object.entries(desired.nics).flatMap(([device, pci]) => {
    const nic = nics.get(device);
    if (!nic || nic.pci === pci) return [];
    const there = [...nics.values()].find((each) => each.pci === pci);
    const instead = there ? `${pci} is ${there.device}` : `the host has no NIC at ${pci}`;
    return [
      `NIC ${device} has the PCI address ${nic.pci}, not ${pci} (${instead}). Correct pci or the uplink's name: the host may number its NICs anew after a card was added or removed`,
    ];
  });
}

/**
 * A NIC that a standard switch of ours gives up is free by the time that another needs it. Distributed switches are set after their
 * hosts, so that they take what hosts give up: the way back takes two runs.
 */
function takenNics(desired: HostWords, actual: HostWords, { nics }: HostFacts): string[] {
  return Object.entries(desired.switches).flatMap(([name, { uplinks }]) =>
    uplinks.flatMap((device) => {
      const holder = nics.get(device)?.holder;
      if (!holder || (holder.kind === "standard" && holder.switch === name)) return [];
      const giver = holder.kind === "standard" ? entryOf(desired.switches, holder.switch) : undefined;
      const isGivenUp = holder.kind === "standard" && entryOf(actual.switches, holder.switch) !== undefined;
      if (isGivenUp && !giver?.uplinks.includes(device)) return [];
      const needed = `NIC ${device} is an uplink of ${holder.kind} switch ${holder.switch}, and switch ${name} needs it`;
      if (holder.kind === "standard") return [`${needed}. Take it off there first, or leave it out here`];
      return [
        `${needed}. Hosts are set before distributed switches: if ${holder.switch} is in the file, run pulumi up once with ${device} on neither of the two, then with it on ${name}. Otherwise take it off there first, or leave it out here`,
      ];
    }),
  );
}

/** What is there exactly as declared, with nothing of others on it, was made by a run that was cut off. */
function foreignSwitches(desired: HostWords, actual: HostWords, { facts, previous }: Known): string[] {
  return Object.entries(desired.switches).flatMap(([name, { adopt, ...words }]) => {
    const now = entryOf(actual.switches, name);
    if (!now || adopt || entryOf(previous?.switches ?? {}, name)) return [];
    const { adopt: _, ...current } = now;
    const groups = [...facts.portGroups.values()].filter((group) => group.switch === name);
    const foreign = groups.filter((group) => !Object.hasOwn(desired.portGroups, group.name));
    if (foreign.length === 0 && differences(words, current).length === 0) return [];
    return [
      `standard switch ${name} exists already and is not multiport's. Set adopt: true to take it over, or give the virtual switch another name`,
    ];
  });
}

function foreignPortGroups(desired: HostWords, actual: HostWords, { facts, previous }: Known): string[] {
  return Object.entries(desired.portGroups).flatMap(([name, words]) => {
    const now = entryOf(actual.portGroups, name);
    if (!now || entryOf(previous?.portGroups ?? {}, name)) return [];
    const isAdopted = now.switch === words.switch && entryOf(desired.switches, words.switch)?.adopt;
    if (isAdopted) return [];
    const machines = facts.portGroups.get(name)?.machines ?? [];
    if (machines.length === 0 && differences(words, now).length === 0) return [];
    return [
      `port group ${name} exists already on switch ${now.switch} and is not multiport's. Name the port group differently, or remove it there`,
    ];
  });
}

function foreignVmkernelPorts(desired: HostWords, actual: HostWords, { facts, previous }: Known): string[] {
  return Object.entries(desired.vmkernelPorts).flatMap(([name, words]) => {
    const now = entryOf(actual.vmkernelPorts, name);
    if (!now) return [];
    const device = vmkernelOn(facts, now)?.device ?? "a vmkernel port";
    if (isManagement(now)) return managementConflicts(name, { device, desired: words, now });
    if (entryOf(previous?.vmkernelPorts ?? {}, name)) return [];
    const vswitch = words.switchKind === "standard" ? entryOf(desired.switches, words.switch) : undefined;
    const { services, iscsi: _, ...settings } = words;
    const { services: has, iscsi: __, ...current } = now;
    // Services are given after the port is made.
    const isOurs = differences(settings, current).length === 0 && has.every((each) => services.includes(each));
    if (vswitch?.adopt || isOurs) return [];
    return [
      `${device} is on port group ${now.switch}/${now.portGroup} already, and is not multiport's. Give vmkernel port ${name} a port group of its own, or remove ${device}`,
    ];
  });
}

interface Management {
  readonly device: string;
  readonly desired: HostWords["vmkernelPorts"][string];
  readonly now: HostWords["vmkernelPorts"][string];
}

/** vCenter would lose the host in the middle of the change. */
function managementConflicts(name: string, { device, desired, now }: Management): string[] {
  const refused = [
    ...(desired.address === now.address ? [] : [`its address ${now.address} would become ${desired.address}`]),
    ...(desired.stack === now.stack ? [] : [`its stack ${now.stack} would become ${desired.stack}`]),
    ...(desired.services.includes("management") ? [] : ["the service management would be taken from it"]),
  ];
  return refused.map(
    (reason) =>
      `${device} carries the management of the host, and ${reason}. Declare vmkernel port ${name} as it is, and change it on the host's console`,
  );
}

function missingPortGroups(desired: HostWords, { distributedPortGroups }: HostFacts): string[] {
  return Object.entries(desired.vmkernelPorts).flatMap(([name, { switchKind, switch: vswitch, portGroup }]) => {
    if (switchKind === "standard") return [];
    const isThere = distributedPortGroups.some((group) => group.switch === vswitch && group.name === portGroup);
    if (isThere) return [];
    return [
      `the host has no distributed port group ${vswitch}/${portGroup}, which vmkernel port ${name} needs. Make the host a member of ${vswitch}`,
    ];
  });
}

function sriovConflicts(desired: HostWords, facts: HostFacts): string[] {
  return Object.entries(desired.sriov).flatMap(([name, { numVfs }]) => {
    const nic = facts.nics.get(name);
    if (!nic || numVfs === 0) return [];
    const { sriov } = facts.devices.get(nic.pci) ?? {};
    if (!sriov?.isCapable)
      return [
        `NIC ${name} (${nic.pci}) can't do SR-IOV, and ${numVfs} virtual functions are wanted. Remove sriov, or turn it on in the BIOS and firmware of the host`,
      ];
    const given = desired.passthrough[nic.pci]
      ? [`NIC ${name} (${nic.pci}) is wanted both with SR-IOV and as a whole. Remove one of sriov and passthrough`]
      : [];
    if (numVfs <= sriov.max) return given;
    const limit = `NIC ${name} (${nic.pci}) has at most ${sriov.max} virtual functions, and ${numVfs} are wanted`;
    return [...given, `${limit}. Set numVfs to ${sriov.max} or less`];
  });
}

function passthroughConflicts(desired: HostWords, { devices, nics }: HostFacts): string[] {
  return Object.keys(desired.passthrough).flatMap((pci) => {
    const device = devices.get(pci);
    if (!device)
      return [`the host has no PCI device ${pci}. Correct passthrough: vCenter lists them under PCI devices`];
    const nic = [...nics.values()].find((each) => each.pci === pci);
    const user = nic && userOf(nic, desired);
    if (user)
      return [
        `NIC ${nic.device} (${pci}) is an uplink of ${user}, and shall be given to VMs whole. Remove one of both`,
      ];
    return device.isCapable ? [] : [`PCI device ${pci} can't be passed through. Remove it from passthrough`];
  });
}

function userOf({ device, holder }: PhysicalNic, desired: HostWords): string | undefined {
  const [declared] = Object.entries(desired.switches).find(([, { uplinks }]) => uplinks.includes(device)) ?? [];
  if (declared !== undefined) return `switch ${declared}`;
  // A switch of ours that does not name it any more gives it up.
  const isGivenUp = holder?.kind === "standard" && Object.hasOwn(desired.switches, holder.switch);
  return holder && !isGivenUp ? `${holder.kind} switch ${holder.switch}` : undefined;
}
