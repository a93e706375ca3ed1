// Facts of a host for tests of plans: a management switch over vmnic0, and NICs that are free.
import type { HostFacts, PciDeviceFacts, PhysicalNic } from "../../../../providers/platforms/vsphere/host/facts.js";

const ref = (type: string, value: string) => ({ type, value });

const nics: PhysicalNic[] = [0, 1, 2, 3, 4].map((index) => ({
  device: `vmnic${index}`,
  pci: `0000:3b:0${index}.0`,
  isUp: true,
  ...(index === 0 ? { holder: { kind: "standard", switch: "vSwitch0" } as const } : {}),
}));

/** A capable NIC of 16 virtual functions at most, in any state. */
export function sriovDevice(
  pci: string,
  state: Partial<NonNullable<PciDeviceFacts["sriov"]>> = {},
): [string, PciDeviceFacts] {
  const sriov = { isCapable: true, isEnabled: false, isActive: false, requested: 0, present: 0, max: 16, ...state };
  return [pci, { pci, isCapable: true, isEnabled: false, isActive: false, sriov }];
}

/** What a test does not say is as on a fresh host. */
export function hostFacts(facts: Partial<HostFacts> = {}): HostFacts {
  return {
    ref: ref("HostSystem", "host-1"),
    name: "esx-01.example.net",
    networkSystem: ref("HostNetworkSystem", "networkSystem-1"),
    virtualNicManager: ref("HostVirtualNicManager", "virtualNicManager-1"),
    passthruSystem: ref("HostPciPassthruSystem", "pciPassthruSystem-1"),
    customFieldsManager: ref("CustomFieldsManager", "CustomFieldsManager"),
    isConnected: true,
    connectionState: "connected",
    isInMaintenance: false,
    bootTime: "2026-01-01T00:00:00Z",
    isRestartRequired: false,
    nics: new Map(nics.map((nic) => [nic.device, nic])),
    switches: new Map([
      ["vSwitch0", { name: "vSwitch0", mtuBytes: 1500, numPorts: 128, uplinks: ["vmnic0"], policy: {} }],
    ]),
    portGroups: new Map([
      [
        "Management Network",
        { name: "Management Network", switch: "vSwitch0", vlan: 0, policy: {}, computed: {}, machines: [] },
      ],
    ]),
    distributedPortGroups: [],
    vmkernelPorts: [
      {
        device: "vmk0",
        switch: "vSwitch0",
        switchKind: "standard",
        portGroup: "Management Network",
        address: "10.0.0.11/24",
        mtuBytes: 1500,
        services: ["management"],
        stack: "defaultTcpipStack",
      },
    ],
    devices: new Map([sriovDevice("0000:3b:04.0")]),
    runningMachines: [],
    areMachinesMoved: false,
    mark: {},
    ...facts,
  };
}
