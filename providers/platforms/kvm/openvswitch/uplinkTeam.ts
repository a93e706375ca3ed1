// What Open vSwitch calls each way of teaming. Source: ovs-vswitchd.conf.db(5), Port bond_mode and lacp. Pure.
import type { TeamTable } from "../../../model/uplinkTeam.js";

export interface BondWord {
  readonly bond_mode: "active-backup" | "balance-slb" | "balance-tcp";
  readonly lacp: boolean;
}

const noStatic =
  "Open vSwitch has no static port channel. Use mode lacp, or switch-independent without a channel on the switch";
const byPort =
  "Open vSwitch does not spread by virtual port. Use source-mac (balance-slb), which follows each VM's MAC address";
const byIp = "Open vSwitch does not hash IP addresses alone. Use transport-ports (balance-tcp) with mode lacp";
const byLoad =
  "Open vSwitch has no policy of this name. Use source-mac (balance-slb), which moves flows by load every 10 s";

const byTurns = "Open vSwitch keeps the packets of a flow on one member. Use source-mac, or bonding: kernel";
const byCopies = "Open vSwitch sends no frame on all members. Use active-backup, or bonding: kernel";

export const OVS_TEAMS: TeamTable<BondWord> = {
  "switch-independent": {
    "active-backup": { word: { bond_mode: "active-backup", lacp: false } },
    "source-port": { unsupported: byPort },
    "source-mac": { word: { bond_mode: "balance-slb", lacp: false } },
    "ip-hash": { unsupported: byIp },
    "transport-ports": {
      unsupported: "Open vSwitch spreads by transport ports (balance-tcp) only with LACP. Set mode: lacp",
    },
    load: { unsupported: byLoad },
    "adaptive-load": { unsupported: byLoad },
    "round-robin": { unsupported: byTurns },
    broadcast: { unsupported: byCopies },
    "vlan-source-mac": { word: { bond_mode: "balance-slb", lacp: false } },
  },
  static: {
    "active-backup": { unsupported: noStatic },
    "source-port": { unsupported: noStatic },
    "source-mac": { unsupported: noStatic },
    "ip-hash": { unsupported: noStatic },
    "transport-ports": { unsupported: noStatic },
    load: { unsupported: noStatic },
    "adaptive-load": { unsupported: noStatic },
    "round-robin": { unsupported: noStatic },
    broadcast: { unsupported: noStatic },
    "vlan-source-mac": { unsupported: noStatic },
  },
  lacp: {
    "active-backup": { word: { bond_mode: "active-backup", lacp: true } },
    "source-port": { unsupported: byPort },
    "source-mac": { word: { bond_mode: "balance-slb", lacp: true } },
    "ip-hash": { unsupported: byIp },
    "transport-ports": { word: { bond_mode: "balance-tcp", lacp: true } },
    load: { unsupported: byLoad },
    "adaptive-load": { unsupported: byLoad },
    "round-robin": { unsupported: byTurns },
    broadcast: { unsupported: byCopies },
    "vlan-source-mac": { word: { bond_mode: "balance-slb", lacp: true } },
  },
};
