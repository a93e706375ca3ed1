// What a distributed switch can't do, with the reason. Pure.
import type { DistributedSwitch } from "../../../model/distributedSwitch.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import { checkVsphereTeam } from "../uplinkTeam.js";

export function unsupportedOnSwitch(dvs: DistributedSwitch, path: Path): Problem[] {
  return [
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
