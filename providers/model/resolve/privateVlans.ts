// The private VLANs of a distributed switch. Its map is made from the networks of its port groups, so none is ever
// missing from it; but they have to agree with each other. Source: vSphere Networking 8.0, private VLANs. Pure.
import type { Vlan } from "../network.js";
import type { PortGroup, PortGroupsSpec } from "../portGroup.js";
import type { Path } from "../problem.js";
import type { Scope } from "./scope.js";

type PrivateVlan = Extract<Vlan, { kind: "private" }>;

/** What a network says of one VLAN number. */
interface Meaning {
  readonly words: string;
  readonly network: string;
}

export interface PrivateVlanPlaces {
  readonly portGroups: readonly PortGroup[];
  readonly path: Path;
}

/** The map of a switch gives each VLAN one meaning, and each primary at most one isolated VLAN. */
export function checkPrivateVlans(scope: Scope, spec: PortGroupsSpec, { portGroups, path }: PrivateVlanPlaces): void {
  const known = new Map<number, Meaning>();
  const isolated = new Map<number, { readonly secondary: number; readonly network: string }>();
  for (const { name, network } of portGroups) {
    if (network.vlan.kind !== "private") continue;
    const at = [...path, Array.isArray(spec) ? spec.indexOf(name) : name];
    for (const [id, words] of meanings(network.vlan))
      claimMeaning(scope, known, { id, words, network: network.name, at });
    const { primary, secondary, type } = network.vlan;
    if (type !== "isolated") continue;
    const first = isolated.get(primary) ?? { secondary, network: network.name };
    isolated.set(primary, first);
    if (first.secondary === secondary) continue;
    scope.error("reference", at, {
      message: `primary VLAN ${primary} already has the isolated VLAN of network ${first.network}`,
      found: `isolated ${secondary}`,
      wanted: `isolated ${first.secondary}, or type community`,
      remedy: "Give every primary VLAN of a switch at most one isolated VLAN.",
    });
  }
}

function meanings({ primary, secondary, type }: PrivateVlan): [number, string][] {
  const ofPrimary: [number, string] = [primary, "a primary"];
  return type === "promiscuous" ? [ofPrimary] : [ofPrimary, [secondary, `${type} of primary ${primary}`]];
}

interface Claimed extends Meaning {
  readonly id: number;
  readonly at: Path;
}

function claimMeaning(scope: Scope, known: Map<number, Meaning>, { id, words, network, at }: Claimed): void {
  const first = known.get(id);
  if (!first) known.set(id, { words, network });
  else if (first.words !== words)
    scope.error("reference", at, {
      message: `private VLAN ${id} means something else in network ${first.network}`,
      found: words,
      wanted: first.words,
      remedy: "Give every private VLAN of a switch one primary and one type.",
    });
}
