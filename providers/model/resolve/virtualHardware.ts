// The hardware of a VM in vCenter: its network cards in the order that vSphere wants, and what it is given whole. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import type { EsxHost } from "../host.js";
import type { Path } from "../problem.js";
import type { Uplink } from "../uplink.js";
import { unknownName } from "../uplinkTeam.js";
import type { NetworkCard, VirtualMachineSpec, VmPortSpec, VsphereVm } from "../virtualMachine.js";
import { toNewVm } from "./newVm.js";
import type { Expanded, Scope } from "./scope.js";
import { choosePhysicalPorts, type TakenVfs } from "./virtualFunctions.js";

export interface HardwareContext {
  readonly host: EsxHost;
  readonly switches: readonly DistributedSwitch[];
  readonly taken: TakenVfs;
  readonly spec: EnvironmentSpec;
}

/** Undefined when the file does not ask for the hardware to be set. */
export function toHardware(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  context: HardwareContext,
): VsphereVm | undefined {
  const path = ["vms", vm.key];
  const wanted = vm.body.vsphere;
  if (!wanted) {
    refuseFunctions(scope, vm);
    return undefined;
  }
  const chosen = choosePhysicalPorts(scope, vm, { ...context, capacityOf: ({ numVfs }) => numVfs ?? 0, rule: "VS-57" });
  const cards = Object.entries(vm.body.ports).map(([port, spec]) => toCard(port, spec, { context, chosen }));
  const passthrough = (wanted.passthrough ?? []).map((device) => device.toLowerCase());
  checkPassthrough(scope, passthrough, { host: context.host, path: [...path, "vsphere", "passthrough"] });
  return {
    hostAddress: context.host.address,
    cards: [...cards.filter((card) => !card.vf), ...cards.filter((card) => card.vf)],
    passthrough,
    powerOff: wanted.powerOff ?? "never",
    requires: wanted.requires ?? [],
    ...(wanted.create
      ? { create: toNewVm(scope, wanted.create, { ...context, path: [...path, "vsphere", "create"] }) }
      : {}),
  };
}

interface Choice {
  readonly context: HardwareContext;
  readonly chosen: ReadonlyMap<string, Uplink>;
}

function toCard(port: string, spec: VmPortSpec, { context, chosen }: Choice): NetworkCard {
  const [switchName = "", portGroup = ""] = (spec.portGroup ?? "").split("/");
  const isStandard = context.host.standardSwitches.some(({ name }) => name === switchName);
  const uplink = chosen.get(port);
  return {
    port,
    switch: switchName,
    switchKind: isStandard ? "standard" : "distributed",
    portGroup,
    ...(spec.mac === undefined ? {} : { mac: spec.mac.toLowerCase() }),
    ...(uplink ? { vf: { uplink: uplink.name, ...(uplink.pci ? { pci: uplink.pci } : {}) } } : {}),
  };
}

function refuseFunctions(scope: Scope, { key, body }: Expanded<VirtualMachineSpec>): void {
  for (const [port, { vf }] of Object.entries(body.ports)) {
    if (vf === undefined) continue;
    scope.error("schema", ["vms", key, "ports", port, "vf"], {
      message: "a virtual function needs the VM's hardware to be set",
      remedy: "Add vsphere: {} to the VM, or remove vf.",
    });
  }
}

function checkPassthrough(
  scope: Scope,
  devices: readonly string[],
  { host, path }: { readonly host: EsxHost; readonly path: Path },
): void {
  for (const [index, device] of devices.entries()) {
    if (!host.passthrough.includes(device))
      scope.add(
        unknownName({ noun: "passthrough device", name: device, known: host.passthrough, path: [...path, index] }),
      );
    else if (devices.indexOf(device) !== index)
      scope.error("duplicate", [...path, index], {
        message: "the device is named twice",
        found: device,
        remedy: "Name every device once.",
      });
  }
}
