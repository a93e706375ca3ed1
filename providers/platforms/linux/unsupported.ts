// What of a KVM host's model the kernel can't do: its bonds, and its bridges with their port groups. Pure.
import type { KvmHost } from "../../model/host.js";
import type { RendererChoice } from "../../model/linuxRenderer.js";
import type { Path, Problem } from "../../model/problem.js";
import type { UplinkTeam } from "../../model/uplinkTeam.js";
import { checkOptions } from "../optionSupport.js";
import { checkPortGroups } from "../portGroupSupport.js";
import { checkTeamSupport } from "../teamSupport.js";
import { BRIDGE_PORT_GROUP_OPTIONS } from "./portGroupOptions.js";
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
  return rendererProblems(host.renderer, withoutInherited(toLinuxWords(host)), (device) => [
    ...path,
    ...placeOf(host, device),
  ]);
}

/** What the renderer can't write, each where the file has the device. Of one that is detected that is known when it is (detection.ts). */
export function rendererProblems(
  renderer: RendererChoice,
  words: LinuxWords,
  placeOf: (device: string) => Path,
): Problem[] {
  if (renderer === "detect") return [];
  return toProblems(RENDERERS[renderer].unsupported(words), placeOf);
}

/** What a tool of the machine can't write. */
export interface Unwritable {
  readonly device: string;
  readonly message: string;
  readonly remedy: string;
}

export function toProblems(unwritable: readonly Unwritable[], placeOf: (device: string) => Path): Problem[] {
  return unwritable.map(({ device, message, remedy }) => ({
    rule: "unsupported",
    severity: "error",
    path: placeOf(device),
    message: message.replace(/\.$/, ""),
    remedy,
  }));
}

/** Where the file has a device. */
function placeOf({ virtualSwitches, hostPorts }: KvmHost, device: string): Path {
  const bonded = virtualSwitches.find(({ bondName }) => bondName === device);
  if (bonded) return ["virtualSwitches", bonded.name, "uplinkTeam"];
  if (virtualSwitches.some(({ name }) => name === device)) return ["virtualSwitches", device];
  return [hostPorts.some(({ name }) => name === device) ? "hostPorts" : "uplinks", device];
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
