// Binding as PowerShell does it: which set, which values, and which error id when it does not bind.
import { expect, test } from "vitest";
import type { BoundCall, Cmdlet, Value } from "../../../../lab/windows/contract";
import { type Given, run } from "./machine";

const HVC = "Microsoft.HyperV.PowerShell.Commands.";

/** Runs one call and hands back what its cmdlet got. */
async function bound(script: string, given: Given = {}): Promise<{ set: string; values: Record<string, Value> }> {
  const calls: BoundCall[] = [];
  const keep: Cmdlet = (call) => {
    calls.push(call);
  };
  const names = script.match(/\b[a-z]+-[A-Z]\w+/gi) ?? [];
  const cmdlets = Object.fromEntries(names.map((name) => [name, keep]));
  const { stderr } = await run(`$ProgressPreference = 'SilentlyContinue'\n${script}`, {
    ...given,
    cmdlets: { ...cmdlets, ...given.cmdlets },
  });
  const last = calls.at(-1);
  if (stderr !== "" || !last) throw new Error(stderr);
  return {
    set: last.parameterSet,
    values: Object.fromEntries([...last.parameters].map(([name, value]) => [name, shown(value)])),
  };
}

const shown = (value: Value): Value =>
  value !== null && typeof value === "object" && "kind" in value && value.kind === "enum"
    ? `${value.type}.${value.name}=${value.number}`
    : value;

const ENUMS = "Microsoft.HyperV.PowerShell.";

test.each<[script: string, set: string, values: Record<string, unknown>]>([
  ["New-VMSwitch -Name 'a' -NetAdapterName 'p1', 'p2'", "NetAdapterName", { Name: "a", NetAdapterName: ["p1", "p2"] }],
  ["New-VMSwitch 'a' -SwitchType Internal", "SwitchType", { Name: "a", SwitchType: `${ENUMS}VMSwitchType.Internal=1` }],
  ["New-VMSwitch -SwitchName 'a' -InterfaceAlias 'p1'", "NetAdapterName", { Name: "a", NetAdapterName: ["p1"] }],
  [
    "new-VMSWITCH -NAME 'a' -netadapteri 'd'",
    "NetAdapterInterfaceDescription",
    { Name: "a", NetAdapterInterfaceDescription: ["d"] },
  ],
  [
    "New-VMSwitch -Name 'a' -NetAdapterName 'p' -EnableIov $true",
    "NetAdapterName",
    { Name: "a", NetAdapterName: ["p"], EnableIov: true },
  ],
  [
    "New-VMSwitch -Name 'a' -NetAdapterName 'p' -MinimumBandwidthMode 1",
    "NetAdapterName",
    { Name: "a", NetAdapterName: ["p"], MinimumBandwidthMode: `${ENUMS}VMSwitchBandwidthMode.Weight=1` },
  ],
  [
    "$p = @{ Name = 'a'; NetAdapterName = 'p' }\nNew-VMSwitch @p -Notes ''",
    "NetAdapterName",
    { Name: "a", NetAdapterName: ["p"], Notes: "" },
  ],
  [
    "Set-VMNetworkAdapter -VMName 'v' -MacAddressSpoofing on -IovWeight 100",
    "VMName",
    { VMName: "v", MacAddressSpoofing: `${ENUMS}OnOffState.On=0`, IovWeight: 100 },
  ],
  ["Set-VMNetworkAdapterVlan -VMName 'v' -Access -VlanId '10'", "VMName", { VMName: ["v"], Access: true, VlanId: 10 }],
  ["Set-VMNetworkAdapterVlan -ManagementOS -Untagged", "ManagementOS", { ManagementOS: true, Untagged: true }],
  ["Remove-VMSwitch -Name 'a' -Force", "Name", { Name: ["a"], Force: true }],
  ["Get-NetAdapter 'a', 'b'", "ByName", { Name: ["a", "b"] }],
  ["Get-NetAdapter", "ByName", {}],
  [
    "New-NetLbfoTeam -Name 't' -TeamMembers 'a' -TeamingMode Lacp -Confirm:$false",
    "__AllParameterSets",
    {
      Name: "t",
      TeamMembers: ["a"],
      TeamingMode: "Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetLbfo.TeamingModes.Lacp=2",
      Confirm: false,
    },
  ],
  [
    "New-NetIPAddress -InterfaceAlias 'a' -IPAddress '10.0.0.1' -PrefixLength 24",
    "ByInterfaceAlias",
    { InterfaceAlias: "a", IPAddress: "10.0.0.1", PrefixLength: 24 },
  ],
])("%s binds to %s", async (script, set, values) => {
  expect(await bound(script)).toEqual({ set, values });
});

