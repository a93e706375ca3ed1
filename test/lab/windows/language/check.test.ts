// The check that does not run: a right script has no finding, and every mutation of it has one.
import { expect, test } from "vitest";
import { checkScript } from "../../../../lab/windows/language/check";

const RIGHT = `# A host's switch
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-Own {
  param([Parameter(Mandatory)][string]$Name)
  Get-VMSwitch -Name $Name -ErrorAction SilentlyContinue
}

$members = @('p1', 'p2')
$switch = Get-Own -Name 'vs'
if ($null -eq $switch) {
  $make = @{ Name = 'vs'; NetAdapterName = $members; EnableEmbeddedTeaming = $true; AllowManagementOS = $false }
  if ($members.Count -gt 1) { $make['MinimumBandwidthMode'] = 'None' }
  New-VMSwitch @make | Out-Null
}
Set-VMSwitchTeam -Name 'vs' -NetAdapterName $members -LoadBalancingAlgorithm HyperVPort
Set-VMSwitch -Name 'vs' -Notes 'ours'
Add-VMNetworkAdapter -ManagementOS -Name 'mgmt' -SwitchName 'vs'
Set-VMNetworkAdapterVlan -ManagementOS -VMNetworkAdapterName 'mgmt' -Access -VlanId 10
Set-VMNetworkAdapterVlan -VMName 'vm' -VMNetworkAdapterName 'lan' -Trunk -AllowedVlanIdList '1-100' -NativeVlanId 0
Set-VMNetworkAdapter -VMName 'vm' -Name 'lan' -MacAddressSpoofing Off -AllowTeaming On -IovWeight 50
New-NetIPAddress -InterfaceAlias 'vEthernet (mgmt)' -IPAddress '10.0.0.2' -PrefixLength 24 -AddressFamily IPv4 | Out-Null
Get-NetIPAddress -InterfaceAlias 'vEthernet (mgmt)' | Where-Object { $_.PrefixOrigin -eq 'Manual' } | Remove-NetIPAddress -Confirm:$false
Set-NetIPInterface -InterfaceAlias 'vEthernet (mgmt)' -NlMtuBytes 9000 -Dhcp Disabled
New-NetLbfoTeam -Name 't' -TeamMembers $members -TeamingMode SwitchIndependent -LoadBalancingAlgorithm Dynamic -Confirm:$false
$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument '-File C:\\revert.ps1'
$trigger = New-ScheduledTaskTrigger -Once -At ([DateTime]::UtcNow.AddSeconds(60))
$principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
Register-ScheduledTask -TaskName 'revert' -Action $action -Trigger $trigger -Principal $principal -Force | Out-Null
Unregister-ScheduledTask -TaskName 'revert' -Confirm:$false
Get-NetAdapter -Name 'p1' | Get-NetAdapterSriov | ForEach-Object { $_.NumVFs }
Get-VM | Get-VMNetworkAdapter | Select-Object -Property 'Name', 'SwitchName' | ConvertTo-Json -Depth 3 -Compress
foreach ($name in $members) {
  try { Remove-VMSwitch -Name $name -Force } catch { "failed: $(Write-Output -InputObject $_.Exception.Message)" }
}
`;

test("a right script has no finding", async () => {
  expect(await checkScript(RIGHT)).toEqual([]);
});

