// Why nothing may be done in libvirt: what is missing, and what others made that stands in the way. Pure.
import { BUNDLES, type MissingTool } from "../../packages.js";
import { type FactDomain, isOurs, type LibvirtFacts } from "./facts.js";
import type { FactInterface } from "./fromXml.js";
import type { LibvirtDomainWords, LibvirtInterfaceWords, LibvirtWords } from "./words.js";

export function conflictsOf(desired: LibvirtWords, actual: LibvirtWords, facts: LibvirtFacts): string[] {
  if (isEmpty(desired) && isEmpty(actual)) return [];
  const unreadable = libvirtUnreadable(facts);
  if (unreadable !== undefined) return [unreadable];
  return [
    ...networkConflicts(desired, facts),
    ...bridgeVlanConflicts(desired, facts),
    ...networksInUse(desired, actual, facts),
    ...Object.entries(desired.domains).flatMap(([name, domain]) => domainConflicts(name, domain, facts)),
  ];
}

export function missingOfLibvirt(_: LibvirtWords, { missing }: LibvirtFacts): MissingTool[] {
  return missing === "virsh" ? [{ tool: "virsh", ...BUNDLES.libvirt }] : [];
}

export function libvirtUnreadable({ missing }: LibvirtFacts): string | undefined {
  return missing === "libvirtd"
    ? "libvirt does not answer on the host. Look at: systemctl status libvirtd virtqemud virtnetworkd"
    : undefined;
}

export function isEmpty({ networks, domains }: LibvirtWords): boolean {
  return Object.keys(networks).length === 0 && Object.keys(domains).length === 0;
}

function owner(mark: string | null): string {
  return mark === null ? "not multiport's" : `environment ${mark}'s`;
}

function networkConflicts(desired: LibvirtWords, { networks }: LibvirtFacts): string[] {
  return networks.flatMap(({ name, mark, persistent }) => {
    const wanted = own(desired.networks, name);
    if (!wanted) return [];
    if (mark !== wanted.environment)
      return [
        `network ${name} of libvirt exists and is ${owner(mark)}. Give the network another name (libvirt.networks of the host), or remove it: virsh net-destroy ${name}; virsh net-undefine ${name}`,
      ];
    // Nobody but a program can have started it without defining it.
    return persistent ? [] : [`network ${name} of libvirt is not persistent. Remove it: virsh net-destroy ${name}`];
  });
}

/** libvirt 9 and 10 take the VLANs of a Linux bridge, say nothing and set nothing. */
function bridgeVlanConflicts(desired: LibvirtWords, { version }: LibvirtFacts): string[] {
  const [major = 0] = version.split(".").map(Number);
  if (major >= 11) return [];
  return Object.entries(desired.networks).flatMap(([name, { forward, virtualport, portgroups }]) => {
    const tagged = Object.entries(portgroups).filter(([, { vlan }]) => vlan !== null);
    if (forward !== "bridge" || virtualport !== null || tagged.length === 0) return [];
    const groups = tagged.map(([group]) => group).join(", ");
    return [
      `network ${name} is a Linux bridge, and libvirt ${version || "of this host"} gives its ports no VLAN (${groups}): that takes libvirt 11.0. Update libvirt, or use kind: openvswitch for the virtual switch`,
    ];
  });
}

/** Networks that leave or are made anew while VMs of others, or ports that stay, are on them. */
function networksInUse(desired: LibvirtWords, actual: LibvirtWords, facts: LibvirtFacts): string[] {
  return Object.keys(actual.networks).flatMap((name) => {
    if (own(desired.networks, name)) return [];
    const users = facts.domains.filter((domain) => staysOn(name, domain, desired)).map((domain) => domain.name);
    if (users.length === 0) return [];
    return [
      `network ${name} of libvirt is still used by ${users.join(", ")}. Move their interfaces to another network (virsh edit), or keep the network`,
    ];
  });
}

/** Whether a domain has interfaces on a network that this change leaves where they are. */
function staysOn(network: string, { name, config, live, mark }: FactDomain, desired: LibvirtWords): boolean {
  const isLeft = (item: FactInterface) => isOurs(item) && isMarked(mark, name, desired);
  return [...config, ...live].some((item) => item.words.network === network && !isLeft(item));
}

/** Ours in a domain that is or was ours: every one is moved or leaves. */
function isMarked(mark: string | null, name: string, desired: LibvirtWords): boolean {
  return mark !== null && (own(desired.domains, name)?.environment ?? mark) === mark;
}

function domainConflicts(name: string, wanted: LibvirtDomainWords, { domains }: LibvirtFacts): string[] {
  const there = domains.find((domain) => domain.name === name);
  if (!there) {
    const known = domains.map((domain) => domain.name).join(", ");
    return [
      `the host has no domain ${name} in libvirt. It has ${known || "none"}. Correct libvirt.domain of the VM, or make the domain first`,
    ];
  }
  if (!there.persistent)
    return [
      `domain ${name} is transient: what is set would be gone when it ends. Define it (virsh dumpxml ${name} >${name}.xml; virsh define ${name}.xml)`,
    ];
  if (there.mark !== null && there.mark !== wanted.environment)
    return [
      `the interfaces of domain ${name} are ${owner(there.mark)}. Remove the VM there, or leave it out of this environment`,
    ];
  const interfaces = Object.entries(wanted.interfaces);
  return interfaces.flatMap(([alias, words]) => interfaceConflicts(alias, words, { name, mark: there.mark, domains }));
}

interface Around {
  readonly name: string;
  readonly mark: string | null;
  readonly domains: readonly FactDomain[];
}

/** Others that have the same MAC address, or the same interface on the host. */
function interfaceConflicts(alias: string, words: LibvirtInterfaceWords, { name, mark, domains }: Around): string[] {
  const said = new Set<string>();
  return domains.flatMap((domain) =>
    [...domain.config, ...domain.live].flatMap((item) => {
      // Ours, which this change sets as well.
      if (domain.name === name && mark !== null && isOurs(item)) return [];
      const hasMac = item.words.mac === words.mac;
      const hasTarget = words.target !== null && item.words.target === words.target;
      if (!hasMac && !hasTarget) return [];
      const what = hasMac ? `MAC address ${words.mac}` : `interface ${words.target}`;
      const text = `${what} of ${alias} is already that of an interface of domain ${domain.name}${item.alias === null ? "" : ` (${item.alias})`}, which is not multiport's. Remove it there (virsh detach-interface ${domain.name} ${item.words.type} --mac ${item.words.mac} --config), or give the port another ${hasMac ? "mac" : "interface"}`;
      if (said.has(text)) return [];
      said.add(text);
      return [text];
    }),
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
