// What a port has of its own that has no effect on a member of a bond, which is nothing but a part of it. Pure.
import type { GuestIpKey, InterfaceIp } from "./interfaceIp.js";
import type { VlanInterface } from "./vlanInterface.js";

interface Member extends InterfaceIp {
  readonly vlans?: readonly VlanInterface[];
}

/** What of a key is the port's own; nothing where it is not given, or does no harm. */
type Own = (port: Member, bond: InterfaceIp) => readonly string[];

/** A key that is new has its line here, or it would be taken and set nowhere. */
const OWN: Readonly<Record<GuestIpKey | "interfaces", Own>> = {
  addresses: ({ addresses }) => addresses,
  gateway: ({ gateways }) => gateways,
  nameservers: ({ nameservers }) => nameservers,
  searchDomains: ({ searchDomains }) => searchDomains,
  routes: ({ routes }) => routes.map(({ to }) => to),
  routingTable: ({ routingTable }) => (routingTable === undefined ? [] : [`${routingTable}`]),
  dhcp: ({ dhcp4, dhcp6 }) => [...(dhcp4 ? ["ipv4"] : []), ...(dhcp6 ? ["ipv6"] : [])],
  // It takes that of the bond.
  mtu: ({ mtuBytes, network }, bond) =>
    mtuBytes === network.mtuBytes || mtuBytes === bond.mtuBytes ? [] : [`${mtuBytes}`],
  interfaces: ({ vlans = [] }) => vlans.map(({ network }) => network.name),
};

/** By key, with what stands there. */
export function ownSettings(port: Member, bond: InterfaceIp): [key: string, found: string][] {
  return Object.entries(OWN).flatMap(([key, own]): [string, string][] => {
    const values = own(port, bond);
    return values.length > 0 ? [[key, values.join(", ")]] : [];
  });
}
