// Which port groups of a KVM host have their bandwidth limited: libvirt does that, for the interfaces that it plugs in. Pure.
import type { KvmHost } from "../../model/host.js";
import type { PortGroup } from "../../model/portGroup.js";
import type { VirtualSwitch } from "../../model/virtualSwitch.js";
import type { Lack } from "../optionSupport.js";

/** All ports of the group have to be such: no VM that libvirt does not know, no interface of the host itself. */
export function isShaped({ libvirt, hostPorts }: KvmHost, { name, ports }: VirtualSwitch, group: PortGroup): boolean {
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
