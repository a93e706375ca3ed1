// What has to be done in libvirt to get from what is there to what is wanted, and the way back. Pure.
import { type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { conflictsOf } from "./conflicts.js";
import { type FactDomain, isOurs, type LibvirtFacts } from "./facts.js";
import type { FactInterface } from "./fromXml.js";
import { interfaceFile, interfaceView, networkFile, networkView, portgroupFile } from "./view.js";
import type { LibvirtDomainWords, LibvirtInterfaceWords, LibvirtNetworkWords, LibvirtWords } from "./words.js";

export function planLibvirt(desired: LibvirtWords, { actual, facts }: Now<LibvirtWords, LibvirtFacts>): LayerPlan {
  const conflicts = conflictsOf(desired, actual, facts);
  if (conflicts.length > 0) return { ...NOTHING_TO_DO, conflicts };
  const forth = { from: actual, to: desired, facts };
  const back = { from: desired, to: actual, facts };
  const after = change(forth);
  const before = leave(forth);
  return {
    conflicts: [],
    notes: notesOf(desired, facts, after?.data.networks ?? []),
    check: after && (after.data.networks.length > 0 || after.data.domains.length > 0) ? [check(after.data)] : [],
    before: listOf(before),
    after: listOf(after),
    // An interface that is to leave is gone before the network and the bridge that it is on.
    revertBefore: listOf(leave(back)),
    revertAfter: listOf(change(back)),
  };
}

/** The shell functions that the steps of a script are made of. */
const LIBRARY = { template: "kvm/libvirt/virsh.sh", data: {} };

interface Way {
  readonly from: LibvirtWords;
  readonly to: LibvirtWords;
  readonly facts: LibvirtFacts;
}

function listOf<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item];
}

/** Those of `from` that `to` does not have; last ones first, so that a virtual function goes before the card that stands in for it. */
function leave({ from, to }: Way) {
  const interfaces = Object.entries(from.domains).flatMap(([domain, { interfaces: there, order }]) => {
    const wanted = own(to.domains, domain)?.interfaces ?? {};
    const leaving = order.filter((alias) => Object.hasOwn(there, alias) && !Object.hasOwn(wanted, alias));
    return leaving.reverse().map((alias) => ({ domain, alias }));
  });
  const domains = Object.keys(from.domains).filter((domain) => !Object.hasOwn(to.domains, domain));
  if (interfaces.length === 0 && domains.length === 0) return undefined;
  return { template: "kvm/libvirt/leave.sh", data: { library: LIBRARY, interfaces, domains } };
}

function change({ from, to, facts }: Way) {
  const networks = Object.entries(to.networks).flatMap(([name, network]) =>
    networkStep(name, own(from.networks, name), network),
  );
  const domains = Object.entries(to.domains).flatMap(([name, domain]) => {
    const there = facts.domains.find((candidate) => candidate.name === name);
    return domainStep(name, { from: own(from.domains, name), to: domain, there });
  });
  const removedNetworks = Object.keys(from.networks).filter((name) => !Object.hasOwn(to.networks, name));
  if (networks.length === 0 && domains.length === 0 && removedNetworks.length === 0) return undefined;
  return { template: "kvm/libvirt/change.sh", data: { library: LIBRARY, networks, domains, removedNetworks } };
}

function check({ networks, domains }: { readonly networks: readonly object[]; readonly domains: readonly object[] }) {
  return { template: "kvm/libvirt/check.sh", data: { networks, domains } };
}

function networkStep(name: string, from: LibvirtNetworkWords | undefined, to: LibvirtNetworkWords) {
  if (from && isSame(from, to)) return [];
  const groups = Object.entries(to.portgroups);
  const changed = groups.filter(([group, settings]) => !isSame(own(from?.portgroups ?? {}, group), settings));
  return [
    {
      ...networkView(name, to),
      file: networkFile(name, to),
      // Only its port groups can change while it is active.
      isRestarted: from !== undefined && !isSame(frameOf(from), frameOf(to)),
      changedPortgroups: from ? changed.map(([group, settings]) => portgroupFile(group, settings)) : [],
      droppedPortgroups: Object.keys(from?.portgroups ?? {}).filter((group) => !Object.hasOwn(to.portgroups, group)),
    },
  ];
}

