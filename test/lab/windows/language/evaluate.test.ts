// What scripts print: the language's own rules, one line each.
import { expect, test } from "vitest";
import { output, run } from "./machine";

const STRICT = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n";

test.each<[script: string, lines: string[]]>([
  // Values and operators.
  ["1 + 2 * 3", ["7"]],
  ["7 / 2; 6 / 2; 7 % 4", ["3.5", "3", "3"]],
  ["'a' + 1; 1 + '2'", ["a1", "3"]],
  ["5mb; 0x1F", ["5242880", "31"]],
  ["9007199254740993 + 1", ["9007199254740994"]],
  ["'ABC' -eq 'abc'; 'ABC' -ceq 'abc'", ["True", "False"]],
  ["1 -eq '1'; '1' -eq 1; 'a' -ne 'b'", ["True", "True", "True"]],
  ["1, 2, 3 -gt 1", ["2", "3"]],
  ["$null -eq $null; $null -eq 0; @() -eq $null", ["True", "False"]],
  ["'vNIC' -like 'v*'; 'a[1]' -like 'a`[1`]'; 'x' -notlike 'y?'", ["True", "True", "True"]],
  ["'10 Gbps' -match '^(\\d+) (\\w)'; $Matches[1]; $Matches[2]", ["True", "10", "G"]],
  ["'a-b-c' -replace '-', '+'; 'Ab' -creplace 'b', ''", ["a+b+c", "A"]],
  ["@('a', 'B') -contains 'b'; 'b' -in @('a', 'B'); 'c' -notin @('a')", ["True", "True", "True"]],
  ["'a,b' -split ','; @('a', 'b') -join '+'; -join @('a', 'b')", ["a", "b", "a+b", "ab"]],
  ["'{0}: {1:D3} {2:X2}' -f 'a', 7, 255", ["a: 007 FF"]],
  ["-not $true; !0; -not ''", ["False", "True", "True"]],
  ["$true -and 'x'; $false -or 0; 1 -xor 1", ["True", "False", "False"]],
  ["6 -band 3; 6 -bor 1; 1 -shl 4", ["2", "7", "16"]],
  ["[int]'42' + 1; [string]12 + 1; [bool]'False'", ["43", "121", "True"]],
  ["[int]2.5; [int]3.5; [int]'0x10'", ["2", "4", "16"]],
  ["'5' -as [int]; $null -eq ('x' -as [int]); 5 -is [int]; 'a' -is [string]", ["5", "True", "True", "True"]],
  ["[math]::Max(3, 5); [math]::Floor(2.7)", ["5", "2"]],
  // Strings.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: PowerShell's own braces
  ['$x = \'v\'; "a $x $($x + 1) ${x}b `$x `"q`" ""r"""', ['a v v1 vb $x "q" "r"']],
  ['$o = @{ p = 1 }; "$o.p $($o.p)"', ["System.Collections.Hashtable.p 1"]],
  ["'it''s $x'", ["it's $x"]],
  ['$x = 1\n@"\na "$x"\n  b\n"@', ['a "1"', "  b"]],
  ["@'\n$x\n'@", ["$x"]],
  ["' a '.Trim(); 'ab'.ToUpper(); 'abc'.Substring(1, 1); 'a'.PadLeft(3, '0')", ["a", "AB", "b", "00a"]],
  [
    "'a.b'.Split('.'); 'abc'.StartsWith('ab'); 'abc'.Contains('B'); 'a-b'.Replace('-', '')",
    ["a", "b", "True", "False", "ab"],
  ],
  ["'abc'[0]; 'abc'[-1]; 'abc'.Length", ["a", "c", "3"]],
  ["@(1, 2, $null, $true, 'x') -join ','", ["1,2,,True,x"]],
  // Arrays and hashtables.
  ["@(1, 2).Count; @().Count; @($null).Count; @(1..4)[-1]; (1..3)[0, 2]", ["2", "0", "1", "4", "1", "3"]],
  ["$a = @(1); $a += 2; $a += @(3, 4); $a.Count; $a[1] = 9; $a -join ','", ["4", "1,9,3,4"]],
  ["$a, $b = 1, 2, 3; $a; $b -join '-'", ["1", "2-3"]],
  ["$h = @{ a = 1 }; $h.b = 2; $h['c'] = 3; $h.Count; $h.ContainsKey('A'); $h['zz'] -eq $null", ["3", "True", "True"]],
  ["$h = [ordered]@{ z = 1; a = 2 }; $h.Keys -join ','; $h.Remove('z'); $h.Count", ["z,a", "1"]],
  ["$h = @{ a = @{ b = 1 } }; $h.a.b += 4; $h.a.b", ["5"]],
  ["$o = [pscustomobject]@{ Name = 'x' }; $o.name; $o.Name = 'y'; \"$o\"", ["x", "@{Name=y}"]],
  ["$l = @([pscustomobject]@{ n = 1 }, [pscustomobject]@{ n = 2 }); $l.n -join ','", ["1,2"]],
  ["$o = [pscustomobject]@{ a = 1; b = 2 }; $o.PSObject.Properties.Name -join ','", ["a,b"]],
  [
    "$l = [System.Collections.Generic.List[object]]::new(); $l.Add(1); $l.Add('b'); $l.Count; $l -join ','",
    ["2", "1,b"],
  ],
  ["$i = 5; $i++; $i; $i--; ++$i; $i", ["6", "6"]],
  ["$l = [System.Collections.ArrayList]::new(); $l.Add('a'); $l.Add('b') | Out-Null; $l.Count", ["0", "2"]],
  ["(New-TimeSpan -Minutes 2).TotalSeconds", ["120"]],
  // What a pipeline leaves.
  ["$x = 1..3 | Where-Object { $_ -gt 5 }; $null -eq $x; @($x).Count", ["True", "0"]],
  ["$x = @(1..3 | Where-Object { $_ -gt 2 }); $x.Count", ["1"]],
  ["$x = 1..3 | Where-Object { $_ -gt 2 }; $x -is [array]", ["False"]],
  ["function f { , @(1, 2) }; (f).Count; function g { @(1, 2) }; @(g).Count", ["2", "2"]],
  ["function f { 'a'; 'b'; return 'c'; 'd' }; (f) -join ''", ["abc"]],
  ["foreach ($x in $null) { 'no' }; $null | ForEach-Object { 'once' }", ["once"]],
  ["$x = if ($true) { 'then' } else { 'else' }; $x", ["then"]],
  ["$x = foreach ($i in 1..2) { $i * 2 }; $x -join ','", ["2,4"]],
  ['1..9 | ForEach-Object { "made $_" } | Select-Object -First 2', ["made 1", "made 2"]],
  [
    '1..2 | ForEach-Object { [Console]::Out.WriteLine("a$_"); $_ } | ForEach-Object { [Console]::Out.WriteLine("b$_") }',
    ["a1", "b1", "a2", "b2"],
  ],
  // Pipeline cmdlets.
  [
    "@{ n = 2 }, @{ n = 1 } | ForEach-Object { [pscustomobject]$_ } | Sort-Object -Property n | ForEach-Object n",
    ["1", "2"],
  ],
  ["'b', 'a', 'B' | Sort-Object -Unique", ["a", "b"]],
  [
    "[pscustomobject]@{ Name = 'x'; v = 1 }, [pscustomobject]@{ Name = 'y'; v = 2 } | Where-Object Name -eq 'Y' | Select-Object -ExpandProperty v",
    ["2"],
  ],
  ["'a', 'b', 'a' | Group-Object | ForEach-Object { \"$($_.Name) $($_.Count)\" }", ["a 2", "b 1"]],
  ["(1, 2, 3 | Measure-Object -Sum).Sum; (1, 2 | Measure-Object).Count", ["6", "2"]],
  ["'a', 'b' | Select-Object -Last 1; 'a', 'b', 'c' | Select-Object -Skip 1 -First 1", ["b", "b"]],
  ["Write-Output @(1, 2); Write-Output -InputObject @(3, 4) | ForEach-Object { $_ + 1 }", ["1", "2", "4", "5"]],
  // Flow.
  ["switch ('b') {\n 'a' { 1 }\n 'B' { 2 }\n default { 3 }\n}", ["2"]],
  ["switch -Wildcard ('eth0', 'x') {\n 'eth*' { 'nic' }\n default { \"other $_\" }\n}", ["nic", "other x"]],
  ["for ($i = 0; $i -lt 5; $i++) { if ($i -eq 1) { continue }; if ($i -eq 3) { break }; $i }", ["0", "2"]],
  ["$i = 0; do { $i++ } while ($i -lt 3); $i; do { $i-- } until ($i -le 0); $i", ["3", "0"]],
  ["function f([string]$a, [int]$b = 2) { \"$a-$b\" }; f 'x'; f -b 3 -a 'y'; f 'z' 4", ["x-2", "y-3", "z-4"]],
  [
    "function f {\n param([switch]$s, [string[]]$l)\n \"$s $(@($l).Count)\"\n}\nf -s -l 'a', 'b'\nf -l 'a'",
    ["True 2", "False 1"],
  ],
  ["function f {\n process { $_ * 2 }\n end { 'end' }\n}\n1, 2 | f", ["2", "4", "end"]],
  ["$x = 1; function f { $x = 2; $x }; f; $x; & { $x = 3 }; $x; . { $x = 4 }; $x", ["2", "1", "1", "4"]],
  ["$x = 1; function f { $script:x = 2 }; f; $x", ["2"]],
  ["function emit { $local = 'in'; 1 }\nemit | ForEach-Object { $seen = 'here' }\n$seen", ["here"]],
  ["$b = { param($q)\n \"got $q\" }\n& $b 'v'; $b.Invoke('w')", ["got v", "got w"]],
  ["& ([scriptblock]::Create('$args[0] + 1')) 41", ["42"]],
  [
    "$p = @{ First = 1 }; 5, 6 | Select-Object @p; $a = @('x', 'y'); function f($l, $r) { \"$r$l\" }; f @a",
    ["5", "yx"],
  ],
  // Machine.
  ["$env:COMPUTERNAME; $PSVersionTable.PSVersion.Major; Join-Path 'C:\\a' 'b'", ["HV1", "5", "C:\\a\\b"]],
  ["$d = [DateTime]::UtcNow; Start-Sleep -Seconds 2; ([DateTime]::UtcNow - $d).TotalSeconds", ["2"]],
  [
    "[DateTimeOffset]::UtcNow.ToUnixTimeSeconds(); ([datetime]'2026-01-02T00:00:00Z').AddSeconds(30).ToString('o')",
    ["1767323045", "2026-01-02T00:00:30.0000000Z"],
  ],
  ["[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('é'))", ["w6k="]],
  ["[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('YWI='))", ["ab"]],
  [
    "([guid]::NewGuid()).ToString().Length; [guid]'11111111-2222-3333-4444-55555555AAAA'",
    ["36", "11111111-2222-3333-4444-55555555aaaa"],
  ],
])("%s", async (script, lines) => {
  expect(await output(script)).toEqual(lines);
});

