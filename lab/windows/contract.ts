// What the two halves of the simulated Windows host agree on: the language (language/) parses, binds and evaluates; the host (host/)
// says what its cmdlets do. Values are PowerShell's, as far as our scripts meet them.

/** A member of an enumeration: text and number at once, as PowerShell has it; ConvertTo-Json writes the number. */
export interface EnumValue {
  readonly kind: "enum";
  readonly type: string;
  readonly name: string;
  readonly number: number;
}

/** An object with properties in the order of their making; their names are found whatever their case. */
export interface ObjectValue {
  readonly kind: "object";
  /** Such as Microsoft.HyperV.PowerShell.VMSwitch or System.Management.Automation.PSCustomObject. */
  readonly type: string;
  readonly properties: Map<string, Value>;
}

/** A hashtable, ordered or not: [ordered]@{..}. */
export interface HashtableValue {
  readonly kind: "hashtable";
  readonly entries: Map<string, Value>;
}

/** A block that a cmdlet may run, such as those of ForEach-Object; opaque to the host. */
export interface ScriptBlockValue {
  readonly kind: "scriptblock";
  readonly text: string;
}

/** Integers that fit are numbers, larger ones bigints; a date is its own thing. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | EnumValue
  | ObjectValue
  | HashtableValue
  | ScriptBlockValue
  | readonly Value[];

/** ErrorCategory of PowerShell, as far as the modules of a host use it. */
export type ErrorCategory =
  | "NotSpecified"
  | "InvalidArgument"
  | "InvalidData"
  | "InvalidOperation"
  | "InvalidType"
  | "ObjectNotFound"
  | "ResourceBusy"
  | "ResourceExists"
  | "ResourceUnavailable"
  | "PermissionDenied"
  | "ParserError"
  | "OperationStopped"
  | "OpenError"
  | "CloseError"
  | "ConnectionError"
  | "WriteError"
  | "ReadError";

/** What an ErrorRecord is made of. */
export interface ErrorRecord {
  readonly message: string;
  readonly category: ErrorCategory;
  /** FullyQualifiedErrorId, whole: "InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVMSwitch". */
  readonly id: string;
  /** Type of the exception: VirtualizationException, CimException .. */
  readonly exception: string;
  readonly target?: string;
}

/** A call whose parameters are bound: names as the reference spells them, values converted to the declared types. */
export interface BoundCall {
  readonly cmdlet: string;
  readonly parameterSet: string;
  /** Parameters that were given, by their full names; a switch that is given is true. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Sends an object down the pipeline. */
  write(value: Value): void;
  /** A non-terminating error; it ends the script where ErrorAction is Stop. */
  error(record: ErrorRecord): void;
  warning(text: string): void;
}

/** An error that ends the statement whatever ErrorAction says: thrown by a cmdlet, or by the binder. */
export class TerminatingError extends Error {
  constructor(readonly record: ErrorRecord) {
    super(record.message);
    this.name = "TerminatingError";
  }
}

/** What a cmdlet of the host does. Called once per object of the pipeline, or once without one. */
export type Cmdlet = (call: BoundCall) => void | Promise<void>;

/** Files of the simulated host: Windows paths, compared without case; folders are made explicitly. */
export interface FileSystem {
  /** undefined: there is nothing; null: a folder. */
  read(path: string): Uint8Array | null | undefined;
  /** The folder has to be there. */
  write(path: string, content: Uint8Array): void;
  makeFolder(path: string): void;
  list(path: string): readonly string[];
  remove(path: string): void;
  /** Fails when the target is there. */
  move(from: string, to: string): void;
}

/** A program that a script started. */
export interface ChildProcess {
  /** How it ended; undefined: it was killed, or its machine went down. */
  readonly ended: Promise<ProcessResult | undefined>;
  kill(): void;
}

/** A remote session, as the process sees it that serves it. */
export interface RemoteSession {
  readonly machine: Machine;
  /** Never resolves; rejects with a TerminatingError when the session is cut. */
  readonly lost: Promise<never>;
  close(): void;
}

/** What the language asks of the machine that a script runs on. */
export interface Machine {
  /** By their full name without case; cmdlets of the language itself (ForEach-Object, ConvertTo-Json ..) are not among them. */
  cmdlet(name: string): Cmdlet | undefined;
  /** Modules that are installed, by which Get-Command and calls of unknown names go. */
  hasModule(name: string): boolean;
  /** Release of Windows Server, 2016 to 2025: parameters and cmdlets that came later are unknown to the binder. */
  readonly release: number;
  /** $PID of the process that asks: each has a machine of its own to talk to. */
  readonly processId: number;
  readonly files: FileSystem;
  readonly environment: Readonly<Record<string, string>>;
  /** The machine's clock. */
  now(): Date;
  /** Time passes on the machine. */
  sleep(milliseconds: number): Promise<void>;
  /** Told what leaves the process while it runs: all of standard output, and of standard error what passes the error stream by. */
  written?(stream: "stdout" | "stderr", text: string): void;
  /** Starts a program with its arguments and all of its standard input; undefined: there is no such program. */
  start?(program: string, args: string, input: string): ChildProcess | undefined;
  /** PowerShell Direct into a VM. Throws TerminatingErrors. */
  enter?(vm: string, login: { readonly user: string; readonly password: string }): RemoteSession;
  /** Called before every statement with a call in it: where the lab makes a run fail, hang or end. Throws to end the process without a word. */
  beforeCall(cmdlet: string): Promise<void>;
}

/** The exit code of a script that the stand-in does not know to run, which says nothing of what a real host would do with it. */
export const UNSUPPORTED_EXIT = 250;

/** How a PowerShell process ended; the texts are all that it wrote, those that the machine was told before among them. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one powershell.exe: its arguments as on a command line, and what comes on its standard input. In language/process.ts. */
export type RunPowerShell = (machine: Machine, args: readonly string[], input: string) => Promise<ProcessResult>;
