// The names of NICs that are known by what they are: a .link file of udev gives the name at every start, and the change itself gives it now.
// Source: systemd.link(5), releases 245 to 257. Pure.
import type { Heading } from "../heading.js";
import type { Filled, TextSection } from "../layer.js";
import { own } from "../own.js";
import type { FactLink } from "./facts.js";
import { nameNow, permanentMac, type Renaming, renamingsOf, type Seen } from "./nics.js";
import type { LinuxWords } from "./words.js";

/** Before those of netplan, which begin with 10-netplan, and of distributions: of the files that match the first one counts alone. */
const PREFIX = "/etc/systemd/network/10-multiport-";
export const NIC_LINKS = `${PREFIX}*.link`;

export function isNicLink(path: string): boolean {
  return path.endsWith(".link");
}

export function nicLinkPath(name: string): string {
  return `${PREFIX}${name}.link`;
}

export function nicLinks({ nics = {} }: LinuxWords, heading: Heading): TextSection[] {
  return Object.entries(nics).map(([name, { mac = null, pci = null }]) => ({
    target: nicLinkPath(name),
    path: nicLinkPath(name),
    template: "linux/nicNames/nic.link",
    data: { ...heading, name, mac, pci },
  }));
}

/** Who else names or configures these NICs; refuses before anything has changed. */
export function nameChecks(words: LinuxWords, facts: Seen): Filled[] {
  const nics = Object.entries(words.nics ?? {}).map(([name, { mac, pci }]) => {
    const now = nameNow(words, facts, name);
    const altnames = (facts.links.get(now)?.altnames ?? []).filter((other) => other !== name);
    const places = pci ?? own(facts.nics, now)?.pci ?? "";
    // Whatever we know it by, others may know it by either.
    const address = mac ?? addressOf(facts.links.get(now)) ?? "";
    return { name, mac: address, isByMac: mac !== undefined, pci: places, now, isRenamed: now !== name, altnames };
  });
  return nics.length === 0 ? [] : [{ template: "linux/nicNames/check.sh", data: { nics } }];
}

function addressOf(link: FactLink | undefined): string | undefined {
  return link && permanentMac(link);
}

/** Renames what has another name; none of it is there twice when two of them change names. */
export function giveNames(words: LinuxWords, facts: Seen): Filled[] {
  const renamings = renamingsOf(words, facts);
  return script(
    renamings.map(({ nic, to }) => ({ nic, name: to })),
    // A client of others that goes by the old name would go on giving the NIC its address.
    renamings.map(({ from }) => from),
  );
}

/** The way back: the names that they had. */
export function giveBackNames(words: LinuxWords, facts: Seen): Filled[] {
  return script(
    renamingsOf(words, facts).map(({ nic, from }) => ({ nic, name: from })),
    [],
  );
}

function script(wanted: readonly { nic: Renaming["nic"]; name: string }[], clients: readonly string[]): Filled[] {
  if (wanted.length === 0) return [];
  const nics = wanted.map(({ nic, name }) => ({ name, mac: nic.mac ?? "", pci: nic.pci ?? "" }));
  return [{ template: "linux/nicNames/rename.sh", data: { nics, clients } }];
}

/** That udev will give the names at the next start too. */
export function keptNames({ nics = {} }: LinuxWords): Filled[] {
  const names = Object.keys(nics).map((name) => ({ name, path: nicLinkPath(name) }));
  return names.length === 0 ? [] : [{ template: "linux/nicNames/kept.sh", data: { names } }];
}
