// VirtualMachine: a VM, its ports on the host's virtual switches, and the bonds and addresses inside it. Pure.
import { z } from "zod";
import { type Bond, BondSpec } from "./bond.js";
import { CloudInitSpec } from "./cloudInit.js";
import * as field from "./field.js";
import { HypervPortSpec } from "./hypervPort.js";
import { guestIpKeys, type InterfaceIp } from "./interfaceIp.js";
import { LibvirtPortSpec, LibvirtVmSpec } from "./libvirt.js";
import { type LinuxRenderer, RENDERER_CHOICES, type RendererChoice } from "./linuxRenderer.js";
import { type MissingPackages, missingPackages } from "./missingPackages.js";
import { portGroupReference } from "./portGroupReference.js";
import { GuestAgentSpec, GuestSshSpec, type SshTarget, VmwareToolsSpec } from "./ssh.js";
import { type AssignedFunction, MAX_VFS } from "./virtualFunction.js";
import { type VlanInterface, vlanInterfaces } from "./vlanInterface.js";
import { type WindowsGuest, WindowsGuestSpec } from "./windowsGuest.js";

export const VfPoolSpec = z.strictObject({
  from: field.described(
    z.array(field.interfaceOrWindowsName("Physical port.")).min(1),
    "Physical ports with SR-IOV that the virtual function may come from. Ports of one VM get different network cards and physical switches.",
    "a list of uplinks such as [vmnic4, vmnic5]",
  ),
});

export const NamedVfSpec = z.strictObject({
  uplink: field.interfaceOrWindowsName("Physical port with SR-IOV that the virtual function comes from."),
  index: field.integer({ min: 0, max: MAX_VFS - 1 }, "Number of the virtual function; the first is 0."),
});

export const VmPortSpec = z.strictObject({
  portGroup: portGroupReference.optional().meta({
    description:
      "Virtual switch and port group. Every port needs it, but a virtual function of a KVM host may have network instead.",
  }),
  network: field
    .name("Network.")
    .optional()
    .meta({ description: "Network that a virtual function carries, where no port group says it (kvm)." }),
  vf: field
    .described(
      z.union([field.interfaceOrWindowsName("Physical port."), VfPoolSpec, NamedVfSpec]),
      "The port is a virtual function (SR-IOV) of this physical port of the host, or of one of a pool; on kvm also one by its number. The port group gives its VLAN and security policy.",
      "an uplink such as vmnic4, {from: [vmnic4, vmnic5]}, or {uplink: ens3f0, index: 2}",
    )
    .optional(),
  interface: field
    .described(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.[\]:-]{0,30}$/),
      "Name of the port's interface on the host. Default: <vm>-<port>.",
      field.interfaceWords,
    )
    .optional(),
  mac: field.macAddress.optional().meta({
    description:
      "MAC address of the port; the guest finds the port by it, where it has neither guestInterface nor guestPci. Default for a VM that has libvirt: one made from the names of environment, VM and port.",
  }),
  allowedMacs: field
    .described(
      z.array(field.macAddress).min(1).max(64),
      "MAC addresses besides its own that the port may send from and receive on where its port group has security, such as that of a virtual router (kvm). Those of ports that are bonded with it in the guest are allowed anyway.",
      'a list such as ["00:00:5e:00:01:0a"]',
    )
    .optional(),
  libvirt: LibvirtPortSpec.optional().meta({
    description: "The port's network card in libvirt (kvm), for a VM that has libvirt.",
  }),
  hyperv: HypervPortSpec.optional().meta({ description: "Settings of the port's network adapter (hyperv)." }),
  guestInterface: field
    .interfaceOrWindowsName(
      "Name of the port inside the guest, where it is not found by its MAC address; of Windows that of the connection, such as Ethernet 2.",
    )
    .optional(),
  guestPci: field
    .described(
      field.pciAddress,
      "Where the port is inside a Linux guest, by which it is found instead of its MAC address; as the guest has it, not the host.",
      field.pciWords,
    )
    .optional(),
  ...guestIpKeys,
  interfaces: vlanInterfaces(
    "Interfaces of a Linux guest in VLANs of their own, by the network whose VLAN it is; the port is on a trunk. They are called <port>.<VLAN>.",
  ).optional(),
});
export type VmPortSpec = z.input<typeof VmPortSpec>;

