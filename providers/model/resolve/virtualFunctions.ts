// The physical port that each virtual function of a VM comes from: named, or chosen from a pool. Pure.

import type { Path } from "../problem.js";
import type { Uplink } from "../uplink.js";
import { unknownName } from "../uplinkTeam.js";
import type { VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import type { Expanded, Scope } from "./scope.js";

/** Virtual functions that VMs have taken so far, by `<host> <uplink>`. */
export type TakenVfs = Map<string, number>;

interface Candidate {
  readonly port: string;
  readonly path: Path;
  readonly portGroup: string;
  readonly isPool: boolean;
  /** It has its function by number: none of those that are left to choose from. */
  readonly isNumbered: boolean;
  readonly uplinks: readonly Uplink[];
}

/** The host that the VM is on, and what other VMs have taken of it. */
interface Supply<T extends Uplink> {
  readonly host: { readonly name: string; readonly uplinks: readonly T[] };
  readonly taken: TakenVfs;
  /** Functions of a port that VMs may choose from. */
  readonly capacityOf: (uplink: T) => number;
  /** The design rule that asks for different cards and switches. */
  readonly rule: "VS-57" | "SR-02";
}

/**
 * The physical port of every virtual function of a VM. Those of pools come from different cards and switches; where a VM has more
 * of them than there are cards, those on one port group do.
 */
export function choosePhysicalPorts<T extends Uplink>(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { host, taken, capacityOf, rule }: Supply<T>,
): Map<string, Uplink> {
  const candidates = Object.entries(vm.body.ports).flatMap(([port, { vf, portGroup, network }]): Candidate[] => {
    if (vf === undefined) return [];
    const path = ["vms", vm.key, "ports", port, "vf"];
    const named = namedPorts(vf, path);
    const uplinks = named.flatMap(({ name, at }) => findPhysicalPort(scope, name, { host, path: at }) ?? []);
    const isPool = typeof vf === "object" && "from" in vf;
    const isNumbered = typeof vf === "object" && "index" in vf;
    const place = { port, path, portGroup: portGroup ?? network ?? "", isPool, isNumbered };
    return uplinks.length < named.length ? [] : [{ ...place, uplinks: isPool ? mixed(uplinks, vm.name) : uplinks }];
  });
  const capacities = new Map(host.uplinks.map((uplink) => [uplink.name, capacityOf(uplink)]));
  const free = ({ name }: Uplink) => (capacities.get(name) ?? 0) - (taken.get(`${host.name} ${name}`) ?? 0);
  const chosen = combine(candidates, { free, isStrict: true }) ?? combine(candidates, { free, isStrict: false });
  if (!chosen) {
    reportNoChoice(scope, { candidates, host, vm: vm.name, free, capacities, rule });
    return new Map();
  }
  for (const [index, { name }] of chosen.entries()) {
    if (candidates[index]?.isNumbered) continue;
    const key = `${host.name} ${name}`;
    taken.set(key, (taken.get(key) ?? 0) + 1);
  }
  return new Map(candidates.map(({ port }, index) => [port, chosen[index] as Uplink]));
}

/** Tries before a pool counts as too small: enough for every pool of a real host, and a hostile file ends soon. */
const MAX_TRIES = 20_000;

interface Rules {
  readonly free: (uplink: Uplink) => number;
  /** All functions of pools are apart from each other, not only those on one port group. */
  readonly isStrict: boolean;
}

/** Depth first, ports that are apart from all others before those that are not: a function more leaves the others where they are. */
function combine(candidates: readonly Candidate[], { free, isStrict }: Rules): readonly Uplink[] | undefined {
  let tries = 0;
  const isBound = (next: Candidate, other: Candidate | undefined) =>
    (next.isPool || other?.isPool) && (isStrict || next.portGroup === other?.portGroup);
  const fits = (uplink: Uplink, next: Candidate, chosen: readonly Uplink[]) => {
    const used = chosen.filter(({ name }, index) => name === uplink.name && !candidates[index]?.isNumbered).length;
    return (
      (next.isNumbered || free(uplink) > used) &&
      chosen.every((other, index) => !isBound(next, candidates[index]) || areApart(uplink, other))
    );
  };
  const extend = (chosen: readonly Uplink[]): readonly Uplink[] | undefined => {
    const next = candidates[chosen.length];
    if (!next) return isStrict || isSpread(chosen) ? chosen : undefined;
    const isAlone = (uplink: Uplink) => chosen.every((other) => areApart(uplink, other));
    for (const uplink of [...next.uplinks].sort((a, b) => Number(isAlone(b)) - Number(isAlone(a)))) {
      if (++tries > MAX_TRIES) return undefined;
      const found = fits(uplink, next, chosen) ? extend([...chosen, uplink]) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return extend([]);
}

/** No single card and no single switch has them all. */
function isSpread(chosen: readonly Uplink[]): boolean {
  return chosen.some((uplink, index) => chosen.slice(0, index).some((other) => areApart(uplink, other)));
}

/** On two cards and two switches, as far as the file knows them. */
function areApart(a: Uplink, b: Uplink): boolean {
  const card = ({ name, pci }: Uplink) => pci?.split(".")[0] ?? name;
  const ends = ({ name, cable }: Uplink) => cable?.switch ?? name;
  return a.name !== b.name && card(a) !== card(b) && ends(a) !== ends(b);
}

/**
 * A pool in an order of the VM's own: VMs spread over its ports, and a VM that comes or goes changes nothing for the
 * others.
 */
function mixed(uplinks: readonly Uplink[], vm: string): Uplink[] {
  const weight = ({ name }: Uplink) => hashOf(`${vm} ${name}`);
  return [...uplinks].sort((a, b) => weight(a) - weight(b));
}

/** The same number for the same text, always. FNV-1a, 32 bit. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

type WantedFunction = NonNullable<VmPortSpec["vf"]>;

function namedPorts(vf: WantedFunction, path: Path): { readonly name: string; readonly at: Path }[] {
  if (typeof vf === "string") return [{ name: vf, at: path }];
  if ("index" in vf) return [{ name: vf.uplink, at: [...path, "uplink"] }];
  return vf.from.map((name, index) => ({ name, at: [...path, "from", index] }));
}

interface NoChoice {
  readonly candidates: readonly Candidate[];
  readonly host: { readonly name: string };
  readonly vm: string;
  readonly free: (uplink: Uplink) => number;
  readonly capacities: ReadonlyMap<string, number>;
  readonly rule: string;
}

function reportNoChoice(scope: Scope, { candidates, host, vm, free, capacities, rule }: NoChoice): void {
  const full = candidates.find(({ uplinks, isNumbered }, index) => {
    const before = candidates.slice(0, index).filter((other) => !other.isPool && !other.isNumbered);
    const used = ({ name }: Uplink) => before.filter((other) => other.uplinks[0]?.name === name).length;
    return !isNumbered && uplinks.every((uplink) => free(uplink) <= used(uplink));
  });
  if (full) {
    const found = full.uplinks.map(({ name, numVfs = 0 }) => {
      const reserved = numVfs - (capacities.get(name) ?? numVfs);
      return `${name} of ${host.name} has ${numVfs}${reserved > 0 ? `, ${reserved} of them kept (vf)` : ""}`;
    });
    scope.error("reference", full.path, {
      message: `no virtual function is left for VM ${vm}`,
      found: found.join(", "),
      remedy: "Raise sriov.numVfs of the physical port, or take another port.",
    });
    return;
  }
  const pool = candidates.findLast(({ isPool }) => isPool) ?? candidates.at(-1);
  if (!pool) return;
  scope.error(rule, pool.path, {
    message: `the virtual functions of VM ${vm} can't come from different network cards and switches`,
    found: pool.uplinks.map(({ name }) => name).join(", "),
    wanted: "a port on a card and a switch that no other virtual function of the VM uses, with a function left",
    remedy: "Add such a port to the pool, or name one physical port for each (vf: vmnic4).",
  });
}

function findPhysicalPort(
  scope: Scope,
  name: string,
  { host, path }: { readonly host: Pick<Supply<Uplink>["host"], "name" | "uplinks">; readonly path: Path },
): Uplink | undefined {
  const uplink = host.uplinks.find((candidate) => candidate.name === name);
  if (!uplink) {
    const known = host.uplinks.filter(({ numVfs }) => numVfs).map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "physical port with SR-IOV", name, known, path }));
    return undefined;
  }
  if (uplink.numVfs) return uplink;
  scope.error("reference", path, {
    message: `${name} of host ${host.name} has no virtual functions`,
    found: name,
    wanted: `an uplink with sriov: { numVfs: 1 or more }`,
    remedy: `Set hosts.${host.name}.uplinks.${name}.sriov, or take another port.`,
  });
  return undefined;
}
