// What differs between the hardware that is wanted and the one that is there, card by card. Pure.
import type { CardFact, VmFacts } from "./facts.js";
import { matchCards, SRIOV_TYPE, standInOf } from "./fromFacts.js";
import { cardMark } from "./marks.js";
import type { CardWords, VmWords } from "./words.js";

export interface CardChange {
  /** `park`: out now, in again when the ordinary cards are done. `mark`: nothing changes but whose it is. */
  readonly kind: "add" | "edit" | "mark" | "remove" | "park";
  readonly port: string;
  readonly type: CardWords["type"];
  readonly want?: CardWords;
  readonly have?: CardWords;
  /** The card in vCenter, of all but `add`; absent in a preview. */
  readonly card?: CardFact;
}

export interface HardwareChanges {
  readonly cards: readonly CardChange[];
  readonly addDevices: readonly string[];
  readonly removeDevices: readonly string[];
  readonly memory?: "lock" | "release";
  /** Ordinary cards come or go beside virtual functions, which therefore leave and come again. */
  readonly isTwoStep: boolean;
}

/** In the order in which they are made: what leaves, what stays and changes, what comes; virtual functions last. */
export function compareHardware(desired: VmWords, actual: VmWords, facts?: VmFacts): HardwareChanges {
  const plain = compareCards(desired, actual, facts);
  const isTwoStep =
    plain.some(({ kind, type }) => type !== "sriov" && (kind === "add" || kind === "remove")) &&
    stayingFunctions(plain, actual).length > 0;
  const cards = isTwoStep
    ? [...plain.filter(({ kind, type }) => isKept(kind, type)), ...around(plain, { desired, actual, facts })]
    : plain;
  const devices = (words: VmWords) => Object.keys(words.passthrough);
  const mayRemove = (pci: string) => !facts || facts.marks.passthrough.includes(pci);
  const memory = memoryChange(desired, actual, facts);
  return {
    cards: [...cards].sort((a, b) => rank(a) - rank(b)),
    addDevices: devices(desired).filter((pci) => !Object.hasOwn(actual.passthrough, pci)),
    removeDevices: devices(actual).filter((pci) => !Object.hasOwn(desired.passthrough, pci) && mayRemove(pci)),
    ...(memory ? { memory } : {}),
    isTwoStep,
  };
}

/** Changes of virtual functions that stay give way to their leaving and coming. */
function isKept(kind: CardChange["kind"], type: CardWords["type"]): boolean {
  return type !== "sriov" || kind === "add" || kind === "remove";
}

interface Words {
  readonly desired: VmWords;
  readonly actual: VmWords;
  readonly facts: VmFacts | undefined;
}

/** Virtual functions out and in again. */
function around(plain: readonly CardChange[], { desired, actual, facts }: Words): CardChange[] {
  const matched = facts && matchCards(facts, withPorts(desired, actual));
  return stayingFunctions(plain, actual).flatMap((port): CardChange[] => {
    const [have, want, card] = [actual.cards[port], desired.cards[port], matched?.get(port)];
    if (!have || !want) return [];
    return [
      { kind: "park", port, type: "sriov", have, ...(card ? { card } : {}) },
      { kind: "add", port, type: "sriov", want },
    ];
  });
}

function stayingFunctions(plain: readonly CardChange[], actual: VmWords): string[] {
  const leaving = new Set(
    plain.flatMap(({ kind, port, type }) => (kind === "remove" && type === "sriov" ? [port] : [])),
  );
  return Object.entries(actual.cards).flatMap(([port, { type }]) =>
    type === "sriov" && !leaving.has(port) ? [port] : [],
  );
}

function compareCards(desired: VmWords, actual: VmWords, facts: VmFacts | undefined): CardChange[] {
  const matched = facts && matchCards(facts, withPorts(desired, actual));
  const ports = [...new Set([...inOrder(desired), ...Object.keys(actual.cards)])];
  const changes = ports.flatMap((port) => {
    const card = matched?.get(port);
    return compareCard(port, { want: own(desired, port), have: own(actual, port), card, facts });
  });
  return [...changes, ...standInLeft(facts, matched)];
}

/** Ports in the order of the file, then those that it does not order. */
function inOrder({ order, cards }: VmWords): string[] {
  return [...order.filter((port) => Object.hasOwn(cards, port)), ...Object.keys(cards)];
}

function own({ cards }: VmWords, port: string): CardWords | undefined {
  return Object.hasOwn(cards, port) ? cards[port] : undefined;
}

function withPorts(desired: VmWords, actual: VmWords): VmWords {
  return { ...desired, cards: { ...actual.cards, ...desired.cards } };
}

interface Compared {
  readonly want: CardWords | undefined;
  readonly have: CardWords | undefined;
  readonly card: CardFact | undefined;
  readonly facts: VmFacts | undefined;
}

function compareCard(port: string, { want, have, card, facts }: Compared): CardChange[] {
  const at = card ? { port, card } : { port };
  const isOurs = !facts || card?.externalId === cardMark(facts.target.environment, port);
  if (!want) return have && isOurs ? [{ kind: "remove", type: have.type, have, ...at }] : [];
  if (!have) return [{ kind: "add", type: want.type, want, port }];
  if (want.type !== have.type)
    return [
      { kind: "remove", type: have.type, have, ...at },
      { kind: "add", type: want.type, want, port },
    ];
  if (differs(want, have)) return [{ kind: "edit", type: want.type, want, have, ...at }];
  return isOurs ? [] : [{ kind: "mark", type: want.type, want, have, ...at }];
}

/** The PCI address in the file is what the host has to agree with, and no setting of the card. */
function differs(want: CardWords, have: CardWords): boolean {
  return (["switchKind", "switch", "portGroup", "mac", "pf"] as const).some(
    (key) => want[key] !== undefined && want[key] !== have[key],
  );
}

/** The card that a new VM was made with, when no port takes it over. */
function standInLeft(facts: VmFacts | undefined, matched: ReadonlyMap<string, CardFact> | undefined): CardChange[] {
  const card = facts && standInOf(facts);
  if (!card || [...(matched?.values() ?? [])].includes(card)) return [];
  return [{ kind: "remove", port: "", type: "vmxnet3", card }];
}

function memoryChange(desired: VmWords, actual: VmWords, facts: VmFacts | undefined): "lock" | "release" | undefined {
  if (desired.memoryLocked) return actual.memoryLocked ? undefined : "lock";
  return actual.memoryLocked && (!facts || facts.marks.memory) ? "release" : undefined;
}

const RANKS: Record<CardChange["kind"], number> = { remove: 0, park: 0, edit: 2, mark: 2, add: 3 };

function rank({ kind, type }: CardChange): number {
  const isFunction = type === "sriov";
  // Virtual functions leave first and come last.
  if (kind === "remove" || kind === "park") return isFunction ? 0 : 1;
  return RANKS[kind] + (isFunction ? 2 : 0);
}

/** Virtual functions that nobody declared. */
export function foreignFunctions(facts: VmFacts, scope: VmWords): CardFact[] {
  const matched = new Set(matchCards(facts, scope).values());
  return facts.cards.filter((card) => card.type === SRIOV_TYPE && !matched.has(card));
}
