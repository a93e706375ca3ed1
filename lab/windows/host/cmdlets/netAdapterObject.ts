// Connections as Get-NetAdapter returns them. Pure.
import type { ObjectValue } from "../../contract";
import { largestMtu } from "../advancedProperties";
import type { Host } from "../host";
import { linkOf, speedText } from "../link";
import { dashedMac } from "../macAddress";
import { shaped } from "../objects";
import type { Adapter } from "../state";

const DRIVERS = {
  vnic: { provider: "Microsoft", file: "vmswitch.sys", component: "vms_mp" },
  teamNic: { provider: "Microsoft", file: "NdisImPlatform.sys", component: "COMPOSITEBUS\\MS_IMPLAT_MP" },
} as const;

function driverOf(adapter: Adapter) {
  const { hardware, kind } = adapter;
  if (hardware) return { provider: hardware.provider, file: hardware.driver, component: "pci\\ven_8086&dev_159b" };
  return DRIVERS[kind === "teamNic" ? "teamNic" : "vnic"];
}

export function adapterObject(host: Host, adapter: Adapter): ObjectValue {
  const link = linkOf(host, adapter);
  const driver = driverOf(adapter);
  const isUp = link.status === "Up";
  const isPhysical = adapter.kind === "physical";
  const mtu = largestMtu(adapter.advanced);
  const vlan = Number(adapter.advanced.find(({ keyword }) => keyword === "VlanID")?.running ?? 0);
  const version = adapter.hardware?.driverVersion ?? `${host.release.version}.1`;
  return shaped("Get-NetAdapter", {
    Name: adapter.alias,
    Status: link.status,
    ifAlias: adapter.alias,
    InterfaceAlias: adapter.alias,
    ifIndex: adapter.index,
    ifDesc: adapter.description,
    ifName: `ethernet_${32768 + adapter.index}`,
    DriverVersion: version,
    LinkLayerAddress: dashedMac(adapter.mac),
    MacAddress: dashedMac(adapter.mac),
    LinkSpeed: speedText(isUp ? link.speed : 0),
    MediaType: "802.3",
    PhysicalMediaType: isPhysical ? "802.3" : "Unspecified",
    AdminStatus: adapter.enabled ? "Up" : "Down",
    MediaConnectionState: adapter.enabled ? (isUp ? "Connected" : "Disconnected") : "Unknown",
    DriverInformation: `Driver Date 2024-03-01 Version ${version} NDIS 6.85`,
    DriverFileName: driver.file,
    NdisVersion: "6.85",
    ifOperStatus: isUp ? "Up" : adapter.kind === "ghost" ? "Not Present" : "Down",
    DeviceID: `{${adapter.guid}}`,
    PNPDeviceID: `${driver.component.toUpperCase()}\\${adapter.index}`,
    PnPDeviceID: `${driver.component.toUpperCase()}\\${adapter.index}`,
    SystemName: host.state.computerName,
    Speed: isUp ? link.speed : 0,
    PermanentAddress: adapter.mac,
    NetworkAddresses: [adapter.mac],
    FullDuplex: isUp,
    ActiveMaximumTransmissionUnit: mtu,
    InterfaceDescription: adapter.description,
    InterfaceName: `ethernet_${32768 + adapter.index}`,
    NetLuid: 1689399632855040 + adapter.index,
    InterfaceGuid: `{${adapter.guid}}`,
    InterfaceIndex: adapter.index,
    DeviceName: `\\Device\\{${adapter.guid}}`,
    NetLuidIndex: 32768 + adapter.index,
    Virtual: !isPhysical,
    Hidden: adapter.kind === "ghost",
    InterfaceType: 6,
    HardwareInterface: isPhysical,
    State: adapter.kind === "ghost" ? 0 : adapter.enabled ? 2 : 3,
    NdisPhysicalMedium: isPhysical ? 14 : 0,
    InterfaceOperationalStatus: isUp ? 1 : adapter.kind === "ghost" ? 6 : 2,
    OperationalStatusDownMediaDisconnected: adapter.enabled && !isUp,
    InterfaceAdminStatus: adapter.enabled ? 1 : 2,
    MediaConnectState: adapter.enabled ? (isUp ? 1 : 2) : 0,
    MtuSize: mtu,
    VlanID: vlan === 0 ? null : vlan,
    TransmitLinkSpeed: isUp ? link.speed : 0,
    ReceiveLinkSpeed: isUp ? link.speed : 0,
    ConnectorPresent: isPhysical,
    MediaDuplexState: isUp ? 2 : 0,
    DriverDate: "2024-03-01",
    DriverVersionString: version,
    DriverName: `\\SystemRoot\\System32\\drivers\\${driver.file}`,
    DriverDescription: adapter.description.replace(/ #\d+$/, ""),
    DriverMajorNdisVersion: 6,
    DriverMinorNdisVersion: 85,
    DriverProvider: driver.provider,
    ComponentID: driver.component,
  });
}
