// What stands against a name that a NIC shall have, and what is told of it: nothing is renamed unless all of them can be. Pure.
import { own } from "../own.js";
import type { FactLink, LinuxFacts } from "./facts.js";
import { nicsLike, permanentMac, renamingsOf } from "./nics.js";
import type { KernelNic, LinuxWords } from "./words.js";

export function identityConflicts(words: LinuxWords, facts: LinuxFacts): string[] {
  return Object.entries(words.nics ?? {}).flatMap(([name, nic]) => {
    const [found, ...others] = nicsLike(nic, facts);
    if (!found) return [`${missing(name, nic, facts)}. Correct the address, or connect the NIC`];
    if (others.length > 0) return [`${ambiguous(name, nic, [found, ...others], facts)}`];
    return [...sharedConflicts(name, found, words, facts), ...renamingConflicts(name, found, words, facts)];
  });
}

function describe({ mac, pci }: KernelNic): string {
  const words = [mac && `the MAC address ${mac}`, pci && `the PCI path ${pci}`].filter(Boolean);
  return words.join(" and ");
}

function missing(name: string, nic: KernelNic, facts: LinuxFacts): string {
  const there = [...facts.links.values()]
    .filter(({ ifname }) => Object.hasOwn(facts.nics, ifname))
    .map((link) => `${link.ifname} (${permanentMac(link) ?? "no MAC address"}, ${facts.nics[link.ifname]?.pci})`);
  return `there is no NIC with ${describe(nic)}, which ${name} is. There are ${there.sort().join(", ") || "none"}`;
}

/** A virtual function and the card that stands in for it have one MAC address, ports of some cards one PCI path. */
function ambiguous(name: string, nic: KernelNic, found: readonly FactLink[], facts: LinuxFacts): string {
  const shown = found.map(({ ifname }) => `${ifname} (${own(facts.nics, ifname)?.pci ?? "no PCI path"})`).join(" and ");
  const remedy =
    nic.pci === undefined
      ? "Set the PCI path of the one that is meant (guestPci)"
      : "Remove guestPci, and set the MAC address (mac) or the name (guestInterface) of the one that is meant";
  const rule = nic.mac === undefined ? "" : " [LB-29]";
  return `${name} could be ${shown}: all have ${describe(nic)}${rule}. ${nic.pci !== undefined && nic.mac !== undefined ? "Leave them as they are called" : remedy}`;
}

/** Two names for one NIC: told once, at the later of them. */
function sharedConflicts(name: string, { ifname }: FactLink, { nics = {} }: LinuxWords, facts: LinuxFacts): string[] {
  const same = Object.keys(nics)
    .filter((other) => other < name)
    .filter((other) => nicsLike(nics[other] ?? {}, facts).some((link) => link.ifname === ifname));
  return same.map((other) => `${other} and ${name} are one NIC, ${ifname}. Correct the address of one of them`);
}

/** The kernel itself gives such names, in the order in which it finds the NICs. */
const KERNEL_NAME = /^eth\d+$/;

function renamingConflicts(name: string, { ifname, master }: FactLink, words: LinuxWords, facts: LinuxFacts): string[] {
  if (ifname === name) return [];
  const leaving = renamingsOf(words, facts).map(({ from }) => from);
  const holder = [...facts.links.values()].find(
    (link) => link.ifname !== ifname && [link.ifname, ...(link.altnames ?? [])].includes(name),
  );
  const isTaken = holder !== undefined && !(holder.ifname === name && leaving.includes(name));
  const another = holder?.ifname === name ? "another device" : `another name of ${holder?.ifname}`;
  return [
    ...(isTaken ? [`${ifname} can't be called ${name}, which is ${another} here. Use another name`] : []),
    ...(KERNEL_NAME.test(name)
      ? [
          `${ifname} can't be called ${name}: the kernel gives that name at every start to a NIC of its choice, and udev can't give it then. Use another name, such as app0`,
        ]
      : []),
    ...(master === "ovs-system"
      ? [
          `${ifname} is a port of Open vSwitch, which knows it by that name. Take it out there before it becomes ${name}`,
        ]
      : []),
  ];
}

/** What udev may not be able to keep over a start. */
export function identityNotes({ nics = {} }: LinuxWords, facts: LinuxFacts): string[] {
  return Object.entries(nics).flatMap(([name, nic]) => {
    const [found] = nicsLike(nic, facts);
    if (!found) return [];
    const isNameless = nic.pci === undefined && !hasPermanentMac(found, facts);
    return [
      ...(isNameless
        ? [
            `${name} has no permanent MAC address, by which udev would know it at the next start: there it may have another name. Set its PCI path where it has one (guestPci)`,
          ]
        : []),
      ...(found.ifname === name && KERNEL_NAME.test(name)
        ? [
            `${name} is a name that the kernel gives at every start in the order in which it finds the NICs: where that is another order, udev can't give it. Use a name such as app0 where the host has several NICs`,
          ]
        : []),
    ];
  });
}

const RANDOM = "1";

function hasPermanentMac(link: FactLink, { nics }: LinuxFacts): boolean {
  if (link.permaddr) return true;
  return link.linkinfo?.info_kind !== "veth" && own(nics, link.ifname)?.assigned !== RANDOM;
}
