// What on the host stands in the way of its switches and adapters: before anything is changed. Pure.
import { own } from "../../own.js";
import { intentConflicts } from "../../windows/intents.js";
import { isSame } from "../../windows/isSame.js";
import { adaptersOf, netAdaptersOf, type VmswitchFacts } from "./facts.js";
import { FIXED, markOf, type SwitchWord, type VmAdapterWord, type VmswitchWords } from "./words.js";

interface Change {
  readonly desired: VmswitchWords;
  readonly actual: VmswitchWords;
  readonly applied: VmswitchWords;
  readonly facts: VmswitchFacts;
  readonly environment: string;
}

export function vmswitchConflicts(change: Change): string[] {
  return [
    ...Object.entries(change.desired.switches).flatMap(([name, wanted]) => [
      ...foreignSwitch(change, name),
      ...nicConflicts(change, name, wanted),
    ]),
    ...strangers(change),
    ...managementConflicts(change),
    ...Object.entries(change.desired.vms).flatMap(([vm, adapters]) => vmConflicts(change, vm, adapters)),
  ];
}

function foreignSwitch({ facts, environment }: Change, name: string): string[] {
  const same = facts.switches.filter((found) => isSame(found.Name, name));
  if (same.length > 1)
    return [`there are ${same.length} virtual switches ${name}. Rename all but one (Rename-VMSwitch)`];
  return same
    .filter(({ Notes }) => Notes !== markOf(environment))
    .map(({ Notes }) => {
      const owner = /^multiport=(.+)$/.exec(Notes)?.[1];
      return owner === undefined
        ? `virtual switch ${name} exists and was not made by multiport. Remove or rename it, or name ours differently`
        : `virtual switch ${name} belongs to environment ${owner}. Name ours differently`;
    });
}

function nicConflicts({ desired, facts, environment }: Change, name: string, wanted: SwitchWord): string[] {
  const known = wanted.NetAdapterName.flatMap((nic) => facts.nics.filter((found) => isSame(found.Name, nic)));
  const missing = wanted.NetAdapterName.filter((nic) => !facts.nics.some((found) => isSame(found.Name, nic)));
  const hardware = facts.nics.filter((nic) => nic.HardwareInterface).map((nic) => nic.Name);
  const taken = known.flatMap((nic) =>
    facts.switches
      .filter((other) => !isSame(other.Name, name) && netAdaptersOf(other, facts).some((own) => isSame(own, nic.Name)))
      // One of ours gives it away in the same change.
      .filter((other) => other.Notes !== markOf(environment) || holds(own(desired.switches, other.Name), nic.Name))
      .map(
        (other) =>
          `NIC ${nic.Name} is in virtual switch ${other.Name}. Take it out there, or use another NIC for ${name}`,
      ),
  );
  return [
    ...missing
      // The interface of a team of ours comes with it.
      .filter(() => !wanted.isOnTeam)
      .map((nic) => `the host has no NIC ${nic}, it has ${hardware.join(", ")}. Correct the name of the uplink`),
    ...taken,
    ...intentConflicts(facts.intents, wanted.NetAdapterName),
    ...(wanted.EmbeddedTeamingEnabled ? unlike(name, known) : []),
  ];
}

function holds(wanted: SwitchWord | undefined, nic: string): boolean {
  return wanted?.NetAdapterName.some((own) => isSame(own, nic)) ?? false;
}

/** HV-03: Switch Embedded Teaming wants members of one kind. */
function unlike(name: string, nics: VmswitchFacts["nics"]): string[] {
  const differing = (["LinkSpeed", "DriverFileName"] as const).filter(
    (key) => new Set(nics.filter((nic) => nic.Status === "Up").map((nic) => nic[key])).size > 1,
  );
  if (differing.length === 0) return [];
  const shown = nics.map((nic) => `${nic.Name}: ${nic.LinkSpeed}, ${nic.DriverFileName}`).join("; ");
  return [
    `the members of ${name} are not of one kind (${shown}), which Switch Embedded Teaming does not support. Use NICs of one model, driver and speed`,
  ];
}

/** Adapters that are not in the file lose their network when their switch goes or is made anew. */
function strangers({ desired, actual, facts }: Change): string[] {
  const going = Object.entries(actual.switches).filter(([name, found]) => {
    const wanted = own(desired.switches, name);
    return wanted === undefined || FIXED.some((key) => wanted[key] !== found[key]);
  });
  return going.flatMap(([name]) => {
    const vms = facts.adapters
      .filter(({ SwitchName, VMName, Name }) => isSame(SwitchName, name) && !isOurs([desired, actual], VMName, Name))
      .map(({ VMName, Name }) => `${Name} of VM ${VMName}`);
    const own = facts.management
      .filter(({ SwitchName, Name }) => isSame(SwitchName, name) && !isManaged([desired, actual], Name))
      .map(({ Name }) => `${Name} of the management OS`);
    const all = [...vms, ...own];
    if (all.length === 0) return [];
    return [
      `virtual switch ${name} has to be removed, and adapters that are not in the file are on it: ${all.join(", ")}. Connect them to another switch, or declare them`,
    ];
  });
}

function isOurs(words: readonly VmswitchWords[], vm: string, name: string): boolean {
  return words.some(({ vms }) =>
    Object.entries(vms).some(
      ([own, adapters]) => isSame(own, vm) && Object.keys(adapters).some((adapter) => isSame(adapter, name)),
    ),
  );
}

function isManaged(words: readonly VmswitchWords[], name: string): boolean {
  return words.some(({ management }) => Object.keys(management).some((own) => isSame(own, name)));
}

function managementConflicts({ desired, applied, facts }: Change): string[] {
  return Object.keys(desired.management).flatMap((name) => {
    const same = facts.management.filter((found) => isSame(found.Name, name));
    if (same.length > 1)
      return [
        `the management OS has ${same.length} adapters ${name}. Remove or rename all but one (Rename-VMNetworkAdapter)`,
      ];
    return same.length === 1 && !isManaged([applied], name)
      ? [
          `the management OS has an adapter ${name} that was not made by multiport. Rename it, or name the host port differently`,
        ]
      : [];
  });
}

function vmConflicts({ facts }: Change, vm: string, adapters: Readonly<Record<string, VmAdapterWord>>): string[] {
  const machine = facts.vms.find((found) => isSame(found.Name, vm));
  if (!machine)
    return [
      `the host has no VM ${vm}, it has ${facts.vms.map(({ Name }) => Name).join(", ") || "none"}. Make it first`,
    ];
  return Object.entries(adapters).flatMap(([name, wanted]) => {
    const [found, ...others] = adaptersOf(facts, vm, name);
    if (others.length > 0)
      return [`VM ${vm} has ${others.length + 1} adapters ${name}. Rename all but one (Rename-VMNetworkAdapter)`];
    if (machine.State === "Off") return [];
    if (!found)
      return machine.Generation === 1
        ? [`VM ${vm} is of generation 1, which takes a new adapter (${name}) only while it is off. Shut it down`]
        : [];
    const isOther =
      wanted.MacAddress === null
        ? !found.DynamicMacAddressEnabled
        : found.DynamicMacAddressEnabled || found.MacAddress !== wanted.MacAddress;
    return isOther
      ? [
          `adapter ${name} of VM ${vm} has MAC address ${found.MacAddress}, which changes only while the VM is off. Shut it down, or set mac: to what it has`,
        ]
      : [];
  });
}
