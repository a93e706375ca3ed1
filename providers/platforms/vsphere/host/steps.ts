// The steps that a host is changed by: each is one call of the API, or a wait. Pure types.
import type { VmkernelService } from "../../../model/vmkernelPort.js";
import type { Step } from "../vcenterDriver.js";
import type { PortGroupWords, SwitchWords, VmkernelWords } from "./words.js";

/** A switch as it shall be; undefined words: its uplinks leave and nothing else changes. */
export interface SwitchChange {
  readonly name: string;
  readonly operation: "add" | "edit";
  readonly switch: SwitchWords | undefined;
  readonly uplinks: readonly string[];
}

/** What is asked of one PCI device. */
export type DeviceSetting =
  | { readonly pci: string; readonly numVfs: number }
  | { readonly pci: string; readonly isPassthrough: boolean };

export type HostStep = Step &
  (
    | { readonly kind: "switches"; readonly changes: readonly SwitchChange[] }
    | { readonly kind: "removeSwitch" | "removePortGroup"; readonly name: string }
    | { readonly kind: "addPortGroup" | "editPortGroup"; readonly name: string; readonly portGroup: PortGroupWords }
    | { readonly kind: "addVmkernel"; readonly port: VmkernelWords }
    | {
        readonly kind: "editVmkernel";
        readonly device: string;
        readonly port: VmkernelWords;
        readonly isMoved: boolean;
      }
    | { readonly kind: "removeVmkernel"; readonly device: string }
    | { readonly kind: "selectService" | "deselectService"; readonly device: string; readonly service: VmkernelService }
    | { readonly kind: "devices"; readonly settings: readonly DeviceSetting[] }
    | { readonly kind: "refreshDevices" | "defineMark" | "mark" | "unmark" }
    | { readonly kind: "enterMaintenance" | "restart" | "exitMaintenance" | "wait" }
  );
