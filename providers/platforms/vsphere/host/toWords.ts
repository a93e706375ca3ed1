// An ESXi host of the environment in words. Pure.
import type { EsxHost } from "../../../model/host.js";
import type { Vlan } from "../../../model/network.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { StandardSwitch } from "../../../model/virtualSwitch.js";
import { VMKERNEL_SERVICES, type VmkernelPort } from "../../../model/vmkernelPort.js";
import { toTeaming } from "./teaming.js";
import type { HostWords, PortGroupWords, SwitchWords, VmkernelWords } from "./words.js";

/** A port group that leaves tagging to the VM: every VLAN, and no other choice of several. */
export const ALL_VLANS = 4095;

export function toHostWords(host: EsxHost): HostWords {
  return {
    nics: named(host.uplinks, ({ name, pci }) => (pci === undefined ? [] : [[name, pci]])),
    switches: named(host.standardSwitches, (vswitch) => [[vswitch.name, toSwitchWords(vswitch)]]),
    portGroups: named(host.standardSwitches, ({ name, portGroups }) =>
      portGroups.map((group) => [group.name, toPortGroupWords(name, group)]),
    ),
    vmkernelPorts: named(host.vmkernelPorts, (port) => [[port.name, toVmkernelWords(port)]]),
    sriov: named(host.uplinks, ({ name, numVfs }) => (numVfs === undefined ? [] : [[name, { numVfs }]])),
    passthrough: named(host.passthrough, (pci) => [[pci, true]]),
    reboot: host.reboot,
  };
}

function named<T, R>(items: readonly T[], entries: (item: T) => [string, R][]): Record<string, R> {
  return Object.fromEntries(items.flatMap(entries));
}

function toSwitchWords(vswitch: StandardSwitch): SwitchWords {
  const { uplinkTeam: team, discovery } = vswitch;
  return {
    mtuBytes: vswitch.mtuBytes,
    uplinks: team?.members ?? [],
    ...(team
      ? {
          teaming: toTeaming(team),
          discovery: `${discovery.protocol} ${discovery.operation}`,
          beaconIntervalSeconds: vswitch.beaconIntervalSeconds,
        }
      : {}),
    security: vswitch.security,
    shaping: vswitch.shaping ?? "off",
    adopt: vswitch.adopt,
  };
}

function toPortGroupWords(vswitch: string, group: PortGroup): PortGroupWords {
  return {
    switch: vswitch,
    vlan: toVlanId(group.network.vlan),
    teaming: group.uplinkTeam ? toTeaming(group.uplinkTeam) : "inherited",
    security: group.given.includes("security") ? group.security : "inherited",
    shaping: group.given.includes("shaping") ? (group.shaping.ingress ?? "off") : "inherited",
  };
}

/** Of a VLAN setting that `unsupported` let through. */
function toVlanId(vlan: Vlan): number {
  if (vlan.kind === "access") return vlan.id;
  return vlan.kind === "trunk" ? ALL_VLANS : 0;
}

function toVmkernelWords(port: VmkernelPort): VmkernelWords {
  return {
    switch: port.switch,
    switchKind: port.switchKind,
    portGroup: port.portGroup,
    address: port.address ?? "dhcp",
    mtuBytes: port.mtuBytes,
    services: VMKERNEL_SERVICES.filter((service) => port.services.includes(service)),
    stack: port.networkStack,
    ...(port.iscsi ? { iscsi: true } : {}),
  };
}
