// Errors: which end a statement, which end the script, and what a catch block reads of them.
import { expect, test } from "vitest";
import type { Cmdlet, ErrorRecord } from "../../../../lab/windows/contract";
import { TerminatingError } from "../../../../lab/windows/contract";
import { memoryFiles, output, run } from "./machine";

const MISSING: ErrorRecord = {
  message: 'Hyper-V was unable to find a virtual switch with name "x".',
  category: "InvalidArgument",
  id: "InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVMSwitch",
  exception: "VirtualizationException",
};
const missing: Cmdlet = (call) => call.error(MISSING);
const breaking: Cmdlet = () => {
  throw new TerminatingError(MISSING);
};
const noop: Cmdlet = () => {};
const cmdlets = { "Get-VMSwitch": missing, "Remove-VMSwitch": breaking, "Get-VM": noop };
const PREFIX =
  'The running command stopped because the preference variable "ErrorActionPreference" or common parameter is set to Stop: ';

test.each<[script: string, stdout: string, exitCode: number]>([
  // SE-17, PE-01, PE-02: an error of a cmdlet goes on, and counts when it is the last.
  ["Get-VMSwitch -Name 'x'; 'after'", "after", 0],
  ["Get-VMSwitch -Name 'x'", "", 1],
  ["Get-VMSwitch -Name 'x' -ErrorAction SilentlyContinue; $?", "False", 0],
  ["Get-VM; $?", "True", 0],
  ["Get-VMSwitch -Name 'x' -ErrorAction Stop; 'after'", "", 1],
  ["$ErrorActionPreference = 'Stop'\nGet-VMSwitch -Name 'x'; 'after'", "", 1],
  ["$ErrorActionPreference = 'Stop'\nGet-VMSwitch -Name 'x' -ErrorAction SilentlyContinue; 'after'", "after", 0],
  // An error that ends its statement: the next one runs, unless Stop.
  ["Remove-VMSwitch -Name 'x' -Force; 'after'", "after", 0],
  ["Remove-VMSwitch -Name 'x' -Force -ErrorAction SilentlyContinue; 'after'", "after", 0],
  ["$ErrorActionPreference = 'Stop'\nRemove-VMSwitch -Name 'x' -Force; 'after'", "", 1],
  ["function f { Remove-VMSwitch -Name 'x' -Force; 'in' }\nf; 'after'", "in\r\nafter", 0],
  // A catch takes what ends a statement, not what goes on.
  ["try { Get-VMSwitch -Name 'x'; 'on' } catch { 'caught' }", "on", 0],
  ["try { Get-VMSwitch -Name 'x' -ErrorAction Stop; 'on' } catch { 'caught' }", "caught", 0],
  ["try { Remove-VMSwitch -Name 'x' -Force; 'on' } catch { 'caught' }", "caught", 0],
  ["function f { Remove-VMSwitch -Name 'x' -Force; 'in' }\ntry { f } catch { 'caught' }", "caught", 0],
  ["try { throw 'a' } catch [System.IO.IOException] { 1 } catch { 2 } finally { 3 }", "2\r\n3", 0],
  ["try { try { throw 'a' } finally { 'f' } } catch { $_.Exception.Message }", "f\r\na", 0],
  ["try { try { throw 'a' } catch { throw } } catch { \"again $($_.Exception.Message)\" }", "again a", 0],
  [
    "try { try { Get-VMSwitch -Name 'x' -ErrorAction Stop } catch { throw $_ } } catch { $_.FullyQualifiedErrorId }",
    MISSING.id,
    0,
  ],
  ["try { 'a'; exit 7 } finally { 'f' }", "a\r\nf", 7],
  ["throw 'no'; 'after'", "", 1],
  ["function f { throw 'no' }\nf\n'after'", "", 1],
  ["exit 5; 'after'", "", 5],
  ["& { exit 6 }; 'after'", "", 6],
  // Error records.
  [
    'try { throw \'bad\' } catch { $_.FullyQualifiedErrorId; "$($_.CategoryInfo.Category)"; "$_" }',
    "bad\r\nOperationStopped\r\nbad",
    0,
  ],
  ["try { Get-VMSwitch -Name 'x' -ErrorAction Stop } catch { $_.Exception.Message }", `${PREFIX}${MISSING.message}`, 0],
  [
    "$ErrorActionPreference = 'Stop'\ntry { Get-VMSwitch -Name 'x' } catch { \"$($_.CategoryInfo.Category)/$($_.FullyQualifiedErrorId)\" }",
    `InvalidArgument/${MISSING.id}`,
    0,
  ],
  [
    "try { Get-Nope } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Category.ToString() }",
    "CommandNotFoundException\r\nObjectNotFound",
    0,
  ],
  [
    "Get-VMSwitch -Name 'x' -ErrorAction SilentlyContinue; $Error.Count; $Error[0].Exception.Message",
    `1\r\n${MISSING.message}`,
    0,
  ],
  ["Get-VMSwitch -Name 'x' -ErrorAction Ignore; $Error.Count", "0", 0],
  [
    "Write-Error -Message 'oh' -ErrorId 'Mine' -Category ResourceBusy -ErrorAction SilentlyContinue; $Error[0].FullyQualifiedErrorId",
    "Mine",
    0,
  ],
  // EM-08: warnings are text on standard output.
  ["Write-Warning 'careful'; 'after'", "WARNING: careful\r\nafter", 0],
  ["$WarningPreference = 'SilentlyContinue'\nWrite-Warning 'careful'", "", 0],
  ["Write-Verbose 'v'; Write-Verbose 'w' -Verbose", "VERBOSE: w", 0],
])("%s", async (script, stdout, exitCode) => {
  const made = await run(`$ProgressPreference = 'SilentlyContinue'\n${script}`, { cmdlets });
  expect([made.stdout.replace(/\r\n$/, ""), made.exitCode]).toEqual([stdout, exitCode]);
});

test("a script cannot catch what the stand-in does not know", async () => {
  const { exitCode, stderr, stdout } = await run("try { [Nope.Type]::Do() } catch { 'caught' } finally { 'f' }");
  expect([exitCode, stdout.includes("caught")]).toEqual([250, false]);
  expect(stderr).toContain("[Nope.Type]::Do()");
});

test("an error shows the statement it came from", async () => {
  const { stderr } = await run("'a'\nfunction f {\n  Get-VMSwitch -Name 'x'\n}\nf", { cmdlets });
  expect(stderr).toContain("At line:3 char:3");
  expect(stderr).toContain("Get-VMSwitch : Hyper-V was unable to find");
});

test("$? is about the call, not about its arguments", async () => {
  expect(
    await output(
      "$ProgressPreference = 'SilentlyContinue'\n$ErrorActionPreference = 'SilentlyContinue'\nWrite-Output (Get-VMSwitch -Name 'x') 'y' | Out-Null; $?",
      { cmdlets },
    ),
  ).toEqual(["True"]);
});

test("what the machine's disk refuses is an error that a script may catch", async () => {
  expect(
    await output("try { Copy-Item -LiteralPath 'C:\\a' -Destination 'C:\\no\\b' } catch { 'caught' }", {
      files: withFile(),
    }),
  ).toEqual(["caught"]);
});

function withFile() {
  const files = memoryFiles();
  files.write("C:\\a", new Uint8Array([1]));
  return files;
}
