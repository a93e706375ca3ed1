// What KVM hosts have in libvirt: their networks, the pools of virtual functions, and the interfaces of their VMs. Pure.
import type {
  LibvirtDomain,
  LibvirtHost,
  LibvirtHostSpec,
  LibvirtPool,
  LibvirtPoolSpec,
  LibvirtPort,
} from "../libvirt.js";
import { mergeRanges, toVlanRanges, type VlanRange } from "../network.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { AssignedFunction } from "../virtualFunction.js";
import type { GuestPort, VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import type { VirtualSwitch } from "../virtualSwitch.js";
import { Claims, type Expanded, refuseKeys, type Scope } from "./scope.js";
import type { OpenUplink } from "./sriov.js";
import { hashOf } from "./virtualFunctions.js";

/** What can still be given VMs, and whose pools are looked at when it is known which functions those took. */
export interface OpenLibvirt extends LibvirtHost {
  readonly domains: LibvirtDomain[];
  readonly pools: LibvirtPool[];
  readonly declaredPools: Readonly<Record<string, LibvirtPoolSpec>>;
  /** Names of networks and domains, as `network <name>` and `domain <name>`. */
  readonly names: Claims;
  readonly path: Path;
}

interface Around {
  readonly virtualSwitches: readonly VirtualSwitch[];
  readonly path: Path;
}

export function openLibvirt(scope: Scope, spec: LibvirtHostSpec, { virtualSwitches, path }: Around): OpenLibvirt {
  const names = new Claims(scope, "name in libvirt");
  const given = spec === true ? {} : spec;
  const known = virtualSwitches.map(({ name }) => name);
  const wanted = given.networks ?? Object.fromEntries(known.map((name) => [name, null]));
  const networks = Object.entries(wanted).flatMap(([vs, network]) => {
    const at = [...path, "networks", vs];
    if (!known.includes(vs)) {
      scope.add(unknownName({ noun: "virtual switch", name: vs, known, path: at }));
      return [];
    }
    const name = network?.name ?? vs;
    const remedy = "Give every network a name of its own.";
    return names.take(`network ${name}`, `virtual switch ${vs}`, { path: at, shown: name, remedy })
      ? [{ switch: vs, name }]
      : [];
  });
  const declaredPools = given.pools ?? {};
  for (const name of Object.keys(declaredPools))
    names.take(`network ${name}`, `pool ${name}`, {
      path: [...path, "pools", name],
      shown: name,
      remedy: "Rename the pool: a virtual switch has a network of that name.",
    });
  return { networks, pools: [], domains: [], declaredPools, names, path };
}

/** When every VM has its functions: a pool offers what is left. */
export function closeLibvirt(scope: Scope, libvirt: OpenLibvirt, uplinks: readonly OpenUplink[]): LibvirtHost {
  const { networks, domains, declaredPools, path } = libvirt;
  const pools = Object.entries(declaredPools).flatMap(([name, spec]) =>
    toPool(scope, name, { spec, uplinks, path: [...path, "pools", name] }),
  );
  return { networks, pools, domains };
}

interface PoolPlace {
  readonly spec: LibvirtPoolSpec;
  readonly uplinks: readonly OpenUplink[];
  readonly path: Path;
}

function toPool(scope: Scope, name: string, { spec, uplinks, path }: PoolPlace): LibvirtPool[] {
  const functions = uplinks.find((uplink) => uplink.name === spec.uplink)?.sriov?.functions ?? [];
  if (functions.length === 0) {
    const known = uplinks.filter(({ numVfs }) => numVfs).map((uplink) => uplink.name);
    const noun = "physical port with SR-IOV";
    scope.add(unknownName({ noun, name: spec.uplink, known, path: [...path, "uplink"] }));
    return [];
  }
  const held = functions.filter(({ holder }) => holder !== undefined);
  if (spec.functions === undefined) {
    if (held.length === 0) return [{ name, uplink: spec.uplink }];
    const free = functions.filter(({ holder }) => holder === undefined);
    if (free.length > 0) return [{ name, uplink: spec.uplink, functions: rangesOf(free.map(({ index }) => index)) }];
    scope.error("reference", path, {
      message: `VMs of this file have all virtual functions of ${spec.uplink}`,
      remedy: "Raise sriov.numVfs of the physical port, or remove the pool.",
    });
    return [];
  }
  const ranges = mergeRanges(toVlanRanges(spec.functions));
  const faulty = ranges.find(({ first, last }) => first > last || last >= functions.length);
  if (faulty)
    scope.error("reference", [...path, "functions"], {
      message: `${spec.uplink} has no virtual functions of these numbers`,
      found: faulty.first === faulty.last ? faulty.first : `${faulty.first}-${faulty.last}`,
      wanted: `numbers from 0 to ${functions.length - 1}`,
      remedy: "Correct the numbers: the first is 0.",
    });
  for (const { index, holder } of held)
    if (holder && ranges.some(({ first, last }) => first <= index && index <= last))
      scope.error("SR-14", [...path, "functions"], {
        message: `port ${holder.port} of VM ${holder.vm} has virtual function ${index}`,
        found: index,
        remedy: "Leave it out of the pool, or give the port another one (vf: {uplink, index}).",
      });
  return faulty ? [] : [{ name, uplink: spec.uplink, functions: ranges }];
}

function rangesOf(numbers: readonly number[]): VlanRange[] {
  return mergeRanges(numbers.map((number) => ({ first: number, last: number })));
}

/**
 * The MAC address of a port that has none in the file: always the same for the same environment, VM and port. Local
 * addresses that begin as libvirt's own do, with 32 bits of their own; two that are equal are told as any others.
 */
export function derivedMac(environment: string, vm: string, port: string): string {
  const digits = hashOf(`${environment}/${vm}/${port}`).toString(16).padStart(8, "0");
  return ["52", "54", ...(digits.match(/../g) ?? [])].join(":");
}

/** The ports of a VM with the MAC address that libvirt is told. */
export function withMacs(
  { name, body }: Expanded<VirtualMachineSpec>,
  environment: string,
): VirtualMachineSpec["ports"] {
  if (!body.libvirt) return body.ports;
  return Object.fromEntries(
    Object.entries(body.ports).map(([port, spec]) => [
      port,
      { ...spec, mac: spec.mac ?? derivedMac(environment, name, port) },
    ]),
  );
}

/** Everything about libvirt in a VM that its host or the VM itself has no place for. */
export function checkLibvirtKeys(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  {
    isKvm,
    libvirt,
    kind,
  }: { readonly isKvm: boolean; readonly libvirt: OpenLibvirt | undefined; readonly kind: string },
): void {
  const path = ["vms", vm.key];
  if (!isKvm) refuseKeys(scope, { body: vm.body, keys: ["libvirt"], path, platform: `a VM on ${kind}` });
  else if (vm.body.libvirt && !libvirt)
    scope.error("reference", [...path, "libvirt"], {
      message: `host ${vm.body.host} offers nothing in libvirt`,
      remedy: `Add libvirt: true to the host.`,
    });
  for (const [port, body] of Object.entries(vm.body.ports)) {
    if (!body.libvirt) continue;
    const at = [...path, "ports", port, "libvirt"];
    if (!vm.body.libvirt || !isKvm)
      scope.error("unsupported", at, {
        message: "multiport sets nothing of this VM in libvirt",
        remedy: isKvm ? "Add libvirt: {} to the VM, or remove this." : "Remove it.",
      });
    else checkPortKeys(scope, body, at);
  }
}

function checkPortKeys(scope: Scope, { vf, portGroup, libvirt = {} }: VmPortSpec, path: Path): void {
  if (libvirt.failover && vf === undefined)
    scope.error("schema", [...path, "failover"], {
      message: "there is no virtual function that a virtio card could stand in for",
      remedy: "Add vf to the port, or remove failover.",
    });
  if (libvirt.failover && vf !== undefined && portGroup === undefined)
    scope.error("schema", [...path, "failover"], {
      message: "the virtio card of a failover pair needs a port group",
      remedy: "Give the port portGroup instead of network.",
    });
  if (libvirt.model === "e1000e" && libvirt.failover)
    scope.error("unsupported", [...path, "model"], {
      message: "only a virtio card stands in for a virtual function (net_failover)",
      found: "e1000e",
      remedy: "Remove model.",
    });
  if (libvirt.queues !== undefined && libvirt.model === "e1000e")
    scope.error("unsupported", [...path, "queues"], {
      message: "an e1000e card has one queue",
      found: libvirt.queues,
      remedy: "Remove queues, or use model: virtio.",
    });
  if (vf === undefined || libvirt.failover) return;
  for (const key of ["model", "queues", "link", "isolated"] as const)
    if (libvirt[key] !== undefined)
      scope.error("unsupported", [...path, key], {
        message: `libvirt sets no ${key} of a virtual function: the VM has the device itself`,
        found: libvirt[key],
        remedy: key === "link" ? "Remove it, or set linkState in sriov of the physical port." : "Remove it.",
      });
}

interface Placed {
  readonly libvirt: OpenLibvirt;
  readonly virtualSwitches: readonly VirtualSwitch[];
  readonly ports: readonly GuestPort[];
  readonly functions: readonly AssignedFunction[];
}

/** A VM as libvirt has it, once its ports are on their switches and have their functions. */
export function addDomain(scope: Scope, vm: Expanded<VirtualMachineSpec>, placed: Placed): void {
  const { name, key, body } = vm;
  const { libvirt, ports } = placed;
  if (!body.libvirt) return;
  const domain = body.libvirt.domain ?? name;
  const path = ["vms", key, "libvirt"];
  const remedy = "Give every VM a domain of its own.";
  if (!libvirt.names.take(`domain ${domain}`, `VM ${name}`, { path, shown: domain, remedy })) return;
  libvirt.domains.push({
    vm: name,
    name: domain,
    requires: body.libvirt.requires ?? [],
    ports: ports.flatMap((port) => toPort(scope, vm, { port, placed })),
  });
}

function toPort(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { port, placed }: { readonly port: GuestPort; readonly placed: Placed },
): LibvirtPort[] {
  const spec = vm.body.ports[port.name];
  if (!spec || port.mac === undefined) return [];
  const own = spec.libvirt ?? {};
  const assigned = placed.functions.find((candidate) => candidate.port === port.name);
  // Without the function that it wants: told already.
  if (spec.vf !== undefined && !assigned) return [];
  const owner = placed.virtualSwitches.find(({ ports }) => ports.some((candidate) => isSame(candidate, vm, port)));
  const plug = owner?.ports.find((candidate) => isSame(candidate, vm, port));
  const path = ["vms", vm.key, "ports", port.name];
  if (!/^[A-Za-z0-9_-]+$/.test(port.name))
    scope.error("unsupported", path, {
      message: "libvirt's alias of an interface has no dots",
      found: port.name,
      remedy: "Name the port with letters, digits, dashes and underscores.",
    });
  if (owner && !placed.libvirt.networks.some((network) => network.switch === owner.name))
    scope.error("reference", [...path, "portGroup"], {
      message: `virtual switch ${owner.name} is no network in libvirt`,
      found: owner.name,
      remedy: `Add ${owner.name} to libvirt.networks of the host.`,
    });
  return [
    {
      name: port.name,
      mac: port.mac,
      network: port.network,
      link: own.link ?? "up",
      ...(owner && plug
        ? {
            card: {
              switch: owner.name,
              portGroup: plug.portGroup,
              interface: plug.interface,
              model: own.model ?? ("virtio" as const),
              ...(own.queues === undefined ? {} : { queues: own.queues }),
              isolated: own.isolated ?? false,
            },
          }
        : {}),
      ...(assigned ? { function: assigned } : {}),
    },
  ];
}

function isSame(candidate: { vm: string; port: string }, vm: { name: string }, port: { name: string }): boolean {
  return candidate.vm === vm.name && candidate.port === port.name;
}
