// Get-, New-, Set-, Remove- and Rename-VMSwitch.
import type { Value } from "../../contract";
import type { Call } from "../call";
import { hypervError, unknownParameter } from "../errors";
import type { Host } from "../host";
import type { VirtualSwitch } from "../state";
import { checkUplinks, createSwitch, removeSwitch, setManagementOs, setType, setUplinks } from "../switches";
import { isSame } from "../wildcard";
import type { HostCmdlet } from "./cmdlet";
import { switchesNamed, switchesOf, uplinksOf } from "./switchLookup";
import { switchObject } from "./switchObject";

/** SW-18 and the offload options of newer hosts. */
function refuseNewer(host: Host, call: Call): void {
  if (!host.release.hasAllowNetLbfoTeams && call.has("AllowNetLbfoTeams"))
    throw unknownParameter(call.cmdlet, "AllowNetLbfoTeams");
  for (const name of ["EnableSoftwareRsc", "EnableRscOffload"])
    if (!host.release.hasSoftwareRsc && call.has(name)) throw unknownParameter(call.cmdlet, name);
}

/** SW-16: nothing without a name is no error. */
const getVmSwitch: HostCmdlet = (host, call) => {
  const ids = call.texts("Id");
  const names = call.texts("Name");
  const types = call.texts("SwitchType");
  let found = names ? switchesNamed(host, call, names) : host.state.switches;
  if (ids) found = found.filter(({ id }) => ids.some((wanted) => isSame(wanted, id)));
  for (const id of ids ?? [])
    if (!host.state.switches.some((one) => isSame(one.id, id)))
      call.bound.error(
        hypervError(call.cmdlet, "InvalidParameter", `Hyper-V was unable to find a virtual switch with Id "${id}".`)
          .record,
      );
  for (const one of found) if (!types || types.includes(one.type)) call.bound.write(switchObject(host, one));
};

const newVmSwitch: HostCmdlet = (host, call) => {
  refuseNewer(host, call);
  if (!call.confirmed({ asks: false })) return;
  const nics = uplinksOf(host, call) ?? [];
  const bandwidth = call.text("MinimumBandwidthMode");
  const created = createSwitch(host, {
    cmdlet: call.cmdlet,
    name: call.text("Name") ?? "",
    type: nics.length > 0 ? "External" : (call.text("SwitchType") as "Internal" | "Private"),
    nics,
    ...(call.has("EnableEmbeddedTeaming") ? { set: call.flag("EnableEmbeddedTeaming") } : {}),
    iov: call.flag("EnableIov"),
    allowManagementOs: call.flag("AllowManagementOS", true),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    packetDirect: call.flag("EnablePacketDirect"),
    allowLbfo: call.flag("AllowNetLbfoTeams"),
    notes: call.text("Notes") ?? "",
    ...(call.has("Id") ? { id: call.text("Id") ?? "" } : {}),
  });
  call.bound.write(switchObject(host, created));
};

const OPTIONS = [
  "DefaultQueueVrssEnabled",
  "DefaultQueueVmmqEnabled",
  "DefaultQueueVmmqQueuePairs",
  "DefaultQueueVrssMaxQueuePairs",
  "DefaultQueueVrssMinQueuePairs",
  "DefaultQueueVrssQueueSchedulingMode",
  "DefaultQueueVrssExcludePrimaryProcessor",
  "EnableSoftwareRsc",
  "EnableRscOffload",
];

const SETTINGS = [
  ...OPTIONS,
  "Notes",
  "AllowManagementOS",
  "SwitchType",
  "NetAdapterName",
  "NetAdapterInterfaceDescription",
  "DefaultFlowMinimumBandwidthAbsolute",
  "DefaultFlowMinimumBandwidthWeight",
  "Extensions",
];

const setVmSwitch: HostCmdlet = (host, call) => {
  refuseNewer(host, call);
  // SE-11.
  if (!SETTINGS.some((name) => call.has(name)))
    throw hypervError(call.cmdlet, "InvalidParameter", "You must specify at least one parameter to modify.");
  if (!call.confirmed({ asks: false })) return;
  for (const one of switchesOf(host, call)) {
    setConnection(host, call, one);
    setFlow(call, one);
    if (call.has("Notes")) one.notes = call.text("Notes") ?? "";
    for (const name of OPTIONS) if (call.has(name)) one.options[name] = plain(call, name);
    if (call.flag("Passthru")) call.bound.write(switchObject(host, one));
  }
};

function plain(call: Call, name: string): string | number | boolean {
  const value: Value = call.value(name);
  if (typeof value === "boolean" || typeof value === "number") return value;
  return call.text(name) ?? "";
}

function setConnection(host: Host, call: Call, one: VirtualSwitch): void {
  const nics = uplinksOf(host, call);
  const [nic] = nics ?? [];
  // SW-04: the members of a team are changed by Set-VMSwitchTeam.
  if (nics && one.team)
    throw hypervError(
      call.cmdlet,
      "OperationFailed",
      "Failed while modifying virtual Ethernet switch connection settings.",
      `The virtual switch '${one.name}' uses embedded teaming.`,
    );
  if (nic && !one.uplinks.includes(nic.guid)) {
    checkUplinks(host, call.cmdlet, [nic], { isSet: false, allowLbfo: one.allowLbfo });
    if (one.type === "External") setUplinks(host, one, [nic]);
    else setType(host, one, "External", nic);
  }
  const type = call.text("SwitchType");
  if (type === "Internal" || type === "Private") setType(host, one, type, undefined);
  if (call.has("AllowManagementOS")) setManagementOs(host, one, call.flag("AllowManagementOS"));
}

/** SW-12: in the unit of the switch's mode only. */
function setFlow(call: Call, one: VirtualSwitch): void {
  for (const [name, mode] of [
    ["DefaultFlowMinimumBandwidthAbsolute", "Absolute"],
    ["DefaultFlowMinimumBandwidthWeight", "Weight"],
  ] as const) {
    if (!call.has(name)) continue;
    if (one.bandwidthMode !== mode)
      throw hypervError(
        call.cmdlet,
        "OperationFailed",
        "Failed while modifying virtual Ethernet switch settings.",
        `The bandwidth reservation mode of the virtual switch '${one.name}' is ${one.bandwidthMode}.`,
      );
    const value = call.number(name) ?? 0;
    one.defaultFlow = mode === "Absolute" ? Math.floor(value / 8) * 8 : value;
  }
}

/** SH-08. */
const removeVmSwitch: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true, force: "Force" })) return;
  for (const one of switchesOf(host, call)) removeSwitch(host, call.cmdlet, one);
};

const renameVmSwitch: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const one of switchesOf(host, call)) {
    one.name = call.text("NewName") ?? one.name;
    if (call.flag("Passthru")) call.bound.write(switchObject(host, one));
  }
};

export const VM_SWITCH: Readonly<Record<string, HostCmdlet>> = {
  "Get-VMSwitch": getVmSwitch,
  "New-VMSwitch": newVmSwitch,
  "Set-VMSwitch": setVmSwitch,
  "Remove-VMSwitch": removeVmSwitch,
  "Rename-VMSwitch": renameVmSwitch,
};
