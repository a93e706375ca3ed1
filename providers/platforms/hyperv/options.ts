// What Hyper-V has of the options of teams and port groups, as far as multiport sets them. Pure data.
import { BOND_KEYS, type BondKey } from "../../model/bonding.js";
import type { PortGroup, PortGroupSpec } from "../../model/portGroup.js";
import type { UplinkTeam, UplinkTeamSpec } from "../../model/uplinkTeam.js";
import type { Lack, OptionTable } from "../optionSupport.js";

type TeamOptions = OptionTable<keyof UplinkTeamSpec, UplinkTeam>;

const REMOVE = "Remove it.";

/** Settings of a bond of a KVM host. */
const ONLY_KVM = Object.fromEntries(
  BOND_KEYS.map((key) => [key, { unsupported: "only a bond of a KVM host has this setting", remedy: REMOVE }]),
) as Readonly<Record<BondKey, Lack>>;

/** What no team of Windows has. */
const NO_TEAM = {
  lacpFallback: {
    unsupported: "a team of Windows that the switch does not answer carries nothing",
    remedy: "Remove lacpFallback.",
  },
  failback: ({ failback }: UplinkTeam) =>
    failback
      ? undefined
      : {
          unsupported: "Windows uses a member again as soon as it is back",
          found: "false",
          remedy: "Remove failback.",
        },
  notifySwitches: {
    unsupported: "Hyper-V always announces moved MAC addresses after a failover",
    remedy: "Remove notifySwitches.",
  },
  failureDetection: ({ failureDetection }: UplinkTeam) =>
    failureDetection === "link"
      ? undefined
      : { unsupported: "Windows sends no beacons", found: failureDetection, remedy: "Use failureDetection: link." },
} satisfies Partial<TeamOptions>;

export const SET_TEAM_OPTIONS: TeamOptions = {
  members: "supported",
  // Which pairs of these two there are is in uplinkTeam.ts.
  mode: "supported",
  policy: "supported",
  // HV-04 says why not.
  standby: "supported",
  // Without mode lacp the model refuses them.
  lacpRate: "supported",
  lacpRole: "supported",
  ...NO_TEAM,
  ...ONLY_KVM,
  name: { unsupported: "the team of a SET switch is a part of the switch and has no name", remedy: "Remove name." },
};

export const LBFO_TEAM_OPTIONS: TeamOptions = {
  members: "supported",
  mode: "supported",
  policy: "supported",
  standby: ({ standby, mode }) => {
    if (standby.length === 0) return undefined;
    if (mode !== "switch-independent")
      return {
        unsupported: "in a port channel all members of an LBFO team are active",
        found: standby.join(", "),
        remedy: "Remove standby, or use mode switch-independent.",
      };
    return standby.length > 1 ? tooManyStandby(standby) : undefined;
  },
  lacpRate: "supported",
  lacpRole: ({ lacpRole }) =>
    lacpRole === "active"
      ? undefined
      : {
          unsupported: "an LBFO team always starts the negotiation itself",
          found: lacpRole,
          remedy: "Remove lacpRole; the switch may be passive.",
        },
  ...NO_TEAM,
  ...ONLY_KVM,
  name: "supported",
};

/** Also where the policy makes them standby and the file does not. */
export function tooManyStandby(standby: readonly string[]): Lack {
  return {
    unsupported: "an LBFO team has at most one standby member",
    found: standby.join(", "),
    remedy: "Set standby to one member, or use policy source-port.",
  };
}

function oneCard(what: string): Lack {
  return { unsupported: `a switch over one network card has no ${what}`, remedy: "Remove it, or use kind: set." };
}

export const EXTERNAL_TEAM_OPTIONS: TeamOptions = {
  members: "supported",
  mode: ({ mode }) => (mode === "switch-independent" ? undefined : { ...oneCard("port channel"), found: mode }),
  policy: oneCard("traffic to spread"),
  // The model refuses a team whose members are all standby.
  standby: "supported",
  lacpRate: oneCard("LACP"),
  lacpRole: oneCard("LACP"),
  lacpFallback: oneCard("LACP"),
  failback: oneCard("member to return to"),
  notifySwitches: oneCard("failover to announce"),
  failureDetection: NO_TEAM.failureDetection,
  ...ONLY_KVM,
};

function perAdapter(what: string, key: string): Lack {
  return {
    unsupported: `Hyper-V sets ${what} for each adapter and not for a port group`,
    remedy: `Remove it, and set hyperv: { ${key} } of the ports.`,
  };
}

export const HYPERV_PORT_GROUP_OPTIONS: OptionTable<keyof PortGroupSpec, PortGroup> = {
  network: "supported",
  security: ({ security: { promiscuous, macChanges, forgedTransmits } }) => {
    if (promiscuous)
      return {
        unsupported: "Hyper-V gives no VM the frames of others; its port mirroring copies those of single adapters",
        found: "promiscuous: true",
        remedy: "Remove promiscuous; set hyperv: { portMirroring } of the ports where copies are wanted.",
      };
    return macChanges === forgedTransmits
      ? undefined
      : {
          unsupported: "on Hyper-V macChanges and forgedTransmits are one setting (MacAddressSpoofing)",
          found: `macChanges: ${macChanges}, forgedTransmits: ${forgedTransmits}`,
          remedy: "Set both to true, or neither.",
        };
  },
  uplinkTeam: {
    unsupported: "Hyper-V has one uplink team for all port groups of a switch",
    remedy: "Remove it, or make a second virtual switch.",
  },
  shaping: perAdapter("bandwidth", "bandwidth"),
  blocked: { unsupported: "Hyper-V has no ports that pass nothing", remedy: "Remove blocked." },
  netflow: { unsupported: "Hyper-V reports no flows", remedy: "Remove netflow." },
  binding: { unsupported: "ports of a Hyper-V switch come and go with their adapters", remedy: "Remove binding." },
  numPorts: { unsupported: "a Hyper-V switch has as many ports as adapters use", remedy: "Remove numPorts." },
  portOverrides: {
    unsupported: "a port group is no object of Hyper-V whose settings an adapter could override",
    remedy: "Remove portOverrides, or make a port group for the port.",
  },
  microsoftNlb: {
    unsupported: "the design rules about Microsoft NLB are those of vSphere",
    remedy: "Remove microsoftNlb; NLB in unicast mode needs security: { macChanges: true, forgedTransmits: true }.",
  },
};
