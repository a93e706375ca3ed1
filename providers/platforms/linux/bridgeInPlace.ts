// What a running bridge and its ports are told when their options, VLANs or isolation change: the kernel takes all of it in place. Pure.

import { own } from "../own.js";
import { vlansToLeave } from "./bridgeVlans.js";
import { addVlans, bridgeOptions, type Command, isolation, joinBridge } from "./iproute.js";
import type { Transition } from "./renderer.js";
import type { KernelBridge, KernelBridgePort, KernelBridgeVlans } from "./words.js";

/** Devices in `gone` were deleted before. A release may find what it releases gone already. */
export function bridgeReleases(transition: Transition, gone: ReadonlySet<string>): Command[] {
  const bridges = Object.keys(transition.desired.bridges).filter((name) => !gone.has(name));
  return bridges.flatMap((name) => releasePorts(name, transition, gone));
}

export function bridgeChanges(transition: Transition, gone: ReadonlySet<string>): Command[] {
  return Object.keys(transition.desired.bridges).flatMap((name) => changesOf(name, transition, gone));
}

/** Ports that leave, and VLANs of what stays. A port that is gone needs neither. */
function releasePorts(name: string, { desired, actual }: Transition, gone: ReadonlySet<string>): Command[] {
  const [wanted, there] = [own(desired.bridges, name), own(actual.bridges, name)];
  if (!wanted || !there) return [];
  const staying = Object.entries(there.ports).filter(([port]) => !gone.has(port));
  return [
    ...vlanDeletions(name, wanted.self, there.self, ["self"]),
    ...staying.flatMap(([port, { vlan }]): Command[] => {
      const settings = own(wanted.ports, port);
      return settings ? vlanDeletions(port, settings.vlan, vlan, []) : [["ip", "link", "set", "dev", port, "nomaster"]];
    }),
  ];
}

function vlanDeletions(
  device: string,
  wanted: KernelBridgeVlans,
  there: KernelBridgeVlans,
  place: readonly "self"[],
): Command[] {
  return vlansToLeave(wanted, there).map((vid) => ["bridge", "vlan", "del", "dev", device, "vid", vid, ...place]);
}

function changesOf(name: string, { desired, actual }: Transition, gone: ReadonlySet<string>): Command[] {
  const wanted = own(desired.bridges, name);
  if (!wanted) return [];
  const there = gone.has(name) ? undefined : own(actual.bridges, name);
  return [
    ...(there ? optionChanges(name, wanted, there) : []),
    ...Object.keys(wanted.ports).flatMap((port) => {
      // A port that was up all the time is not joined by its own stanza.
      const before = gone.has(port) ? undefined : own(there?.ports, port);
      if (before) return portChanges(port, own(wanted.ports, port) ?? before, before);
      return gone.has(port) ? [] : joinBridge(desired, name, port);
    }),
  ];
}

function optionChanges(name: string, wanted: KernelBridge, there: KernelBridge): Command[] {
  const before = new Map(bridgeOptions(there));
  const changed = bridgeOptions(wanted).filter(([option, value]) => before.get(option) !== value);
  return [
    ...changed.map(([option, value]): Command => ["ip", "link", "set", "dev", name, "type", "bridge", option, value]),
    ...vlanChanges(name, wanted.self, there.self, ["self"]),
  ];
}

function portChanges(port: string, wanted: KernelBridgePort, there: KernelBridgePort): Command[] {
  return [
    ...(wanted.isolated === there.isolated ? [] : [isolation(port, wanted.isolated)]),
    ...vlanChanges(port, wanted.vlan, there.vlan, []),
  ];
}

function vlanChanges(
  device: string,
  wanted: KernelBridgeVlans,
  there: KernelBridgeVlans,
  place: readonly "self"[],
): Command[] {
  return JSON.stringify(wanted) === JSON.stringify(there) ? [] : addVlans(device, wanted, place);
}
