// What of a KVM host's model the kernel can't do: its bonds, and its bridges with their port groups. Pure.
import type { KvmHost } from "../../model/host.js";
import type { RendererChoice } from "../../model/linuxRenderer.js";
import type { Path, Problem } from "../../model/problem.js";
import type { UplinkTeam } from "../../model/uplinkTeam.js";
import { checkOptions } from "../optionSupport.js";
import { checkPortGroups } from "../portGroupSupport.js";
import { checkTeamSupport } from "../teamSupport.js";
import { BRIDGE_PORT_GROUP_OPTIONS } from "./portGroupOptions.js";
import type { Unwritable } from "./renderer.js";
import { RENDERERS } from "./renderers.js";
import { withoutInherited } from "./sorted.js";
import { KERNEL_TEAM_OPTIONS } from "./teamOptions.js";
import { toLinuxWords } from "./toWords.js";
import { KERNEL_TEAMS } from "./uplinkTeam.js";
import type { LinuxWords } from "./words.js";

export function kernelUnsupported(host: KvmHost, path: Path): Problem[] {
  const problems = ofTheKernel(host, path);
  // A team without a word has none to ask the renderer about.
  if (problems.length > 0) return problems;
  return rendererProblems(host.renderer, withoutInherited(toLinuxWords(host)), (unwritable) => [
    ...path,
    ...placeOf(host, unwritable),
  ]);
}

/** Where the file has a device, or the interface that it is where one of its keys is meant. */
type PlaceOf = (unwritable: Pick<Unwritable, "device" | "at">) => Path;

/** What the renderer can't write, each where the file has it. Of one that is detected that is known when it is (detection.ts). */
export function rendererProblems(renderer: RendererChoice, words: LinuxWords, placeOf: PlaceOf): Problem[] {
  if (renderer === "detect") return [];
  return toProblems(RENDERERS[renderer].unsupported(words), placeOf);
}

export function toProblems(unwritable: readonly Unwritable[], placeOf: PlaceOf): Problem[] {
  return unwritable.map(({ device, at = [], message, ...rest }) => ({
    rule: "unsupported",
    severity: "error",
    path: [...placeOf({ device, at }), ...at],
    message: message.replace(/\.$/, ""),
    ...rest,
  }));
}

/** A bridge is also the host's own interface on its untagged port group. */
function placeOf(
  { virtualSwitches, hostPorts }: KvmHost,
  { device, at = [] }: Pick<Unwritable, "device" | "at">,
): Path {
  const isPort = hostPorts.some(({ name }) => name === device);
  if (isPort && at.length > 0) return ["hostPorts", device];
  const bonded = virtualSwitches.find(({ bondName }) => bondName === device);
  if (bonded) return ["virtualSwitches", bonded.name, "uplinkTeam"];
  if (virtualSwitches.some(({ name }) => name === device)) return ["virtualSwitches", device];
  return [isPort ? "hostPorts" : "uplinks", device];
}

function ofTheKernel(host: KvmHost, path: Path): Problem[] {
  return host.virtualSwitches.flatMap((virtualSwitch) => {
    const at = [...path, "virtualSwitches", virtualSwitch.name];
    return [
      ...(virtualSwitch.bonding === "kernel" ? teamProblems(virtualSwitch.uplinkTeam, [...at, "uplinkTeam"]) : []),
      ...(virtualSwitch.kind === "linux-bridge"
        ? checkPortGroups(host, virtualSwitch, { table: BRIDGE_PORT_GROUP_OPTIONS, noun: "a Linux bridge", path: at })
        : []),
    ];
  });
}

/** What a bond of the kernel can't do of what a team says. */
export function teamProblems(team: UplinkTeam, path: Path): Problem[] {
  return [
    ...(team.members.length > 1
      ? checkTeamSupport(KERNEL_TEAMS, team, { path, platform: "a bond of the kernel" })
      : []),
    ...checkOptions(KERNEL_TEAM_OPTIONS, team, path),
  ];
}
