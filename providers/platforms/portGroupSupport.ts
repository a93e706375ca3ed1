// What a virtual switch of a KVM host, of either kind, lacks of the options of its port groups. Pure.
import type { KvmHost } from "../model/host.js";
import type { PortGroup, PortGroupSpec } from "../model/portGroup.js";
import type { Path, Problem } from "../model/problem.js";
import type { VirtualSwitch } from "../model/virtualSwitch.js";
import { checkOptions, type Lack, type OptionTable } from "./optionSupport.js";

/** A kind of switch. */
interface Support {
  /** What it has of the options; its shaping is {@link NOT_SHAPED}, which holds where libvirt does not do it. */
  readonly table: OptionTable<keyof PortGroupSpec, PortGroup>;
  /** As a sentence has it: "a Linux bridge". */
  readonly noun: string;
}

/** `path` is that of the switch. */
export function checkPortGroups(
  host: KvmHost,
  virtualSwitch: VirtualSwitch,
  { table, noun, path }: Support & { readonly path: Path },
): Problem[] {
  return virtualSwitch.portGroups.flatMap((group): Problem[] => {
    const at = [...path, "portGroups", group.name];
    const own = isShaped(host, virtualSwitch, group) ? { ...table, shaping: "supported" as const } : table;
    const options = checkOptions(own, group, at);
    if (group.network.vlan.kind !== "private") return options;
    const message = `network ${group.network.name} is a private VLAN, which ${noun} does not have`;
    const remedy = "Use an access VLAN on this host.";
    return [{ rule: "unsupported", severity: "error", path: at, message, remedy }, ...options];
  });
}

/** libvirt limits the interfaces that it plugs in. All ports of the group have to be such: no VM that libvirt does not know, no interface of the host itself. */
function isShaped({ libvirt, hostPorts }: KvmHost, { name, ports }: VirtualSwitch, group: PortGroup): boolean {
  const isNetwork = libvirt?.networks.some((network) => network.switch === name) ?? false;
  const isOfHost = hostPorts.some((port) => port.switch === name && port.portGroup === group.name);
  const own = ports.filter(({ portGroup }) => portGroup.name === group.name);
  return isNetwork && !isOfHost && own.every(({ pluggedBy }) => pluggedBy === "libvirt");
}

export const NOT_SHAPED: Lack = {
  unsupported: "on a KVM host only libvirt limits bandwidth, for the ports of VMs that it plugs in",
  remedy:
    "Remove it, or let libvirt plug in all ports of the port group: libvirt for the host and its VMs, and no host port in it.",
};
