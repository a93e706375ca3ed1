// From the model to the words of Hyper-V's module. Pure.
import type { HypervHost, HypervSwitch, VmAdapter } from "../../../model/hypervHost.js";
import type { Network } from "../../../model/network.js";
import { requiredWord } from "../../teamSupport.js";
import { SET_TEAMS } from "../uplinkTeam.js";
import { toVlanWord } from "./vlan.js";
import type { OnOff, SwitchWord, VlanWord, VmAdapterWord, VmswitchWords } from "./words.js";

export function toVmswitchWords({ virtualSwitches, hostPorts, vmAdapters }: HypervHost): VmswitchWords {
  const vlanOn = (name: string, network: Network): VlanWord => {
    const groups = virtualSwitches.find((candidate) => candidate.name === name)?.portGroups ?? [];
    const secondaries = groups.flatMap(({ network: { vlan } }) =>
      vlan.kind === "private" && network.vlan.kind === "private" && vlan.primary === network.vlan.primary
        ? [vlan.secondary].filter((id) => id !== vlan.primary)
        : [],
    );
    return toVlanWord(network.vlan, secondaries);
  };
  const vms = new Map<string, Record<string, VmAdapterWord>>();
  for (const adapter of vmAdapters)
    vms.set(adapter.vm, {
      ...vms.get(adapter.vm),
      [adapter.name]: toAdapter(adapter, vlanOn(adapter.switch, adapter.portGroup.network)),
    });
  return {
    switches: Object.fromEntries(virtualSwitches.map((virtualSwitch) => [virtualSwitch.name, toSwitch(virtualSwitch)])),
    management: Object.fromEntries(
      hostPorts.map((port) => [port.name, { SwitchName: port.switch, vlan: vlanOn(port.switch, port.network) }]),
    ),
    vms: Object.fromEntries(vms),
  };
}

const TYPES = {
  set: "External",
  lbfo: "External",
  external: "External",
  internal: "Internal",
  private: "Private",
} as const;
const MODES = { none: "None", weight: "Weight", absolute: "Absolute" } as const;

function toSwitch({ kind, uplinkTeam, teamName, iov, bandwidthMode }: HypervSwitch): SwitchWord {
  const members = kind === "lbfo" && teamName !== undefined ? [teamName] : (uplinkTeam?.members ?? []);
  return {
    SwitchType: TYPES[kind],
    NetAdapterName: [...members].sort(),
    EmbeddedTeamingEnabled: kind === "set",
    LoadBalancingAlgorithm:
      kind === "set" && uplinkTeam ? requiredWord(SET_TEAMS, uplinkTeam).LoadBalancingAlgorithm : null,
    IovEnabled: iov,
    BandwidthReservationMode: MODES[bandwidthMode],
    isOnTeam: kind === "lbfo",
  };
}

const MIRRORINGS = { none: "None", source: "Source", destination: "Destination" } as const;

function toAdapter(adapter: VmAdapter, vlan: VlanWord): VmAdapterWord {
  const { minimumWeight = 0, minimumBitsPerSecond = 0, maximumBitsPerSecond = 0 } = adapter.bandwidth;
  return {
    SwitchName: adapter.switch,
    MacAddress: adapter.mac?.replaceAll(":", "").toUpperCase() ?? null,
    vlan,
    MacAddressSpoofing: onOff(adapter.macSpoofing),
    DhcpGuard: onOff(adapter.dhcpGuard),
    RouterGuard: onOff(adapter.routerGuard),
    PortMirroringMode: MIRRORINGS[adapter.portMirroring],
    AllowTeaming: onOff(adapter.allowTeaming),
    DeviceNaming: onOff(adapter.deviceNaming),
    MinimumBandwidthWeight: minimumWeight,
    MinimumBandwidthAbsolute: minimumBitsPerSecond,
    MaximumBandwidth: maximumBitsPerSecond,
    IovWeight: adapter.iovWeight,
    IovQueuePairsRequested: adapter.iovQueuePairs,
    NetAdapterName: adapter.affinity ?? null,
  };
}

function onOff(value: boolean): OnOff {
  return value ? "On" : "Off";
}
