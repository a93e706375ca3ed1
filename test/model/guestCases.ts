// What is on the interfaces inside Linux guests that breaks a rule, and the nearest that does not.
import type { Cases } from "./vsphereCases.js";

interface Inside {
  readonly ports?: string;
  readonly bond?: string;
  /** Of the network that all ports are on. */
  readonly network?: string;
}

/** A guest with two ports on one network, which carries VLAN 20 as well. */
const inside = ({
  ports = "p: { @0 }, q: { @1 }",
  bond = "",
  network = "vlans: [10, 20], native: 10, subnet: 10.0.0.0/24",
}: Inside) => `environment: t
networks: { app: { ${network} }, db: { vlan: 20, subnet: 10.20.0.0/24, gateway: 10.20.0.1, mtu: 9000 } }
hosts: { k: { platform: kvm, uplinks: { e0: , e1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } } } }
vms: { v: { host: k, ports: { ${ports.replaceAll(/@(\d)/g, "portGroup: vs0/app, guestInterface: eth$1")} }, guest: { os: linux }, bonds: { ${bond} } } }
`;

const bonded = (port: string, bond = "") =>
  inside({ ports: `p: { @0${port} }, q: { @1 }`, bond: `b: { members: [p, q]${bond} }` });

/** A guest with the default route on a port or bond of network app, and an interface in network db, which has a router too. */
const routed = (inDb: string, inApp = "addresses: [10.0.0.5/24], gateway: 10.0.0.1") =>
  inside({
    network: "vlans: [10, 20], native: 10, subnet: 10.0.0.0/24, gateway: 10.0.0.1, mtu: 9000",
    ports: `p: { @0, ${inApp}, interfaces: { db: { ${inDb} } } }`,
  });
const DB = "addresses: [10.20.0.5/24]";

export const GUEST_CASES: Readonly<Record<string, Cases>> = {
  "LB-30": {
    breaks: {
      "an address on a member": bonded(", addresses: [10.0.0.5/24]"),
      "a name server on a member": bonded(", nameservers: [10.0.0.53]"),
      "a search domain on a member": bonded(", searchDomains: [example.net]"),
      "a VLAN on a member": bonded(", interfaces: { db: { mtu: 1400 } }"),
      "a packet size of its own": bonded(", mtu: 1400"),
    },
    keeps: {
      "all of it on the bond": bonded(
        "",
        ", addresses: [10.0.0.5/24], nameservers: [10.0.0.53], searchDomains: [example.net], mtu: 1400, interfaces: { db: { mtu: 1400 } }",
      ),
    },
  },
  "SW-08": {
    breaks: {
      "a bond larger than its network": bonded("", ", mtu: 9000"),
      "a port larger than its network": inside({ ports: "p: { @0, mtu: 9000 }" }),
      "a VLAN larger than the bond that carries it": bonded("", ", interfaces: { db: }"),
      "a VLAN larger than its network": inside({
        network: "vlans: [10, 20], mtu: 9216",
        ports: "p: { @0, interfaces: { db: { mtu: 9100 } } }",
      }),
    },
    keeps: {
      "a bond smaller than it": bonded("", ", mtu: 1400"),
      "a VLAN as large as the bond": bonded("", ", interfaces: { db: { mtu: 1500 } }"),
    },
  },
  "GT-08": {
    breaks: {
      "a router of a network without one": inside({ ports: "p: { @0, addresses: [10.0.0.5/24], gateway: 10.0.0.1 }" }),
      "another router than that of the network": inside({
        network: "vlans: [10, 20], mtu: 9000",
        ports: "p: { @0, interfaces: { db: { addresses: [10.20.0.5/24], gateway: 10.20.0.254 } } }",
      }),
    },
    keeps: {
      "the router of the network": inside({
        network: "vlans: [10, 20], mtu: 9000",
        ports: "p: { @0, interfaces: { db: { addresses: [10.20.0.5/24], gateway: 10.20.0.1 } } }",
      }),
      "a router of a network that is said": inside({
        network: "vlans: [10], subnet: 10.0.0.0/24, gateway: 10.0.0.1",
        ports: "p: { @0, addresses: [10.0.0.5/24], gateway: 10.0.0.1 }",
      }),
      "the router by its address of the link": inside({
        network: 'vlans: [10], subnet: "fd00::/64", gateway: "fd00::1"',
        ports: 'p: { @0, addresses: ["fd00::5/64"], gateway: "fe80::1" }',
      }),
      "one of the other IP version": inside({ ports: 'p: { @0, addresses: ["fd00::5/64"], gateway: "fd00::1" }' }),
      "a network of which no subnet is said": inside({
        network: "vlans: [10]",
        ports: "p: { @0, addresses: [10.0.0.5/24], gateway: 10.0.0.1 }",
      }),
    },
  },
  "GT-09": {
    breaks: {
      "an interface whose router is not used": routed(DB),
      "a routing table without a router": routed(`${DB}, routingTable: 101`),
      "a default route that comes by DHCP": routed(DB, "dhcp: ipv4"),
      "an interface beside a default route of a VLAN": routed(`${DB}, gateway: 10.20.0.1`, "addresses: [10.0.0.5/24]"),
      "two default routes that come by DHCP": routed("dhcp: ipv4", "dhcp: ipv4"),
      "one of DHCP beside a router": routed("dhcp: ipv4"),
      "a bond with the default route": bonded(
        "",
        `, addresses: [10.0.0.5/24], gateway: 10.0.0.1, interfaces: { db: { ${DB}, mtu: 1500 } }`,
      ).replace("subnet: 10.0.0.0/24", "subnet: 10.0.0.0/24, gateway: 10.0.0.1"),
    },
    keeps: {
      "a routing table with the router": routed(`${DB}, routingTable: 101, gateway: 10.20.0.1`),
      "routes by way of the router": routed(`${DB}, routes: [{ to: 10.30.0.0/16, via: 10.20.0.1 }]`),
      "a network without a router": routed(DB).replace(", gateway: 10.20.0.1", ""),
      "no way out at all": routed(DB, "addresses: [10.0.0.5/24]"),
      "an interface without an address": routed("mtu: 1500"),
      "a lease in a network without a router": routed("dhcp: ipv4").replace(", gateway: 10.20.0.1", ""),
      "a lease of the other IP version": routed("dhcp: ipv6"),
      "an address of the other IP version": routed('addresses: ["fd20::5/64"]'),
    },
  },
  "GT-10": {
    breaks: {
      "two ports in one subnet": inside({
        ports: "p: { @0, addresses: [10.0.0.5/24] }, q: { @1, addresses: [10.0.0.6/24] }",
      }),
    },
    keeps: {
      "one of them with a routing table": inside({
        ports: "p: { @0, addresses: [10.0.0.5/24] }, q: { @1, addresses: [10.0.0.6/24], routingTable: 102 }",
      }),
      "an address that is a network of its own": inside({
        ports: "p: { @0, addresses: [10.0.0.5/24] }, q: { @1, addresses: [10.0.0.6/32] }",
      }),
      "two addresses of one port": inside({ ports: "p: { @0, addresses: [10.0.0.5/24, 10.0.0.6/24] }" }),
      "the bond of the two": bonded("", ", addresses: [10.0.0.5/24]"),
    },
  },
};
