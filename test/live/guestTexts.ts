// Environment files of a guest that is the emulated machine: its network cards are the guest's ports. Pure.
import { macOf } from "../../lab/qemu/emulator";
import type { LinuxRenderer } from "../../providers/model/linuxRenderer.js";

/** Whoever asks from far away, behind both gateways. */
export const FAR = { ipv4: "10.98.0.1", ipv6: "fd00:98::1" };

/** The guest's addresses on its bond, in a VLAN on it, on its other port and in a VLAN on that. */
export const BONDED = { ipv4: "10.10.0.2", ipv6: "fd00:10::2" };
export const ON_BOND = { ipv4: "10.20.0.2", ipv6: "fd00:20::2" };
export const OTHER = { ipv4: "10.30.0.2", ipv6: "fd00:30::2" };
export const ON_OTHER = { ipv4: "10.40.0.2", ipv6: "fd00:40::2" };

export const ACTIVE_BACKUP =
  "monitorMilliseconds: 50, upDelayMilliseconds: 100, downDelayMilliseconds: 50, failOverMac: active, peerNotifications: 3, resendIgmp: 2, primaryReselect: failure";
export const LACP = "mode: lacp, policy: ip-hash, lacpRate: fast, adSelect: bandwidth, minLinks: 1";

/**
 * Two ports in a bond with a VLAN on it, and the default routes; a third with a VLAN, and default routes of its own. A port channel is
 * there only for what reaches the physical switch by itself: for LACP the file has virtual functions where the machine has ports.
 */
export function bondText(renderer: LinuxRenderer, options: string): string {
  const isLacp = options.includes("lacp");
  const member = (port: 1 | 2) =>
    isLacp
      ? `{ network: front, vf: ens${port}f0, mac: "${macOf(port)}" }`
      : `{ portGroup: vs0/front, mac: "${macOf(port)}" }`;
  const uplink = (name: string) => `${name}: { sriov: { numVfs: 1, vfs: { trust: true } } }`;
  return `environment: live
networks:
  front: { vlans: [20]${isLacp ? "" : ", native: 10"}, mtu: 9000 }
  app: { vlan: 20, mtu: 1500 }
  back: { vlans: [40], native: 30 }
  storage: { vlan: 40 }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ${uplink("ens1f0")}, ${uplink("ens2f0")}, ens3f0: , ens4f0: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [ens3f0, ens4f0] }, portGroups: [front, back] }
vms:
  lab:
    host: kvm-01
    ports:
      app0: ${member(1)}
      app1: ${member(2)}
      out0:
        portGroup: vs0/back
        mac: "${macOf(3)}"
        addresses: [${OTHER.ipv4}/24, "${OTHER.ipv6}/64"]
        gateway: [10.30.0.1, "fd00:30::1"]
        routingTable: 300
        interfaces: { storage: { addresses: [${ON_OTHER.ipv4}/24, "${ON_OTHER.ipv6}/64"] } }
    guest: { os: linux, renderer: ${renderer}, ssh: { confirmSeconds: 120 } }
    bonds:
      bond0:
        members: [app0, app1]
        ${options.replaceAll(", ", "\n        ")}
        addresses: [${BONDED.ipv4}/24, "${BONDED.ipv6}/64"]
        gateway: [10.10.0.1, "fd00:10::1"]
        interfaces: { app: { addresses: [${ON_BOND.ipv4}/24, "${ON_BOND.ipv6}/64"] } }
`;
}

/** The virtual functions' MAC addresses, and the address of the bond over them. */
export const FUNCTION_MACS = ["52:54:00:cc:00:01", "52:54:00:cc:00:02"] as const;
export const OVER_FUNCTIONS = "10.50.0.2";

export interface FunctionChoice {
  readonly renderer?: LinuxRenderer;
  readonly trust?: boolean;
  /** Of the bond. */
  readonly options?: string;
  /** Of the environment: the host's side is somebody else's work where guest and host are one machine. */
  readonly name?: string;
}

/** A bond over one virtual function each of two cards, to which the host gives a MAC address and a VLAN. */
export function functionText({
  renderer = "netplan",
  trust = false,
  options,
  name = "live",
}: FunctionChoice = {}): string {
  const uplink = (cable: 1 | 2) =>
    `enp${cable}s0: { pci: "0000:0${cable}:00.0", sriov: { numVfs: 1, vfs: { trust: ${trust}, spoofCheck: ${!trust} } } }`;
  const port = (cable: 1 | 2) =>
    `sto${cable}: { network: storage, vf: { uplink: enp${cable}s0, index: 0 }, mac: "${FUNCTION_MACS[cable - 1]}" }`;
  return `environment: ${name}
networks: { storage: { vlan: 50, mtu: 9000 } }
hosts:
  kvm-01:
    platform: kvm
    address: lab
    ssh: { confirmSeconds: 120 }
    uplinks:
      ${uplink(1)}
      ${uplink(2)}
vms:
  lab:
    host: kvm-01
    ports:
      ${port(1)}
      ${port(2)}
    guest: { os: linux, renderer: ${renderer}, ssh: { confirmSeconds: 120 } }
    bonds:
      storage: { members: [sto1, sto2], ${options === undefined ? "" : `${options}, `}addresses: [${OVER_FUNCTIONS}/24] }
`;
}

/** The guest's only address, besides the lab's own way in. */
export const ONLY = "10.99.0.2";

const ONLY_SITE = `environment: live
networks: { lan: { vlans: [77], native: 99 }, nowhere: { vlan: 77 } }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ens1f0: , ens2f0: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1f0, ens2f0] }, portGroups: [lan] } }
vms:
  lab:
    host: kvm-01
    guest: { os: linux, renderer: netplan, ssh: { confirmSeconds: 60 } }
`;
const ports = (ofFirst = "") =>
  [1, 2, 3, 4]
    .map(
      (port) =>
        `      lan${port}: { portGroup: vs0/lan, mac: "${macOf(port as 1 | 2 | 3 | 4)}"${port === 1 ? ofFirst : ""} }`,
    )
    .join("\n");
const only = `addresses: [${ONLY}/24], gateway: 10.99.0.1`;

/** Its address on a port, on a bond over two ports that have cables, and in two places where nobody hears it. */
export const ONLY_TEXTS = {
  port: `${ONLY_SITE}    ports:\n${ports(`, ${only}`)}\n`,
  bond: `${ONLY_SITE}    ports:\n${ports()}\n    bonds: { bond0: { members: [lan1, lan2], ${only} } }\n`,
  vlan: `${ONLY_SITE}    ports:\n${ports()}\n    bonds: { bond0: { members: [lan1, lan2], interfaces: { nowhere: { ${only} } } } }\n`,
  members: `${ONLY_SITE}    ports:\n${ports()}\n    bonds: { bond0: { members: [lan3, lan4], ${only} } }\n`,
};