test.each([
  ["$nothing", "VariableIsUndefined"],
  ["$x = @{ a = 1 }; $x.b", "PropertyNotFoundStrict"],
  ["$x = [pscustomobject]@{ a = 1 }; $x.b", "PropertyNotFoundStrict"],
  ["$x = 1..3 | Where-Object { $_ -gt 5 }; $x.Count", "PropertyNotFoundStrict"],
  ["$x = [pscustomobject]@{ a = 1 }; $x.Count", "PropertyNotFoundStrict"],
  ["@(1)[3]", "System.IndexOutOfRangeException"],
  ["$null[0]", "NullArray"],
  ["$null.Trim()", "InvokeMethodOnNull"],
  ["[int]'x'", "InvalidCast"],
  ["1 / 0", "RuntimeException"],
  ["@{ a = 1; A = 2 }", "DuplicateKeyInHashLiteral"],
  ["$true = 1", "VariableNotWritable"],
  ["[int]$x = 1; $x = 'y'", "InvalidCast"],
  ["$o = [pscustomobject]@{ a = 1 }; $o.b = 2", "PropertyAssignmentException"],
])("strict mode: %s ends the script (%s)", async (script, id) => {
  const { exitCode, stdout, stderr } = await run(`${STRICT}${script}\n'after'`);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(id);
});

