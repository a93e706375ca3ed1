// Routers on a network tell whoever listens of addresses, a default route and name servers. They are listened to where the file has IPv6 come by
// DHCP, which brings no default route of its own, and nowhere else. netplan, networkd and NetworkManager listen themselves and are told so in
// their files; with ifupdown it is the kernel that does. Pure.
import type { KernelLink, LinuxWords } from "./words.js";

export function listens({ dhcp6 }: Pick<KernelLink, "dhcp6">): boolean {
  return dhcp6;
}

/** 2: also where the machine forwards packets, as with the other renderers. The kernel does not listen on a member of a bond. */
export function withAcceptRa(words: LinuxWords): LinuxWords {
  if (words.renderer !== "ifupdown") return words;
  const members = Object.values(words.bonds).flatMap((bond) => bond.members);
  const links = Object.entries(words.links).map(([device, link]): [string, KernelLink] => [
    device,
    members.includes(device) ? link : { ...link, acceptRa: listens(link) ? 2 : 0 },
  ]);
  return { ...words, links: Object.fromEntries(links) };
}
