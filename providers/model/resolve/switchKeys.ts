// Keys of a virtual switch that its kind does not have. Pure.
import { HYPERV_SWITCH_KINDS } from "../hypervHost.js";
import type { Path } from "../problem.js";
import { type HostSwitchKind, KINDS_WITH, SWITCH_KINDS, type VirtualSwitchSpec } from "../virtualSwitch.js";
import type { Scope } from "./scope.js";

const NOUN: Readonly<Record<HostSwitchKind, string>> = {
  openvswitch: "Open vSwitch",
  "linux-bridge": "a Linux bridge",
  standard: "a standard switch",
  set: "a SET switch",
  lbfo: "a switch over an LBFO team",
  external: "a switch over one network card",
  internal: "an internal switch",
  private: "a private switch",
};

export function refuseSwitchKeys(
  scope: Scope,
  { spec, kind, path }: { readonly spec: VirtualSwitchSpec; readonly kind: HostSwitchKind; readonly path: Path },
): void {
  for (const key of Object.keys(spec) as (keyof VirtualSwitchSpec)[]) {
    const kinds = KINDS_WITH[key];
    if (spec[key] === undefined || kinds.includes(kind)) continue;
    // HV-12 says why not.
    if (key === "iov" && kind === "lbfo") continue;
    // Of another kind the same host may have one; of another platform not.
    const others = sameHost(kind).filter((other) => kinds.includes(other));
    scope.error("unsupported", [...path, key], {
      message: `multiport sets no ${key} on ${NOUN[kind]}`,
      remedy: others.length > 0 ? `Remove it, or use kind: ${others.join(" or ")}.` : "Remove it.",
    });
  }
}

/** The kinds of switch that a host with one of this kind can have. */
function sameHost(kind: HostSwitchKind): readonly HostSwitchKind[] {
  return [SWITCH_KINDS, HYPERV_SWITCH_KINDS].find((kinds: readonly HostSwitchKind[]) => kinds.includes(kind)) ?? [];
}