test.each<[from: string, to: string, id: string]>([
  // Parameters that are not there, among them what others have or one would guess.
  [
    "-NetAdapterName $members -LoadBalancingAlgorithm",
    "-NetAdapterNames $members -LoadBalancingAlgorithm",
    "NamedParameterNotFound",
  ],
  ["Set-VMSwitch -Name 'vs' -Notes 'ours'", "Set-VMSwitch -Name 'vs' -EnableIov $true", "NamedParameterNotFound"],
  ["-PrefixLength 24", "-SubnetMask '255.255.255.0'", "NamedParameterNotFound"],
  ["-NlMtuBytes 9000", "-Mtu 9000", "NamedParameterNotFound"],
  ["EnableEmbeddedTeaming = $true", "EnableEmbeddedTeam1ng = $true", "NamedParameterNotFound"],
  ["$make['MinimumBandwidthMode'] = 'None'", "$make['TeamingMode'] = 'None'", "NamedParameterNotFound"],
  ["Get-Own -Name 'vs'", "Get-Own -Id 'vs'", "NamedParameterNotFound"],
  ["-TeamMembers $members", "-Members $members", "NamedParameterNotFound"],
  ["-IovWeight 50", "-VlanId 50", "NamedParameterNotFound"],
  // Values.
  ["-LoadBalancingAlgorithm HyperVPort", "-LoadBalancingAlgorithm TransportPorts", "CannotConvertArgumentNoMessage"],
  ["-MacAddressSpoofing Off", "-MacAddressSpoofing $false", "CannotConvertArgumentNoMessage"],
  ["'MinimumBandwidthMode'] = 'None'", "'MinimumBandwidthMode'] = 'Heavy'", "CannotConvertArgumentNoMessage"],
  ["-TeamingMode SwitchIndependent", "-TeamingMode LACP2", "CannotConvertArgumentNoMessage"],
  ["-PrefixLength 24", "-PrefixLength 256", "CannotConvertArgumentNoMessage"],
  ["-PrefixLength 24", "-PrefixLength '24a'", "CannotConvertArgumentNoMessage"],
  ["-IovWeight 50", "-IovWeight 101", "ParameterArgumentValidationError"],
  ["AllowManagementOS = $false", "AllowManagementOS = 'no'", "CannotConvertArgumentNoMessage"],
  ["-Dhcp Disabled", "-Dhcp Off", "CannotConvertArgumentNoMessage"],
  ["-AddressFamily IPv4", "-AddressFamily Inet", "CannotConvertArgumentNoMessage"],
  ["-RunLevel Highest", "-RunLevel High", "CannotConvertArgumentNoMessage"],
  ["-ErrorAction SilentlyContinue", "-ErrorAction Silent", "CannotConvertArgumentNoMessage"],
  [
    "Set-VMSwitch -Name 'vs' -Notes",
    "Set-VMSwitch -Name '' -Notes",
    "ParameterArgumentValidationErrorEmptyStringNotAllowed",
  ],
  ["-Depth 3", "-Depth 0", "ParameterArgumentValidationError"],
  // Sets, mandatory parameters, positions.
  ["AllowManagementOS = $false", "SwitchType = 'Internal'", "AmbiguousParameterSet"],
  ["Add-VMNetworkAdapter -ManagementOS", "Add-VMNetworkAdapter -ManagementOS -VMName 'vm'", "AmbiguousParameterSet"],
  ["NetAdapterName = $members; ", "", "MissingMandatoryParameter"],
  [
    "-InterfaceAlias 'vEthernet (mgmt)' -IPAddress '10.0.0.2'",
    "-InterfaceAlias 'vEthernet (mgmt)'",
    "MissingMandatoryParameter",
  ],
  [
    "New-NetIPAddress -InterfaceAlias 'vEthernet (mgmt)'",
    "New-NetIPAddress -InterfaceIndex 3 -InterfaceAlias 'vEthernet (mgmt)'",
    "AmbiguousParameterSet",
  ],
  ["Set-VMSwitch -Name 'vs'", "Set-VMSwitch -Name 'vs' 'ours' 'theirs'", "PositionalParameterNotFound"],
  ["-Name 'mgmt' -SwitchName", "-Name -SwitchName", "MissingArgument"],
  ["-Name 'mgmt' -SwitchName 'vs'", "-Name 'mgmt' -SwitchName 'vs' -Name 'b'", "ParameterAlreadyBound"],
  ["Get-Own -Name 'vs'", "Get-Own", "MissingMandatoryParameter"],
  ["-Once -At", "-Once -Daily -At", "AmbiguousParameterSet"],
  // What cmdlets refuse while they run, and prompts.
  ["-Access -VlanId 10", "-Access -Trunk -VlanId 10", "InvalidParameter"],
  ["-Access -VlanId 10", "-VlanId 10", "InvalidParameter"],
  ["-Trunk -AllowedVlanIdList '1-100' -NativeVlanId 0", "-Trunk -AllowedVlanIdList '1-100'", "InvalidParameter"],
  ["-Notes 'ours'", "", "InvalidParameter"],
  ["Remove-VMSwitch -Name $name -Force", "Remove-VMSwitch -Name $name", "InvalidOperation"],
  ["Remove-NetIPAddress -Confirm:$false", "Remove-NetIPAddress", "InvalidOperation"],
  ["-LoadBalancingAlgorithm Dynamic -Confirm:$false", "-LoadBalancingAlgorithm Dynamic", "InvalidOperation"],
  ["'revert' -Confirm:$false", "'revert' -Confirm", "InvalidOperation"],
  // Names and text.
  ["Get-VMSwitch -Name $Name", "Get-VMSwitchs -Name $Name", "UnknownCommand"],
  ["Set-VMSwitchTeam -Name", "New-VMSwitchTeam -Name", "UnknownCommand"],
  ["Get-NetAdapterSriov |", "Get-VMNetworkAdapterIov |", "UnknownCommand"],
  ["| ForEach-Object {", "| foreach {", "Alias"],
  ["Where-Object {", "where {", "Alias"],
  ["Get-Own -Name 'vs'", "gvm -Name 'vs'", "Alias"],
  ["New-VMSwitch @make", "if ($x) { $make = Get-Own 'x' }\n  New-VMSwitch @make", "UnclearSplat"],
  ["New-VMSwitch @make | Out-Null\n}", "New-VMSwitch @make | Out-Null\n", "ParserError"],
  ["'vEthernet (mgmt)' -NlMtuBytes", "'vEthernet (mgmt) -NlMtuBytes", "ParserError"],
  ["if ($null -eq $switch) {", "if ($null -eq $switch {", "ParserError"],
  ["foreach ($name in $members) {", "foreach ($name of $members) {", "ParserError"],
  ["Get-VM |", "Get-VM &&", "Unsupported"],
])("%j for %j is %s", async (from, to, id) => {
  expect(RIGHT).toContain(from);
  const findings = await checkScript(RIGHT.replace(from, () => to));
  expect(findings.map((finding) => finding.id)).toContain(id);
  const line = RIGHT.slice(0, RIGHT.indexOf(from)).split("\n").length;
  if (
    !["ParserError", "Unsupported", "NamedParameterNotFound", "UnclearSplat"].includes(id) &&
    !to.includes("\n") &&
    !from.includes("= ")
  ) {
    expect(findings.map((finding) => finding.line)).toEqual([line]);
  }
});

