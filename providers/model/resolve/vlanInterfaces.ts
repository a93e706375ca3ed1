// Interfaces in VLANs of their own, over a bond or a port of a guest: their networks, and whether those reach the guest. Pure.
import { formatRanges, type Network, type VlanRange } from "../network.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { VlanInterfaceSpec } from "../vlanInterface.js";
import { checkAddresses } from "./addresses.js";
import type { Claims, Scope } from "./scope.js";

export interface VlanPlace {
  readonly network: Network;
  readonly vlan: number;
  readonly spec: VlanInterfaceSpec;
  readonly path: Path;
}

export interface Carrier {
  readonly interfaces: Readonly<Record<string, VlanInterfaceSpec | null>> | undefined;
  /** What the port or the members of the bond carry; undefined where that is not known. */
  readonly below: Network | undefined;
  /** Such as `bond app of VM db-01`. */
  readonly owner: string;
  /** Of the bond or port. */
  readonly path: Path;
  readonly shared: { readonly addresses: Claims };
}

export function placeVlans(scope: Scope, carrier: Carrier): VlanPlace[] {
  return Object.entries(carrier.interfaces ?? {}).flatMap(([name, spec]) =>
    placeVlan(scope, { name, spec: spec ?? {}, ...carrier }),
  );
}

function placeVlan(
  scope: Scope,
  { name, spec, below, owner, path: lower, shared }: Carrier & { name: string; spec: VlanInterfaceSpec },
): VlanPlace[] {
  const path = [...lower, "interfaces", name];
  const network = scope.networks.get(name);
  if (!network) {
    scope.add(unknownName({ noun: "network", name, known: [...scope.networks.keys()], path }));
    return [];
  }
  const { vlan } = network;
  if (vlan.kind !== "access") {
    scope.error("unsupported", path, {
      message: "the interface is in one VLAN, which this network has not",
      found: vlan.kind,
      remedy: "Name a network with vlan.",
    });
    return [];
  }
  if (below) checkCarried(scope, { below, id: vlan.id, path });
  checkAddresses(scope, { owner: `${owner} in network ${name}`, network, spec, path, shared, takesWord: true });
  return [{ network, vlan: vlan.id, spec, path }];
}

function checkCarried(scope: Scope, { below, id, path }: { below: Network; id: number; path: Path }): void {
  const { vlan } = below;
  const carried: readonly VlanRange[] = vlan.kind === "trunk" ? vlan.ranges : [];
  if (vlan.kind === "trunk" && vlan.native === id)
    scope.error("reference", path, {
      message: `VLAN ${id} is the native one of ${below.name}: its frames reach the guest without a tag`,
      found: id,
      remedy: "Put the addresses on the bond or port itself, or remove native of that network.",
    });
  else if (!carried.some(({ first, last }) => first <= id && id <= last))
    scope.error("reference", path, {
      message: `network ${below.name}, on which the ports are, does not carry VLAN ${id} to the guest`,
      found: id,
      wanted: carried.length > 0 ? `one of ${formatRanges(carried)}` : "ports on a trunk (a network with vlans)",
      remedy: "Add the VLAN to vlans of that network, or remove the interface.",
    });
}