test.each<[script: string, id: string]>([
  // EM-06 and the facts of the switch (SW-01, SW-02, SE-12, VA-16).
  ["New-VMSwitch -Name 'a' -SwitchType External", `ParameterArgumentValidationError,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -SwitchType Internal -AllowManagementOS $true", `AmbiguousParameterSet,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -Nope 1", `NamedParameterNotFound,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a'", `MissingMandatoryParameter,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -NetAdapterName 'p' 'surplus'", `PositionalParameterNotFound,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -NetAdapterName 'p' -E $true", `AmbiguousParameter,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -Name 'b' -NetAdapterName 'p'", `ParameterAlreadyBound,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name -NetAdapterName 'p'", `MissingArgument,${HVC}NewVMSwitch`],
  [
    "New-VMSwitch -Name '' -NetAdapterName 'p'",
    `ParameterArgumentValidationErrorEmptyStringNotAllowed,${HVC}NewVMSwitch`,
  ],
  ["New-VMSwitch -Name $null -NetAdapterName 'p'", `ParameterArgumentValidationErrorNullNotAllowed,${HVC}NewVMSwitch`],
  [
    "New-VMSwitch -Name 'a' -NetAdapterName @()",
    `ParameterArgumentValidationErrorEmptyArrayNotAllowed,${HVC}NewVMSwitch`,
  ],
  ["New-VMSwitch -Name @('a', 'b') -NetAdapterName 'p'", `CannotConvertArgumentNoMessage,${HVC}NewVMSwitch`],
  ["New-VMSwitch -Name 'a' -NetAdapterName 'p' -EnableIov 'true'", `CannotConvertArgumentNoMessage,${HVC}NewVMSwitch`],
  [
    "New-VMSwitch -Name 'a' -NetAdapterName 'p' -MinimumBandwidthMode Most",
    `CannotConvertArgumentNoMessage,${HVC}NewVMSwitch`,
  ],
  [
    "Set-VMNetworkAdapter -VMName 'v' -MacAddressSpoofing $true",
    `CannotConvertArgumentNoMessage,${HVC}SetVMNetworkAdapter`,
  ],
  ["Set-VMNetworkAdapter -VMName 'v' -IovWeight 101", `ParameterArgumentValidationError,${HVC}SetVMNetworkAdapter`],
  ["Set-VMNetworkAdapter -VMName 'v' -IovWeight many", `CannotConvertArgumentNoMessage,${HVC}SetVMNetworkAdapter`],
  [
    "Connect-VMNetworkAdapter -VMName 'v' -VMSwitch 'sw'",
    `CannotConvertArgumentNoMessage,${HVC}ConnectVMNetworkAdapter`,
  ],
  ["Set-VMSwitch -Name 's' -EnableIov $true", `NamedParameterNotFound,${HVC}SetVMSwitch`],
  ["Set-VMSwitch -Name 's'", `InvalidParameter,${HVC}SetVMSwitch`],
  ["Set-VMNetworkAdapterVlan -VMName 'v' -Access -Trunk -VlanId 1", `InvalidParameter,${HVC}SetVMNetworkAdapterVlan`],
  ["Set-VMNetworkAdapterVlan -VMName 'v' -Access", `InvalidParameter,${HVC}SetVMNetworkAdapterVlan`],
  [
    "Set-VMNetworkAdapterVlan -VMName 'v' -ManagementOS -Untagged",
    `AmbiguousParameterSet,${HVC}SetVMNetworkAdapterVlan`,
  ],
  ["Get-NetAdapter -Nope", "NamedParameterNotFound,Get-NetAdapter"],
  [
    "New-NetIPAddress -IPAddress '10.0.0.1' -InterfaceAlias 'a' -InterfaceIndex 3",
    "AmbiguousParameterSet,New-NetIPAddress",
  ],
  [
    "New-NetIPAddress -InterfaceAlias 'a' -IPAddress '10.0.0.1' -PrefixLength 300",
    "CannotConvertArgumentNoMessage,New-NetIPAddress",
  ],
  [
    "New-NetIPAddress -InterfaceAlias 'a' -IPAddress '10.0.0.1' -AddressFamily ip4",
    "CannotConvertArgumentNoMessage,New-NetIPAddress",
  ],
  ["Get-VM -ErrorAction Maybe", `CannotConvertArgumentNoMessage,${HVC}GetVM`],
  // Prompts where nobody answers (LB-01, SH-08, ST-06, IP-15).
  ["Remove-VMSwitch -Name 'a'", `InvalidOperation,${HVC}RemoveVMSwitch`],
  ["New-NetLbfoTeam -Name 't' -TeamMembers 'a'", "InvalidOperation,New-NetLbfoTeam"],
  ["Unregister-ScheduledTask -TaskName 't'", "InvalidOperation,Unregister-ScheduledTask"],
  ["Remove-NetIPAddress -IPAddress '10.0.0.1'", "InvalidOperation,Remove-NetIPAddress"],
  ["Get-VMSwitches", "CommandNotFoundException"],
])("%s: %s", async (script, id) => {
  const line = `try { ${script} } catch { $_.FullyQualifiedErrorId }`;
  const name = /[A-Z][a-z]+-[A-Z]\w+/.exec(script)?.[0] ?? "";
  const ran: string[] = [];
  const { stdout } = await run(
    line,
    name === "Get-VMSwitches" ? {} : { cmdlets: { [name]: () => void ran.push(name) } },
  );
  expect([stdout.trim(), ran]).toEqual([id, []]);
});

test("what came with a later release is an unknown parameter before (SW-18)", async () => {
  const script = "New-VMSwitch -Name 'a' -NetAdapterName 'p' -AllowNetLbfoTeams $true";
  expect((await bound(script, { release: 2022 })).values).toMatchObject({ AllowNetLbfoTeams: true });
  await expect(bound(script, { release: 2019 })).rejects.toThrow("NamedParameterNotFound");
  const question = "(Get-Command New-VMSwitch).Parameters.ContainsKey('AllowNetLbfoTeams')";
  const asked = async (release: number) => (await run(question, { release })).stdout.trim();
  expect([await asked(2022), await asked(2019)]).toEqual(["True", "False"]);
});

const vm = (name: string): Value => ({
  kind: "object",
  type: "Microsoft.HyperV.PowerShell.VirtualMachine",
  properties: new Map<string, Value>([
    ["Name", name],
    ["VMName", name],
  ]),
});
const vnic = (type: string): Value => ({
  kind: "object",
  type: `Microsoft.HyperV.PowerShell.${type}`,
  properties: new Map<string, Value>([["Name", "n"]]),
});
const nic: Value = {
  kind: "object",
  type: "Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetAdapter",
  properties: new Map<string, Value>([
    ["Name", "p1"],
    ["InterfaceAlias", "p1"],
  ]),
};

test("an object of the pipeline binds by its type before its text", async () => {
  const cmdlets = { "Get-VM": (call: BoundCall) => call.write(vm("v1")) };
  const { set, values } = await bound("Get-VM | Get-VMNetworkAdapter", { cmdlets });
  expect([set, values.VM]).toEqual(["VMObject", [vm("v1")]]);
  expect((await bound("'v1' | Get-VMNetworkAdapter -Name 'n'")).values).toEqual({ VMName: ["v1"], Name: "n" });
});

test("an object of the pipeline binds by its properties", async () => {
  const cmdlets = { "Get-NetAdapter": (call: BoundCall) => call.write(nic) };
  expect((await bound("Get-NetAdapter | Get-NetIPInterface -AddressFamily IPv4", { cmdlets })).values).toMatchObject({
    InterfaceAlias: ["p1"],
  });
});

test("a host's own adapter is none that connects (VA-11)", async () => {
  const cmdlets = { "Get-VMNetworkAdapter": (call: BoundCall) => call.write(vnic("VMInternalNetworkAdapter")) };
  const script =
    "$a = Get-VMNetworkAdapter -ManagementOS\ntry { Connect-VMNetworkAdapter -VMNetworkAdapter $a -SwitchName 's' } catch { $_.FullyQualifiedErrorId }";
  const { stdout } = await run(script, { cmdlets: { ...cmdlets, "Connect-VMNetworkAdapter": () => {} } });
  expect(stdout.trim()).toBe(`CannotConvertArgumentNoMessage,${HVC}ConnectVMNetworkAdapter`);
});

test("what fits no parameter of the pipeline is an error, and the next object goes on", async () => {
  const seen: Value[] = [];
  const script =
    "$ErrorActionPreference = 'SilentlyContinue'\n7, [pscustomobject]@{ InterfaceDescription = 'd' } | Get-NetAdapter\n$Error[0].FullyQualifiedErrorId";
  const { stdout, exitCode } = await run(script, {
    cmdlets: { "Get-NetAdapter": (call) => void seen.push(call.parameters.get("InterfaceDescription") ?? null) },
  });
  expect([exitCode, stdout.trim(), seen]).toEqual([0, "InputObjectNotBound,Get-NetAdapter", [["d"]]]);
});
