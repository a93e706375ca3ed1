// Error records as the modules of a host write them: ids and categories go by the module, texts by the situation. Pure.
import { type ErrorCategory, type ErrorRecord, TerminatingError } from "../contract";

/** An error of a cmdlet that ends this call of it, yet not the script: written as a record, whatever threw it. */
export class HostError extends Error {
  constructor(readonly record: ErrorRecord) {
    super(record.message);
    this.name = "HostError";
  }
}

/** The pairs of EM-01. */
const HYPERV_CATEGORIES = {
  InvalidParameter: "InvalidArgument",
  ObjectNotFound: "ObjectNotFound",
  ObjectInUse: "ResourceBusy",
  OperationFailed: "NotSpecified",
  Unspecified: "NotSpecified",
  AccessDenied: "PermissionDenied",
  InvalidState: "InvalidOperation",
} as const satisfies Record<string, ErrorCategory>;

export type HypervId = keyof typeof HYPERV_CATEGORIES;

/** EM-01, EM-09: the first line is a heading, the next ones carry the reason. */
export function hypervError(cmdlet: string, id: HypervId, ...lines: string[]): HostError {
  return new HostError({
    message: lines.join("\r\n"),
    category: HYPERV_CATEGORIES[id],
    id: `${id},Microsoft.HyperV.PowerShell.Commands.${cmdlet.replace("-", "")}`,
    exception: "VirtualizationException",
  });
}

/** EM-03: a method of a CIM class refused: `Windows System Error 87`, `MI RESULT 1`, `HRESULT 0x..`. */
export function cimError(
  cmdlet: string,
  { id, message, category, target }: { id: string; message: string; category: ErrorCategory; target?: string },
): HostError {
  return new HostError({
    message,
    category,
    id: `${id},${cmdlet}`,
    exception: "CimException",
    ...(target === undefined ? {} : { target }),
  });
}

/** ERROR_INVALID_PARAMETER of a CIM method: what most refusals of NetTCPIP, NetLbfo and NetAdapter are (UK-05, UK-10). */
export function invalidParameter(cmdlet: string, className: string, message: string): HostError {
  return cimError(cmdlet, {
    id: "Windows System Error 87",
    message,
    category: "InvalidArgument",
    target: `${className}:ROOT/StandardCimv2/${className}`,
  });
}

/** EM-04: exactly one filter names its parameter, several do not. */
export function cimNotFound(
  cmdlet: string,
  className: string,
  filters: readonly { readonly parameter: string; readonly value: string }[],
): HostError {
  const [only] = filters;
  const isOne = filters.length === 1 && only;
  return new HostError({
    message: isOne
      ? `No ${className} objects found with property '${only.parameter}' equal to '${only.value}'.  Verify the value of the property and retry.`
      : `No matching ${className} objects found by CIM query for instances of the ROOT/StandardCimv2/${className} class on the  CIM server. Verify query parameters and retry.`,
    category: "ObjectNotFound",
    id: isOne ? `CmdletizationQuery_NotFound_${only.parameter},${cmdlet}` : `CmdletizationQuery_NotFound,${cmdlet}`,
    exception: "CimJobException",
    target: isOne ? `${only.value}:String` : `${className}:String`,
  });
}

/** EM-06: binary cmdlets are named by their class, those of CIM by themselves. */
export function bindingError(owner: string, id: string, message: string): TerminatingError {
  return new TerminatingError({
    message,
    category: "InvalidArgument",
    id: `${id},${owner}`,
    exception: "ParameterBindingException",
  });
}

export function hypervClass(cmdlet: string): string {
  return `Microsoft.HyperV.PowerShell.Commands.${cmdlet.replace("-", "")}`;
}

/** A parameter that this release does not have (SW-18). */
export function unknownParameter(cmdlet: string, parameter: string): TerminatingError {
  return bindingError(
    hypervClass(cmdlet),
    "NamedParameterNotFound",
    `A parameter cannot be found that matches parameter name '${parameter}'.`,
  );
}

/** LB-01, PE-11: nothing answers a question of a script. */
export function promptError(owner: string): TerminatingError {
  return new TerminatingError({
    message: "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
    category: "InvalidOperation",
    id: `InvalidOperation,${owner}`,
    exception: "PSInvalidOperationException",
  });
}