export const GuestSpec = z.strictObject({
  os: field.described(z.enum(["linux"]), "Operating system of the guest.", "linux or windows"),
  renderer: field
    .choice(
      RENDERER_CHOICES,
      "What configures the network of the guest when it starts: what stands there already. With detect the machine is asked, once. Default netplan.",
    )
    .optional(),
  address: field.address("Host name or IP address of the guest. Default: the VM's name.").optional(),
  ssh: GuestSshSpec.optional().meta({ description: "How to reach the guest." }),
  guestAgent: GuestAgentSpec.optional().meta({
    description:
      "Set when the guest is reached by QEMU's guest agent instead of SSH: through libvirt on its KVM host, with no network of its own. May be empty.",
  }),
  vmwareTools: VmwareToolsSpec.optional().meta({
    description:
      "Set when the guest is reached by VMware Tools instead of SSH: through vCenter and the ESXi host that it is on, with no network of its own. May be empty.",
  }),
  cloudInit: CloudInitSpec.optional().meta({
    description:
      "Set when the guest gets its network from a seed of cloud-init at its first start: on a KVM host by a disc where the VM has libvirt, in vCenter by guestinfo where the VM is made here; elsewhere multiport render writes it. May be empty.",
  }),
  missingPackages: missingPackages.optional(),
});
export type GuestSpec = z.input<typeof GuestSpec>;

/** What a VM with virtual functions or passthrough devices can't do. Source: vSphere Networking 6.5, SR-IOV support. */
export const VM_FEATURES = [
  "vmotion",
  "storage-vmotion",
  "ha",
  "ft",
  "drs",
  "suspend",
  "snapshots",
  "hot-add",
  "netflow",
] as const;
export type VmFeature = (typeof VM_FEATURES)[number];

export const CreateVmSpec = z.strictObject({
  cpus: field.integer({ min: 1, max: 768 }, "Virtual processors. Default 1.").optional(),
  memoryMegabytes: field.integer({ min: 4, max: 25_165_824 }, "Memory in megabytes, a multiple of 4. Default 1024."),
  guestId: described100("Guest operating system, in vSphere's own words. Default otherGuest64.").optional(),
  datastore: field.name("Datastore that the VM lives on."),
  resourcePool: described100(
    "Resource pool, as a path below the datacenter's host folder. Default: that of the host's cluster.",
  ).optional(),
  diskGigabytes: field
    .described(
      z.array(z.number().int().min(1).max(63_488)),
      "Sizes of the VM's disks, in gigabytes. Default: one of 8.",
      "a list of sizes such as [20, 100]",
    )
    .optional(),
  folder: described100("Folder for VMs, below the datacenter. Default: the top.").optional(),
});

export type CreateVmSpec = z.input<typeof CreateVmSpec>;

export const VsphereVmSpec = z.strictObject({
  create: CreateVmSpec.optional().meta({
    description: "Make the VM. Left out: it exists, and only its network cards and passthrough devices are set.",
  }),
  passthrough: field
    .described(
      z.array(field.pciAddress).max(128),
      "PCI devices of the host that the VM is given whole; the host lists them under passthrough.",
      'a list of PCI addresses such as ["0000:af:00.0"]',
    )
    .optional(),
  powerOff: field
    .choice(
      ["never", "whenRequired"],
      "Whether the VM may be shut down and started again for changes that take it. Default never: the change is refused while the VM runs.",
    )
    .optional(),
  requires: field
    .described(
      z.array(field.choice(VM_FEATURES, "Feature.")),
      "What the VM has to be able to do. Virtual functions and passthrough devices exclude all of these.",
      `a list of ${VM_FEATURES.join(", ")}`,
    )
    .optional(),
});

/** A name or path of vCenter's inventory. */
function described100(description: string) {
  return field.described(
    z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}%\\]*$/u),
    description,
    "1-200 characters without control characters, % and \\",
  );
}

