// Designs that break the rules about virtual functions of KVM hosts, and the nearest ones that do not.
import type { Cases } from "./vsphereCases.js";

/** A VM with two functions from two ports, the second of which has that PCI address. */
const pool = (pci: string) => `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { e0: { pci: "0000:3b:00.0", sriov: { numVfs: 4 } }, e1: { pci: "${pci}", sriov: { numVfs: 4 } } } } }
vms: { a: { host: k, ports: { p: { network: app, vf: { from: [e0, e1] } }, q: { network: app, vf: { from: [e0, e1] } } } } }
`;

/** One port with virtual functions that is a member of a switch for packets of 1500 bytes, and VMs that have some. */
const sriov = (vf: string, { vfs = "{}", vm = "", index = 1, numVfs = 4 } = {}) => `environment: t
networks: { app: {}, big: { mtu: 9000 } }
hosts: { k: { platform: kvm, uplinks: { e0: { sriov: { numVfs: ${numVfs}, vfs: ${vfs}, vf: ${vf} } } }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0] }, portGroups: [app] } } } }
vms: { a: { host: k, ports: ${vm === "" ? "{}" : `{ p: { network: ${vm}, vf: { uplink: e0, index: 3 } }, q: { network: ${vm}, vf: { uplink: e0, index: ${index} } } }`} } }
`;

interface Bonded {
  /** PCI address and cable of the second port; those of the first are 0000:3b:00.0 and a 1. */
  readonly second?: string;
  /** The port of q. */
  readonly from?: string;
  /** Settings of all functions. */
  readonly vfs?: string;
  /** The team that both ports are in; undefined: none. */
  readonly team?: string;
}

/** A guest that bonds a virtual function of each of two ports. */
const bonded = (bond: string, of: Bonded = {}) => `environment: t
networks: { app: {} }
switches: { a: { platform: nxos }, b: { platform: nxos } }
hosts:
  k:
    platform: kvm
    uplinks:
      e0: { pci: "0000:3b:00.0", cable: a 1, sriov: { numVfs: 4, vfs: ${of.vfs ?? "{}"} } }
      e1: { ${of.second ?? 'pci: "0000:5e:00.0", cable: b 1'}, sriov: { numVfs: 4, vfs: ${of.vfs ?? "{}"} } }
    virtualSwitches: ${of.team ? `{ vs0: { uplinkTeam: { members: [e0, e1], ${of.team} }, portGroups: [app] } }` : "{}"}
vms: { v: { host: k, ports: { p: { network: app, vf: e0, guestInterface: eth0 }, q: { network: app, vf: ${of.from ?? "e1"}, guestInterface: eth1 } }, guest: { os: linux, renderer: netplan }, bonds: { b: { members: [p, q], ${bond} } } } }
`;

/** The same with MAC addresses that the host gives the functions. */
const given = (bond: string, vfs = "{}") =>
  bonded(bond, { vfs })
    .replace("guestInterface: eth0", 'mac: "52:54:00:00:00:01"')
    .replace("guestInterface: eth1", 'mac: "52:54:00:00:00:02"');

/** The first one with a virtio card beside it; all of them may have any MAC address. */
const paired = (bond: string, failover = true) =>
  bonded(bond, { vfs: "{ trust: true, spoofCheck: false }" })
    .replace("platform: kvm", "platform: kvm\n    libvirt: true")
    .replace("virtualSwitches: {}", "virtualSwitches: { vs0: { uplinkTeam: { members: [e2] }, portGroups: [app] } }")
    .replace("    uplinks:", "    uplinks:\n      e2:")
    .replace("{ v: { host: k,", "{ v: { host: k, libvirt: {},")
    .replace("network: app, vf: e0,", `portGroup: vs0/app, vf: e0, libvirt: { failover: ${failover} },`);

/** A virtual function, and a port of a switch whose port group has security. */
const mixed = (bond: string, vfs = "{}") =>
  given(bond, vfs)
    .replace(
      "virtualSwitches: {}",
      "virtualSwitches: { vs0: { uplinkTeam: { members: [e2] }, portGroups: { app: { security: {} } } } }",
    )
    .replace("    uplinks:", "    uplinks:\n      e2:")
    .replace("network: app, vf: e1,", "portGroup: vs0/app,");

const oneSwitch = 'pci: "0000:5e:00.0", cable: a 2';

