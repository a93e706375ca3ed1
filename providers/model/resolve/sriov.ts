// SR-IOV of the physical ports of a KVM host: every virtual function with its settings, before VMs take theirs. Pure.
import { DEFAULT_MTU } from "../field.js";
import type { HostSpec } from "../host.js";
import type { Network, Vlan } from "../network.js";
import type { Path } from "../problem.js";
import type { Uplink } from "../uplink.js";
import { unknownName } from "../uplinkTeam.js";
import {
  checkSriov,
  ownKeyOf,
  type Sriov,
  type SriovSpec,
  type VfSpec,
  type VirtualFunction,
} from "../virtualFunction.js";
import { largestMtu, type VirtualSwitch } from "../virtualSwitch.js";
import type { Scope } from "./scope.js";

/** SR-IOV whose functions can still be given to VMs. */
export interface OpenSriov extends Sriov {
  readonly functions: VirtualFunction[];
  readonly spec: SriovSpec;
  readonly path: Path;
  /** The virtual switch that the port belongs to. */
  readonly owner?: VirtualSwitch;
}

export type OpenUplink = Uplink & { readonly sriov?: OpenSriov };

export function openUplinks(
  scope: Scope,
  uplinks: readonly Uplink[],
  {
    host,
    switches,
    path,
  }: { readonly host: HostSpec; readonly switches: readonly VirtualSwitch[]; readonly path: Path },
): OpenUplink[] {
  return uplinks.map(({ sriov: _, ...uplink }) => {
    const spec = host.uplinks?.[uplink.name];
    if (!spec?.sriov) return uplink;
    const owner = switches.find(({ uplinkTeam }) => uplinkTeam.members.includes(uplink.name));
    const at = [...path, "uplinks", uplink.name, "sriov"];
    return { ...uplink, sriov: openSriov(scope, spec.sriov, { uplink, owner, path: at }) };
  });
}

interface Port {
  readonly uplink: Uplink;
  readonly owner: VirtualSwitch | undefined;
  readonly path: Path;
}

function openSriov(scope: Scope, spec: SriovSpec, { uplink, owner, path }: Port): OpenSriov {
  scope.add(...checkSriov(spec, path));
  checkMatch(scope, spec, { uplink, owner, path });
  checkNetworks(scope, spec, path);
  const functions = Array.from({ length: spec.numVfs }, (_, index) =>
    toFunction(scope, index, { ...spec.vfs, ...ownSettings(spec, index) }),
  );
  return {
    functions,
    spec,
    path,
    ...(spec.match
      ? {
          match: {
            vendor: spec.match.vendor.toLowerCase(),
            ...(spec.match.device === undefined ? {} : { device: spec.match.device.toLowerCase() }),
          },
        }
      : {}),
    ...(owner ? { owner } : {}),
  };
}

/** What stands at the number itself; its VLAN is in place of the default one, whichever way each is given. */
export function ownSettings(spec: SriovSpec, index: number): VfSpec {
  const own = spec.vf?.[ownKeyOf(spec, index) ?? ""] ?? {};
  if (own.vlan !== undefined) return { ...own, network: undefined };
  return own.network === undefined ? own : { ...own, vlan: undefined };
}

function checkMatch(scope: Scope, { match }: SriovSpec, { uplink, owner, path }: Port): void {
  if (!match) return;
  const at = [...path, "match"];
  if (uplink.pci !== undefined)
    scope.error("schema", at, {
      message: "pci already says which port it is",
      found: uplink.pci,
      remedy: "Remove match, or remove pci.",
    });
  if (owner)
    scope.error("schema", at, {
      message: `virtual switch ${owner.name} has the port as a member, and so needs the name that the host gives it`,
      found: uplink.name,
      remedy: "Remove match, and name the uplink as the host does.",
    });
}

