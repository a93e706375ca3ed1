// Get- and Set-VMSwitchTeam, Add- and Remove-VMSwitchTeamMember.
import type { Call } from "../call";
import { hypervError } from "../errors";
import type { Host } from "../host";
import type { Adapter, VirtualSwitch } from "../state";
import { checkUplinks, setUplinks } from "../switches";
import type { HostCmdlet } from "./cmdlet";
import { switchesNamed, switchesOf, uplinksOf } from "./switchLookup";
import { switchObject, switchTeamObject } from "./switchObject";

/** A switch without a team has none to tell: nothing comes, and no error (a choice). */
const getTeam: HostCmdlet = (host, call) => {
  const found = call.has("VMSwitch")
    ? switchesOf(host, call)
    : call.has("Name")
      ? switchesNamed(host, call, call.texts("Name") ?? [])
      : host.state.switches;
  for (const one of found) if (one.team) call.bound.write(switchTeamObject(host, one));
};

const setTeam: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const nics = uplinksOf(host, call);
  for (const one of switchesOf(host, call)) {
    const team = needTeam(call, one);
    if (nics) changeMembers(host, call, one, nics);
    team.algorithm = call.text("LoadBalancingAlgorithm") ?? team.algorithm;
    finish(host, call, one);
  }
};

const addMember: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const nics = uplinksOf(host, call) ?? [];
  for (const one of switchesOf(host, call, "VMSwitchName")) {
    needTeam(call, one);
    const kept = one.uplinks.map((guid) => host.adapterOf(guid));
    checkUplinks(host, call.cmdlet, nics, { isSet: true, allowLbfo: false });
    changeMembers(host, call, one, [...kept, ...nics]);
    finish(host, call, one);
  }
};

const removeMember: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const nics = uplinksOf(host, call) ?? [];
  for (const one of switchesOf(host, call, "VMSwitchName")) {
    needTeam(call, one);
    for (const nic of nics)
      if (!one.uplinks.includes(nic.guid))
        throw hypervError(call.cmdlet, "ObjectNotFound", `Physical network adapter '${nic.alias}' not found.`);
    const kept = one.uplinks.map((guid) => host.adapterOf(guid)).filter((nic) => !nics.includes(nic));
    changeMembers(host, call, one, kept);
    finish(host, call, one);
  }
};

/** SE-10, in every cmdlet of the family. */
function needTeam(call: Call, one: VirtualSwitch): NonNullable<VirtualSwitch["team"]> {
  if (one.team) return one.team;
  throw hypervError(call.cmdlet, "InvalidParameter", "Value cannot be null.", "Parameter name: source");
}

function changeMembers(host: Host, call: Call, one: VirtualSwitch, nics: readonly Adapter[]): void {
  const fresh = nics.filter(({ guid }) => !one.uplinks.includes(guid));
  checkUplinks(host, call.cmdlet, fresh, { isSet: true, allowLbfo: false });
  if (nics.length === 0 || nics.length > 8)
    throw hypervError(
      call.cmdlet,
      "OperationFailed",
      "Failed while modifying virtual Ethernet switch connection settings.",
      "A switch team has 1 to 8 members.",
    );
  setUplinks(host, one, nics);
}

function finish(host: Host, call: Call, one: VirtualSwitch): void {
  if (call.flag("Passthru")) call.bound.write(switchObject(host, one));
}

export const VM_SWITCH_TEAM: Readonly<Record<string, HostCmdlet>> = {
  "Get-VMSwitchTeam": getTeam,
  "Set-VMSwitchTeam": setTeam,
  "Add-VMSwitchTeamMember": addMember,
  "Remove-VMSwitchTeamMember": removeMember,
};
