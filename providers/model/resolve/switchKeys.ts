// Keys of a virtual switch that its kind does not have. Pure.
import type { Path } from "../problem.js";
import { type HostSwitchKind, KINDS_WITH, SWITCH_KINDS, type VirtualSwitchSpec } from "../virtualSwitch.js";
import type { Scope } from "./scope.js";

const NOUN: Readonly<Record<HostSwitchKind, string>> = {
  openvswitch: "Open vSwitch",
  "linux-bridge": "a Linux bridge",
  standard: "a standard switch",
};

export function refuseSwitchKeys(
  scope: Scope,
  { spec, kind, path }: { readonly spec: VirtualSwitchSpec; readonly kind: HostSwitchKind; readonly path: Path },
): void {
  for (const key of Object.keys(spec) as (keyof VirtualSwitchSpec)[]) {
    const kinds = KINDS_WITH[key];
    if (spec[key] === undefined || kinds.includes(kind)) continue;
    // Of another kind the same host may have one; of another platform not.
    const others = kind === "standard" ? [] : SWITCH_KINDS.filter((other) => kinds.includes(other));
    scope.error("unsupported", [...path, key], {
      message: `multiport sets no ${key} on ${NOUN[kind]}`,
      remedy: others.length > 0 ? `Remove it, or use kind: ${others.join(" or ")}.` : "Remove it.",
    });
  }
}
