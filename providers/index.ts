// The public names of the package.
export { Environment, type EnvironmentArgs } from "./environment.js";
export { HypervHost, type HypervHostArgs } from "./hypervHost.js";
export { KvmHost, type KvmHostArgs } from "./kvmHost.js";
export { LinuxGuest, type LinuxGuestArgs } from "./linuxGuest.js";
export type { EnvironmentSpec } from "./model/environment.js";
export { formatProblem, type Problem } from "./model/problem.js";
export { InvalidEnvironmentError } from "./problems.js";
export { DistributedSwitch, type DistributedSwitchArgs } from "./vsphere/distributedSwitch.js";
export { EsxHost, type EsxHostArgs } from "./vsphere/esxHost.js";
export { PortGroup, type PortGroupArgs } from "./vsphere/portGroup.js";
export { VirtualMachine, type VirtualMachineArgs, VmHardware } from "./vsphere/virtualMachine.js";
export { WindowsGuest, type WindowsGuestArgs } from "./windowsGuest.js";
