// What a team device that holds a NIC of ours means for its owner: the lines of the environment file that take its place, and what of it
// they do not have. Pure.
import { stringify } from "yaml";
import { findTeam, type TeamFile } from "./sources.js";
import { teamToBond } from "./toBond.js";

export interface TeamPlace {
  readonly device: string;
  readonly files: readonly TeamFile[];
  /** As the kernel has it now: other tools add ports that no file of teamd names. */
  readonly ports: readonly string[];
  /** In a guest the members are ports of the VM; on a host they are uplinks. */
  readonly isGuest: boolean;
}

/** One paragraph for a conflict. */
export function inPlaceOfTeam({ device, files, ports, isGuest }: TeamPlace): string {
  const found = findTeam(device, files);
  const key = isGuest ? "bonds" : "uplinkTeam";
  if (!found)
    return `multiport makes bonds in place of team devices [LB-28]: give the file ${key} with the same members`;
  if ("faults" in found)
    return `multiport makes bonds in place of team devices [LB-28], and does not understand this one. ${found.path}: ${found.faults.join("; ")}`;
  const added = ports.filter((port) => !Object.hasOwn(found.config.ports, port)).map((port) => [port, {}] as const);
  const { bond, remarks } = teamToBond({
    ...found.config,
    ports: { ...found.config.ports, ...Object.fromEntries(added) },
  });
  const lines = isGuest ? { bonds: { [device]: bond } } : { uplinkTeam: bond };
  const text = stringify(lines, { collectionStyle: "flow", lineWidth: 0 }).trim();
  const names = isGuest ? " (members by the names of their ports)" : "";
  const lost = remarks.map(({ path, reason }) => `${path}: ${reason}`);
  return [
    `multiport makes bonds in place of team devices [LB-28]. By ${found.path} it is${names}: ${text}`,
    ...(lost.length > 0 ? [`What differs: ${lost.join("; ")}`] : []),
  ].join(". ");
}
