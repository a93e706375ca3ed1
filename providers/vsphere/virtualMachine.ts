// VirtualMachine: a VM in vCenter with its network cards, virtual functions and passthrough devices; made here, or there already.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type * as vsphere from "@pulumi/vsphere";
import { renderSeed } from "../engine/render.js";
import { type VcenterArgs, VcenterResource } from "../engine/vcenterResource.js";
import type { Environment } from "../model/environment.js";
import type { Guest, NetworkCard, NewVm, VsphereVm } from "../model/virtualMachine.js";
import { linuxGuests } from "../platforms/linuxGuest/index.js";
import { VM_MARK_KEY } from "../platforms/vsphere/creation.js";
import { guestinfoOf } from "../platforms/vsphere/guestinfo.js";
import type { VmFacts } from "../platforms/vsphere/virtualMachine/facts.js";
import { vsphereVm } from "../platforms/vsphere/virtualMachine/index.js";
import type { VmStep } from "../platforms/vsphere/virtualMachine/step.js";
import { SHUTDOWN_SECONDS } from "../platforms/vsphere/virtualMachine/steps.js";
import type { VmTarget, VmWords } from "../platforms/vsphere/virtualMachine/words.js";
import { creationHooks, newMark } from "./creationHook.js";
import type { DistributedSwitch } from "./distributedSwitch.js";
import type { EsxHost } from "./esxHost.js";
import { readNetwork, readVmPlace, type VmPlace } from "./inventory.js";
import { vsphereSdk } from "./sdk.js";
import { updateHooks } from "./updateHook.js";

/**
 * The network cards, passthrough devices and memory reservation of a VM. Type `dynamic/vsphere:VirtualMachine`.
 *
 * Errors on `up`: VcenterConflictError when the VM is elsewhere, has to be off and may not, or its host lacks what it needs;
 * StepError with vCenter's own fault, NoProgressError when vCenter reads back otherwise.
 */
export class VmHardware extends VcenterResource<VsphereVm, VmTarget, VmWords, VmFacts, VmStep> {
  constructor(name: string, args: VcenterArgs<VsphereVm, VmTarget>, options?: pulumi.CustomResourceOptions) {
    super(vsphereVm, name, { args, options });
  }
}

export interface VirtualMachineArgs {
  readonly model: VsphereVm;
  readonly environment: string;
  /** Keys and values that a VM which is made here has at its first start. */
  readonly guestinfo?: Readonly<Record<string, string>>;
  /** The distributed switches and hosts of the same program, which the VM comes after. */
  readonly around: VmSurroundings;
}

/** By name, as the environment file has them; hosts by their names in it. */
export interface VmSurroundings {
  readonly distributedSwitches: Readonly<Record<string, DistributedSwitch>>;
  readonly esxHosts: Readonly<Record<string, EsxHost>>;
}

/**
 * A VM in vCenter. Type `multiport:vsphere:VirtualMachine`; its children are the provider's VirtualMachine, where it is made
 * here, and the {@link VmHardware} that sets its cards and devices.
 */
export class VirtualMachine extends pulumi.ComponentResource {
  /** The provider's resource, of a VM that is made here. */
  readonly virtualMachine: vsphere.VirtualMachine | undefined;
  readonly hardware: VmHardware;

  constructor(
    name: string,
    { model, environment, guestinfo = {}, around }: VirtualMachineArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("multiport:vsphere:VirtualMachine", name, {}, options);
    const { create, hostAddress: host } = model;
    const target = { environment, name, host };
    const standIn = standInMac(environment, name);
    const dependsOn = [...Object.values(around.distributedSwitches), ...Object.values(around.esxHosts)];
    this.virtualMachine =
      create &&
      createVm({ model, create, target: { ...target, standIn }, guestinfo, around }, { parent: this, dependsOn });
    this.hardware = new VmHardware(
      name,
      {
        model,
        environment,
        target: { ...target, ...(this.virtualMachine ? { id: this.virtualMachine.moid, standIn } : {}) },
      },
      { parent: this, dependsOn },
    );
    this.registerOutputs({ hardware: this.hardware });
  }
}

/** The VMs of an environment whose hardware is declared, after the switches and hosts that they are on. */
export function virtualMachines(
  { name: environment, virtualMachines: all }: Environment,
  around: VmSurroundings,
  options: pulumi.ComponentResourceOptions,
): Record<string, VirtualMachine> {
  const created = all.flatMap(({ name, host, guest, vsphere: model }): [string, VirtualMachine][] => {
    if (!model) return [];
    const esxHost = around.esxHosts[host];
    const switches = new Set(model.cards.map((card) => card.switch));
    const used = Object.entries(around.distributedSwitches).filter(([each]) => switches.has(each));
    const own = { distributedSwitches: Object.fromEntries(used), esxHosts: esxHost ? { [host]: esxHost } : {} };
    const guestinfo = guest && model.create ? seedOf(guest, environment) : {};
    return [[name, new VirtualMachine(name, { model, environment, guestinfo, around: own }, options)]];
  });
  return Object.fromEntries(created);
}

