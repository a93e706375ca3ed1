// ConvertTo-Json and ConvertFrom-Json as Windows PowerShell 5.1 does them (PE-09).
import { expect, test } from "vitest";
import type { Cmdlet, Value } from "../../../../lab/windows/contract";
import { output } from "./machine";

const mode: Value = { kind: "enum", type: "Microsoft.HyperV.PowerShell.OnOffState", name: "Off", number: 1 };
const vmSwitch: Value = {
  kind: "object",
  type: "Microsoft.HyperV.PowerShell.VMSwitch",
  properties: new Map<string, Value>([
    ["Name", "s"],
    ["Mode", mode],
    ["Big", 18446744073709551615n],
  ]),
};
const get: Cmdlet = (call) => call.write(vmSwitch);

test.each<[script: string, json: string]>([
  [
    "@{ a = $null; b = $true; c = 1; d = 1.5; e = 'x' } | ConvertTo-Json -Compress",
    '{"a":null,"b":true,"c":1,"d":1.5,"e":"x"}',
  ],
  [
    "@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress",
    '{"a":{"b":{"c":"System.Collections.Hashtable"}}}',
  ],
  [
    "[pscustomobject]@{ a = @{ b = @{ c = [pscustomobject]@{ d = 1 } } } } | ConvertTo-Json -Compress",
    '{"a":{"b":{"c":"@{d=1}"}}}',
  ],
  ["@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -Depth 5", '{"a":{"b":{"c":{"d":1}}}}'],
  ["@{ a = @{ b = @{ c = @('x', 'y') } } } | ConvertTo-Json -Compress", '{"a":{"b":{"c":"x y"}}}'],
  ["@(1) | ConvertTo-Json -Compress", "1"],
  ["@(1, 2) | ConvertTo-Json -Compress", "[1,2]"],
  ["ConvertTo-Json -InputObject @(1) -Compress", "[1]"],
  ["ConvertTo-Json -InputObject @() -Compress", "[]"],
  ["@{ a = @() } | ConvertTo-Json -Compress", '{"a":[]}'],
  // What a pipeline without output leaves is no null in 5.1.
  ["@{ a = (1..2 | Where-Object { $_ -gt 5 }) } | ConvertTo-Json -Compress", '{"a":{}}'],
  ["@{ a = @(1..2 | Where-Object { $_ -gt 5 }) } | ConvertTo-Json -Compress", '{"a":[]}'],
  ["'<a> & ''b'' é \"q\" \\' | ConvertTo-Json", '"\\u003ca\\u003e \\u0026 \\u0027b\\u0027 é \\"q\\" \\\\"'],
  ["[datetime]'2026-01-02T03:04:05Z' | ConvertTo-Json", '"\\/Date(1767323045000)\\/"'],
  ["[guid]'11111111-2222-3333-4444-555555555555' | ConvertTo-Json", '"11111111-2222-3333-4444-555555555555"'],
  ["Get-VMSwitch | ConvertTo-Json -Compress", '{"Name":"s","Mode":1,"Big":18446744073709551615}'],
  [
    'Get-VMSwitch | ForEach-Object { @{ m = [string]$_.Mode; n = "$($_.Mode)" } } | ConvertTo-Json -Compress',
    '{"m":"Off","n":"Off"}',
  ],
  [
    "Get-VMSwitch | Select-Object -Property Name, @{ n = 'On'; e = { $_.Mode -eq 'On' } } | ConvertTo-Json -Compress".replace(
      "Name, @",
      "'Name', @",
    ),
    '{"Name":"s","On":false}',
  ],
  ['\'{"a":[1,{"b":null}]}\' | ConvertFrom-Json | ConvertTo-Json -Compress', '{"a":[1,{"b":null}]}'],
  ['(\'{"A":{"b":2}}\' | ConvertFrom-Json).a.B', "2"],
  ["@('[1,2]' | ConvertFrom-Json).Count; @('[1,2]' | ConvertFrom-Json)[0].Count", "1\n2"],
  [
    "try { 'nope{' | ConvertFrom-Json } catch { $_.FullyQualifiedErrorId }",
    "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
  ],
  ["$null | ConvertTo-Json", "null"],
])("%s", async (script, json) => {
  const prelude =
    "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)\n$ProgressPreference = 'SilentlyContinue'\n";
  expect((await output(`${prelude}${script}`, { cmdlets: { "Get-VMSwitch": get } })).join("\n")).toBe(json);
});

test("nothing down the pipeline gives nothing", async () => {
  expect(await output("1..2 | Where-Object { $_ -gt 5 } | ConvertTo-Json")).toEqual([]);
});
