// What of a KVM host's model the kernel can't do: its bonds, and its bridges with their port groups. Pure.
import type { KvmHost } from "../../model/host.js";
import type { PortGroup } from "../../model/portGroup.js";
import type { Path, Problem } from "../../model/problem.js";
import type { UplinkTeam } from "../../model/uplinkTeam.js";
import type { VirtualSwitch } from "../../model/virtualSwitch.js";
import { isShaped } from "../kvm/shaped.js";
import { checkOptions } from "../optionSupport.js";
import { checkTeamSupport } from "../teamSupport.js";
import { BRIDGE_PORT_GROUP_OPTIONS } from "./portGroupOptions.js";
import { RENDERERS } from "./renderers.js";
import { withoutInherited } from "./sorted.js";
import { KERNEL_TEAM_OPTIONS } from "./teamOptions.js";
import { toLinuxWords } from "./toWords.js";
import { KERNEL_TEAMS } from "./uplinkTeam.js";

export function kernelUnsupported(host: KvmHost, path: Path): Problem[] {
  const problems = ofTheKernel(host, path);
  // A team without a word has none to ask the renderer about.
  return problems.length > 0 ? problems : ofTheRenderer(host, path);
}

function ofTheRenderer(host: KvmHost, path: Path): Problem[] {
  return RENDERERS[host.renderer]
    .unsupported(withoutInherited(toLinuxWords(host)))
    .map(({ device, message, remedy }) => ({
      rule: "unsupported",
      severity: "error",
      path: [...path, ...placeOf(host, device)],
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
      ...(virtualSwitch.bonding === "kernel" ? checkTeam(virtualSwitch.uplinkTeam, [...at, "uplinkTeam"]) : []),
      ...(virtualSwitch.kind === "linux-bridge" ? checkBridge(host, virtualSwitch, at) : []),
    ];
  });
}

function checkTeam(team: UplinkTeam, path: Path): Problem[] {
  return [
    ...(team.members.length > 1
      ? checkTeamSupport(KERNEL_TEAMS, team, { path, platform: "a bond of the kernel" })
      : []),
    ...checkOptions(KERNEL_TEAM_OPTIONS, team, path),
  ];
}

function checkBridge(host: KvmHost, virtualSwitch: VirtualSwitch, path: Path): Problem[] {
  return virtualSwitch.portGroups.flatMap((group) => {
    const table = isShaped(host, virtualSwitch, group)
      ? { ...BRIDGE_PORT_GROUP_OPTIONS, shaping: "supported" as const }
      : BRIDGE_PORT_GROUP_OPTIONS;
    return checkPortGroup(group, { table, path: [...path, "portGroups", group.name] });
  });
}

interface GroupPlace {
  readonly table: typeof BRIDGE_PORT_GROUP_OPTIONS;
  readonly path: Path;
}

function checkPortGroup(group: PortGroup, { table, path }: GroupPlace): Problem[] {
  const options = checkOptions(table, group, path);
  if (group.network.vlan.kind !== "private") return options;
  const message = `network ${group.network.name} is a private VLAN, which a Linux bridge does not have`;
  const remedy = "Use an access VLAN on this host.";
  return [{ rule: "unsupported", severity: "error", path, message, remedy }, ...options];
}
