// What Hyper-V calls each way of teaming: in a SET switch, and in an LBFO team. Source: Microsoft Learn, Set-VMSwitchTeam, New-NetLbfoTeam
// and NIC Teaming. Pure.
import type { TeamMode, TeamTable, TeamWord } from "../../model/uplinkTeam.js";

/** In the words of Set-VMSwitchTeam; its TeamingMode is always SwitchIndependent. */
export interface SetWord {
  readonly LoadBalancingAlgorithm: "HyperVPort" | "Dynamic";
}

/** In the words of New-NetLbfoTeam. */
export interface LbfoWord {
  readonly TeamingMode: "SwitchIndependent" | "Static" | "Lacp";
  readonly LoadBalancingAlgorithm: "TransportPorts" | "IPAddresses" | "MacAddresses" | "HyperVPort" | "Dynamic";
}

const eitherOfSet = "Use source-port (HyperVPort) or load (Dynamic)";

const SET_HASH = { unsupported: `A SET switch hashes no addresses. ${eitherOfSet}` };
const SET_STANDBY = { unsupported: `In a SET switch every member is active. ${eitherOfSet}` };
const SET_OTHER = { unsupported: `A SET switch has two policies. ${eitherOfSet}` };

function setChannel(what: string) {
  const entry = {
    unsupported: `A SET switch is switch-independent and knows no ${what}. Use mode switch-independent without a port channel on the switch`,
  };
  return {
    "active-backup": entry,
    "source-port": entry,
    "source-mac": entry,
    "ip-hash": entry,
    "transport-ports": entry,
    load: entry,
    "adaptive-load": entry,
    "round-robin": entry,
    broadcast: entry,
    "vlan-source-mac": entry,
  };
}

export const SET_TEAMS: TeamTable<SetWord> = {
  "switch-independent": {
    "active-backup": SET_STANDBY,
    "source-port": { word: { LoadBalancingAlgorithm: "HyperVPort" } },
    "source-mac": SET_HASH,
    "ip-hash": SET_HASH,
    "transport-ports": SET_HASH,
    load: { word: { LoadBalancingAlgorithm: "Dynamic" } },
    "adaptive-load": SET_OTHER,
    "round-robin": SET_OTHER,
    broadcast: SET_OTHER,
    "vlan-source-mac": SET_OTHER,
  },
  static: setChannel("static port channel"),
  lacp: setChannel("LACP"),
};

const LBFO_INBOUND = {
  unsupported:
    "An LBFO team spreads what comes in only by the ports of the switch. Use load (Dynamic) or source-port (HyperVPort)",
};
const LBFO_BY_TURNS = {
  unsupported: "An LBFO team keeps the packets of a flow together. Use load (Dynamic), which moves parts of flows",
};
const LBFO_COPIES = {
  unsupported: "An LBFO team sends no frame on all members. Use active-backup with mode switch-independent",
};
const LBFO_VLAN = { unsupported: "An LBFO team does not hash VLANs. Use source-mac (MacAddresses)" };
const LBFO_ALL_ACTIVE = {
  unsupported:
    "In a port channel all members of an LBFO team are active. Use mode switch-independent, or another policy",
};

function lbfo(TeamingMode: LbfoWord["TeamingMode"]): Omit<TeamTable<LbfoWord>[TeamMode], "active-backup"> {
  const word = (LoadBalancingAlgorithm: LbfoWord["LoadBalancingAlgorithm"]): TeamWord<LbfoWord> => ({
    word: { TeamingMode, LoadBalancingAlgorithm },
  });
  return {
    "source-port": word("HyperVPort"),
    "source-mac": word("MacAddresses"),
    "ip-hash": word("IPAddresses"),
    "transport-ports": word("TransportPorts"),
    load: word("Dynamic"),
    "adaptive-load": LBFO_INBOUND,
    "round-robin": LBFO_BY_TURNS,
    broadcast: LBFO_COPIES,
    "vlan-source-mac": LBFO_VLAN,
  };
}

export const LBFO_TEAMS: TeamTable<LbfoWord> = {
  "switch-independent": {
    ...lbfo("SwitchIndependent"),
    // One of the members is standby; the others spread by port.
    "active-backup": { word: { TeamingMode: "SwitchIndependent", LoadBalancingAlgorithm: "HyperVPort" } },
  },
  static: { ...lbfo("Static"), "active-backup": LBFO_ALL_ACTIVE },
  lacp: { ...lbfo("Lacp"), "active-backup": LBFO_ALL_ACTIVE },
};
