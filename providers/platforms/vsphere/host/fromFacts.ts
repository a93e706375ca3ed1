// What vCenter has of all that a scope names, in words. Pure.
import type { VmkernelService } from "../../../model/vmkernelPort.js";
import { type HostFacts, type StandardSwitchFacts, vmkernelOn } from "./facts.js";
import { isSameAddress } from "./netmask.js";
import { fromPortGroupPolicy, fromSwitchPolicy } from "./networkPolicy.js";
import type { HostWords, PortGroupWords, SwitchWords, VmkernelWords } from "./words.js";

export function fromHostFacts(facts: HostFacts, scope: HostWords): HostWords {
  return {
    nics: found(scope.nics, (device) => facts.nics.get(device)?.pci),
    switches: found(scope.switches, (name, declared) => toSwitchWords(facts.switches.get(name), declared)),
    portGroups: found(scope.portGroups, (name) => toPortGroupWords(facts, name)),
    vmkernelPorts: found(scope.vmkernelPorts, (_, declared) => toVmkernelWords(facts, declared)),
    sriov: found(scope.sriov, (device) => toSriovWords(facts, device)),
    passthrough: found(scope.passthrough, (pci) => facts.devices.get(pci)?.isEnabled),
    reboot: scope.reboot,
  };
}

/** The same names with what was found; those of which nothing was found are left out. */
function found<D, R>(
  declared: Readonly<Record<string, D>>,
  find: (name: string, declared: D) => R | undefined,
): Record<string, R> {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, words]) => {
      const value = find(name, words);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function toSwitchWords(vswitch: StandardSwitchFacts | undefined, declared: SwitchWords): SwitchWords | undefined {
  if (!vswitch) return undefined;
  const { teaming, security, shaping } = fromSwitchPolicy(vswitch.policy);
  const uplinks = inOrderOf(declared.uplinks, vswitch.uplinks);
  return {
    mtuBytes: vswitch.mtuBytes,
    uplinks,
    ...(uplinks.length > 0
      ? {
          teaming,
          discovery: vswitch.discovery ?? "cdp none",
          beaconIntervalSeconds: vswitch.beaconIntervalSeconds ?? 0,
        }
      : {}),
    security,
    shaping,
    adopt: declared.adopt,
  };
}

/** The host keeps uplinks as a set: their order of preference is in the teaming. */
function inOrderOf(declared: readonly string[], actual: readonly string[]): readonly string[] {
  const isSame = declared.length === actual.length && declared.every((device) => actual.includes(device));
  return isSame ? declared : actual;
}

function toPortGroupWords({ portGroups }: HostFacts, name: string): PortGroupWords | undefined {
  const group = portGroups.get(name);
  return group && { switch: group.switch, vlan: group.vlan, ...fromPortGroupPolicy(group.policy, group.computed) };
}

/** A vmkernel port is known by its port group; one that was moved off, by its address. */
function toVmkernelWords(facts: HostFacts, declared: VmkernelWords): VmkernelWords | undefined {
  const port =
    vmkernelOn(facts, declared) ?? facts.vmkernelPorts.find(({ address }) => isSameAddress(address, declared.address));
  if (!port) return undefined;
  const { switch: vswitch, switchKind, portGroup, address, mtuBytes } = port;
  return {
    switch: vswitch,
    switchKind,
    portGroup,
    address,
    mtuBytes,
    services: port.services as VmkernelService[],
    stack: port.stack as VmkernelWords["stack"],
    ...(declared.iscsi ? { iscsi: true } : {}),
  };
}

function toSriovWords({ nics, devices }: HostFacts, device: string): { numVfs: number } | undefined {
  const sriov = devices.get(nics.get(device)?.pci ?? "")?.sriov;
  return sriov && { numVfs: sriov.isEnabled ? sriov.requested : 0 };
}
