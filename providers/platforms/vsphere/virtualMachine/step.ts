// The steps that change a VM. Pure.
import type { Step } from "../vcenterDriver.js";
import type { CardChange } from "./changes.js";

/** One ReconfigVM, without the notes that go with it. */
export type HardwareChange =
  | { readonly do: "card"; readonly change: CardChange }
  | { readonly do: "addDevice" | "removeDevice"; readonly pci: string }
  | { readonly do: "lockMemory" | "releaseMemory" };

export type VmAction =
  | HardwareChange
  /** The note that the VM was on before a run took it down, and later that its guest was asked. */
  | { readonly do: "noteOn" | "noteAsked" | "forget" }
  | { readonly do: "askGuest" | "waitOff" | "powerOff" | "powerOn" };

export interface VmStep extends Step {
  readonly action: VmAction;
}
