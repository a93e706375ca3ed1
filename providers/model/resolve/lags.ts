// LAGs of a distributed switch, and the NICs behind its uplinks and LAG ports. Pure.
import { type DistributedSwitch, type DistributedSwitchSpec, nicPlaces } from "../distributedSwitch.js";
import { type Lag, lagPortName, toLag } from "../lag.js";
import { checkVlanList } from "../network.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { Hosts } from "./hosts.js";
import type { Claims, Scope } from "./scope.js";

export function toLags(scope: Scope, body: DistributedSwitchSpec, path: Path): Lag[] {
  return Object.entries(body.lags ?? {}).map(([name, spec]) => {
    const at = [...path, "lags", name];
    if (Object.hasOwn(body.uplinks, name)) {
      scope.error("duplicate", at, {
        message: "an uplink of the switch has the same name",
        found: name,
        remedy: "Name the LAG differently: port groups tell uplinks and LAGs apart by their names.",
      });
    }
    if (spec.ports !== undefined && spec.ports < spec.nics.length) {
      scope.error("schema", [...at, "ports"], {
        message: "the LAG has fewer ports than NICs",
        found: spec.ports,
        wanted: `at least ${spec.nics.length}`,
        remedy: "Leave ports out, or raise it.",
      });
    }
    scope.add(...checkVlanList(spec.vlans ?? [], [...at, "vlans"]));
    return toLag(name, spec);
  });
}

interface NicClaim extends Pick<DistributedSwitch, "name" | "uplinks" | "lags"> {
  readonly path: Path;
  readonly members: readonly string[];
  readonly hosts: Hosts;
  readonly nics: Claims;
}

/** Every NIC of every member host is behind one uplink or LAG port of one switch. */
export function claimNics(scope: Scope, { name, uplinks, lags, path, members, hosts, nics }: NicClaim): void {
  for (const { place, nic } of nicPlaces({ uplinks, lags })) {
    const at = [...path, ...nicPath({ lags }, place)];
    for (const member of members) {
      const known = hosts.esx.get(member)?.uplinks.map((candidate) => candidate.name) ?? [];
      if (!known.includes(nic))
        scope.add({
          ...unknownName({ noun: "uplink", name: nic, known, path: at }),
          message: `host ${member} has no uplink of this name`,
        });
      else
        nics.take(`${member} ${nic}`, `${place} of switch ${name}`, {
          path: at,
          shown: nic,
          remedy: "A physical NIC serves one uplink or one port of a LAG, of one switch.",
          ...(at.includes("lags") ? { rule: "VS-07" } : {}),
        });
    }
  }
}

/** Where the file has the NIC of a place. */
function nicPath({ lags }: Pick<DistributedSwitch, "lags">, place: string): Path {
  for (const lag of lags) {
    const index = lag.nics.findIndex((_, candidate) => lagPortName(lag.name, candidate) === place);
    if (index >= 0) return ["lags", lag.name, "nics", index];
  }
  return ["uplinks", place];
}