export const VirtualMachineSpec = z.strictObject({
  host: field.namePattern("Host that the VM runs on."),
  ports: field.described(
    z.record(field.interfaceOrWindowsName("Port of the VM."), VmPortSpec),
    "Ports of the VM by name; on hyperv that of the network adapter, such as Network Adapter.",
    "a map such as {app0: {portGroup: vs0/app}}",
  ),
  vsphere: VsphereVmSpec.optional().meta({
    description:
      "Set when multiport also sets the VM's network cards in vCenter; may be empty. Cards that are not declared stay as they are.",
  }),
  libvirt: LibvirtVmSpec.optional().meta({
    description:
      "Set when multiport also sets the VM's network interfaces in libvirt (kvm); may be empty. The VM exists already; interfaces that are not declared stay as they are.",
  }),
  guest: z
    .discriminatedUnion("os", [GuestSpec, WindowsGuestSpec])
    .optional()
    .meta({ description: "Set when multiport also configures the inside of the VM." }),
  bonds: field
    .described(
      z.record(field.interfaceOrWindowsName("Bond in the guest."), BondSpec),
      "Bonds inside the guest by name; in a Windows guest teams (NIC Teaming).",
      "a map such as {bond0: {members: [..]}}",
    )
    .optional(),
  description: field.description.optional(),
});
export type VirtualMachineSpec = z.input<typeof VirtualMachineSpec>;

/** A port as the guest sees it. */
export interface GuestPort extends InterfaceIp {
  readonly name: string;
  /** The virtual switch that it is on; undefined: a virtual function. */
  readonly switch?: string;
  readonly mac?: string;
  readonly guestInterface?: string;
  /** In lower case. */
  readonly guestPci?: string;
}

/** A port of a Linux guest. */
export interface LinuxPort extends GuestPort {
  readonly vlans: readonly VlanInterface[];
}

/** A VM that gets a seed for its first start, and the host that knows whether it was started. */
export interface FirstStart {
  readonly host: SshTarget;
  /** The VM's name in libvirt. */
  readonly domain: string;
}

/** What a guest's seed is made for: the first start can't ask which renderer there is. */
export interface SeedModel {
  readonly renderer: LinuxRenderer;
  readonly hostname?: string;
}

/** The inside of a VM with Linux: all that a renderer needs to write its network configuration. */
export interface Guest {
  readonly name: string;
  readonly renderer: RendererChoice;
  readonly missingPackages: MissingPackages;
  readonly ssh: SshTarget;
  readonly ports: readonly LinuxPort[];
  readonly bonds: readonly Bond[];
  /** Undefined: no seed is wanted. */
  readonly cloudInit?: SeedModel;
  /** Where its VM is, with the seed, as long as it was not started: on a KVM host, in libvirt. */
  readonly firstStart?: FirstStart;
}

/** A network card of a VM in vCenter. */
export interface NetworkCard {
  readonly port: string;
  readonly switch: string;
  readonly switchKind: "standard" | "distributed";
  readonly portGroup: string;
  readonly mac?: string;
  /** The physical port that its virtual function comes from, chosen from the pool; undefined: an ordinary vmxnet3 card. */
  readonly vf?: { readonly uplink: string; readonly pci?: string };
}

export interface NewVm {
  readonly datacenter: string;
  readonly cpus: number;
  readonly memoryMegabytes: number;
  readonly guestId: string;
  readonly datastore: string;
  readonly resourcePool?: string;
  readonly diskGigabytes: readonly number[];
  readonly folder?: string;
}

/** The hardware of a VM that vCenter is told about. */
export interface VsphereVm {
  /** The host's name in vCenter. */
  readonly hostAddress: string;
  /** Ordinary cards first, virtual functions last, as vSphere wants them. */
  readonly cards: readonly NetworkCard[];
  readonly passthrough: readonly string[];
  readonly powerOff: "never" | "whenRequired";
  readonly requires: readonly VmFeature[];
  readonly create?: NewVm;
}

export interface VirtualMachine {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly GuestPort[];
  /** Of Linux. */
  readonly guest?: Guest;
  readonly windowsGuest?: WindowsGuest;
  readonly vsphere?: VsphereVm;
  /** Ports on a KVM host that are virtual functions, each with the one that it has. */
  readonly functions?: readonly AssignedFunction[];
}
