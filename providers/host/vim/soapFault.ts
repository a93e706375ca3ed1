// A fault of vCenter as an error. Pure.
import { formatRef, type Ref, type VimCall, type VimNode } from "../../model/vim.js";
import { faultWords, type Names } from "./faultWords.js";
import { VcenterError } from "./vcenterError.js";

/** What vCenter said: its sentence, and the fault with its fields. */
export interface SaidFault {
  readonly message: string;
  readonly detail: VimNode;
}

/** vCenter answered with a fault, or a task ended with one. */
export class VimFault extends VcenterError {
  /** The fault's type without a namespace: "NotAuthenticated", "ConcurrentAccess". */
  readonly faultType: string;
  readonly method: string;
  readonly object: Ref;
  /** The fault's own fields. */
  readonly details: VimNode;
  readonly #said: SaidFault;
  readonly #label: string;

  constructor(label: string, call: Pick<VimCall, "object" | "method">, said: SaidFault, names: Names = new Map()) {
    const object = names.get(formatRef(call.object)) ?? withoutSession(call.object);
    super("fault", `${label}: ${call.method} of ${object} failed: ${faultWords(said, names)}`);
    this.name = "VimFault";
    this.faultType = said.detail.$type ?? "SystemError";
    this.method = call.method;
    this.object = call.object;
    this.details = said.detail;
    this.#said = said;
    this.#label = label;
  }

  /** The same fault with names in place of ids. */
  withNames(names: Names): VimFault {
    return new VimFault(this.#label, this, this.#said, names);
  }
}

/** What a session made for itself has the session's own id in its name: that is nobody else's. */
function withoutSession(ref: Ref): string {
  return ref.value.startsWith("session[") ? ref.type : formatRef(ref);
}
