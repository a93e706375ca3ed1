// System.Diagnostics.Process, as far as a script gives a program all of its standard input at once, waits, and reads what it wrote.
import type { ChildProcess, ObjectValue, ProcessResult, Value } from "../contract";
import type { Place } from "./ast";
import { runtimeError, Unsupported } from "./failure";
import type { Session } from "./session";
import { isObject, isTrue, NOTHING, toText, typedObject } from "./values";

export function startInfo(args: readonly Value[]): Value {
  const [file = null, line = null] = args;
  return typedObject("System.Diagnostics.ProcessStartInfo", {
    FileName: toText(file),
    Arguments: toText(line),
    UseShellExecute: true,
    CreateNoWindow: false,
    RedirectStandardInput: false,
    RedirectStandardOutput: false,
    RedirectStandardError: false,
    StandardOutputEncoding: null,
    StandardErrorEncoding: null,
  });
}

class Child {
  input = "";
  private started: ChildProcess | undefined;
  private isKilled = false;
  /** Tasks that read its streams, and have a result once it has ended. */
  readonly readers: { readonly task: ObjectValue; readonly stream: "stdout" | "stderr" }[] = [];

  constructor(
    private readonly session: Session,
    private readonly object: ObjectValue,
    private readonly program: { readonly file: string; readonly args: string },
  ) {}

  /** It really starts when its standard input is closed: the stand-in for powershell.exe reads all of it at once. */
  closeInput(): void {
    const { file, args } = this.program;
    this.started ??= this.session.machine.start?.(file, args, this.input);
    if (!this.started)
      throw runtimeError(
        "Win32Exception",
        'Exception calling "Start" with "1" argument(s): "The system cannot find the file specified"',
        "NotSpecified",
        "MethodInvocationException",
      );
  }

  async wait(milliseconds: number): Promise<boolean> {
    const { machine } = this.session;
    const over = Symbol();
    const ended = this.started?.ended ?? new Promise<never>(() => {});
    const result = await Promise.race([ended, machine.sleep(milliseconds).then(() => over)]);
    if (result === over) return false;
    // Where its machine went down, what waits for it is gone too.
    if (result === undefined && !this.isKilled) await machine.beforeCall("WaitForExit");
    this.finish(result as ProcessResult | undefined);
    return true;
  }

  kill(): void {
    this.isKilled = true;
    this.started?.kill();
  }

  private finish(result: ProcessResult | undefined): void {
    this.object.properties.set("ExitCode", result?.exitCode ?? -1);
    for (const { task, stream } of this.readers) task.properties.set("Result", result?.[stream] ?? "");
  }
}

/** By the objects that a script has of it: the process, and its three streams. */
const children = new WeakMap<
  object,
  { readonly child: Child; readonly part: "process" | "stdin" | "stdout" | "stderr" }
>();

export function startProcess(session: Session, info: Value, at: Place): Value {
  if (!isObject(info) || info.type !== "System.Diagnostics.ProcessStartInfo")
    throw new Unsupported("[Diagnostics.Process]::Start of anything but a ProcessStartInfo", at);
  const of = (name: string) => info.properties.get(name) ?? null;
  const isRedirected = ["Input", "Output", "Error"].every((one) => isTrue(of(`RedirectStandard${one}`)));
  const isUtf8 = ["Output", "Error"].every((one) => /utf8/i.test(nameOf(of(`Standard${one}Encoding`))));
  if (isTrue(of("UseShellExecute")) || !isRedirected || !isUtf8)
    throw new Unsupported("a process but with all its streams redirected, in UTF-8, and without the shell", at);
  const streams = {
    StandardInput: typedObject("System.IO.StreamWriter"),
    StandardOutput: typedObject("System.IO.StreamReader"),
    StandardError: typedObject("System.IO.StreamReader"),
  };
  const object = typedObject("System.Diagnostics.Process", streams);
  const child = new Child(session, object, { file: toText(of("FileName")), args: toText(of("Arguments")) });
  children.set(object, { child, part: "process" });
  children.set(streams.StandardInput, { child, part: "stdin" });
  children.set(streams.StandardOutput, { child, part: "stdout" });
  children.set(streams.StandardError, { child, part: "stderr" });
  return object;
}

const nameOf = (value: Value) => (isObject(value) ? value.type : "");

/** undefined: it has no such method, or is nothing of a process. */
export async function invokeChild(
  object: ObjectValue,
  key: string,
  args: readonly Value[],
): Promise<Value | undefined> {
  const found = children.get(object);
  if (!found) return undefined;
  const { child, part } = found;
  switch (`${part} ${key}`) {
    case "stdin write":
      child.input += toText(args[0] ?? null);
      return NOTHING;
    case "stdin close":
      child.closeInput();
      return NOTHING;
    case "process waitforexit":
      return args.length === 1 ? child.wait(Number(args[0])) : undefined;
    case "process kill":
      child.kill();
      return NOTHING;
    case "stdout readtoendasync":
    case "stderr readtoendasync": {
      const task = typedObject("System.Threading.Tasks.Task");
      child.readers.push({ task, stream: part === "stderr" ? "stderr" : "stdout" });
      return task;
    }
    default:
      return undefined;
  }
}
