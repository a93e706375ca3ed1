// What multiport does not set inside a Windows guest: refused rather than taken and left alone. Pure.
import type { InterfaceIp } from "../../model/interfaceIp.js";
import type { Path, Problem } from "../../model/problem.js";
import type { WindowsGuest } from "../../model/windowsGuest.js";

interface Place {
  readonly ip: InterfaceIp;
  readonly path: Path;
}

/** `path` is that of the VM. */
export function unsupportedInWindows({ ports, teams }: WindowsGuest, path: Path): Problem[] {
  const members = teams.flatMap((team) => team.members);
  const places = [
    ...ports
      .filter(({ name }) => !members.includes(name))
      .map((ip): Place => ({ ip, path: [...path, "ports", ip.name] })),
    ...teams.flatMap(({ name, interfaces }) =>
      interfaces.map((ip): Place => {
        const at = [...path, "bonds", name];
        return { ip, path: ip.vlan === undefined ? at : [...at, "interfaces", ip.network.name] };
      }),
    ),
  ];
  return places.flatMap(unsupported);
}

function unsupported({ ip: { addresses, nameservers, routes }, path }: Place): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, problem: Pick<Problem, "message" | "found" | "remedy">) =>
    problems.push({ rule: "unsupported", severity: "error", path: [...path, key], ...problem });
  if (addresses.length === 0 && nameservers.length > 0)
    add("nameservers", {
      message: "an interface of a Windows guest without addresses is left to DHCP, which gives the name servers too",
      found: nameservers.join(", "),
      remedy: "Add addresses, or remove nameservers.",
    });
  if (addresses.length === 0 && routes.length > 0)
    add("routes", {
      message: "an interface of a Windows guest without addresses is left to DHCP, which gives the routes too",
      found: routes.map(({ to }) => to).join(", "),
      remedy: "Add addresses, or remove routes.",
    });
  return problems;
}