function frameOf({ forward, bridge, virtualport, pf, functions }: LibvirtNetworkWords) {
  return { forward, bridge, virtualport, pf, functions };
}

interface DomainWay {
  readonly from: LibvirtDomainWords | undefined;
  readonly to: LibvirtDomainWords;
  readonly there: FactDomain | undefined;
}

function domainStep(name: string, { from, to, there }: DomainWay) {
  const interfaces = to.order.flatMap((alias) => {
    const words = to.interfaces[alias];
    return words ? interfaceStep(alias, words, { before: own(from?.interfaces ?? {}, alias), there }) : [];
  });
  if (interfaces.length === 0 && from?.environment === to.environment) return [];
  return [{ name, environment: to.environment, interfaces }];
}

interface InterfaceWay {
  readonly before: LibvirtInterfaceWords | undefined;
  readonly there: FactDomain | undefined;
}

/** Each side by itself: what the next start brings, and what runs now. */
function interfaceStep(alias: string, words: LibvirtInterfaceWords, { before, there }: InterfaceWay) {
  const config = there?.config.find((item) => isOurs(item) && item.alias === alias);
  const live = there?.live.find((item) => isOurs(item) && item.alias === alias);
  const isBack = before !== undefined && !isSame(before, words);
  const isChanged = (item: FactInterface | undefined) => isBack || !isSame(item?.words, words);
  const steps = {
    config: isChanged(config) ? verb(before ?? config?.words, words) : "",
    live: there?.running && isChanged(live) && !isPoolOf(live, words) ? verb(before ?? live?.words, words) : "",
  };
  if (steps.config === "" && steps.live === "") return [];
  return [
    {
      ...interfaceView(alias, words),
      // A card keeps its place in the guest.
      file: interfaceFile(alias, words, config?.address ?? null),
      ...steps,
      unlimited: (["inbound", "outbound"] as const).filter(
        (direction) => words[direction] === null && (before ?? live?.words)?.[direction],
      ),
    },
  ];
}

/** A running virtual function whose XML says nothing of the pool that it came from. */
function isPoolOf(live: FactInterface | undefined, words: LibvirtInterfaceWords): boolean {
  return live !== undefined && live.words.type !== words.type && live.words.mac === words.mac;
}

/** What libvirt changes in place; with anything else the card is taken out and put in anew. */
const IN_PLACE: readonly (keyof LibvirtInterfaceWords)[] = [
  "network",
  "portgroup",
  "link",
  "vlan",
  "inbound",
  "outbound",
  "trustGuestRxFilters",
];

function verb(before: LibvirtInterfaceWords | undefined, words: LibvirtInterfaceWords): "update" | "replace" {
  if (words.type === "hostdev") return "replace";
  const keys = Object.keys(words) as (keyof LibvirtInterfaceWords)[];
  const different = keys.filter((key) => !isSame(before?.[key], words[key]));
  return before && different.every((key) => IN_PLACE.includes(key)) ? "update" : "replace";
}

/** VMs of others keep what they got from a network when they were started. */
function notesOf(desired: LibvirtWords, { domains }: LibvirtFacts, changed: readonly { readonly name: string }[]) {
  return changed.flatMap(({ name }) => {
    const users = domains.filter(({ live, mark }) =>
      live.some((item) => item.words.network === name && !(isOurs(item) && mark !== null)),
    );
    if (users.length === 0 || !Object.hasOwn(desired.networks, name)) return [];
    const names = users.map((domain) => domain.name).join(", ");
    return [
      `network ${name} changes, and ${names} run on it: their interfaces keep the old settings until they are attached anew or the VM is started again`,
    ];
  });
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Plain values: the order of keys means nothing. */
function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
