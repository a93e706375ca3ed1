// What Hyper-V lacks of what the file asks of a host: pairs of mode and policy, options of teams and of port groups. Pure.
import type { HypervHost, HypervSwitch } from "../../model/hypervHost.js";
import type { Path, Problem } from "../../model/problem.js";
import type { UplinkTeam } from "../../model/uplinkTeam.js";
import { checkOptions } from "../optionSupport.js";
import { checkTeamSupport } from "../teamSupport.js";
import {
  EXTERNAL_TEAM_OPTIONS,
  HYPERV_PORT_GROUP_OPTIONS,
  LBFO_TEAM_OPTIONS,
  SET_TEAM_OPTIONS,
  tooManyStandby,
} from "./options.js";
import { LBFO_TEAMS, SET_TEAMS } from "./uplinkTeam.js";

/** `path` is that of the host. */
export function unsupportedByHyperv({ virtualSwitches }: HypervHost, path: Path): Problem[] {
  return virtualSwitches.flatMap((virtualSwitch) => {
    const at = [...path, "virtualSwitches", virtualSwitch.name];
    return [
      ...(virtualSwitch.uplinkTeam ? unsupportedTeam(virtualSwitch, virtualSwitch.uplinkTeam, at) : []),
      ...virtualSwitch.portGroups.flatMap((group) =>
        checkOptions(HYPERV_PORT_GROUP_OPTIONS, group, [...at, "portGroups", group.name]),
      ),
    ];
  });
}

/** What the driver of vEthernet adapters has at most, without the Ethernet header. */
const LARGEST_PACKET = 9000;

/** `path` is that of the host. */
export function unsupportedFrames({ hostPorts }: HypervHost, path: Path): Problem[] {
  return hostPorts
    .filter(({ addresses, mtuBytes }) => addresses.length > 0 && mtuBytes > LARGEST_PACKET)
    .map(({ name, mtuBytes }) => ({
      rule: "unsupported",
      severity: "error",
      path: [...path, "hostPorts", name, "mtu"],
      message: "adapters of the management OS carry no packets of this size",
      found: String(mtuBytes),
      wanted: `at most ${LARGEST_PACKET}`,
      remedy: "Set a smaller mtu of the host port.",
    }));
}

function unsupportedTeam({ kind }: HypervSwitch, team: UplinkTeam, path: Path): Problem[] {
  const at = [...path, "uplinkTeam"];
  if (kind === "external") return checkOptions(EXTERNAL_TEAM_OPTIONS, team, at);
  if (kind === "set")
    return [
      ...checkTeamSupport(SET_TEAMS, team, { path: at, platform: "a SET switch" }),
      ...checkOptions(SET_TEAM_OPTIONS, team, at),
    ];
  return [
    ...checkTeamSupport(LBFO_TEAMS, team, { path: at, platform: "an LBFO team" }),
    ...checkOptions(LBFO_TEAM_OPTIONS, team, at),
    ...impliedStandby(team, at),
  ];
}

/** Policy active-backup makes all but the first member standby, where the file names none. */
function impliedStandby({ standby, given, mode }: UplinkTeam, path: Path): Problem[] {
  if (given.includes("standby") || standby.length < 2 || mode !== "switch-independent") return [];
  const { unsupported: message, remedy, found = "" } = tooManyStandby(standby);
  return [{ rule: "unsupported", severity: "error", path: [...path, "members"], message, found, remedy }];
}
