// Restart- and Stop-Computer, Get-CimInstance of the machine itself, and Network ATC's Get-NetIntent.
import type { ObjectValue } from "../../contract";
import { HostError } from "../errors";
import type { Host } from "../host";
import { shaped } from "../objects";
import type { Intent } from "../state";
import { isSame } from "../wildcard";
import type { HostCmdlet } from "./cmdlet";

/** Somebody is always logged on: the session that asks. */
function power(action: "restart" | "stop"): HostCmdlet {
  return (_, call, services) => {
    if (!call.flag("Force"))
      throw new HostError({
        message:
          "Failed to restart the computer with the following error message: The system shutdown cannot be initiated because there are other users logged on to the computer.",
        category: "OperationStopped",
        id: `RestartcomputerFailed,Microsoft.PowerShell.Commands.${call.cmdlet.replace("-", "")}Command`,
        exception: "InvalidOperationException",
      });
    if (call.confirmed({ asks: false })) services.power(action);
  };
}

function operatingSystem(host: Host): ObjectValue {
  const { version, caption } = host.release;
  const isClient = host.state.role === "client";
  return shaped("Win32_OperatingSystem", {
    Caption: isClient ? "Microsoft Windows 11 Pro" : caption,
    Version: version,
    BuildNumber: version.split(".").at(-1),
    BuildType: "Multiprocessor Free",
    CSName: host.state.computerName,
    InstallDate: new Date(Date.UTC(2024, 0, 1)),
    LastBootUpTime: new Date(host.state.bootedAt),
    LocalDateTime: new Date(host.now()),
    Locale: "0409",
    Manufacturer: "Microsoft Corporation",
    OperatingSystemSKU: isClient ? 48 : 8,
    OSArchitecture: "64-bit",
    OSLanguage: 1033,
    OSProductSuite: 400,
    OSType: 18,
    ProductType: isClient ? 1 : 3,
    SystemDirectory: "C:\\Windows\\system32",
    TotalVisibleMemorySize: 134217728,
    WindowsDirectory: "C:\\Windows",
  });
}

function computerSystem(host: Host): ObjectValue {
  const isHost = host.state.role === "hyperv";
  return shaped("Win32_ComputerSystem", {
    Name: host.state.computerName,
    DNSHostName: host.state.computerName,
    Domain: "WORKGROUP",
    DomainRole: 2,
    HypervisorPresent: true,
    Manufacturer: isHost ? "Dell Inc." : "Microsoft Corporation",
    Model: isHost ? "PowerEdge R650" : "Virtual Machine",
    NumberOfLogicalProcessors: 16,
    NumberOfProcessors: 1,
    PartOfDomain: false,
    TotalPhysicalMemory: 137438953472,
    Workgroup: "WORKGROUP",
  });
}

const getCimInstance: HostCmdlet = (host, call) => {
  const name = call.text("ClassName") ?? "";
  if (isSame(name, "Win32_OperatingSystem")) call.bound.write(operatingSystem(host));
  else if (isSame(name, "Win32_ComputerSystem")) call.bound.write(computerSystem(host));
  else throw new Error(`the lab's host has no CIM instances of ${name}`);
};

function types({ compute, management, storage }: Intent): string[] {
  const names = { Compute: compute, Management: management, Storage: storage };
  return Object.entries(names).flatMap(([name, isOn]) => (isOn ? [name] : []));
}

/** NA-01, NA-02. */
const getIntent: HostCmdlet = (host, call) => {
  const name = call.text("Name");
  for (const intent of host.state.intents)
    if (name === undefined || isSame(name, intent.name))
      call.bound.write(
        shaped("Get-NetIntent", {
          IntentName: intent.name,
          IntentType: types(intent).join(", "),
          Scope: "Host",
          NetAdapterNamesAsList: intent.adapters,
          NetAdapterNameCsv: intent.adapters.join(","),
          IsComputeIntentSet: intent.compute,
          IsManagementIntentSet: intent.management,
          IsStorageIntentSet: intent.storage,
        }),
      );
};

const getIntentStatus: HostCmdlet = (host, call) => {
  const name = call.text("Name");
  for (const intent of host.state.intents)
    if (name === undefined || isSame(name, intent.name))
      call.bound.write(
        shaped("Get-NetIntentStatus", {
          IntentName: intent.name,
          Host: host.state.computerName,
          IsComputeIntentSet: intent.compute,
          IsManagementIntentSet: intent.management,
          IsStorageIntentSet: intent.storage,
          ConfigurationStatus: "Success",
          ProvisioningStatus: "Completed",
          Progress: "1 of 1",
        }),
      );
};

export const COMPUTER: Readonly<Record<string, HostCmdlet>> = {
  "Restart-Computer": power("restart"),
  "Stop-Computer": power("stop"),
};

export const CIM: Readonly<Record<string, HostCmdlet>> = { "Get-CimInstance": getCimInstance };

export const NETWORK_ATC: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetIntent": getIntent,
  "Get-NetIntentStatus": getIntentStatus,
};
