// The nouns of the environment file in the order in which one meets them: where each stands, its schema, its example. Pure data.
import type { z } from "zod";
import { BondSpec } from "../../providers/model/bond.js";
import { CloudInitSpec } from "../../providers/model/cloudInit.js";
import { DistributedSwitchSpec } from "../../providers/model/distributedSwitch.js";
import { AcceptedSpec, EnvironmentSpec, VcenterSpec } from "../../providers/model/environment.js";
import { HostProfileSpec, HostSpec } from "../../providers/model/host.js";
import { HostPortSpec } from "../../providers/model/hostPort.js";
import { HypervPortSpec } from "../../providers/model/hypervPort.js";
import { RouteSpec } from "../../providers/model/interfaceIp.js";
import { LagSpec } from "../../providers/model/lag.js";
import {
  LibvirtHostMapSpec,
  LibvirtNetworkSpec,
  LibvirtPoolSpec,
  LibvirtPortSpec,
  LibvirtVmSpec,
} from "../../providers/model/libvirt.js";
import { NetworkSpec } from "../../providers/model/network.js";
import { NetworkIoControlSpec, TrafficSpec } from "../../providers/model/networkIoControl.js";
import { PortGroupSpec } from "../../providers/model/portGroup.js";
import { ShapingSpec } from "../../providers/model/shaping.js";
import {
  GuestAgentSpec,
  GuestSshSpec,
  PowershellDirectSpec,
  SshSpec,
  VmwareToolsSpec,
} from "../../providers/model/ssh.js";
import { PhysicalSwitchSpec } from "../../providers/model/switchPort.js";
import { UplinkSpec } from "../../providers/model/uplink.js";
import { UplinkTeamSpec } from "../../providers/model/uplinkTeam.js";
import { SriovSpec, VfDefaultsSpec, VfSpec } from "../../providers/model/virtualFunction.js";
import {
  GuestSpec,
  NamedVfSpec,
  VfPoolSpec,
  VirtualMachineSpec,
  VmPortSpec,
  VsphereVmSpec,
} from "../../providers/model/virtualMachine.js";
import { VirtualSwitchSpec } from "../../providers/model/virtualSwitch.js";
import { VlanInterfaceSpec } from "../../providers/model/vlanInterface.js";
import { VmkernelPortSpec } from "../../providers/model/vmkernelPort.js";
import { WindowsGuestSpec } from "../../providers/model/windowsGuest.js";

export interface Noun {
  readonly title: string;
  /** Paths in the file at which it stands; `<name>` is a name of the user's. */
  readonly at: readonly string[];
  readonly schema: z.ZodType;
  /** Further schemas with a part of the same keys. */
  readonly parts?: readonly z.ZodType[];
  /** File below docs/reference/examples, without `.yaml`. */
  readonly example: string;
  readonly note?: string;
}

const PORT_GROUPS = [
  "hosts.<host>.virtualSwitches.<virtual switch>.portGroups.<port group>",
  "profiles.<profile>.virtualSwitches.<virtual switch>.portGroups.<port group>",
  "distributedSwitches.<switch>.portGroups.<port group>",
];

