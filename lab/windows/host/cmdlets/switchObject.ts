// Virtual switches as Get-VMSwitch and Get-VMSwitchTeam return them. Pure.
import type { ObjectValue } from "../../contract";
import type { Host } from "../host";
import { functionsOf, switchIov } from "../iov";
import { linkOf } from "../link";
import { type Given, shaped } from "../objects";
import type { VirtualSwitch } from "../state";
import { vnicsOf } from "../vnics";

export function switchObject(host: Host, one: VirtualSwitch): ObjectValue {
  const uplinks = one.uplinks.map((guid) => host.adapterOf(guid));
  const descriptions = uplinks.map(({ description }) => description);
  const without = [
    ...(host.release.hasAllowNetLbfoTeams ? [] : ["AllowNetLbfoTeams"]),
    ...(host.release.hasSoftwareRsc ? [] : ["SoftwareRscEnabled", "RscOffloadEnabled"]),
  ];
  return shaped(
    "Get-VMSwitch",
    {
      Name: one.name,
      Id: one.id,
      Notes: one.notes,
      Extensions: one.extensions.map((extension) =>
        shaped("Get-VMSwitchExtension", {
          Name: extension.name,
          Vendor: "Microsoft",
          ExtensionType: extension.name.includes("Capture") ? "Capture" : "Filter",
          SwitchId: one.id,
          SwitchName: one.name,
          Enabled: extension.enabled,
          Running: extension.enabled,
          ComputerName: host.state.computerName,
        }),
      ),
      BandwidthReservationMode: one.bandwidthMode,
      PacketDirectEnabled: one.packetDirect,
      EmbeddedTeamingEnabled: one.team !== undefined,
      ...(host.release.hasAllowNetLbfoTeams ? { AllowNetLbfoTeams: one.allowLbfo } : {}),
      SwitchType: one.type,
      AllowManagementOS: one.type !== "Private" && vnicsOf(host, one).length > 0,
      // SW-17: of a team the one description is a word that no adapter has.
      NetAdapterInterfaceDescription: one.team ? "Teamed-Interface" : (descriptions[0] ?? null),
      NetAdapterInterfaceDescriptions: uplinks.length > 0 ? descriptions : null,
      NetAdapterInterfaceGuid: uplinks.length > 0 ? uplinks.map(({ guid }) => guid.toLowerCase()) : null,
      ...iovProperties(host, one),
      ...offloadProperties(host, one),
      BandwidthPercentage: one.type === "External" && one.bandwidthMode === "Absolute" ? percentage(host, one) : 0,
      DefaultFlowMinimumBandwidthAbsolute: one.bandwidthMode === "Absolute" ? one.defaultFlow : 0,
      DefaultFlowMinimumBandwidthWeight: one.bandwidthMode === "Weight" ? one.defaultFlow : 0,
      ComputerName: host.state.computerName,
    },
    without,
  );
}

/** SW-12. */
function percentage(host: Host, one: VirtualSwitch): number {
  const speed = one.uplinks.reduce((sum, guid) => sum + linkOf(host, host.adapterOf(guid)).speed, 0);
  return speed === 0 ? 0 : Math.round((one.defaultFlow * 100) / speed);
}

/** SR-01, SR-03, SR-04, IO-01. */
function iovProperties(host: Host, one: VirtualSwitch): Record<string, Given> {
  if (one.type !== "External") return { IovEnabled: false };
  const iov = switchIov(host, one);
  return {
    IovEnabled: one.iov,
    IovSupport: iov.reasons.length === 0,
    IovSupportReasons: iov.reasons.length === 0 ? null : iov.reasons,
    IovVirtualFunctionCount: one.iov ? iov.functions : 0,
    IovVirtualFunctionsInUse: functionsOf(host, one).length,
    IovQueuePairCount: 127,
    IovQueuePairsInUse: 8,
    AvailableVMQueues: 31,
    NumberVmqAllocated: 1,
  };
}

/** SR-02. */
const OFFLOADS = {
  DefaultQueueVrssEnabled: true,
  DefaultQueueVmmqEnabled: true,
  DefaultQueueVrssMaxQueuePairs: 16,
  DefaultQueueVrssMinQueuePairs: 1,
  DefaultQueueVrssQueueSchedulingMode: "StaticVrss",
  DefaultQueueVrssExcludePrimaryProcessor: false,
  DefaultQueueVmmqQueuePairs: 16,
} as const;

function offloadProperties(host: Host, one: VirtualSwitch): Record<string, Given> {
  const properties: Record<string, Given> = {};
  for (const [name, usual] of Object.entries(OFFLOADS)) {
    const value = one.options[name] ?? usual;
    properties[`${name}Requested`] = value;
    properties[name] = name === "DefaultQueueVmmqQueuePairs" ? Math.min(4, Number(value)) : value;
  }
  if (!host.release.hasSoftwareRsc) return properties;
  return {
    ...properties,
    SoftwareRscEnabled: one.options.EnableSoftwareRsc ?? true,
    RscOffloadEnabled: one.options.EnableRscOffload ?? false,
  };
}

export function switchTeamObject(host: Host, one: VirtualSwitch): ObjectValue {
  const members = one.uplinks.map((guid) => host.adapterOf(guid));
  return shaped("Get-VMSwitchTeam", {
    Name: one.name,
    Id: one.id,
    NetAdapterInterfaceDescription: members.map(({ description }) => description),
    NetAdapterInterfaceGuid: members.map(({ guid }) => guid.toLowerCase()),
    TeamingMode: "SwitchIndependent",
    LoadBalancingAlgorithm: one.team?.algorithm,
  });
}
