// Which NIC is meant by a name of the words: the one with a permanent MAC address or at a PCI path, whatever it is called now. Pure.
import { own } from "../own.js";
import type { FactLink, LinuxFacts } from "./facts.js";
import type { KernelNic, LinuxWords } from "./words.js";

/** What is asked of the facts here. */
export type Seen = Pick<LinuxFacts, "links" | "nics">;

/** All that fit; more than one cannot be told apart by this. */
export function nicsLike({ mac, pci }: KernelNic, facts: Seen): FactLink[] {
  return [...facts.links.values()].filter(
    (link) =>
      isNic(link, facts) &&
      (mac === undefined || permanentMac(link) === mac) &&
      (pci === undefined || own(facts.nics, link.ifname)?.pci === pci),
  );
}

/** A device of a bond, bridge or VLAN may have the MAC address of its NIC. In containers a veth stands for one. */
function isNic({ ifname, linkinfo }: FactLink, { nics }: Seen): boolean {
  return Object.hasOwn(nics, ifname) || ["", "veth"].includes(linkinfo?.info_kind ?? "");
}

/** A member of a bond has the bond's address for the time being. What has no permanent one is known by the one that it has. */
export function permanentMac({ address, permaddr, linkinfo }: FactLink): string | undefined {
  return (permaddr ?? linkinfo?.info_slave_data?.perm_hwaddr ?? address ?? undefined)?.toLowerCase();
}

/** What the NIC is called now that the words call so; the name itself where they say no more of it, or it can't be told. */
export function nameNow({ nics }: LinuxWords, facts: Seen, name: string): string {
  const known = own(nics, name);
  const [found, ...others] = known ? nicsLike(known, facts) : [];
  return found && others.length === 0 ? found.ifname : name;
}

export interface Renaming {
  readonly nic: KernelNic;
  /** Its name before the change. */
  readonly from: string;
  readonly to: string;
}

export function renamingsOf(words: LinuxWords, facts: Seen): Renaming[] {
  return Object.entries(words.nics ?? {}).flatMap(([to, nic]) => {
    const from = nameNow(words, facts, to);
    return from === to ? [] : [{ nic, from, to }];
  });
}

/** What of the wanted names is so: a NIC with another name says which. */
export function nicsFromFacts(nics: Readonly<Record<string, KernelNic>>, facts: Seen): Record<string, KernelNic> {
  const found = Object.entries(nics).flatMap(([name, { mac, pci }]) => {
    const known: KernelNic = { ...(mac === undefined ? {} : { mac }), ...(pci === undefined ? {} : { pci }) };
    const [nic, ...others] = nicsLike(known, facts);
    if (!nic || others.length > 0) return [];
    return [[name, nic.ifname === name ? known : { ...known, called: nic.ifname }] as const];
  });
  return Object.fromEntries(found);
}