export const FUNCTION_CASES: Readonly<Record<string, Cases>> = {
  "LB-25": {
    breaks: { "MAC addresses of virtual functions": bonded("policy: adaptive-load") },
    keeps: { "those of trusted ones": bonded("policy: adaptive-load", { vfs: "{ trust: true }" }) },
  },
  "SR-01": {
    breaks: { "257 of them": sriov("{}", { numVfs: 257 }) },
    keeps: { "256 of them": sriov("{}", { numVfs: 256 }) },
  },
  "SR-02": {
    breaks: {
      "a pool on one card": pool("0000:3b:00.1"),
      "a bond on one port": bonded("", { from: "e0" }),
      "a bond on one card": bonded("", { second: 'pci: "0000:3b:00.1", cable: b 1' }),
      "a bond on one switch": bonded("", { second: oneSwitch }),
    },
    keeps: { "a pool on two cards": pool("0000:5e:00.0"), "a bond on two cards and switches": bonded("") },
  },
  "SR-03": {
    breaks: {
      "a bond that spreads": bonded("policy: load"),
      "a port channel": bonded("mode: static"),
      "a MAC address that moves on": bonded("failOverMac: follow", { vfs: "{ trust: true }" }),
    },
    keeps: { "one at a time": bonded(""), "one at a time, in other words": bonded("failOverMac: active") },
  },
  "SR-04": {
    breaks: {
      "one MAC address for all": bonded("failOverMac: none"),
      "one MAC address for LACP": bonded("mode: lacp"),
      "a MAC address that moves on": bonded("failOverMac: follow"),
      "MAC addresses that the host gave, without a check": given("failOverMac: none", "{ spoofCheck: false }"),
      "MAC addresses that the host gave, with a check": given("failOverMac: none", "{ trust: true, spoofCheck: true }"),
      "one that bonds with a port of a switch": mixed("failOverMac: none", "{ spoofCheck: false }"),
      "one with a virtio card beside it": paired("failOverMac: none"),
    },
    keeps: {
      "the address of the active one": bonded(""),
      "trusted ones": bonded("failOverMac: none", { vfs: "{ trust: true }" }),
      "trusted ones whose MAC address moves on": bonded("failOverMac: follow", { vfs: "{ trust: true }" }),
      "MAC addresses that the host gave": given(""),
      "MAC addresses that the host gave to trusted ones": given(
        "failOverMac: none",
        "{ trust: true, spoofCheck: false }",
      ),
      "one that bonds with a port of a switch": mixed(""),
      "a trusted one that bonds with a port of a switch": mixed("failOverMac: none", "{ trust: true }"),
      "one with a virtio card beside it, each with its own": paired(""),
      "the same without the virtio card": paired("failOverMac: none", false),
      "ones that are not checked": bonded("failOverMac: none", { vfs: "{ spoofCheck: false }" }),
    },
  },
  "SR-05": {
    breaks: {
      "a bond that sees its links": bonded(""),
      "one that sees none": bonded("", { vfs: "{ linkState: enable }" }),
    },
    keeps: { "a bond with LACP": bonded("mode: lacp") },
  },
  "SR-06": {
    breaks: {
      "ports with LACP below active-backup": bonded("", { second: oneSwitch, team: "mode: lacp" }),
      "a port channel of the kernel": bonded("", { second: oneSwitch, team: "mode: static, bonding: kernel" }),
    },
    keeps: {
      "ports in no channel": bonded("", { team: "policy: active-backup" }),
      "LACP all the way": bonded("mode: lacp", { second: oneSwitch, team: "mode: lacp" }),
    },
  },
  "SR-07": {
    breaks: { "LACP over virtual functions": bonded("mode: lacp") },
    keeps: { "active-backup over them": bonded("") },
  },
  "SR-18": {
    breaks: { "a trusted one": sriov("{ 1: { trust: true } }") },
    keeps: { "none that is trusted": sriov("{ 1: { trust: false } }") },
  },
  "SR-08": {
    breaks: {
      "more kept than allowed": sriov("{ 0: { minRateMegabits: 200, maxRateMegabits: 100 } }"),
      "more kept than all are allowed": sriov("{ 0: { minRateMegabits: 200 } }", { vfs: "{ maxRateMegabits: 100 }" }),
    },
    keeps: {
      "as much as is allowed": sriov("{ 0: { minRateMegabits: 100, maxRateMegabits: 100 } }"),
      "no limit": sriov("{ 0: { minRateMegabits: 100, maxRateMegabits: 0 } }"),
    },
  },
  "SR-09": {
    breaks: { "a priority without a VLAN": sriov("{ 0: { qos: 3 } }") },
    keeps: {
      "a priority with a VLAN": sriov("{ 0: { qos: 3, vlan: 10 } }"),
      "a priority with the VLAN of all": sriov("{ 0: { qos: 3 } }", { vfs: "{ vlan: 10 }" }),
    },
  },
  "SR-13": {
    breaks: {
      "larger than its port": sriov("{ 0: { mtu: 9000 } }"),
      "a VM's that is larger than its port": sriov("{ 0: {} }", { vm: "big" }),
    },
    keeps: {
      "as large as its port": sriov("{ 0: { mtu: 1500 } }"),
      "a VM's as large": sriov("{ 0: {} }", { vm: "app" }),
    },
  },
  "SR-14": {
    breaks: {
      "settings in two places": sriov("{ 0-2: {}, 2-3: {} }"),
      "one for two ports": sriov("{ 0: {} }", { vm: "app", index: 3 }),
    },
    keeps: {
      "settings one after the other": sriov("{ 0-1: {}, 2-3: {} }"),
      "one for each port": sriov("{ 0: {} }", { vm: "app", index: 2 }),
    },
  },
  "SR-15": {
    breaks: { "RDMA with vfio": sriov("{ 0: { driver: vfio, rdma: true } }") },
    keeps: { "RDMA with the kernel": sriov("{ 0: { driver: kernel, rdma: true } }") },
  },
};
