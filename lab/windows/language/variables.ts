// Reading and setting variables, the automatic ones among them.
import type { Value } from "../contract";
import { convert } from "./convert";
import { runtimeError, Unsupported } from "./failure";
import type { Session } from "./session";
import { NOTHING, sameName, typedObject } from "./values";

/** As it is stored: what is nothing stays nothing. */
export function readVariable(session: Session, spelled: string): Value {
  const [prefix, name] = split(spelled);
  if (prefix === "env") return environment(session, name);
  if (prefix === "function") {
    throw new Unsupported(`the drive of $${spelled}`);
  }
  const automatic = automaticVariable(session, name);
  if (automatic !== undefined) return automatic;
  const scope = prefix === "script" || prefix === "global" ? session.scope.root : session.scope;
  const found = prefix === "local" || prefix === "private" ? scope.own(name) : scope.find(name);
  if (found) return found.value;
  if (!session.strict) return NOTHING;
  throw runtimeError(
    "VariableIsUndefined",
    `The variable '$${spelled}' cannot be retrieved because it has not been set.`,
    "InvalidOperation",
    "RuntimeException",
    `${name}:String`,
  );
}

function environment(session: Session, name: string): Value {
  const key = Object.keys(session.machine.environment).find((one) => sameName(one, name));
  return key === undefined ? null : (session.machine.environment[key] ?? null);
}

function automaticVariable(session: Session, name: string): Value | undefined {
  switch (name.toLowerCase()) {
    case "null":
      return null;
    case "true":
      return true;
    case "false":
      return false;
    case "?":
      return session.success;
    case "pid":
      return session.pid;
    case "error":
      return session.errors;
    case "psversiontable":
      return {
        kind: "hashtable",
        entries: new Map<string, Value>([
          [
            "PSVersion",
            typedObject("System.Version", {
              Major: 5,
              Minor: 1,
              Build: session.machine.release >= 2022 ? 20348 : 17763,
              Revision: 1,
              __text: "5.1",
            }),
          ],
          ["PSEdition", "Desktop"],
        ]),
      };
    case "myinvocation":
      return typedObject("System.Management.Automation.InvocationInfo", {
        MyCommand: typedObject("System.Management.Automation.ScriptInfo", { Name: "" }),
        PSScriptRoot: "",
      });
    case "psscriptroot":
    case "pscommandpath":
      return session.scope.root.find(name)?.value ?? "";
    case "pshome":
      return "C:\\Windows\\System32\\WindowsPowerShell\\v1.0";
    default:
      return undefined;
  }
}

const READ_ONLY = ["true", "false", "pid", "?", "pshome", "error", "psversiontable"];

export function setVariable(session: Session, spelled: string, value: Value, type?: string): void {
  const [prefix, name] = split(spelled);
  if (name.toLowerCase() === "null") return;
  if (READ_ONLY.includes(name.toLowerCase())) {
    throw runtimeError(
      "VariableNotWritable",
      `Cannot overwrite variable ${name} because it is read-only or constant.`,
      "WriteError",
    );
  }
  if (prefix === "env" || prefix === "function") throw new Unsupported(`setting $${spelled}`);
  const scope = prefix === "script" || prefix === "global" ? session.scope.root : session.scope;
  const declared = type ?? scope.own(name)?.type;
  scope.set(name, declared === undefined ? value : convert(value, declared), declared);
}

const PREFIXES = ["env", "script", "global", "local", "private", "function"];

function split(spelled: string): [string, string] {
  const at = spelled.indexOf(":");
  if (at < 0) return ["", spelled];
  const prefix = spelled.slice(0, at).toLowerCase();
  if (!PREFIXES.includes(prefix)) throw new Unsupported(`the scope or drive of $${spelled}`);
  return [prefix, spelled.slice(at + 1)];
}
