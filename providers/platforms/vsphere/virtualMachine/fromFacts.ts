// What a VM has of all that is declared, in words: the cards and devices that carry our mark, and those that a declaration names. Pure.
import type { CardFact, CardNetwork, HostFacts, VmFacts } from "./facts.js";
import { portOfMark } from "./marks.js";
import type { CardWords, VmWords } from "./words.js";

export const SRIOV_TYPE = "VirtualSriovEthernetCard";

const TYPES: Readonly<Record<string, CardWords["type"]>> = { [SRIOV_TYPE]: "sriov", VirtualVmxnet3: "vmxnet3" };

/** Cards by port. */
export type CardsByPort = ReadonlyMap<string, CardFact>;

export function fromFacts(facts: VmFacts, scope: VmWords): VmWords {
  const cards = [...matchCards(facts, scope)].map(([port, card]): [string, CardWords] => [
    port,
    toCardWords(card, facts.host, scope.cards[port]),
  ]);
  const ours = facts.passthrough.flatMap(({ pci }) =>
    pci !== undefined && (facts.marks.passthrough.includes(pci) || Object.hasOwn(scope.passthrough, pci)) ? [pci] : [],
  );
  const isMemoryOurs = scope.memoryLocked || facts.marks.memory !== undefined;
  return {
    host: facts.host.name,
    cards: Object.fromEntries(cards),
    order: scope.order,
    passthrough: Object.fromEntries(ours.map((pci) => [pci, true as const])),
    ...(facts.isMemoryLocked && isMemoryOurs ? { memoryLocked: true as const } : {}),
    powerOff: scope.powerOff,
  };
}

/**
 * The card of each port: the one that carries its mark, else an unmarked one with the port's MAC address, else of the
 * first port the card that the VM was made with.
 */
export function matchCards({ cards, target }: VmFacts, { cards: wanted, order }: VmWords): CardsByPort {
  const matched = new Map<string, CardFact>();
  for (const card of cards) {
    const port = portOfMark(target.environment, card.externalId);
    // Of two cards with one mark the first is the port's; the other is told: see conflicts.ts.
    if (port !== undefined && !matched.has(port)) matched.set(port, card);
  }
  const free = cards.filter((card) => portOfMark(target.environment, card.externalId) === undefined);
  for (const [port, { mac }] of Object.entries(wanted)) {
    const card = mac === undefined ? undefined : free.find((each) => each.mac === mac);
    if (card && !matched.has(port)) matched.set(port, card);
  }
  const first = order.find((port) => wanted[port]?.type === "vmxnet3");
  const standIn = standInOf({ cards, target });
  if (standIn && first !== undefined && wanted[first]?.mac === undefined && !matched.has(first))
    matched.set(first, standIn);
  return matched;
}

/** The card that a VM was made with here, as long as no port has taken it over. */
export function standInOf({ cards, target }: Pick<VmFacts, "cards" | "target">): CardFact | undefined {
  return cards.find(({ externalId, mac }) => externalId === undefined && mac !== undefined && mac === target.standIn);
}

function toCardWords(card: CardFact, host: HostFacts, wanted: CardWords | undefined): CardWords {
  const pf = card.type === SRIOV_TYPE ? uplinkOf(host, card.pf) : undefined;
  return {
    type: TYPES[card.type] ?? "other",
    ...toNetworkWords(card.network, host),
    // vCenter's own choice is not reported as a setting.
    ...(wanted?.mac === undefined || card.mac === undefined ? {} : { mac: card.mac }),
    ...(pf === undefined ? {} : { pf }),
    ...(wanted?.pci === undefined || pf === undefined ? {} : { pci: host.nics.get(pf) ?? card.pf ?? "" }),
  };
}

function uplinkOf({ nics }: HostFacts, pci: string | undefined): string | undefined {
  return [...nics].find(([, address]) => address === pci)?.[0] ?? pci;
}

function toNetworkWords(
  network: CardNetwork,
  { portGroups }: HostFacts,
): Pick<CardWords, "switchKind" | "switch" | "portGroup"> {
  if (network.kind === "standard") {
    const found = portGroups.find(({ kind, name }) => kind === "standard" && name === network.portGroup);
    return { switchKind: "standard", switch: found?.switch ?? "unknown", portGroup: network.portGroup };
  }
  if (network.kind === "other") return { switchKind: "standard", switch: "unknown", portGroup: "unknown" };
  const found = portGroups.find(
    (each) =>
      each.kind === "distributed" && each.switchUuid === network.switchUuid && each.key === network.portGroupKey,
  );
  return {
    switchKind: "distributed",
    switch: found?.switch ?? network.switchUuid,
    portGroup: found?.name ?? network.portGroupKey ?? "unknown",
  };
}
