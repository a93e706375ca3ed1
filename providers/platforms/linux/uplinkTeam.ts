// What the kernel's bonding driver calls each way of teaming, under a virtual switch. Source: bonding.rst, mode and xmit_hash_policy. Pure.
import type { TeamTable } from "../../model/uplinkTeam.js";
import type { KernelBond } from "./words.js";

export interface BondWord {
  readonly mode: KernelBond["mode"];
  /** Null where the mode has no hash of ours. */
  readonly xmit_hash_policy: "layer2" | "layer2+3" | "layer3+4" | "vlan+srcmac" | null;
}

const byPort = "A bond of the kernel does not know the ports of VMs. Use vlan-source-mac with mode static or lacp";
const needsChannel =
  "Without a port channel on the switch the kernel takes in every copy of a flooded frame. Use active-backup, load or adaptive-load, or mode static or lacp";
const noStandby = "The kernel has no standby members in a port channel. Use mode switch-independent";
const noLoad = "The kernel spreads by load only towards separate ports. Use mode switch-independent";
const noTurns = "With LACP the kernel keeps the packets of a flow on one member. Use mode static";

const word = (mode: BondWord["mode"], xmit_hash_policy: BondWord["xmit_hash_policy"] = null) => ({
  word: { mode, xmit_hash_policy },
});

export const KERNEL_TEAMS: TeamTable<BondWord> = {
  "switch-independent": {
    "active-backup": word("active-backup"),
    "source-port": { unsupported: byPort },
    "source-mac": { unsupported: needsChannel },
    "ip-hash": { unsupported: needsChannel },
    "transport-ports": { unsupported: needsChannel },
    load: word("balance-tlb"),
    "adaptive-load": word("balance-alb"),
    "round-robin": { unsupported: needsChannel },
    // Two networks that never meet, bonding.rst 11.2.1.
    broadcast: word("broadcast"),
    "vlan-source-mac": { unsupported: needsChannel },
  },
  static: {
    "active-backup": { unsupported: noStandby },
    "source-port": { unsupported: byPort },
    "source-mac": word("balance-xor", "layer2"),
    "ip-hash": word("balance-xor", "layer2+3"),
    "transport-ports": word("balance-xor", "layer3+4"),
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
    "round-robin": word("balance-rr"),
    broadcast: word("broadcast"),
    "vlan-source-mac": word("balance-xor", "vlan+srcmac"),
  },
  lacp: {
    "active-backup": { unsupported: noStandby },
    "source-port": { unsupported: byPort },
    "source-mac": word("802.3ad", "layer2"),
    "ip-hash": word("802.3ad", "layer2+3"),
    "transport-ports": word("802.3ad", "layer3+4"),
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
    "round-robin": { unsupported: noTurns },
    broadcast: { unsupported: noTurns },
    "vlan-source-mac": word("802.3ad", "vlan+srcmac"),
  },
};
