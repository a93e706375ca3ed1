// powershell.exe on the simulated machine: its arguments, its standard streams, its exit code (PE-01 to PE-12).
import { Buffer } from "node:buffer";
import {
  type Machine,
  type ProcessResult,
  type RunPowerShell,
  TerminatingError,
  UNSUPPORTED_EXIT,
  type Value,
} from "../contract";
import { clixml } from "./clixml";
import { StoppingError } from "./errorRecords";
import { errorView } from "./errorView";
import { commandOf, runScript } from "./evaluate";
import { Unsupported } from "./failure";
import { normalPath, readAnsi } from "./files";
import { functionStage } from "./functions";
import { loadGrammar, parse } from "./parse";
import { Exit, Flow, originOf, Session } from "./session";
import { isHashtable, isObject, NOTHING, sameName, toText, typeNameOf } from "./values";

export const runPowerShell: RunPowerShell = async (machine, args, input) => {
  await loadGrammar();
  const asked = readArguments(args);
  if (typeof asked === "string") return { exitCode: 0xfffd0000 | 0, stdout: "", stderr: `${asked}\r\n` };
  const session = new Session(machine, input);
  const exitCode = await run(session, asked, machine);
  const withProgress =
    asked.kind === "encoded" && session.usedModules && sameName(session.progressAtFirstModule, "Continue");
  const errors =
    asked.kind === "encoded"
      ? clixml(session.stderr, withProgress)
      : session.stderr.map((one) => `${one}\r\n`).join("");
  return {
    exitCode,
    stdout: session.stdout.join(""),
    stderr: `${session.rawErrors.join("")}${errors}`,
  };
};

async function run(session: Session, asked: Asked, machine: Machine): Promise<number> {
  try {
    const text = asked.kind === "file" ? scriptOf(machine, asked.path) : asked.text;
    const script = parse(text);
    const input = session.peekInput();
    session.scope.set("input", input === "" ? [] : input.replace(/\r?\n$/, "").split(/\r?\n/));
    session.scope.set("args", []);
    const print = async (value: Value) => session.print(printed(value));
    if (asked.kind === "file") {
      session.scope.set("PSScriptRoot", normalPath(asked.path).replace(/\\[^\\]*$/, ""));
      session.scope.set("PSCommandPath", normalPath(asked.path));
      await functionStage(session, { name: "", script }, asked.args, false, print, true).end();
      return 0;
    }
    await runScript(session, script, print);
    return session.success ? 0 : 1;
  } catch (error) {
    return ended(session, error);
  }
}

function ended(session: Session, error: unknown): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof Flow) return session.success ? 0 : 1;
  if (error instanceof Unsupported) {
    session.rawError(`${error.message}\r\n`);
    return UNSUPPORTED_EXIT;
  }
  if (!(error instanceof TerminatingError)) throw error;
  const origin = error instanceof StoppingError ? error.origin : undefined;
  session.stderr.push(errorView(error.record, origin ?? originOf(commandOf(error), undefined)));
  return 1;
}

function scriptOf(machine: Machine, path: string): string {
  const content = machine.files.read(normalPath(path));
  if (content instanceof Uint8Array) return readAnsi(content);
  throw new TerminatingError({
    message: `The argument '${path}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file as an argument to the -File parameter.`,
    category: "ObjectNotFound",
    id: "CommandNotFoundException",
    exception: "CommandNotFoundException",
  });
}

/** Text as it is; an object would be formatted, which is refused: our scripts print JSON. */
function printed(value: Value): string {
  if (value === null || value === NOTHING) return "";
  if ((isObject(value) && !value.properties.has("__text")) || isHashtable(value)) {
    throw new Unsupported(`the formatted text of an object (${typeNameOf(value)})`);
  }
  return toText(value);
}

type Asked =
  | { readonly kind: "encoded" | "command"; readonly text: string }
  | { readonly kind: "file"; readonly path: string; readonly args: readonly FileArgument[] };

type FileArgument =
  | { readonly kind: "parameter"; readonly name: string; readonly value: Value | undefined }
  | { readonly kind: "argument"; readonly value: Value };

const WITHOUT_VALUE = ["noprofile", "noninteractive", "nologo", "sta", "mta", "noexit"];
const WITH_VALUE = ["executionpolicy", "inputformat", "outputformat", "windowstyle", "version"];

/** A text: why powershell.exe would not start. */
function readArguments(args: readonly string[]): Asked | string {
  for (let at = 0; at < args.length; at += 1) {
    const word = (args[at] ?? "").replace(/^[-/]/, "").toLowerCase();
    const isOption = /^[-/]/.test(args[at] ?? "");
    if (!isOption) return { kind: "command", text: args.slice(at).join(" ") };
    if (
      word !== "" &&
      WITHOUT_VALUE.some(
        (option) =>
          option === word ||
          (option === "noprofile" && word === "nop") ||
          (option === "noninteractive" && word === "noni"),
      )
    )
      continue;
    if (WITH_VALUE.includes(word) || word === "ep" || word === "ex") {
      at += 1;
      continue;
    }
    const rest = args.slice(at + 1);
    if (word === "encodedcommand" || word === "enc" || word === "e" || word === "ec")
      return encodedCommand(rest[0] ?? "");
    if (word === "command" || word === "c") {
      if (rest[0] === "-")
        return "The simulated PowerShell does not read its commands from standard input (-Command -).";
      return { kind: "command", text: rest.join(" ") };
    }
    if (word === "file" || word === "f")
      return { kind: "file", path: rest[0] ?? "", args: fileArguments(rest.slice(1)) };
    return `The argument '${args[at]}' is not recognized as the name of a parameter of powershell.exe.`;
  }
  return "The simulated PowerShell has no prompt: give it -EncodedCommand, -Command or -File.";
}

function encodedCommand(text: string): Asked | string {
  const bytes = Buffer.from(text, "base64");
  if (
    bytes.length === 0 ||
    bytes.length % 2 !== 0 ||
    bytes.toString("base64").replace(/=+$/, "") !== text.replace(/=+$/, "")
  ) {
    return "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. The value must be Base64 encoded.";
  }
  return { kind: "encoded", text: bytes.toString("utf16le") };
}

/** After -File everything is text: -Name value, -Name:value, or a positional one. */
function fileArguments(words: readonly string[]): FileArgument[] {
  return words.map((word): FileArgument => {
    const [, name, value] = /^-([A-Za-z_]\w*)(?::(.*))?$/.exec(word) ?? [];
    if (name === undefined) return { kind: "argument", value: word };
    return {
      kind: "parameter",
      name,
      value: value === undefined ? undefined : /^\$?(true|false)$/i.test(value) ? /true/i.test(value) : value,
    };
  });
}

export type { ProcessResult };
