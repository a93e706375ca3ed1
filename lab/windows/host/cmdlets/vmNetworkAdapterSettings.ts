// Set-VMNetworkAdapter: which setting may be set when, as a table.
import type { Call } from "../call";
import { hypervError } from "../errors";
import type { Host } from "../host";
import { NO_MAC } from "../ports";
import type { VirtualSwitch } from "../state";
import type { HostCmdlet } from "./cmdlet";
import { type Port, portsOf, switchOfPort } from "./portLookup";
import { portObject } from "./portObject";
import { macOf } from "./vmNetworkAdapter";

interface Rule {
  readonly kind: "name" | "number" | "boolean";
  /** A setting of the port, which has to be on a switch (VA-17), not of the device. */
  readonly feature?: true;
  readonly min?: number;
  readonly max?: number;
  /** SW-12: of a switch with this bandwidth mode only. */
  readonly mode?: VirtualSwitch["bandwidthMode"];
  /** Rounded down to a multiple of 8 bit/s. */
  readonly bits?: true;
}

const FEATURE = { kind: "name", feature: true } as const;
const COUNT = { kind: "number", feature: true, min: 0 } as const;
const YES_NO = { kind: "boolean", feature: true } as const;

const RULES: Readonly<Record<string, Rule>> = {
  MacAddressSpoofing: FEATURE,
  DhcpGuard: FEATURE,
  RouterGuard: FEATURE,
  PortMirroring: FEATURE,
  IeeePriorityTag: FEATURE,
  AllowTeaming: FEATURE,
  FixSpeed10G: FEATURE,
  DeviceNaming: { kind: "name" },
  VmqWeight: { ...COUNT, max: 100 },
  IovWeight: { ...COUNT, max: 100 },
  IovQueuePairsRequested: { ...COUNT, min: 1, max: 4294967295 },
  IovInterruptModeration: FEATURE,
  IPsecOffloadMaximumSecurityAssociation: COUNT,
  MaximumBandwidth: { ...COUNT, bits: true },
  MinimumBandwidthAbsolute: { ...COUNT, bits: true, mode: "Absolute" },
  MinimumBandwidthWeight: { ...COUNT, max: 100, mode: "Weight" },
  VirtualSubnetId: COUNT,
  StormLimit: COUNT,
  DynamicIPAddressLimit: COUNT,
  NotMonitoredInCluster: { kind: "boolean" },
  NumaAwarePlacement: { kind: "boolean" },
  InterruptModeration: { kind: "boolean" },
  VrssEnabled: YES_NO,
  VmmqEnabled: YES_NO,
  VrssMaxQueuePairs: COUNT,
  VrssMinQueuePairs: COUNT,
  VrssQueueSchedulingMode: FEATURE,
  VrssExcludePrimaryProcessor: YES_NO,
  VrssIndependentHostSpreading: YES_NO,
  VrssVmbusChannelAffinityPolicy: FEATURE,
};

const NOT_HERE = [
  "ResourcePoolName",
  "TestReplicaPoolName",
  "TestReplicaSwitchName",
  "MandatoryFeatureId",
  "MediaType",
];

export const setAdapter: HostCmdlet = (host, call) => {
  for (const name of NOT_HERE)
    if (call.has(name)) throw new Error(`the lab's host does not know -${name} of Set-VMNetworkAdapter`);
  if (!call.confirmed({ asks: false })) return;
  const mac = macOf(call);
  const given = Object.entries(RULES).filter(([name]) => call.has(name));
  for (const port of portsOf(host, call)) {
    for (const [name, rule] of given) check(host, call, port, name, rule);
    if (mac !== undefined || call.has("DynamicMacAddress")) setMac(call, port, mac);
    for (const [name, rule] of given) {
      const wasOff = name === "IovWeight" && Number(port.port.values.IovWeight) === 0;
      port.port.values[name] = settingValue(call, name, rule);
      if (wasOff && port.kind === "vm") port.port.changedAt = host.now();
    }
    if (call.flag("Passthru")) call.bound.write(portObject(host, port));
  }
};

function check(host: Host, call: Call, port: Port, name: string, rule: Rule): void {
  const value = call.number(name) ?? 0;
  if (rule.kind === "number" && (value < (rule.min ?? 0) || value > (rule.max ?? Number.MAX_SAFE_INTEGER)))
    throw hypervError(
      call.cmdlet,
      "InvalidParameter",
      `The value of the parameter "${name}" has to be ${rule.min ?? 0} to ${rule.max ?? Number.MAX_SAFE_INTEGER}.`,
    );
  const one = switchOfPort(host, port);
  if (rule.feature && !one)
    throw hypervError(
      call.cmdlet,
      "InvalidState",
      "Modifying features of the Ethernet connection failed.",
      "The operation cannot be performed while the object is in its current state.",
    );
  if (rule.mode && value > 0 && one?.bandwidthMode !== rule.mode)
    throw hypervError(
      call.cmdlet,
      "OperationFailed",
      "Failed to modify device 'Synthetic Ethernet Port'.",
      `The virtual switch '${one?.name}' has the bandwidth reservation mode ${one?.bandwidthMode}.`,
    );
}

function settingValue(call: Call, name: string, rule: Rule): string | number | boolean | undefined {
  if (rule.kind === "boolean") return call.flag(name);
  if (rule.kind === "name") return call.text(name);
  const value = call.number(name) ?? 0;
  const isLimit = rule.bits === true || rule.mode !== undefined;
  if (isLimit && value === 0) return undefined;
  return rule.bits ? Math.floor(value / 8) * 8 : value;
}

/** VA-09, UK-03. */
function setMac(call: Call, port: Port, mac: string | undefined): void {
  if (port.kind === "host") return;
  if (port.vm.state !== "Off")
    throw hypervError(
      call.cmdlet,
      "InvalidState",
      "Failed to modify device 'Synthetic Ethernet Port'.",
      "The operation cannot be performed while the virtual machine is in its current state.",
    );
  if (mac !== undefined) port.port.mac = mac;
  else if (!port.port.dynamicMac) port.port.mac = NO_MAC;
  port.port.dynamicMac = mac === undefined;
}
