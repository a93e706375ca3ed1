// Ports of virtual switches: what one has before anybody sets it, and how VMs get theirs. Changes state.
import type { Host } from "./host";
import type { PortSettings, VirtualMachine, VmAdapter } from "./state";

/** VA-18. */
const VALUES: PortSettings["values"] = {
  MacAddressSpoofing: "Off",
  DhcpGuard: "Off",
  RouterGuard: "Off",
  PortMirroring: "None",
  IeeePriorityTag: "Off",
  AllowTeaming: "Off",
  DeviceNaming: "Off",
  FixSpeed10G: "Off",
  VmqWeight: 100,
  IovWeight: 0,
  IovQueuePairsRequested: 1,
  IovInterruptModeration: "Default",
  IPsecOffloadMaximumSecurityAssociation: 512,
  StormLimit: 0,
  DynamicIPAddressLimit: 0,
  VirtualSubnetId: 0,
  NotMonitoredInCluster: false,
  VrssEnabled: true,
  VmmqEnabled: false,
  VrssMaxQueuePairs: 16,
  VrssMinQueuePairs: 1,
  VrssQueueSchedulingMode: "StaticVrss",
  VrssExcludePrimaryProcessor: false,
  VrssIndependentHostSpreading: false,
  VrssVmbusChannelAffinityPolicy: "Strong",
  NumaAwarePlacement: true,
  InterruptModeration: true,
};

export function portDefaults(): PortSettings {
  return {
    values: { ...VALUES },
    vlan: {
      mode: "Untagged",
      access: 0,
      native: 0,
      allowed: "",
      primary: 0,
      secondary: 0,
      secondaries: "",
    },
    isolation: { mode: "None", allowUntagged: false, defaultId: 0, multiTenantStack: "Off" },
    mapping: undefined,
  };
}

/** VM-04: without a static address it is zero until the VM's first start. */
export const NO_MAC = "000000000000";

export function addVmAdapter(
  host: Host,
  vm: VirtualMachine,
  {
    name,
    legacy,
    switchId,
    mac,
    settings,
  }: {
    name: string;
    legacy: boolean;
    switchId: string | undefined;
    mac: string | undefined;
    settings: PortSettings;
  },
): VmAdapter {
  const isRunning = vm.state === "Running";
  const adapter: VmAdapter = {
    ...settings,
    id: `Microsoft:${vm.id}\\${host.newId()}`,
    name,
    legacy,
    switchId,
    mac: mac ?? (isRunning ? host.newMac() : NO_MAC),
    dynamicMac: mac === undefined,
    changedAt: host.now(),
  };
  vm.adapters.push(adapter);
  return adapter;
}