function checkNetworks(scope: Scope, spec: SriovSpec, path: Path): void {
  const places: [VfSpec, Path][] = [
    ...(spec.vfs ? [[spec.vfs, [...path, "vfs"]] as [VfSpec, Path]] : []),
    ...Object.entries(spec.vf ?? {}).map(([key, own]): [VfSpec, Path] => [own, [...path, "vf", key]]),
  ];
  for (const [{ network: name }, at] of places) {
    if (name === undefined) continue;
    const network = scope.networks.get(name);
    if (network) checkVlan(scope, network, [...at, "network"]);
    else scope.add(unknownName({ noun: "network", name, known: [...scope.networks.keys()], path: [...at, "network"] }));
  }
}

/** A virtual function adds one tag or none. */
export function checkVlan(scope: Scope, { name, vlan }: Network, path: Path): void {
  const what =
    vlan.kind === "private"
      ? "is a private VLAN, which virtual functions do not have"
      : vlan.kind === "trunk" && vlan.native !== undefined
        ? "has a native VLAN beside its tagged ones, which virtual functions do not have"
        : undefined;
  if (what === undefined) return;
  scope.error("unsupported", path, {
    message: `network ${name} ${what}`,
    remedy: "Use a network with one VLAN, or with a list of VLANs that the guest tags itself.",
  });
}

/** The tag that a function adds for a network; 0: none, the guest's own tags pass. */
export function tagOf(vlan: Vlan): number {
  return vlan.kind === "access" ? vlan.id : 0;
}

export function toFunction(scope: Scope, index: number, all: VfSpec): VirtualFunction {
  const network = all.network === undefined ? undefined : scope.networks.get(all.network);
  const vlan = all.vlan ?? (network ? tagOf(network.vlan) : undefined);
  const driver = all.driver ?? "kernel";
  const mtuBytes = all.mtu ?? network?.mtuBytes;
  return {
    index,
    driver,
    carriesBytes: mtuBytes ?? DEFAULT_MTU,
    ...defined({
      mac: all.mac?.toLowerCase(),
      vlan,
      // Only a tag has a priority and a kind.
      qos: vlan ? all.qos : undefined,
      vlanProtocol: vlan ? all.vlanProtocol : undefined,
      spoofCheck: all.spoofCheck,
      trust: all.trust,
      minRateMegabits: all.minRateMegabits,
      maxRateMegabits: all.maxRateMegabits,
      linkState: all.linkState,
      queryRss: all.queryRss,
      mtuBytes: driver === "kernel" ? mtuBytes : undefined,
    }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that have no value. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** When all VMs have theirs: the ports as the model keeps them, each with the MTU that its functions take. */
export function closeUplink(scope: Scope, { sriov, ...uplink }: OpenUplink): Uplink {
  if (!sriov) return uplink;
  const { functions, match, owner, path, spec } = sriov;
  const needed = Math.max(DEFAULT_MTU, ...functions.map(({ carriesBytes }) => carriesBytes));
  if (owner) {
    const limit = largestMtu(owner.portGroups);
    for (const each of functions) if (each.carriesBytes > limit) refuseMtu(scope, each, { limit, owner, path, spec });
  }
  return {
    ...uplink,
    sriov: {
      functions,
      ...(match ? { match } : {}),
      ...(owner || needed === DEFAULT_MTU ? {} : { mtuBytes: needed }),
    },
  };
}

interface Limit {
  readonly limit: number;
  readonly owner: VirtualSwitch;
  readonly path: Path;
  readonly spec: SriovSpec;
}

/** Of functions that share their settings only the first is told. */
function refuseMtu(
  scope: Scope,
  { index, carriesBytes, holder }: VirtualFunction,
  { limit, owner, path, spec }: Limit,
): void {
  const key = ownKeyOf(spec, index);
  const at = [...path, ...(key === undefined ? ["vfs"] : ["vf", key])];
  const isTold = scope.problems.some((problem) => problem.rule === "SR-13" && problem.path.join("/") === at.join("/"));
  if (!holder && isTold) return;
  const who = holder
    ? `virtual function ${index} of port ${holder.port} of VM ${holder.vm}`
    : `virtual function ${index}`;
  scope.error("SR-13", at, {
    message: `${who} carries larger packets than its physical port, whose MTU virtual switch ${owner.name} gives`,
    found: carriesBytes,
    wanted: `at most ${limit}`,
    remedy: `Raise the mtu of a network of ${owner.name}, or lower that of the virtual function.`,
  });
}
