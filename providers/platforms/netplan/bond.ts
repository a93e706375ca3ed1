// What netplan (the kernel's bonding driver) calls each way of teaming. Source: bonding.rst, netplan YAML reference. Pure.
import type { TeamTable } from "../../model/uplinkTeam.js";

export interface BondWord {
  readonly mode:
    | "active-backup"
    | "balance-rr"
    | "balance-xor"
    | "broadcast"
    | "802.3ad"
    | "balance-tlb"
    | "balance-alb";
  /** Null where the mode has no hash. */
  readonly "transmit-hash-policy": "layer2" | "layer2+3" | "layer3+4" | null;
}

const noPort =
  "A bond in a guest has no virtual ports to spread by. Use source-mac or ip-hash with mode lacp or static";
const needsChannel =
  "The kernel hashes only towards a port channel. Use policy active-backup or load, or mode static or lacp";
const noStandby = "The kernel has no standby members in a port channel. Use mode switch-independent";
const noLoad = "The kernel spreads by load only towards separate ports. Use mode switch-independent";

const noTurnsApart = "The kernel sends packets by turns only towards a port channel. Use mode static";
const noTurns = "With LACP the kernel keeps the packets of a flow on one member. Use mode static";
const noVlanHash = "systemd-networkd, which netplan writes for, does not know this hash. Use source-mac";

export const NETPLAN_BONDS: TeamTable<BondWord> = {
  "switch-independent": {
    "active-backup": { word: { mode: "active-backup", "transmit-hash-policy": null } },
    "source-port": { unsupported: noPort },
    "source-mac": { unsupported: needsChannel },
    "ip-hash": { unsupported: needsChannel },
    "transport-ports": { unsupported: needsChannel },
    load: { word: { mode: "balance-tlb", "transmit-hash-policy": null } },
    "adaptive-load": { word: { mode: "balance-alb", "transmit-hash-policy": null } },
    "round-robin": { unsupported: noTurnsApart },
    broadcast: { word: { mode: "broadcast", "transmit-hash-policy": null } },
    "vlan-source-mac": { unsupported: noVlanHash },
  },
  static: {
    "active-backup": { unsupported: noStandby },
    "source-port": { unsupported: noPort },
    "source-mac": { word: { mode: "balance-xor", "transmit-hash-policy": "layer2" } },
    "ip-hash": { word: { mode: "balance-xor", "transmit-hash-policy": "layer2+3" } },
    "transport-ports": { word: { mode: "balance-xor", "transmit-hash-policy": "layer3+4" } },
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
    "round-robin": { word: { mode: "balance-rr", "transmit-hash-policy": null } },
    broadcast: { word: { mode: "broadcast", "transmit-hash-policy": null } },
    "vlan-source-mac": { unsupported: noVlanHash },
  },
  lacp: {
    "active-backup": { unsupported: noStandby },
    "source-port": { unsupported: noPort },
    "source-mac": { word: { mode: "802.3ad", "transmit-hash-policy": "layer2" } },
    "ip-hash": { word: { mode: "802.3ad", "transmit-hash-policy": "layer2+3" } },
    "transport-ports": { word: { mode: "802.3ad", "transmit-hash-policy": "layer3+4" } },
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
    "round-robin": { unsupported: noTurns },
    broadcast: { unsupported: noTurns },
    "vlan-source-mac": { unsupported: noVlanHash },
  },
};
