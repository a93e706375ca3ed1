// Where the ports of a VM may go: the switches that its host reaches, and the port group or network that a port names. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { Network } from "../network.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { VmPortSpec } from "../virtualMachine.js";
import type { VmPort } from "../virtualSwitch.js";
import type { Hosts } from "./hosts.js";
import type { Scope } from "./scope.js";

/** What VMs may be attached to. */
export interface Attachable {
  readonly hosts: Hosts;
  readonly distributedSwitches: readonly DistributedSwitch[];
}

/** Finds a port group by switch and name, and takes the VM's port where the host has to know it. */
export interface Attachment {
  portGroup(
    switchName: string,
    portGroup: string,
  ): { found?: PortGroup; noun: string; known: string[]; missing: string };
  connect?(switchName: string, port: VmPort): void;
}

export function switchesByHost(all: readonly DistributedSwitch[]): Map<string, DistributedSwitch[]> {
  const byHost = new Map<string, DistributedSwitch[]>();
  for (const dvs of all) {
    for (const { name } of dvs.hosts) {
      const list = byHost.get(name);
      if (list) list.push(dvs);
      else byHost.set(name, [dvs]);
    }
  }
  return byHost;
}

interface AttachmentContext extends Attachable {
  /** The distributed switches of each ESXi host. */
  readonly reachable: ReadonlyMap<string, readonly DistributedSwitch[]>;
  readonly path: Path;
}

export function attachment(scope: Scope, hostName: string, around: AttachmentContext): Attachment | undefined {
  const kvm = around.hosts.kvm.get(hostName);
  if (kvm) {
    return {
      portGroup: (switchName, portGroup) => findPortGroup(kvm.virtualSwitches, switchName, portGroup),
      connect: (switchName, port) =>
        kvm.virtualSwitches.find((candidate) => candidate.name === switchName)?.ports.push(port),
    };
  }
  const esx = around.hosts.esx.get(hostName);
  if (esx) {
    const reachable = [...esx.standardSwitches, ...(around.reachable.get(hostName) ?? [])];
    return { portGroup: (switchName, portGroup) => findPortGroup(reachable, switchName, portGroup) };
  }
  const hyperv = around.hosts.hyperv.get(hostName);
  if (hyperv)
    return { portGroup: (switchName, portGroup) => findPortGroup(hyperv.virtualSwitches, switchName, portGroup) };
  if (around.hosts.faulty.has(hostName)) return undefined;
  const known = [around.hosts.kvm, around.hosts.esx, around.hosts.hyperv].flatMap((hosts) => [...hosts.keys()]);
  scope.add(unknownName({ noun: "host", name: hostName, known, path: around.path }));
  return undefined;
}

type SwitchLike = { readonly name: string; readonly portGroups: readonly PortGroup[] };

function findPortGroup(switches: readonly SwitchLike[], switchName: string, name: string) {
  const owner = switches.find((candidate) => candidate.name === switchName);
  if (!owner)
    return { noun: "virtual switch", known: switches.map((candidate) => candidate.name), missing: switchName };
  const found = owner.portGroups.find((portGroup) => portGroup.name === name);
  const result = { noun: "port group", known: owner.portGroups.map((portGroup) => portGroup.name), missing: name };
  return found ? { ...result, found } : result;
}

interface PlaceOfPort {
  readonly network: Network;
  readonly switchName: string;
  readonly portGroup?: PortGroup;
}

/** The port group of a port, or the network that a virtual function names instead. */
export function placeOf(
  scope: Scope,
  spec: VmPortSpec,
  { attach, path }: { readonly attach: Attachment; readonly path: Path },
): PlaceOfPort | undefined {
  if (spec.portGroup === undefined && (spec.network === undefined || spec.vf === undefined)) {
    const isAlone = spec.network !== undefined;
    scope.error("schema", [...path, isAlone ? "network" : "portGroup"], {
      message: isAlone ? "only a virtual function may name its network" : "a required value is missing",
      wanted: "switch/port group, such as vs0/app",
      remedy: "Add portGroup.",
    });
    return undefined;
  }
  if (spec.portGroup === undefined) {
    const name = spec.network ?? "";
    const network = scope.networks.get(name);
    if (network) return { network, switchName: "" };
    scope.add(unknownName({ noun: "network", name, known: [...scope.networks.keys()], path: [...path, "network"] }));
    return undefined;
  }
  if (spec.network !== undefined)
    scope.error("schema", [...path, "network"], {
      message: "the port group already gives the network",
      found: spec.network,
      remedy: "Remove network, or remove portGroup.",
    });
  const [switchName = "", groupName = ""] = spec.portGroup.split("/");
  const { found, noun, known, missing } = attach.portGroup(switchName, groupName);
  if (found) return { network: found.network, switchName, portGroup: found };
  scope.add(unknownName({ noun, name: missing, known, path: [...path, "portGroup"] }));
  return undefined;
}
