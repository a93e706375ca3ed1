// Which virtual function each VM port of a KVM host has: named by number, or chosen; and what it is told for it. Pure.
import type { Network } from "../network.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { type AssignedFunction, ownKeyOf } from "../virtualFunction.js";
import type { VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import { Claims, type Expanded, type Scope } from "./scope.js";
import { checkVlan, type OpenSriov, type OpenUplink, ownSettings, tagOf, toFunction } from "./sriov.js";
import { choosePhysicalPorts, hashOf, type TakenVfs } from "./virtualFunctions.js";

/** A VM of a KVM host with the ports that want virtual functions. */
export interface FunctionRequest {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly host: { readonly name: string; readonly uplinks: readonly OpenUplink[] };
  readonly ports: readonly RequestingPort[];
}

export interface RequestingPort {
  readonly port: string;
  readonly spec: VmPortSpec;
  readonly network: Network;
  readonly portGroup?: PortGroup;
}

/**
 * The functions of every VM, by its name. Those that are named go first; the others begin to look at a number of their own, so
 * that a VM that comes or goes leaves nearly all others where they are.
 */
export function assignFunctions(
  scope: Scope,
  requests: readonly FunctionRequest[],
): Map<string, readonly AssignedFunction[]> {
  const numbers = new Claims(scope, "virtual function");
  const named = requests.flatMap((request) =>
    request.ports.flatMap((port) => takeNamed(scope, numbers, { ...request, ...port })),
  );
  const taken: TakenVfs = new Map();
  const used = new Set(named.map(({ key }) => key));
  return new Map(
    requests.map((request) => {
      const chosen = choosePhysicalPorts(scope, request.vm, { host: request.host, taken, capacityOf, rule: "SR-02" });
      const functions = request.ports.flatMap((port): AssignedFunction[] => {
        const uplink = chosen.get(port.port);
        const { sriov } = request.host.uplinks.find(({ name }) => name === uplink?.name) ?? {};
        if (!uplink || !sriov) return [];
        const place = { ...request, ...port };
        const index = namedNumber(port.spec) ?? freeNumber(sriov, place, { used, uplink: uplink.name });
        // Only a number that the port has no right to, which is told.
        if (index === undefined || index >= sriov.functions.length) return [];
        used.add(keyOf(place, uplink.name, index));
        hand(scope, sriov, { ...place, index });
        return [{ port: port.port, uplink: uplink.name, index, ...(uplink.pci ? { pci: uplink.pci } : {}) }];
      });
      return [request.vm.name, functions];
    }),
  );
}

type Place = FunctionRequest & RequestingPort;

const pathOf = ({ vm, port }: Place): Path => ["vms", vm.key, "ports", port];
const keyOf = ({ host }: Place, uplink: string, index: number) => `${host.name} ${uplink} ${index}`;

function namedNumber({ vf }: VmPortSpec): number | undefined {
  return typeof vf === "object" && "index" in vf ? vf.index : undefined;
}

/** What a port with settings of its own leaves to those that name no number. */
function capacityOf({ sriov }: OpenUplink): number {
  return sriov ? sriov.functions.filter(({ index }) => ownKeyOf(sriov.spec, index) === undefined).length : 0;
}

function takeNamed(scope: Scope, numbers: Claims, place: Place): { key: string; uplink: string }[] {
  const { vf } = place.spec;
  if (typeof vf !== "object" || !("index" in vf)) return [];
  const path = [...pathOf(place), "vf", "index"];
  const count = place.host.uplinks.find(({ name }) => name === vf.uplink)?.numVfs ?? 0;
  if (count > 0 && vf.index >= count)
    scope.error("reference", path, {
      message: `${vf.uplink} of host ${place.host.name} has no virtual function of this number`,
      found: vf.index,
      wanted: `a number from 0 to ${count - 1}`,
      remedy: "Raise sriov.numVfs of the physical port, or correct the number: the first is 0.",
    });
  const key = keyOf(place, vf.uplink, vf.index);
  const isFree = numbers.take(key, `port ${place.port} of VM ${place.vm.name}`, {
    path,
    shown: `${vf.index}`,
    rule: "SR-14",
    remedy: "Give every port a number of its own, or name only the physical port (vf: ens3f0).",
  });
  return isFree ? [{ key, uplink: vf.uplink }] : [];
}

/** Undefined: none is left, which only happens where another fault is told already. */
function freeNumber(
  { functions, spec }: OpenSriov,
  place: Place,
  { used, uplink }: { readonly used: ReadonlySet<string>; readonly uplink: string },
): number | undefined {
  const start = hashOf(`${place.vm.name} ${place.port}`) % functions.length;
  const order = functions.map((_, step) => (start + step) % functions.length);
  return order.find((index) => ownKeyOf(spec, index) === undefined && !used.has(keyOf(place, uplink, index)));
}

/** Settings of the number itself and what the port asks for have to agree; those for all functions only fill gaps. */
function hand(scope: Scope, sriov: OpenSriov, place: Place & { readonly index: number }): void {
  const { network, portGroup, spec, vm, port, index } = place;
  const path = pathOf(place);
  checkVlan(scope, network, [...path, portGroup ? "portGroup" : "network"]);
  if (portGroup) refuseShaping(scope, portGroup, path);
  if (sriov.spec.match)
    scope.error("unsupported", [...path, "vf"], {
      message: "a VM has to know the name of the physical port, which is found by its kind",
      remedy: "Name the uplink as the host does, with pci in place of match.",
    });
  const { security } = portGroup?.given.includes("security") ? portGroup : {};
  const asked = {
    ...(spec.mac === undefined ? {} : { mac: spec.mac.toLowerCase() }),
    vlan: tagOf(network.vlan),
    mtu: network.mtuBytes,
    ...(security ? { spoofCheck: !security.forgedTransmits, trust: security.macChanges || security.promiscuous } : {}),
  };
  const own = ownSettings(sriov.spec, index);
  const ownNetwork = own.network === undefined ? undefined : scope.networks.get(own.network);
  const given = {
    ...own,
    mac: own.mac?.toLowerCase(),
    vlan: own.vlan ?? (ownNetwork ? tagOf(ownNetwork.vlan) : undefined),
  };
  for (const key of Object.keys(asked) as (keyof typeof asked)[]) {
    if (given[key] === undefined || given[key] === asked[key]) continue;
    scope.error("schema", [...path, "vf"], {
      message: `virtual function ${index} has ${key} ${given[key]} by the settings of its physical port, and ${asked[key]} by this VM port`,
      found: `${given[key]}`,
      wanted: `${asked[key]}`,
      remedy: "Remove one of the two, or let the port have another virtual function.",
    });
  }
  const { mtuBytes: _, ...result } = toFunction(scope, index, {
    ...sriov.spec.vfs,
    ...own,
    ...asked,
    network: undefined,
  });
  sriov.functions[index] = { ...result, holder: { vm: vm.name, port } };
}

function refuseShaping(scope: Scope, { name, shaping }: PortGroup, path: Path): void {
  if (!shaping.ingress && !shaping.egress) return;
  scope.error("unsupported", [...path, "portGroup"], {
    message: `the shaping of port group ${name} does not hold for a virtual function`,
    remedy: "Set maxRateMegabits in sriov of the physical port, or use a port group without shaping.",
  });
}
