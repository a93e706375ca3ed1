// Error records as values that a catch block reads, and back when one is thrown again. Pure.
import { type ErrorRecord, TerminatingError, type Value } from "../contract";
import type { Place } from "./ast";
import { isObject, NOTHING, toText, typedObject } from "./values";

/** Ends the script up to the next catch whatever $ErrorActionPreference says: throw, or an error that Stop raised. */
export class StoppingError extends TerminatingError {
  constructor(
    record: ErrorRecord,
    readonly value?: Value,
    readonly origin?: Origin,
  ) {
    super(record);
    this.name = "StoppingError";
  }
}

const records = new WeakMap<object, ErrorRecord>();

/** Where an error came from, as far as its view shows it. */
export interface Origin {
  readonly command: string;
  readonly at: Place | undefined;
}

export function errorValue(record: ErrorRecord, origin: Origin): Value {
  const exception = typedObject(exceptionType(record.exception), {
    Message: record.message,
    HResult: -2146233087,
    InnerException: null,
    __text: `${exceptionType(record.exception)}: ${record.message}`,
  });
  const category = typedObject("System.Management.Automation.ErrorCategoryInfo", {
    Category: {
      kind: "enum",
      type: "System.Management.Automation.ErrorCategory",
      name: record.category,
      number: CATEGORIES.indexOf(record.category),
    },
    Activity: origin.command,
    Reason: record.exception,
    TargetName: record.target?.split(":")[0] ?? "",
    TargetType: record.target?.split(":")[1] ?? "",
    __text: categoryText(record, origin),
  });
  const position = `At line:${origin.at?.line ?? 1} char:${origin.at?.column ?? 1}`;
  const value = typedObject("System.Management.Automation.ErrorRecord", {
    Exception: exception,
    TargetObject: record.target?.split(":")[0] ?? null,
    CategoryInfo: category,
    FullyQualifiedErrorId: record.id,
    ErrorDetails: null,
    InvocationInfo: typedObject("System.Management.Automation.InvocationInfo", {
      ScriptLineNumber: origin.at?.line ?? 1,
      OffsetInLine: origin.at?.column ?? 1,
      Line: origin.at?.text ?? "",
      PositionMessage: position,
    }),
    ScriptStackTrace: "at <ScriptBlock>, <No file>: line 1",
    __text: record.message,
  });
  records.set(value as object, record);
  return value;
}

const CATEGORIES: readonly string[] = [
  "NotSpecified",
  "OpenError",
  "CloseError",
  "DeviceError",
  "DeadlockDetected",
  "InvalidArgument",
  "InvalidData",
  "InvalidOperation",
  "InvalidResult",
  "InvalidType",
  "MetadataError",
  "NotImplemented",
  "NotInstalled",
  "ObjectNotFound",
  "OperationStopped",
  "OperationTimeout",
  "SyntaxError",
  "ParserError",
  "PermissionDenied",
  "ResourceBusy",
  "ResourceExists",
  "ResourceUnavailable",
  "ReadError",
  "WriteError",
];

const exceptionType = (name: string) =>
  name.includes(".") ? name : (NAMESPACES[name] ?? `System.Management.Automation.${name}`);
const NAMESPACES: Record<string, string> = {
  VirtualizationException: "Microsoft.HyperV.PowerShell.VirtualizationException",
  CimException: "Microsoft.Management.Infrastructure.CimException",
  CimJobException: "Microsoft.PowerShell.Cmdletization.Cim.CimJobException",
  IOException: "System.IO.IOException",
  Exception: "System.Exception",
};

export function categoryText(record: ErrorRecord, { command }: Origin): string {
  return `${record.category}: (${record.target ?? ":"}) [${command}], ${record.exception}`;
}

/** What throw makes of a value. */
export function thrown(value: Value): StoppingError {
  const known = isObject(value) ? records.get(value) : undefined;
  if (known) return new StoppingError(known, value);
  const inner = isObject(value) ? value.properties.get("Message") : undefined;
  const text = value === null || value === NOTHING ? "ScriptHalted" : toText(inner ?? value);
  return new StoppingError({
    message: text,
    category: "OperationStopped",
    id: text,
    exception:
      isObject(value) && value.type.endsWith("Exception")
        ? (value.type.split(".").at(-1) ?? "RuntimeException")
        : "RuntimeException",
    target: `${text}:String`,
  });
}
