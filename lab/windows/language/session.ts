// One PowerShell process while it runs: scopes, output, errors, preferences. No I/O of its own: the machine has it.
import type { ErrorRecord, FileSystem, Machine, TerminatingError, Value } from "../contract";
import type { Place } from "./ast";
import type { Signature } from "./bind";
import { errorValue, type Origin, StoppingError } from "./errorRecords";
import { errorView } from "./errorView";
import { guardedFiles } from "./guardedFiles";
import type { CmdletReference, EnumReference } from "./reference";
import { reference } from "./reference";
import { Scope } from "./scope";
import { isObject, NOTHING, plain, sameName, toText, typedObject } from "./values";

export type Emit = (value: Value) => Promise<void>;

/** Flow that is no error. */
export class Flow extends Error {
  constructor(readonly kind: "break" | "continue" | "return") {
    super(kind);
  }
}

export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

export class Session {
  scope = new Scope(undefined);
  readonly stdout: string[] = [];
  /** Texts of errors, as the console would show them. */
  readonly stderr: string[] = [];
  /** What [Console]::Error wrote: past the error stream. */
  readonly rawErrors: string[] = [];
  readonly errors: Value[] = [];
  /** $? */
  success = true;
  strict = false;
  /** Try blocks around what runs: with one, an error that ends its statement goes to its catch. */
  tries = 0;
  readonly pid: number;
  readonly files: FileSystem;
  /** [Console]::OutputEncoding: what cannot be written in it becomes a question mark. */
  consoleEncoding: Value = typedObject("System.Text.OEMEncoding");

  /** The first cmdlet of a module loads it, which writes progress unless $ProgressPreference says otherwise (PE-06). */
  usedModules = false;
  progressAtFirstModule = "";

  constructor(
    readonly machine: Machine,
    private input: string,
  ) {
    this.pid = machine.processId;
    this.files = guardedFiles(machine.files);
    const root = this.scope;
    root.set("ErrorActionPreference", "Continue");
    root.set("WarningPreference", "Continue");
    root.set("VerbosePreference", "SilentlyContinue");
    root.set("ProgressPreference", "Continue");
    root.set("ConfirmPreference", "High");
    root.set("InformationPreference", "SilentlyContinue");
    root.set("OutputEncoding", typedObject("System.Text.ASCIIEncoding"));
    root.set("LASTEXITCODE", null);
  }

  /** Standard input, once. */
  takeInput(): string {
    const text = this.input;
    this.input = "";
    return text;
  }

  peekInput(): string {
    return this.input;
  }

  putBackInput(rest: string): void {
    this.input = rest;
  }

  useModule(): void {
    if (this.usedModules) return;
    this.usedModules = true;
    this.progressAtFirstModule = this.preference("ProgressPreference");
  }

  preference(name: string): string {
    return toText(plain(this.scope.find(name)?.value ?? null));
  }

  print(text: string): void {
    this.out(`${text.replace(/\r?\n/g, "\r\n")}\r\n`);
  }

  /** What the encoding of the moment has no letter for becomes a question mark (PE-07). */
  out(text: string): void {
    const encoding = this.consoleEncoding;
    const isUtf8 = isObject(encoding) && /utf8/i.test(encoding.type);
    const encoded = isUtf8 ? text : text.replace(/[^\0-\x7f]/g, "?");
    this.stdout.push(encoded);
    this.machine.written?.("stdout", encoded);
  }

  /** Past the error stream. */
  rawError(text: string): void {
    this.rawErrors.push(text);
    this.machine.written?.("stderr", text);
  }

  /** A statement is over by this error; whether the script goes on is for $ErrorActionPreference to say. */
  fail(error: TerminatingError, origin: Origin): Value {
    this.success = false;
    const value = (error instanceof StoppingError ? error.value : undefined) ?? errorValue(error.record, origin);
    this.errors.unshift(value);
    return value;
  }

  show(record: ErrorRecord, origin: Origin): void {
    this.stderr.push(errorView(record, origin));
  }

  /** An error of a cmdlet that goes on, unless Stop says otherwise. */
  nonTerminating(record: ErrorRecord, origin: Origin, action: string, silent = false): void {
    this.success = false;
    if (sameName(action, "Ignore")) return;
    if (sameName(action, "Stop")) throw new StoppingError(stopped(record));
    this.errors.unshift(errorValue(record, origin));
    if (!sameName(action, "SilentlyContinue") && !silent) this.show(record, origin);
  }

  warning(text: string, action: string): void {
    if (sameName(action, "Stop")) {
      throw new StoppingError({
        message: text,
        category: "OperationStopped",
        id: "ActionPreferenceStop",
        exception: "ActionPreferenceStopException",
      });
    }
    if (sameName(action, "Continue") || sameName(action, "Inquire")) this.print(`WARNING: ${text}`);
  }

  async inScope<T>(scope: Scope, run: () => Promise<T>): Promise<T> {
    const outer = this.scope;
    this.scope = scope;
    try {
      return await run();
    } finally {
      this.scope = outer;
    }
  }

  signature(cmdlet: CmdletReference): Signature {
    const enumeration = (type: string): EnumReference | undefined => reference().enumeration(type, cmdlet.module);
    const { release } = this.machine;
    return { cmdlet, enumeration, parameters: cmdlet.parameters.filter((one) => (one.since ?? 0) <= release) };
  }
}

/** What Stop makes of an error: the same ids, with the sentence in front. */
function stopped(record: ErrorRecord): ErrorRecord {
  return {
    ...record,
    message: `The running command stopped because the preference variable "ErrorActionPreference" or common parameter is set to Stop: ${record.message}`,
  };
}

export async function collect(run: (emit: Emit) => Promise<void>): Promise<Value[]> {
  const values: Value[] = [];
  await run(async (value) => {
    values.push(value);
  });
  return values;
}

/** Items one by one: arrays are taken apart, what is nothing is not sent. */
export async function enumerate(value: Value, emit: Emit): Promise<void> {
  if (value === NOTHING) return;
  if (!Array.isArray(value)) return emit(value);
  for (const item of value) await emit(item);
}

export const originOf = (command: string, at: Place | undefined): Origin => ({ command, at });
