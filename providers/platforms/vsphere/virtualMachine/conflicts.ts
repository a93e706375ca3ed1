// Why a change of a VM would fail or do harm: what the VM, its host and its neighbours have against it. Pure.
import { foreignFunctions, type HardwareChanges } from "./changes.js";
import type { HostFacts, PortGroupFact, VmFacts } from "./facts.js";
import { matchCards } from "./fromFacts.js";
import { cardMark, portOfMark } from "./marks.js";
import type { CardWords, VmWords } from "./words.js";

export interface Intent {
  readonly desired: VmWords;
  readonly actual: VmWords;
  readonly changes: HardwareChanges;
  /** The VM will have to be off. */
  readonly isOffline: boolean;
}

/** One sentence each, with remedy, without a full stop. */
export function conflictsOf(facts: VmFacts, intent: Intent): string[] {
  const { desired, changes, isOffline } = intent;
  const { target, host } = facts;
  if (host.name !== desired.host)
    return [
      `VM ${target.name} is on ${host.name}, and the file has it on ${desired.host}: move it there, or correct its host`,
    ];
  if (facts.isTemplate) return [`${target.name} is a template: make a VM of it first`];
  const ports = Object.entries(desired.cards);
  const touched = new Set(changes.cards.flatMap(({ kind, port }) => (kind === "add" || kind === "edit" ? [port] : [])));
  return [
    ...ownershipConflicts(facts, intent),
    ...ports.filter(([port]) => touched.has(port)).flatMap(([port, card]) => networkConflict(host, port, card)),
    ...(isOffline ? functionConflicts(facts, desired) : []),
    ...(isOffline ? Object.keys(desired.passthrough).flatMap((pci) => deviceConflict(facts, pci)) : []),
  ];
}

function ownershipConflicts(facts: VmFacts, { desired, actual, changes }: Intent): string[] {
  const scope = { ...desired, cards: { ...actual.cards, ...desired.cards } };
  const { environment } = facts.target;
  const matched = matchCards(facts, scope);
  const twins = facts.cards.filter((card) => {
    const port = portOfMark(environment, card.externalId);
    return port !== undefined && matched.get(port) !== card;
  });
  const foreign = [...matched].filter(
    ([port, { externalId }]) => externalId !== undefined && externalId !== cardMark(environment, port),
  );
  const odd = [...matched].filter(
    ([port, { externalId }]) =>
      externalId === undefined && desired.cards[port] && actual.cards[port]?.type !== desired.cards[port].type,
  );
  const addsOrdinary = changes.cards.some(({ kind, type }) => kind === "add" && type === "vmxnet3");
  const functions = addsOrdinary ? foreignFunctions(facts, scope) : [];
  return [
    ...twins.map(
      ({ mac, externalId }) =>
        `two cards carry the mark ${externalId}: remove the one with MAC address ${mac ?? "not set"} or the other`,
    ),
    ...foreign.map(
      ([port, { mac, externalId }]) =>
        `port ${port}: the card with MAC address ${mac ?? ""} belongs to ${externalId}: take another address, or remove that card`,
    ),
    ...odd.map(
      ([port, { mac, type }]) =>
        `port ${port}: the card with MAC address ${mac ?? ""} is a ${type} that multiport did not make: remove it, or leave out mac so that a card is added`,
    ),
    ...functions.map(
      ({ mac }) =>
        `ordinary cards have to come before virtual functions, and the virtual function with MAC address ${mac ?? "not set"} is not declared here: remove it, or declare it as a port with this mac`,
    ),
  ];
}

/** The port group of a card, as its host has it. */
export function findPortGroup(
  { portGroups }: HostFacts,
  { switchKind, switch: switchName, portGroup }: CardWords,
): PortGroupFact | undefined {
  return portGroups.find((each) => each.kind === switchKind && each.switch === switchName && each.name === portGroup);
}

