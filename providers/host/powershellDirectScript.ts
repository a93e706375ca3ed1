// What runs on a Hyper-V host to run a script in one of its VMs over PowerShell Direct, and what it answers. Pure.
import { z } from "zod";

/**
 * Of Windows PowerShell 5.1. Its data: password, user, VM, arguments and standard input of a PowerShell in the guest, and its milliseconds.
 *
 * In the guest the script runs in a powershell.exe of its own, as it does over SSH. In the remote session itself `exit` would end no more than
 * the block, with no code, and what is written to the console would be lost; as a command in a pipeline, powershell.exe would have its standard
 * error made into error records and its output cut into lines in the code page of the guest. System.Diagnostics.Process leaves all as it is, and
 * ends the process in time when the host can't. A string comes back from the guest as it was.
 *
 * Windows may log scripts and the arguments of cmdlets. So the password is in neither: it is data, and methods make a credential of it.
 */
export const POWERSHELL_DIRECT = `param($data)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$password = [Net.NetworkCredential]::new('', $data[1]).SecurePassword
$credential = [Management.Automation.PSCredential]::new($data[2], $password)
try {
    Invoke-Command -VMName $data[3] -Credential $credential -ArgumentList $data[4], $data[5], ([int]$data[6]) -ScriptBlock {
        param($arguments, $text, $milliseconds)
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = 'SilentlyContinue'
        $start = [Diagnostics.ProcessStartInfo]::new("$env:SystemRoot\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", $arguments)
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $start.StandardOutputEncoding = [Text.Encoding]::UTF8
        $start.StandardErrorEncoding = [Text.Encoding]::UTF8
        $process = [Diagnostics.Process]::Start($start)
        # Read while it runs: it would stand still with more to say than a pipe holds.
        $output = $process.StandardOutput.ReadToEndAsync()
        $errorText = $process.StandardError.ReadToEndAsync()
        try {
            $process.StandardInput.Write($text)
            $process.StandardInput.Close()
        }
        catch {
            # It ended before it had read all: its exit code tells what there is to tell.
        }
        if ($process.WaitForExit($milliseconds)) {
            $end = @{ code = $process.ExitCode; stdout = $output.Result; stderr = $errorText.Result }
        }
        else {
            $process.Kill()
            $end = @{ code = $null; stdout = ''; stderr = '' }
        }
        ConvertTo-Json -InputObject $end -Compress
    }
}
catch {
    $problem = $_
    $vms = @(Get-VM -Name $data[3] -ErrorAction SilentlyContinue)
    $states = @($vms | ForEach-Object { [string]$_.State })
    $answer = @{ id = $problem.FullyQualifiedErrorId; message = $problem.Exception.Message; states = $states }
    ConvertTo-Json -InputObject $answer -Compress
}
`;

/** The script ended in the guest; without a code it was ended because it took too long. */
const Ended = z.object({ code: z.number().nullable(), stdout: z.string(), stderr: z.string() });

/** It was not run in the guest, or nobody knows. `states`: of the VMs with that name. */
const Failed = z.object({ id: z.string(), message: z.string(), states: z.array(z.string()) });

export type Answer = z.infer<typeof Ended> | z.infer<typeof Failed>;

/** Undefined: it is none. */
export function readAnswer(stdout: string): Answer | undefined {
  try {
    return z.union([Ended, Failed]).parse(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}
