// What a script is run with, and how one is ended: a POSIX shell, or Windows PowerShell. Pure.
import type { ShellName } from "../model/ssh.js";

/** A command line for a machine's SSH server, and what goes to its standard input. */
export interface CommandLine {
  readonly command: string;
  readonly input: string;
}

export interface Shell {
  /** Runs a script, of which nothing stands in a process list; a first line on standard error says which process runs it. */
  start(script: string, data?: readonly string[]): CommandLine;
  /** Ends that process with all that it started. */
  stop(pid: string): CommandLine;
}

const sh: Shell = {
  // The shell reads a group to its end before it runs any of it: when the connection is cut on the way, nothing has run.
  // The script's own commands find their input empty, so that none of them swallows the rest of the script.
  start: (script, data = []) => {
    if (data.length > 0) throw new Error("sh takes no data beside a script");
    return { command: "exec sh -s", input: `{ echo "multiport-shell $$" >&2; ${script}\n} </dev/null\n` };
  },
  stop: (pid) => ({
    command: "exec sh -s",
    // dash takes a group after `--` only with -s.
    input: `kill -s TERM -- -${pid} && { sleep 0.5; kill -s KILL -- -${pid} 2>/dev/null; true; }\n`,
  }),
};

/** Of the standard input that the script comes on: short enough that no encoding of a line is cut on the way. */
const LINE = 1000;

/** Between the script and what it gets beside it. */
const SEPARATOR = "\0";

const powershell: Shell = {
  start: (script, data) => {
    const { args, input } = powershellStart(script, data);
    return { command: `powershell ${args}`, input };
  },
  stop: (pid) => ({ command: `taskkill /T /F /PID ${pid}`, input: "" }),
};

/** What follows the name of the program on a command line, and its standard input. */
export function powershellStart(
  script: string,
  data: readonly string[] = [],
): { readonly args: string; readonly input: string } {
  const text = [script.replaceAll("\r\n", "\n"), ...data].join(SEPARATOR);
  // Standard input is read in the code page of the machine: base64 is the same in all of them.
  const bytes = Buffer.from(text);
  const lines = bytes.toString("base64").match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return { args: powershellArguments(bootstrap(bytes.length)), input: `${lines.join("\n")}\n` };
}

/**
 * What stands on the command line, the same whichever shell the server has: it takes the script from standard input, runs it if
 * all of it has come, and tells an error as plain text, where PowerShell itself would write XML.
 */
function bootstrap(byteLength: number): string {
  return [
    "$ErrorActionPreference='Stop'",
    "$ProgressPreference='SilentlyContinue'",
    "[Console]::OutputEncoding=[Text.UTF8Encoding]::new($false)",
    '[Console]::Error.WriteLine("multiport-shell $PID")',
    // Where the code page is UTF-8, .NET puts a byte order mark before what a process of its own is given.
    "try{$b=[Convert]::FromBase64String((-join @($input)) -replace '[^A-Za-z0-9+/=]')}catch{exit 74}",
    // Bytes and not letters: of a letter that is cut in two .NET makes another one.
    `if($b.Length -ne ${byteLength}){exit 74}`,
    "$t=@([Text.Encoding]::UTF8.GetString($b) -split '\\x00')",
    "try{& ([scriptblock]::Create($t[0])) $t}catch{[Console]::Error.WriteLine([string]$_);exit 1}",
  ].join(";");
}

function powershellArguments(command: string): string {
  const encoded = Buffer.from(command, "utf16le").toString("base64");
  return `-NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${encoded}`;
}

export const SHELLS: Readonly<Record<ShellName, Shell>> = { sh, powershell };