function networkConflict(host: HostFacts, port: string, card: CardWords): string[] {
  if (findPortGroup(host, card)) return [];
  const offered = host.portGroups.map((each) => `${each.switch}/${each.name}`).sort();
  const known = offered.length === 0 ? "it has none" : `it has ${offered.join(", ")}`;
  return [
    `port ${port}: host ${host.name} has no port group ${card.portGroup} on ${card.switchKind} switch ${card.switch} (${known}): add it, or take one of these`,
  ];
}

function functionConflicts(facts: VmFacts, { cards }: VmWords): string[] {
  const functions = Object.entries(cards).filter(([, { type }]) => type === "sriov");
  const uplinks = [...new Set(functions.flatMap(([, { pf }]) => pf ?? []))];
  return [
    ...functions.flatMap(([port, card]) => pciConflict(facts.host, port, card)),
    ...uplinks.flatMap((uplink) =>
      uplinkConflict(facts, uplink, functions.filter(([, { pf }]) => pf === uplink).length),
    ),
  ];
}

function pciConflict({ name, nics }: HostFacts, port: string, { pf, pci }: CardWords): string[] {
  const found = nics.get(pf ?? "");
  if (pci === undefined || found === undefined || pci === found) return [];
  return [
    `port ${port}: ${pf} of host ${name} is PCI device ${found}, and the file has ${pci}: correct hosts uplinks ${pf} pci, or the name of the uplink`,
  ];
}

function uplinkConflict({ host, neighbours }: VmFacts, uplink: string, wanted: number): string[] {
  const at = `${uplink} of host ${host.name}`;
  const pci = host.nics.get(uplink);
  if (pci === undefined)
    return [
      `host ${host.name} has no physical port ${uplink} (it has ${[...host.nics.keys()].join(", ") || "none"}): correct the uplink`,
    ];
  const sriov = host.pci.get(pci)?.sriov;
  if (!sriov) return [`${at} (${pci}) can't do SR-IOV: take another physical port`];
  if (!sriov.isActive)
    return sriov.isRequested
      ? [
          `SR-IOV of ${at} is switched on and waits for a restart of the host: restart it, or set hosts.${host.name}.reboot to whenRequired`,
        ]
      : [`SR-IOV of ${at} is off: set sriov: { numVfs: .. } of that uplink`];
  const others = neighbours.filter(({ isOn, pfs }) => isOn && pfs.includes(pci));
  const taken = others.flatMap(({ pfs }) => pfs.filter((pf) => pf === pci)).length;
  if (wanted + taken <= sriov.activeVfs) return [];
  const by = others.length === 0 ? "" : `, of which ${taken} serve ${others.map(({ name }) => name).join(", ")}`;
  const waits =
    sriov.requestedVfs > sriov.activeVfs ? `; ${sriov.requestedVfs} are there after a restart of the host` : "";
  return [
    `${at} has ${sriov.activeVfs} virtual functions${by}, and this VM needs ${wanted}${waits}: raise numVfs, or take another physical port`,
  ];
}

function deviceConflict({ host, neighbours, offered, passthrough }: VmFacts, pci: string): string[] {
  const at = `device ${pci} of host ${host.name}`;
  const device = host.pci.get(pci);
  if (!device) return [`host ${host.name} has no PCI device ${pci} for passthrough: correct the address`];
  if (!device.isPassthroughActive)
    return device.isPassthroughRequested
      ? [
          `passthrough of ${at} is switched on and waits for a restart of the host: restart it, or set hosts.${host.name}.reboot to whenRequired`,
        ]
      : [`passthrough of ${at} is off: list the device under passthrough of the host`];
  const user = neighbours.find((each) => each.isOn && each.passthrough.includes(pci));
  if (user) return [`${at} is in use by VM ${user.name}: take another device, or remove it from that VM`];
  if (!offered.has(pci) && !passthrough.some((each) => each.pci === pci))
    return [
      `host ${host.name} does not offer PCI device ${pci} to VMs: see its state in vCenter under Configure, PCI Devices`,
    ];
  return [];
}
