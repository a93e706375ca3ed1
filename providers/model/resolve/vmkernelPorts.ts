// vmkernel ports of ESXi hosts: their port groups, addresses and TCP/IP stacks. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { parseCidr } from "../subnet.js";
import { unknownName } from "../uplinkTeam.js";
import type { NetworkStack, VmkernelPort, VmkernelPortSpec, VmkernelService } from "../vmkernelPort.js";
import { checkAddress } from "./addresses.js";
import type { OpenEsxHost } from "./esxHosts.js";
import { Claims, FITTING_RANGE, type Scope } from "./scope.js";

export interface VmkernelSurroundings {
  readonly distributedSwitches: readonly DistributedSwitch[];
  /** IP addresses that are taken, by VMs too. */
  readonly addresses: Claims;
}

/** Finds the port groups of vmkernel ports, on the host's own switches and on those that it is a member of. */
export function resolveVmkernelPorts(
  scope: Scope,
  esxHosts: Iterable<OpenEsxHost>,
  { distributedSwitches, addresses }: VmkernelSurroundings,
): void {
  for (const host of esxHosts) {
    const declared = Object.entries(host.declaredVmkernelPorts);
    if (declared.length === 0) continue;
    const groups = new Claims(scope, "port group");
    const reachable = distributedSwitches.filter((dvs) => dvs.hosts.some(({ name }) => name === host.name));
    for (const [name, spec] of declared) {
      const path = [...host.path, "vmkernelPorts", name];
      const found = findPortGroup(scope, { host, reachable, reference: spec.portGroup, path });
      if (!found) continue;
      groups.take(`${found.switch}/${found.group.name}`, "another vmkernel port of the host", {
        path: [...path, "portGroup"],
        remedy: "Give every vmkernel port of a host a port group of its own: it is found by it.",
      });
      checkVmkernelAddress(scope, { owner: `vmkernel port ${name} of ${host.name}`, spec, found, addresses, path });
      checkStack(scope, spec, path);
      host.vmkernelPorts.push(toVmkernelPort(name, spec, found));
    }
  }
}

interface Found {
  readonly switch: string;
  readonly switchKind: "standard" | "distributed";
  readonly group: PortGroup;
}

interface Reference {
  readonly host: OpenEsxHost;
  readonly reachable: readonly DistributedSwitch[];
  readonly reference: string | undefined;
  readonly path: Path;
}

function findPortGroup(scope: Scope, { host, reachable, reference, path }: Reference): Found | undefined {
  const at = [...path, "portGroup"];
  if (reference === undefined) {
    scope.error("schema", at, {
      message: "a required value is missing",
      wanted: "switch/port group, such as vs0/app",
      remedy: "Add portGroup to the vmkernel port or to that of the profile.",
    });
    return undefined;
  }
  const [switchName = "", groupName = ""] = reference.split("/");
  const standard = host.standardSwitches.find((candidate) => candidate.name === switchName);
  const owner = standard ?? reachable.find((candidate) => candidate.name === switchName);
  if (!owner) {
    const known = [...host.standardSwitches, ...reachable].map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "virtual switch", name: switchName, known, path: at }));
    return undefined;
  }
  const group = owner.portGroups.find((candidate) => candidate.name === groupName);
  if (!group) {
    const known = owner.portGroups.map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "port group", name: groupName, known, path: at }));
    return undefined;
  }
  return { switch: switchName, switchKind: standard ? "standard" : "distributed", group };
}

interface Addressed {
  readonly owner: string;
  readonly spec: VmkernelPortSpec;
  readonly found: Found;
  readonly addresses: Claims;
  readonly path: Path;
}

function checkVmkernelAddress(scope: Scope, { owner, spec, found, addresses, path }: Addressed): void {
  if (spec.address === undefined) return;
  const at = [...path, "address"];
  const parsed = parseCidr(spec.address);
  if (parsed?.address.kind() === "ipv4") {
    const { network } = found.group;
    checkAddress(scope, { owner, network, address: spec.address, path: at, shared: { addresses } });
    return;
  }
  scope.error("address", at, {
    message: "not an IPv4 address with prefix length",
    found: spec.address,
    wanted: "an address such as 10.32.0.11/24",
    remedy: spec.address.includes("[") ? FITTING_RANGE : "Correct the address.",
  });
}

/** Stacks of one service take no other. Source: vSphere Networking 8.0, TCP/IP stacks at the VMkernel level. */
const STACK_SERVICE: Readonly<Record<NetworkStack, VmkernelService | undefined>> = {
  defaultTcpipStack: undefined,
  vmotion: "vmotion",
  vSphereProvisioning: "vSphereProvisioning",
};

function checkStack(scope: Scope, { networkStack = "defaultTcpipStack", services = [] }: VmkernelPortSpec, path: Path) {
  const only = STACK_SERVICE[networkStack];
  const other = only === undefined ? -1 : services.findIndex((service) => service !== only);
  if (other < 0) return;
  scope.error("unsupported", [...path, "services", other], {
    message: `the TCP/IP stack ${networkStack} carries no service but ${only}`,
    found: services[other],
    wanted: only ?? "",
    remedy: "Remove the service, or use networkStack: defaultTcpipStack.",
  });
}

function toVmkernelPort(name: string, spec: VmkernelPortSpec, { group, ...place }: Found): VmkernelPort {
  return {
    name,
    ...place,
    portGroup: group.name,
    network: group.network,
    ...(spec.address === undefined ? {} : { address: spec.address }),
    mtuBytes: spec.mtu ?? group.network.mtuBytes,
    services: spec.services ?? [],
    networkStack: spec.networkStack ?? "defaultTcpipStack",
    iscsi: spec.iscsi ?? false,
  };
}