export const NOUNS: readonly Noun[] = [
  { title: "Environment", at: [""], schema: EnvironmentSpec, example: "environment" },
  {
    title: "Network",
    at: ["networks.<network>"],
    schema: NetworkSpec,
    example: "network",
    note: "At most one of `vlan`, `vlans` and `privateVlan`; with none of them frames are untagged.",
  },
  { title: "Physical switch", at: ["switches.<switch>"], schema: PhysicalSwitchSpec, example: "switch" },
  {
    title: "Host",
    at: ["hosts.<host>", "profiles.<profile>"],
    schema: HostSpec,
    parts: [HostProfileSpec],
    example: "host",
    note: "A profile has the same keys, less `profile`. What a host says itself wins over its profile; `ssh`, each uplink, host port and vmkernel port are merged setting by setting, `virtualSwitches` by name.",
  },
  {
    title: "Uplink",
    at: ["hosts.<host>.uplinks.<interface>", "profiles.<profile>.uplinks.<interface>"],
    schema: UplinkSpec,
    example: "uplink",
    note: "An uplink may be empty (`ens1f0:`). The design rules about network cards and switches look only at teams whose uplinks all have `pci` or `cable`.",
  },
  {
    title: "SR-IOV",
    at: ["hosts.<host>.uplinks.<interface>.sriov", "profiles.<profile>.uplinks.<interface>.sriov"],
    schema: SriovSpec,
    example: "sriov",
    note: "`match`, `vfs` and `vf` are those of KVM hosts: see [virtual functions](../sriov.md).",
  },
  {
    title: "Virtual function",
    at: [
      "hosts.<host>.uplinks.<interface>.sriov.vf.<number>",
      "profiles.<profile>.uplinks.<interface>.sriov.vf.<number>",
      "hosts.<host>.uplinks.<interface>.sriov.vfs",
      "profiles.<profile>.uplinks.<interface>.sriov.vfs",
    ],
    schema: VfSpec,
    parts: [VfDefaultsSpec],
    example: "virtual-function",
    note: "What is left out stays as it is, unless it was set here before. `vfs` has the same keys, less `mac`.",
  },
  {
    title: "Host in libvirt",
    at: ["hosts.<host>.libvirt", "profiles.<profile>.libvirt"],
    schema: LibvirtHostMapSpec,
    example: "libvirt-host",
    note: "Or `true`: a network for every virtual switch. See [libvirt](../libvirt.md).",
  },
  {
    title: "Network in libvirt",
    at: ["hosts.<host>.libvirt.networks.<virtual switch>", "profiles.<profile>.libvirt.networks.<virtual switch>"],
    schema: LibvirtNetworkSpec,
    example: "libvirt-network",
  },
  {
    title: "Pool in libvirt",
    at: ["hosts.<host>.libvirt.pools.<pool>", "profiles.<profile>.libvirt.pools.<pool>"],
    schema: LibvirtPoolSpec,
    example: "libvirt-pool",
    note: "Virtual functions that a VM of the file has are never in a pool.",
  },
  {
    title: "SSH",
    at: ["hosts.<host>.ssh", "profiles.<profile>.ssh"],
    schema: SshSpec,
    example: "ssh",
    note: "Passwords and passphrases never stand in the file: see [SSH](../ssh.md).",
  },
  {
    title: "SSH to a guest",
    at: ["vms.<vm>.guest.ssh"],
    schema: GuestSshSpec,
    example: "guest-ssh",
    note: "As of a host, and `via`: see [ways in](../ways-in.md#through-the-host).",
  },
  {
    title: "Guest agent",
    at: ["vms.<vm>.guest.guestAgent"],
    schema: GuestAgentSpec,
    example: "guest-agent",
    note: "Of a Linux guest on a KVM host: see [ways in](../ways-in.md#guest-agent).",
  },
  {
    title: "VMware Tools",
    at: ["vms.<vm>.guest.vmwareTools"],
    schema: VmwareToolsSpec,
    example: "vmware-tools",
    note: "Of a Linux guest on an ESXi host. The password never stands in the file: see [ways in](../ways-in.md#vmware-tools).",
  },
  {
    title: "cloud-init",
    at: ["vms.<vm>.guest.cloudInit"],
    schema: CloudInitSpec,
    example: "cloud-init",
    note: "Of a Linux guest: see [the first start](../guests.md#the-first-start-cloud-init).",
  },
  {
    title: "PowerShell Direct",
    at: ["vms.<vm>.guest.powershellDirect"],
    schema: PowershellDirectSpec,
    example: "powershell-direct",
    note: "Of a Windows guest. The password never stands in the file: see [Windows guests](../hyperv.md#powershell-direct).",
  },
  {
    title: "Virtual switch",
    at: ["hosts.<host>.virtualSwitches.<virtual switch>", "profiles.<profile>.virtualSwitches.<virtual switch>"],
    schema: VirtualSwitchSpec,
    example: "virtual-switch",
    note: "Open vSwitch or a Linux bridge on KVM, a standard switch on ESXi.",
  },
  {
    title: "Host port",
    at: ["hosts.<host>.hostPorts.<interface>", "profiles.<profile>.hostPorts.<interface>"],
    schema: HostPortSpec,
    example: "host-port",
    note: "On an untagged port group of a Linux bridge the interface is the bridge itself, and has its name.",
  },
  {
    title: "vmkernel port",
    at: ["hosts.<host>.vmkernelPorts.<port>", "profiles.<profile>.vmkernelPorts.<port>"],
    schema: VmkernelPortSpec,
    example: "vmkernel-port",
    note: "Every vmkernel port of a host has a port group of its own, by which it is found.",
  },
  {
    title: "Uplink team",
    at: [
      "hosts.<host>.virtualSwitches.<virtual switch>.uplinkTeam",
      "profiles.<profile>.virtualSwitches.<virtual switch>.uplinkTeam",
      "hosts.<host>.virtualSwitches.<virtual switch>.portGroups.<port group>.uplinkTeam",
      "profiles.<profile>.virtualSwitches.<virtual switch>.portGroups.<port group>.uplinkTeam",
      "distributedSwitches.<switch>.uplinkTeam",
      "distributedSwitches.<switch>.portGroups.<port group>.uplinkTeam",
    ],
    schema: UplinkTeamSpec,
    example: "uplink-team",
    note: "Which platform has which pair of `mode` and `policy`: see [support](support.md).",
  },
  {
    title: "Port group",
    at: PORT_GROUPS,
    schema: PortGroupSpec,
    example: "port-group",
  },
  {
    title: "Traffic shaping",
    at: [
      "hosts.<host>.virtualSwitches.<virtual switch>.shaping",
      "profiles.<profile>.virtualSwitches.<virtual switch>.shaping",
      ...PORT_GROUPS.flatMap((group) => [`${group}.shaping.ingress`, `${group}.shaping.egress`]),
    ],
    schema: ShapingSpec,
    example: "shaping",
  },
  { title: "vCenter", at: ["vcenter"], schema: VcenterSpec, example: "vcenter" },
  {
    title: "Distributed switch",
    at: ["distributedSwitches.<switch>"],
    schema: DistributedSwitchSpec,
    example: "distributed-switch",
  },
  {
    title: "LAG",
    at: ["distributedSwitches.<switch>.lags.<LAG>"],
    schema: LagSpec,
    example: "lag",
    note: "A team uses a LAG by naming it as its only member, with `mode: lacp`. All that LACP has to know stands here, not in the team.",
  },
  {
    title: "Network I/O Control",
    at: ["distributedSwitches.<switch>.networkIoControl"],
    schema: NetworkIoControlSpec,
    example: "network-io-control",
  },
  {
    title: "Traffic class",
    at: ["distributedSwitches.<switch>.networkIoControl.traffic.<class>"],
    schema: TrafficSpec,
    example: "traffic-class",
  },
  { title: "Virtual machine", at: ["vms.<vm>"], schema: VirtualMachineSpec, example: "virtual-machine" },
  { title: "VM port", at: ["vms.<vm>.ports.<port>"], schema: VmPortSpec, example: "vm-port" },
  {
    title: "VF pool",
    at: ["vms.<vm>.ports.<port>.vf"],
    schema: VfPoolSpec,
    example: "vf-pool",
    note: "Which port of the pool a VM gets depends on the VM's name alone, so that VMs spread and others that come or go move nothing.",
  },
  {
    title: "Numbered VF",
    at: ["vms.<vm>.ports.<port>.vf"],
    schema: NamedVfSpec,
    example: "numbered-vf",
    note: "On KVM hosts. A port that names no number gets one that begins with a value of its own name, so that others that come or go move next to nothing.",
  },
  {
    title: "VM in libvirt",
    at: ["vms.<vm>.libvirt"],
    schema: LibvirtVmSpec,
    example: "libvirt-vm",
    note: "See [libvirt](../libvirt.md).",
  },
  {
    title: "VM port in libvirt",
    at: ["vms.<vm>.ports.<port>.libvirt"],
    schema: LibvirtPortSpec,
    example: "libvirt-port",
  },
  {
    title: "VM port on Hyper-V",
    at: ["vms.<vm>.ports.<port>.hyperv"],
    schema: HypervPortSpec,
    example: "hyperv-port",
    note: "See [Hyper-V](../hyperv.md).",
  },
  { title: "VM in vSphere", at: ["vms.<vm>.vsphere"], schema: VsphereVmSpec, example: "vsphere-vm" },
  { title: "Guest", at: ["vms.<vm>.guest"], schema: GuestSpec, example: "guest" },
  {
    title: "Windows guest",
    at: ["vms.<vm>.guest"],
    schema: WindowsGuestSpec,
    example: "windows-guest",
    note: "See [Hyper-V](../hyperv.md#windows-guests).",
  },
  {
    title: "Interface in a VLAN",
    at: ["vms.<vm>.bonds.<bond>.interfaces.<network>", "vms.<vm>.ports.<port>.interfaces.<network>"],
    schema: VlanInterfaceSpec,
    example: "vlan-interface",
    note: "Over a port in Linux guests only.",
  },
  { title: "Bond", at: ["vms.<vm>.bonds.<bond>"], schema: BondSpec, example: "bond" },
  {
    title: "Route",
    at: [
      "vms.<vm>.ports.<port>.routes[]",
      "vms.<vm>.ports.<port>.interfaces.<network>.routes[]",
      "vms.<vm>.bonds.<bond>.routes[]",
      "vms.<vm>.bonds.<bond>.interfaces.<network>.routes[]",
    ],
    schema: RouteSpec,
    example: "route",
    note: "In Linux guests.",
  },
  { title: "Accepted rule", at: ["accepted[]"], schema: AcceptedSpec, example: "accepted" },
];
