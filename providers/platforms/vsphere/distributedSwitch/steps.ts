// The steps that a distributed switch is changed by: each is one call of the API. Pure types.
import type { Step } from "../vcenterDriver.js";
import type { LagWords, PortGroupWords, SwitchWords } from "./words.js";

/** Uplinks and LAG ports by the NIC on them: all that a host has on the switch. */
export type Placement = Readonly<Record<string, string>>;

/** What one call of ReconfigureDvs_Task sets; what is left out stays. */
export interface Settings extends Partial<Omit<SwitchWords, "members" | "lags" | "portGroups" | "alarms">> {
  /** Private VLANs that leave the map: secondary and what it was. */
  readonly leavingPrivateVlans?: Readonly<Record<string, string>>;
}

export type SwitchStep = Step &
  (
    | { readonly kind: "upgrade"; readonly version: string }
    | { readonly kind: "settings"; readonly settings: Settings }
    | { readonly kind: "ioControl"; readonly isEnabled: boolean }
    | { readonly kind: "uplinkOverrides" }
    | { readonly kind: "addLag" | "editLag"; readonly name: string; readonly lag: LagWords }
    | { readonly kind: "removeLag"; readonly name: string }
    | { readonly kind: "join"; readonly hosts: Readonly<Record<string, Placement>> }
    | { readonly kind: "place"; readonly hosts: Readonly<Record<string, Placement>> }
    | { readonly kind: "leave"; readonly hosts: readonly string[] }
    | { readonly kind: "portGroup"; readonly name: string; readonly portGroup: PortGroupWords }
    | { readonly kind: "healthCheck"; readonly healthCheck: SwitchWords["healthCheck"] }
    | { readonly kind: "addAlarm" | "removeAlarm"; readonly name: string }
  );