test.each([
  ["function f($splat) { Get-VM @splat }", "UnclearSplat"],
  ["$p = @{ Name = 'a' }\n$p.Nope = 1\nGet-VM @p", "NamedParameterNotFound"],
  ['"$(Get-Nope)"', "UnknownCommand"],
  ["$x = { Get-Nope }", "UnknownCommand"],
  ["Write-Output -InputObject (Get-Nope)", "UnknownCommand"],
  ["@{ a = Get-Nope }", "UnknownCommand"],
  ["if (Get-Nope) { }", "UnknownCommand"],
  ["switch (1) {\n 1 { Get-Nope }\n}", "UnknownCommand"],
])("a call is found wherever it stands: %s", async (script, id) => {
  expect((await checkScript(script)).map((finding) => finding.id)).toEqual([id]);
});

test("a splat is what the text before its call says", async () => {
  const one = "$o = @{ Name = 'a'; SwitchType = 'Internal' }\nNew-VMSwitch @o\n";
  const other = "$o = @{ VMName = 'v' }\n$o.Name = 'n'\nSet-VMNetworkAdapter @o -IovWeight 1\n";
  expect(await checkScript(one + other + one)).toEqual([]);
  const branch = "if ($x) { $o = @{ Nope = 1 } } else { $o['Notes'] = 'n' }\n";
  const ids = async (script: string) => (await checkScript(script)).map((finding) => `${finding.line} ${finding.id}`);
  expect(await ids(one.replace("New", () => `${branch}New`))).toEqual(["3 NamedParameterNotFound"]);
  expect(await ids(branch + one)).toEqual([]);
  // The branch need not have been taken.
  expect(await ids(`$o = @{ Nope = 1 }\nif ($x) { ${one.split("\n")[0]} }\nNew-VMSwitch @o`)).toEqual([
    "3 NamedParameterNotFound",
  ]);
  expect(await ids("New-VMSwitch @o\n$o = @{ Name = 'a'; SwitchType = 'Internal' }")).toEqual(["1 UnclearSplat"]);
});

test("keys that are put in perhaps may exclude one another", async () => {
  const script =
    "$p = @{ Name = 'a' }\nif ($x) { $p.SwitchType = 'Internal' } else { $p.NetAdapterName = 'n' }\nNew-VMSwitch @p";
  expect(await checkScript(script)).toEqual([]);
});

test("a parameter of a later release is none before", async () => {
  const script = "New-VMSwitch -Name 'a' -NetAdapterName 'n' -AllowNetLbfoTeams $true";
  expect(await checkScript(script)).toEqual([]);
  expect((await checkScript(script, { release: 2019 }))[0]).toMatchObject({
    line: 1,
    column: 1,
    id: "NamedParameterNotFound",
  });
});

test("what comes down the pipeline completes a call, and nothing else does", async () => {
  expect(await checkScript("Get-NetAdapter | Set-NetAdapter -VlanID 3 -Confirm:$false")).toEqual([]);
  expect((await checkScript("New-VMSwitch -Name 'a'"))[0]?.id).toBe("MissingMandatoryParameter");
});
