// What a distributed switch can't do, with the reason. Pure.
import type { DistributedSwitch } from "../../../model/distributedSwitch.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import { checkVsphereTeam } from "../uplinkTeam.js";

export function unsupportedOnSwitch(dvs: DistributedSwitch, path: Path): Problem[] {
  return [
    ...checkMtu(dvs, path),
    ...checkVsphereTeam(dvs.uplinkTeam, [...path, "uplinkTeam"]),
    ...dvs.portGroups.flatMap((group) => {
      const at = [...path, "portGroups", group.name];
      return [
        ...(group.uplinkTeam ? checkVsphereTeam(group.uplinkTeam, [...at, "uplinkTeam"]) : []),
        ...checkNative(group, at),
      ];
    }),
  ];
}

/** What vCenter's own switches report as their range (VMwareDvsMtuCapability). */
const MTU = { least: 1280, most: 9000 };

function checkMtu({ mtuBytes }: DistributedSwitch, path: Path): Problem[] {
  if (mtuBytes >= MTU.least && mtuBytes <= MTU.most) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: [...path, "mtu"],
      message: "a distributed switch has no such MTU",
      found: `${mtuBytes}`,
      wanted: `${MTU.least} to ${MTU.most} bytes`,
      remedy: "Set mtu of the switch, or that of its largest network, to a value in this range.",
    },
  ];
}

function checkNative({ network }: PortGroup, path: Path): Problem[] {
  if (network.vlan.kind !== "trunk" || network.vlan.native === undefined) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path,
      message: `a trunk port group of a distributed switch has no native VLAN, and network ${network.name} has ${network.vlan.native}`,
      found: `${network.vlan.native}`,
      remedy: "Use another network here: a trunk without native, or the native VLAN as an access network.",
    },
  ];
}
