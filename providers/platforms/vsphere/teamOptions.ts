// What vSphere has of the options of a team: on uplinks of a distributed switch, and on one of its LAGs. Pure data.
import { BOND_KEYS, type BondKey } from "../../model/bonding.js";
import type { UplinkTeam, UplinkTeamSpec } from "../../model/uplinkTeam.js";
import type { Lack, OptionTable } from "../optionSupport.js";

type TeamOptions = OptionTable<keyof UplinkTeamSpec, UplinkTeam>;

/** Settings of a bond of a KVM host. */
const ONLY_KVM = Object.fromEntries(
  BOND_KEYS.map((key) => [key, { unsupported: "only a bond of a KVM host has this setting", remedy: "Remove it." }]),
) as Readonly<Record<BondKey, Lack>>;

/** The three options of LACP mean nothing without mode lacp, which the model says of every platform. */
export const DISTRIBUTED_TEAM_OPTIONS: TeamOptions = {
  members: "supported",
  standby: "supported",
  mode: "supported",
  policy: "supported",
  lacpRate: "supported",
  lacpRole: "supported",
  lacpFallback: "supported",
  failback: "supported",
  notifySwitches: "supported",
  failureDetection: "supported",
  ...ONLY_KVM,
};

function ofTheLag(what: string, key: string): Lack {
  return { unsupported: `${what} is a setting of the LAG`, remedy: `Remove it, and set ${key} of the LAG.` };
}

export const LAG_TEAM_OPTIONS: TeamOptions = {
  members: "supported",
  // VS-02 says why not.
  standby: "supported",
  mode: "supported",
  // The table of pairs says which.
  policy: "supported",
  lacpRate: ofTheLag("how often LACPDUs are sent", "timeout"),
  lacpRole: ofTheLag("who starts the negotiation", "role"),
  lacpFallback: {
    unsupported: "a LAG of vSphere carries nothing on a port that has not negotiated",
    remedy: "Remove lacpFallback.",
  },
  failback: {
    unsupported: "a LAG uses a port again as soon as LACP has negotiated it",
    remedy: "Remove failback.",
  },
  notifySwitches: "supported",
  failureDetection: ({ failureDetection }) =>
    failureDetection === "link"
      ? undefined
      : {
          unsupported: "beacons are not sent over the ports of a LAG",
          found: failureDetection,
          remedy: "Remove failureDetection: LACP notices a silent switch.",
        },
  ...ONLY_KVM,
};