/** What cloud-init reads in the VM; nothing where the guest has no seed. */
function seedOf(guest: Guest, environment: string): Record<string, string> {
  const files = renderSeed(linuxGuests, guest, environment);
  const textOf = (name: string) => files.find(({ path }) => path.endsWith(`/${name}`))?.text ?? "";
  if (files.length === 0) return {};
  return guestinfoOf({
    "meta-data": textOf("meta-data"),
    "network-config": textOf("network-config"),
    "user-data": textOf("user-data"),
  });
}

interface Creation {
  readonly guestinfo: Readonly<Record<string, string>>;
  readonly model: VsphereVm;
  readonly create: NewVm;
  readonly target: Omit<VmTarget, "id"> & { readonly standIn: string };
  readonly around: VmSurroundings;
}

/** What the provider sets and we do not: processors, memory, disks, where the VM is. Cards and devices are ours from then on. */
function createVm(
  { model, create, target, guestinfo, around }: Creation,
  options: pulumi.CustomResourceOptions,
): vsphere.VirtualMachine {
  const { name, standIn } = target;
  const place = pulumi.output(readVmPlace(name, { hostAddress: model.hostAddress, create }, options));
  const isFixed = model.passthrough.length > 0 || model.cards.some(({ vf }) => vf);
  return new (vsphereSdk().VirtualMachine)(
    name,
    {
      name,
      resourcePoolId: place.resourcePoolId,
      hostSystemId: place.hostSystemId,
      datastoreId: place.datastoreId,
      ...(create.folder === undefined ? {} : { folder: create.folder }),
      numCpus: create.cpus,
      memory: create.memoryMegabytes,
      // The provider's own later updates would undo the reservation that virtual functions need.
      ...(isFixed ? { memoryReservation: create.memoryMegabytes } : {}),
      guestId: create.guestId,
      disks: create.diskGigabytes.map((size, index) => ({ label: `disk${index}`, size, unitNumber: index })),
      // It makes no VM without a card: this one is taken over by the first port, or removed.
      networkInterfaces: [
        { networkId: networkOf(name, { model, around, place }, options), useStaticMac: true, macAddress: standIn },
      ],
      // From its first start on, and never changed: cloud-init looks at it once.
      extraConfig: { [VM_MARK_KEY]: newMark(), ...guestinfo },
      waitForGuestNetTimeout: 0,
      waitForGuestIpTimeout: 0,
      // As long as ours gives a guest to shut down; one that does not is never cut off.
      shutdownWaitTimeout: SHUTDOWN_SECONDS / 60,
      forcePowerOff: false,
    },
    {
      ...options,
      ignoreChanges: ["networkInterfaces", "pciDeviceIds", "extraConfig"],
      hooks: {
        ...creationHooks({
          kind: "virtualMachine",
          name,
          datacenter: create.datacenter,
          ...(create.folder === undefined ? {} : { folder: create.folder }),
        }),
        ...updateHooks({ model, target }),
      },
    },
  );
}

interface NetworkSources {
  readonly model: VsphereVm;
  readonly around: VmSurroundings;
  readonly place: pulumi.Output<VmPlace>;
}

/** The network of the card that the VM is made with: that of the first port, if it can be. */
function networkOf(
  vm: string,
  { model, around, place }: NetworkSources,
  options: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const cards: readonly NetworkCard[] = model.cards;
  const [first] = [...cards.filter(({ vf }) => !vf), ...cards];
  if (!first) throw new pulumi.RunError(`VM "${vm}": it has no port. Add one to vms.${vm}.ports.`);
  const declared = around.distributedSwitches[first.switch]?.portGroups[first.portGroup];
  if (first.switchKind === "distributed" && declared) return declared.portGroup.id;
  const hosts = pulumi.all(Object.values(around.esxHosts).map(({ id }) => id));
  return pulumi.all([place, hosts]).apply(async ([{ datacenterId }]) => {
    try {
      return await readNetwork(vm, { datacenterId, name: first.portGroup }, options);
    } catch (error) {
      // A port group that a preview has only announced.
      if (pulumi.runtime.isDryRun()) return first.portGroup;
      throw error;
    }
  });
}

/** A MAC address of the VM's own, locally administered: by it the card that it was made with is found again. */
function standInMac(environment: string, name: string): string {
  const bytes = createHash("sha256").update(`${environment}/${name}`).digest().subarray(0, 5);
  return ["02", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