test.each(["$nothing; 'after'", "$x = @{ a = 1 }; $x.b; 'after'", "@(1)[3]; 'after'"])(
  "without strict mode %s is nothing",
  async (script) => {
    expect((await output(script)).at(-1)).toBe("after");
  },
);

test("files are those of the machine, their folders made first", async () => {
  const script = `${STRICT}
New-Item -ItemType Directory -Path 'C:\\multiport\\state' -Force | Out-Null
[IO.File]::WriteAllText('C:\\multiport\\state\\a.json', '{"é":1}', [Text.UTF8Encoding]::new($false))
(Get-ChildItem -LiteralPath 'C:\\multiport\\state').Name
[IO.File]::Exists('C:\\MULTIPORT\\state\\A.json')
(Get-Content -LiteralPath 'C:\\multiport\\state\\a.json' -Raw -Encoding UTF8).Length
Get-Content -LiteralPath 'C:\\multiport\\state\\a.json' -Raw | ForEach-Object { $_.Length }
Move-Item -LiteralPath 'C:\\multiport\\state\\a.json' -Destination 'C:\\multiport\\b.json'
Test-Path -LiteralPath 'C:\\multiport\\state\\a.json'
Remove-Item -LiteralPath 'C:\\multiport' -Recurse -Force
Test-Path -LiteralPath 'C:\\multiport'`;
  // The é is two characters to what reads without an encoding (PE-07).
  expect(await output(script)).toEqual(["a.json", "True", "7", "8", "False", "False"]);
});

test("a folder that is not there is an error", async () => {
  const { stderr } = await run("[IO.File]::WriteAllText('C:\\no\\a', 'x')");
  expect(stderr).toContain("DirectoryNotFoundException");
});
