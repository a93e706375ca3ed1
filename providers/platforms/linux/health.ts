// Which devices are as configured and carry nothing: a bond without a partner, a member that counts as down, a device
// without carrier, one that gets no address by DHCP. Pure.
import type { FactLink, LinuxFacts } from "./facts.js";
import type { LinuxWords } from "./words.js";

const NO_PARTNER = "00:00:00:00:00:00";

export function unhealthyDevices(desired: LinuxWords, facts: LinuxFacts): string[] {
  return [...bondFaults(desired, facts), ...leaseFaults(desired, facts)];
}

/** What asks for an address has been given none. */
function leaseFaults({ links }: LinuxWords, facts: LinuxFacts): string[] {
  return Object.entries(links).flatMap(([name, wanted]) => {
    const link = facts.links.get(name);
    if (!link) return [];
    const leases = facts.leases.get(name) ?? [];
    const where = hasCarrier(link)
      ? "Look at the DHCP server and the VLAN on the way"
      : "It has no carrier: look at the cable";
    return (["4", "6"] as const)
      .filter(
        (family) => wanted[`dhcp${family}`] && !leases.some((address) => address.includes(":") === (family === "6")),
      )
      .map((family) => `${name} was given no IPv${family} address by DHCP. ${where}`);
  });
}

function bondFaults(desired: LinuxWords, facts: LinuxFacts): string[] {
  return Object.entries(desired.bonds).flatMap(([name, { mode, members }]) => {
    const link = facts.links.get(name);
    if (!link) return [];
    if (!hasCarrier(link))
      return [`${name} has no carrier: no member of ${members.join(", ")} works. Look at the cables and switch ports`];
    const states = members.flatMap((member) => memberFaults(member, facts));
    return mode === "802.3ad" ? [...lacpFaults(name, link, members), ...states] : states;
  });
}

function hasCarrier({ flags }: FactLink): boolean {
  return (flags ?? []).includes("LOWER_UP");
}

/** The link is there and the bond still does not use it: an ARP target that does not answer, or a delay that has not passed. */
function memberFaults(member: string, facts: LinuxFacts): string[] {
  const link = facts.links.get(member);
  const state = link?.linkinfo?.info_slave_data?.mii_status;
  if (!link || !hasCarrier(link) || !state || state === "UP") return [];
  return [
    `${member} has carrier and its bond counts it as ${state}. Look at the targets of arpMonitor, or wait for upDelayMilliseconds`,
  ];
}

function lacpFaults(name: string, link: FactLink, members: readonly string[]): string[] {
  const found = link.linkinfo?.info_data?.ad_info;
  if (!found?.partner_mac || found.partner_mac === NO_PARTNER)
    return [`${name} has no LACP partner: the switch does not answer. Look at the port channel of the switch ports`];
  const ports = found.num_ports ?? members.length;
  if (ports >= members.length) return [];
  return [
    `${name} has ${ports} of ${members.length} members in its LACP group. Look at the switch ports of the others: cable, port channel, speed`,
  ];
}
