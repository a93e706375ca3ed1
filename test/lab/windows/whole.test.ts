// The two halves of the simulated Windows host together: scripts that the language runs over the host's model.
import { expect, test } from "vitest";
import { cmdletNames, findCmdlet } from "../../../lab/windows/host/cmdlets/modules";
import type { Scenario } from "../../../lab/windows/host/scenario";
import { checkScript } from "../../../lab/windows/language/check";
import { runPowerShell } from "../../../lab/windows/language/process";
import { reference } from "../../../lab/windows/language/reference";
import { Caller } from "./host/caller";
import { encode } from "./language/machine";

const VMS: Partial<Scenario> = { vms: [{ name: "vm1", state: "Running", generation: 2, adapters: [{ name: "lan" }] }] };

async function lines(script: string, scenario: Partial<Scenario> = VMS): Promise<string[]> {
  const { machine } = new Caller(scenario, runPowerShell);
  const prelude =
    "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n";
  const ended = await machine.start(["-NoProfile", "-NonInteractive", "-EncodedCommand", encode(prelude + script)], "")
    .ended;
  if (ended?.stderr !== "") throw new Error(ended?.stderr ?? "killed");
  return ended.stdout.replace(/\r\n$/, "").split("\r\n");
}

test("every cmdlet of the host is in the reference, in the same module", () => {
  expect(cmdletNames().filter((name) => reference().cmdlet(name)?.module !== findCmdlet(name)?.module)).toEqual([]);
});

test.each<[script: string, printed: string[]]>([
  [
    `New-VMSwitch -Name 'vs' -NetAdapterName 'NIC2', 'NIC3' -EnableEmbeddedTeaming $true -AllowManagementOS $false | Out-Null
Get-VMSwitch | Select-Object -Property 'Name', 'SwitchType', 'EmbeddedTeamingEnabled' | ConvertTo-Json -Compress
Get-VMSwitch | ForEach-Object { $_.SwitchType.ToString() }
Get-VMSwitchTeam | ForEach-Object { $_.NetAdapterInterfaceDescription.Count }`,
    ['{"Name":"vs","SwitchType":2,"EmbeddedTeamingEnabled":true}', "External", "2"],
  ],
  // Objects of the pipeline by their types, those that derive among them.
  [
    `New-VMSwitch -Name 'vs' -NetAdapterName 'NIC2' -AllowManagementOS $false | Out-Null
Add-VMNetworkAdapter -ManagementOS -Name 'mgmt' -SwitchName 'vs'
Get-VMNetworkAdapter -ManagementOS | Set-VMNetworkAdapterVlan -Access -VlanId 12
Get-VMNetworkAdapterVlan -ManagementOS | ForEach-Object { "$($_.OperationMode) $($_.AccessVlanId)" }
$switch = Get-VMSwitch -Name 'vs'
Connect-VMNetworkAdapter -VMName 'vm1' -VMSwitch $switch
Get-VM | Get-VMNetworkAdapter | Set-VMNetworkAdapter -MacAddressSpoofing On
Get-VMNetworkAdapter -VMName 'vm1' | ForEach-Object { "$($_.SwitchName) $($_.MacAddressSpoofing)" }
Get-VMSwitch | Remove-VMSwitch -Force -ErrorAction SilentlyContinue
$Error[0].FullyQualifiedErrorId`,
    ["Access 12", "vs On", "OperationFailed,Microsoft.HyperV.PowerShell.Commands.RemoveVMSwitch"],
  ],
  // A NIC is no IP interface: it binds by its name.
  [
    `Get-NetAdapter -Name 'NIC2' | Set-NetIPInterface -NlMtuBytes 1400
Get-NetIPInterface -InterfaceAlias 'NIC2' -AddressFamily IPv4 | ForEach-Object { $_.NlMtu }
Get-NetAdapter -Name 'NIC1' | Get-NetIPAddress -AddressFamily IPv4 | ForEach-Object { $_.IPAddress }`,
    ["1400", "192.0.2.11"],
  ],
  [
    `$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument '-File C:\\r.ps1'
$trigger = New-ScheduledTaskTrigger -Once -At ((Get-Date).AddSeconds(60))
$principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
Register-ScheduledTask -TaskName 'revert' -Action $action -Trigger $trigger -Principal $principal | ForEach-Object { $_.TaskName }
Get-ScheduledTask -TaskName 'revert' | Get-ScheduledTaskInfo | ForEach-Object { $_.LastTaskResult }
try { Register-ScheduledTask -TaskName 'revert' -Action $action -Trigger $trigger -Principal $principal } catch { $_.FullyQualifiedErrorId }
Get-ScheduledTask -TaskName 'revert' | Unregister-ScheduledTask -Confirm:$false
@(Get-ScheduledTask).Count`,
    ["revert", "267011", "HRESULT 0x800700b7,Register-ScheduledTask", "0"],
  ],
  [
    `foreach ($name in 'nope', 'NIC1') {
  try { (Get-NetAdapter -Name $name).Name } catch { "$($_.CategoryInfo.Category) $($_.FullyQualifiedErrorId)" }
}
[bool](Get-Command -Name 'Get-NetIntent' -ErrorAction SilentlyContinue)`,
    ["ObjectNotFound CmdletizationQuery_NotFound_Name,Get-NetAdapter", "NIC1", "False"],
  ],
])("%s", async (script, printed) => {
  expect(await checkScript(script)).toEqual([]);
  expect(await lines(script)).toEqual(printed);
});
