// Designs that break the rules about bonds of KVM hosts and Linux guests, those of the kernel and those of Open vSwitch, and the nearest
// ones that do not.
import type { Cases } from "./vsphereCases.js";

interface Site {
  /** What stands beside members in the team. */
  readonly team?: string;
  readonly members?: string;
  readonly uplinks?: string;
  readonly switches?: string;
  /** What stands beside the team in the virtual switch. */
  readonly kind?: string;
  readonly networks?: string;
  readonly portGroups?: string;
  /** More keys of the host. */
  readonly host?: string;
  readonly vms?: string;
}

const site = (of: Site) => `environment: t
networks: ${of.networks ?? "{ app: { vlan: 10 }, db: { vlan: 20 } }"}
switches: ${of.switches ?? "{ a: { platform: nxos }, b: { platform: nxos } }"}
hosts: { k: { platform: kvm, uplinks: ${of.uplinks ?? "{ e0: , e1: }"}, ${of.host ? `${of.host}, ` : ""}virtualSwitches: { vs0: { ${of.kind ?? ""}uplinkTeam: { members: ${of.members ?? "[e0, e1]"}, ${of.team ?? ""} }, portGroups: ${of.portGroups ?? "[app, db]"} } } } }
vms: ${of.vms ?? "{}"}
`;

/** A bond of the kernel. */
const kernel = (team: string, rest: Site = {}) => site({ kind: "kind: linux-bridge, ", ...rest, team });
const openvswitch = (team: string, rest: Site = {}) => site({ ...rest, team });
const arp = "arpMonitor: { intervalMilliseconds: 100, targets: [10.0.0.1] }";
const oneVm = "{ v: { host: k, ports: { p: { portGroup: vs0/app } } } }";
const apart = "{ e0: { cable: a 1/1 }, e1: { cable: b 1/1 } }";
const together = "{ e0: { cable: a 1/1 }, e1: { cable: a 1/2 } }";
const pair =
  "{ a: { platform: nxos, mlag: { peer: b, domain: 1 } }, b: { platform: nxos, mlag: { peer: a, domain: 1 } } }";

/** A VM with two ports of a virtual switch. */
const guest = (bond: string, { port = "", host = "k" } = {}) => `environment: t
networks: { app: { subnet: 10.0.0.0/24 } }
hosts:
  k: { platform: kvm, uplinks: { e0: , e1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } } }
  e: { platform: vsphere, uplinks: { vmnic0: , vmnic1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [vmnic0, vmnic1] }, portGroups: [app] } } }
vms: { v: { host: ${host}, ports: { p: { portGroup: vs0/app, guestInterface: eth0${port} }, q: { portGroup: vs0/app, guestInterface: eth1 } }, guest: { os: linux, renderer: netplan }, bonds: { b: { members: [p, q], ${bond} } } } }
`;

/** A VM whose virtual function has a stand-in, as the guest finds it. */
const standIn = (found: string, failover = "true") => `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, libvirt: true, uplinks: { e0: , e1: { sriov: { numVfs: 2 } } }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0] }, portGroups: [app] } } } }
vms: { v: { host: k, libvirt: {}, ports: { p: { portGroup: vs0/app, vf: e1, libvirt: { failover: ${failover} }, mac: "52:54:00:00:00:01"${found} } }, guest: { os: linux, renderer: netplan } } }
`;

const sixteen = Array.from({ length: 16 }, (_, index) => `10.0.0.${index + 1}`);
const targets = (addresses: readonly string[]) =>
  kernel(`arpMonitor: { intervalMilliseconds: 100, targets: [${addresses.join(", ")}] }`);

