// A fault of vCenter in plain words, with what is nested in it: each host or object with its own reason. Pure.
import { formatRef, type Ref, type VimCall, type VimNode } from "../../model/vim.js";
import { printable } from "../printable.js";
import { VcenterError } from "./vcenterError.js";

/** vCenter's answer is a fault. */
export class VimFault extends VcenterError {
  /** The fault's type without a namespace: "NotAuthenticated", "ConcurrentAccess". */
  readonly faultType: string;
  readonly method: string;
  readonly object: Ref;
  /** The fault's own fields. */
  readonly details: VimNode;

  constructor(
    message: string,
    fault: { readonly call: Pick<VimCall, "object" | "method">; readonly details: VimNode },
  ) {
    super(fault.details.$type === "InvalidLogin" ? "login" : "fault", message);
    this.name = "VimFault";
    this.faultType = fault.details.$type ?? "SystemError";
    this.method = fault.call.method;
    this.object = fault.call.object;
    this.details = fault.details;
  }
}

/** The error of a fault, from the fault itself and the sentence that vCenter gave with it. */
export function toFault(
  label: string,
  call: Pick<VimCall, "object" | "method">,
  { message, detail }: { readonly message: string; readonly detail: VimNode },
): VimFault {
  const where = `${label}: ${call.method} of ${formatRef(call.object)}`;
  return new VimFault(`${where} failed: ${sentence(message, detail)}`, { call, details: detail });
}

function sentence(message: string, { $type = "SystemError" }: VimNode): string {
  return `${printable(message).replace(/\.$/, "") || "no reason was given"} (${$type}).`;
}
