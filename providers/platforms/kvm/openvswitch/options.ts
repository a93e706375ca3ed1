// What Open vSwitch has of the options of teams and port groups, as far as multiport sets them. Pure data.
import type { PortGroup, PortGroupSpec } from "../../../model/portGroup.js";
import type { UplinkTeam, UplinkTeamSpec } from "../../../model/uplinkTeam.js";
import type { Lack, OptionTable } from "../../optionSupport.js";
import { NOT_SHAPED } from "../../portGroupSupport.js";

const REMOVE = "Remove it.";

export const OVS_TEAM_OPTIONS: OptionTable<keyof UplinkTeamSpec, UplinkTeam> = {
  members: "supported",
  // Which pairs of these two there are is in uplinkTeam.ts.
  mode: "supported",
  policy: "supported",
  standby: ({ standby, policy }) =>
    standby.length === 0 || policy === "active-backup"
      ? undefined
      : {
          unsupported: "Open vSwitch knows standby uplinks only with policy active-backup",
          found: standby.join(", "),
          remedy: "Remove standby.",
        },
  lacpRate: "supported",
  lacpRole: "supported",
  lacpFallback: "supported",
  failback: ({ failback, policy }) =>
    failback || policy === "active-backup"
      ? undefined
      : {
          unsupported: `Open vSwitch puts traffic back on an uplink as soon as it is there again with policy ${policy}`,
          found: "false",
          remedy: "Remove failback, or use policy active-backup.",
        },
  notifySwitches: {
    unsupported: "Open vSwitch always announces moved MAC addresses after a failover",
    remedy: "Remove notifySwitches.",
  },
  failureDetection: ({ failureDetection }) =>
    failureDetection === "link"
      ? undefined
      : {
          unsupported: "Open vSwitch does not send beacons",
          found: failureDetection,
          remedy: "Use failureDetection: link, or mode lacp, which notices a silent switch.",
        },
  bonding: "supported",
  name: {
    unsupported: "a bond of Open vSwitch is no interface of the host and has no name to choose",
    remedy: "Remove name, or use bonding: kernel.",
  },
  detectMode: "supported",
  monitorMilliseconds: ({ bond }) =>
    bond.detectMode === "miimon"
      ? undefined
      : {
          unsupported: "Open vSwitch asks for the state of a link only with detectMode miimon",
          found: `${bond.monitorMilliseconds}`,
          remedy: "Add detectMode: miimon, or remove monitorMilliseconds.",
        },
  upDelayMilliseconds: "supported",
  downDelayMilliseconds: "supported",
  rebalanceIntervalMilliseconds: ({ bond, policy }) =>
    policy !== "active-backup"
      ? undefined
      : {
          unsupported: "with policy active-backup there is nothing to rebalance",
          found: `${bond.rebalanceIntervalMilliseconds}`,
          remedy: "Remove rebalanceIntervalMilliseconds.",
        },
  hashInnerPacket: ofTheKernel("does not look into tunnels"),
  arpMonitor: ofTheKernel("asks no other machine whether a link works"),
  adSelect: ofTheKernel("has no choice between groups of LACP members"),
  minLinks: ofTheKernel("uses what members there are"),
  primaryReselect: ofTheKernel("only knows failback: true or false"),
  failOverMac: ofTheKernel("leaves the MAC addresses of members alone"),
  peerNotifications: ofTheKernel("announces moved MAC addresses once"),
  resendIgmp: ofTheKernel("sends no IGMP reports for VMs"),
  allMembersActive: ofTheKernel("decides itself which member takes in flooded frames"),
  packetsPerMember: ofTheKernel("has no policy round-robin"),
};

/** What a bond of the kernel under the switch would have. */
function ofTheKernel(what: string): Lack {
  return { unsupported: `Open vSwitch ${what}`, remedy: "Remove it, or use bonding: kernel." };
}

function notOnOvs(what: string, remedy = REMOVE): Lack {
  return { unsupported: `multiport does not set ${what} on Open vSwitch`, remedy };
}

export const OVS_PORT_GROUP_OPTIONS: OptionTable<keyof PortGroupSpec, PortGroup> = {
  network: "supported",
  uplinkTeam: {
    unsupported: "Open vSwitch has one uplink team for all port groups of a switch",
    remedy: "Remove it, or make a second virtual switch.",
  },
  // By nftables, at each interface: ../nftables.
  security: "supported",
  shaping: NOT_SHAPED,
  blocked: notOnOvs("blocked port groups"),
  netflow: notOnOvs("NetFlow"),
  binding: {
    unsupported: "ports of Open vSwitch come and go with their VMs",
    remedy: "Remove binding.",
  },
  numPorts: {
    unsupported: "a port group of Open vSwitch has as many ports as VMs use",
    remedy: "Remove numPorts.",
  },
  portOverrides: {
    unsupported: "a port of Open vSwitch has the settings of its port group and no others",
    remedy: "Remove portOverrides, or make a port group for the port.",
  },
  microsoftNlb: {
    unsupported: "the design rules about Microsoft NLB are those of vSphere",
    remedy: "Remove microsoftNlb.",
  },
};