export const BOND_CASES: Readonly<Record<string, Cases>> = {
  "LB-02": {
    breaks: { "both monitors": kernel(`monitorMilliseconds: 100, ${arp}`) },
    keeps: { "one that asks": kernel(arp), "one that looks": kernel("monitorMilliseconds: 100") },
  },
  "LB-03": {
    breaks: {
      "LACP over one uplink": kernel("mode: lacp", { members: "[e0]" }),
      "LACP between a guest and a virtual switch": guest("mode: lacp"),
    },
    keeps: { "LACP over two uplinks": kernel("mode: lacp"), "a guest without it": guest("policy: active-backup") },
  },
  "LB-04": {
    breaks: {
      "a channel of one uplink": kernel("mode: static", { members: "[e0]" }),
      "copies to one switch without a channel": kernel("policy: broadcast", { uplinks: together }),
      "a channel between a guest and a virtual switch": guest("mode: static"),
      "a channel between a guest and a standard switch": guest("mode: static", { host: "e" }),
      "copies of a guest to one virtual switch": guest("policy: broadcast"),
    },
    keeps: {
      "a channel of two uplinks": kernel("mode: static", { uplinks: together }),
      "copies into two networks": kernel("policy: broadcast", { uplinks: apart }),
      "copies through a channel": kernel("mode: static, policy: broadcast", { uplinks: together }),
      "copies of a guest to two virtual switches": guest("policy: broadcast")
        .replace(
          "portGroups: [app] } } }\n  e:",
          "portGroups: [app] }, vs1: { uplinkTeam: { members: [e2] }, portGroups: [app] } } }\n  e:",
        )
        .replace("e1: }", "e1: , e2: }")
        .replace("vs0/app, guestInterface: eth1", "vs1/app, guestInterface: eth1"),
    },
  },
  "LB-06": {
    breaks: {
      "LACP over two single switches": kernel("mode: lacp", { uplinks: apart }),
      "load over two single switches": kernel("policy: load", { uplinks: apart }),
      "a bond of the kernel under Open vSwitch": openvswitch("mode: lacp, bonding: kernel", { uplinks: apart }),
    },
    keeps: {
      "active-backup over them": kernel("policy: active-backup", { uplinks: apart }),
      "LACP over an MLAG pair": kernel("mode: lacp", { uplinks: apart, switches: pair }),
      "load over one switch": kernel("policy: load", { uplinks: together }),
    },
  },
  "LB-07": {
    breaks: { "the default policy of LACP": kernel("mode: lacp") },
    keeps: { "ip-hash": kernel("mode: lacp, policy: ip-hash"), "Open vSwitch": openvswitch("mode: lacp") },
  },
  "LB-08": {
    breaks: {
      "a slow partner": kernel("mode: lacp, lacpRate: slow"),
      "one of a guest": guest("mode: lacp, lacpRate: slow"),
    },
    keeps: { "a fast partner": kernel("mode: lacp"), "Open vSwitch": openvswitch("mode: lacp, lacpRate: slow") },
  },
  "LB-10": {
    breaks: { "minLinks 1": kernel("mode: lacp, minLinks: 1") },
    keeps: { "minLinks 2": kernel("mode: lacp, minLinks: 2"), none: kernel("mode: lacp") },
  },
  "LB-12": {
    breaks: {
      "a delay of one and a half": kernel("upDelayMilliseconds: 150"),
      "another one": kernel("monitorMilliseconds: 200, downDelayMilliseconds: 500"),
      "a delay without looking": kernel(`upDelayMilliseconds: 200, ${arp}`),
    },
    keeps: { "a multiple": kernel("upDelayMilliseconds: 200, downDelayMilliseconds: 100") },
  },
  "LB-13": {
    breaks: { "no delay": kernel("policy: adaptive-load") },
    keeps: {
      "a delay": kernel("policy: adaptive-load, upDelayMilliseconds: 31000"),
      "another policy": kernel("policy: load"),
    },
  },
  "LB-16": {
    breaks: {
      "load below a VM": kernel("policy: load", { vms: oneVm }),
      "adaptive-load below a VM": kernel("policy: adaptive-load", { vms: oneVm }),
      "round-robin below networks of libvirt": kernel("mode: static, policy: round-robin", { host: "libvirt: true" }),
      "adaptive-load above a switch": guest("policy: adaptive-load"),
    },
    keeps: {
      "load above a switch": guest("policy: load"),
      "load without VMs": kernel("policy: load"),
      "a channel below a VM": kernel("mode: static", { vms: oneVm }),
    },
  },
  "LB-17": {
    breaks: { "questions below a VM": kernel(arp, { vms: oneVm }) },
    keeps: { "questions without VMs": kernel(arp), "links below a VM": kernel("", { vms: oneVm }) },
  },
  "LB-19": {
    breaks: {
      "two untagged networks": kernel("", { networks: "{ app: {}, db: {} }" }),
      "one VLAN for two networks": openvswitch("", { networks: "{ app: { vlan: 10 }, db: { vlan: 10 } }" }),
    },
    keeps: {
      "one untagged network": kernel("", { networks: "{ app: {}, db: { vlan: 10 } }" }),
      "two port groups of one network": kernel("", { portGroups: "{ app: , web: { network: app }, db: }" }),
      "two trunks": kernel("", { networks: "{ app: { vlans: [10-20] }, db: { vlans: [15-30] } }" }),
      "a VLAN that a trunk has too": kernel("", { networks: "{ app: { vlan: 10 }, db: { vlans: [10-20] } }" }),
    },
  },
  "LB-20": {
    breaks: { "seventeen targets": targets([...sixteen, "10.0.1.1"]) },
    keeps: { "sixteen targets": targets(sixteen) },
  },
  "LB-22": {
    breaks: { "balance-slb on the kernel": kernel("policy: source-mac") },
    keeps: { "a channel with its hash": kernel("mode: static, policy: vlan-source-mac") },
  },
  "LB-23": {
    breaks: {
      "one VLAN and one VM": kernel("mode: static, policy: vlan-source-mac", { portGroups: "[app]", vms: oneVm }),
    },
    keeps: {
      "two VLANs": kernel("mode: static, policy: vlan-source-mac"),
      "two VMs": kernel("mode: static, policy: vlan-source-mac", {
        portGroups: "[app]",
        vms: "{ 'v[1:2]': { host: k, ports: { p: { portGroup: vs0/app } } } }",
      }),
    },
  },
  "LB-24": {
    breaks: {
      "questions through a channel": kernel(`mode: static, ${arp}`),
      "questions by turns": kernel(`mode: static, policy: round-robin, ${arp}`),
    },
    keeps: {
      "questions of one member": kernel(arp),
      "copies of questions": kernel(`mode: static, policy: broadcast, ${arp}`),
    },
  },
  "LB-26": {
    breaks: { "a bond of one": guest("").replace("members: [p, q]", "members: [p]") },
    keeps: { "a bond of two": guest("") },
  },
  "LB-29": {
    breaks: {
      "a MAC address that a stand-in has too": standIn(""),
      "a PCI path, of which net_failover has none of its own": standIn(', guestPci: "0000:01:00.0"'),
    },
    keeps: {
      "a name": standIn(", guestInterface: ens3"),
      "no stand-in": standIn("", "false"),
      "a path without a stand-in": standIn(', guestPci: "0000:01:00.0"', "false"),
    },
  },
  "OV-01": {
    breaks: { "LACP over one uplink": openvswitch("mode: lacp", { members: "[e0]" }) },
    keeps: { "LACP over two": openvswitch("mode: lacp"), "one uplink": openvswitch("", { members: "[e0]" }) },
  },
  "OV-02": {
    breaks: { "LACP without a fallback": openvswitch("mode: lacp, lacpFallback: false") },
    keeps: { "LACP with it": openvswitch("mode: lacp") },
  },
  "OV-03": {
    breaks: {
      "LACP over two single switches": openvswitch("mode: lacp", { uplinks: apart }),
      "source-mac over two single switches": openvswitch("policy: source-mac", { uplinks: apart }),
    },
    keeps: {
      "active-backup over them": openvswitch("", { uplinks: apart }),
      "LACP over an MLAG pair": openvswitch("mode: lacp", { uplinks: apart, switches: pair }),
      "source-mac over one switch": openvswitch("policy: source-mac", { uplinks: together }),
    },
  },
  "OV-05": {
    breaks: { "one VLAN and one VM": openvswitch("policy: source-mac", { portGroups: "[app]", vms: oneVm }) },
    keeps: {
      "two VLANs": openvswitch("policy: source-mac"),
      "another policy": openvswitch("", { portGroups: "[app]" }),
    },
  },
  "OV-08": {
    breaks: { "LACP of Open vSwitch": openvswitch("mode: lacp") },
    keeps: { "LACP of the kernel": openvswitch("mode: lacp, bonding: kernel") },
  },
  "OV-10": {
    breaks: {
      "an uplink of two switches": openvswitch("").replace(
        "virtualSwitches: {",
        "virtualSwitches: { vs1: { uplinkTeam: { members: [e1] }, portGroups: [app] },",
      ),
    },
    keeps: {
      "an uplink of its own": openvswitch("", { uplinks: "{ e0: , e1: , e2: }" }).replace(
        "virtualSwitches: {",
        "virtualSwitches: { vs1: { uplinkTeam: { members: [e2] }, portGroups: [app] },",
      ),
    },
  },
};
