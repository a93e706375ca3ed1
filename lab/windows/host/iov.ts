// SR-IOV: what a host, a NIC and a switch can do, and which adapters have a virtual function. Pure.
import type { Host } from "./host";
import { linkOf } from "./link";
import type { Adapter, VirtualMachine, VirtualSwitch, VmAdapter } from "./state";

export interface SwitchIov {
  /** Empty: the switch can do it. */
  readonly reasons: readonly string[];
  /** Virtual functions of all its NICs. */
  readonly functions: number;
}

/** IO-01: about the platform and the NICs of the switch; IO-09: a team hides what its members can do. */
export function switchIov(host: Host, one: VirtualSwitch): SwitchIov {
  const uplinks = one.uplinks.map((guid) => host.adapterOf(guid));
  const isCapable = (nic: Adapter) =>
    nic.hardware?.sriov?.support === "Supported" && nic.hardware.sriov.running.enabled;
  const reasons = [...host.state.iovReasons];
  if (!uplinks.every(isCapable)) reasons.push("This network adapter does not support SR-IOV.");
  const functions = uplinks.reduce(
    (sum, nic) => sum + (isCapable(nic) ? (nic.hardware?.sriov?.running.numVfs ?? 0) : 0),
    0,
  );
  return { reasons, functions: reasons.length === 0 ? functions : 0 };
}

/** A virtual function that an adapter of a VM has. */
export interface Assigned {
  readonly vm: VirtualMachine;
  readonly adapter: VmAdapter;
  readonly nic: Adapter;
  /** On its NIC, from 0. */
  readonly number: number;
}

/** Settings that only software can apply (IO-13); the list is a choice. */
const SOFTWARE_ONLY: Readonly<Record<string, string | number>> = {
  DhcpGuard: "On",
  RouterGuard: "On",
  StormLimit: 1,
};

/** Why an adapter that asks for a virtual function has none, in the words of VMOperationalStatus. undefined: it has, or may have one. */
export function blockage(
  host: Host,
  one: VirtualSwitch | undefined,
  vm: VirtualMachine,
  adapter: VmAdapter,
): string | undefined {
  if (!one?.iov) return "SwitchNotInIovMode";
  if (host.state.iovReasons.length > 0) return "NoIommu";
  if (switchIov(host, one).reasons.length > 0) return "NoIovSupportInNic";
  const isBlocked = Object.entries(SOFTWARE_ONLY).some(([name, value]) =>
    typeof value === "number" ? Number(adapter.values[name]) >= value : adapter.values[name] === value,
  );
  if (isBlocked || Number(adapter.values.MaximumBandwidth ?? 0) > 0 || adapter.vlan.mode === "Trunk")
    return "IovBlockedByPolicy";
  return vm.hasVfDriver ? undefined : "IovGuestDriversNeeded";
}

/** IO-10: whoever asks first has one, as long as there are any. */
export function functionsOf(host: Host, one: VirtualSwitch): Assigned[] {
  const free = new Map(one.uplinks.map((guid) => [guid, capacity(host.adapterOf(guid))]));
  const used = new Map<string, number>();
  const assigned: Assigned[] = [];
  for (const { vm, adapter } of asking(host, one)) {
    if (blockage(host, one, vm, adapter) !== undefined) continue;
    const wanted = adapter.mapping?.adapter;
    const candidates = one.uplinks.filter((guid) => (free.get(guid) ?? 0) > 0 && isLinked(host, guid));
    const guid = candidates.find((candidate) => candidate === wanted) ?? candidates[0];
    if (guid === undefined) continue;
    free.set(guid, (free.get(guid) ?? 0) - 1);
    const number = used.get(guid) ?? 0;
    used.set(guid, number + 1);
    assigned.push({ vm, adapter, nic: host.adapterOf(guid), number });
  }
  return assigned;
}

function capacity(nic: Adapter): number {
  const sriov = nic.hardware?.sriov;
  return sriov?.running.enabled ? sriov.running.numVfs : 0;
}

function isLinked(host: Host, guid: string): boolean {
  return linkOf(host, host.adapterOf(guid)).status === "Up";
}

function asking(host: Host, one: VirtualSwitch): { vm: VirtualMachine; adapter: VmAdapter }[] {
  return host.state.vms
    .filter(({ state }) => state === "Running")
    .flatMap((vm) => vm.adapters.map((adapter) => ({ vm, adapter })))
    .filter(({ adapter }) => adapter.switchId === one.id && Number(adapter.values.IovWeight) > 0)
    .sort((a, b) => a.adapter.changedAt - b.adapter.changedAt);
}

export function functionOf(host: Host, adapter: VmAdapter): Assigned | undefined {
  const one = host.switchOf(adapter.switchId);
  return one && functionsOf(host, one).find((assigned) => assigned.adapter === adapter);
}

/** IO-11, IO-14: the path is the VF's some time after it was given. */
export function isOnFunction(host: Host, adapter: VmAdapter): boolean {
  return functionOf(host, adapter) !== undefined && host.now() >= adapter.changedAt + host.times.vfSwitch;
}
