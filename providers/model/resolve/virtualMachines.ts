// Virtual machines: every port put on its virtual switch, bonds and addresses in the guest checked. Pure.
import type { Bond, BondSpec } from "../bond.js";
import type { EnvironmentSpec } from "../environment.js";
import { DEFAULT_MTU } from "../field.js";
import { contains, type Network, parseCidr } from "../network.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { toSshTarget } from "../ssh.js";
import { DEFAULT_POLICY, unknownName } from "../uplinkTeam.js";
import type { GuestPort, VirtualMachine, VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import type { DistributedSwitch, VmPort } from "../virtualSwitch.js";
import type { Hosts } from "./hosts.js";
import { Claims, checkExpanded, type Expanded, expandMap, type Scope } from "./scope.js";

/** What VMs may be attached to, and what no two of them may share. */
export interface Surroundings {
  readonly hosts: Hosts;
  readonly distributedSwitches: readonly DistributedSwitch[];
}

interface SharedClaims {
  readonly interfaces: Claims;
  readonly macs: Claims;
  readonly addresses: Claims;
}

export function resolveVirtualMachines(scope: Scope, spec: EnvironmentSpec, around: Surroundings): VirtualMachine[] {
  const shared: SharedClaims = {
    interfaces: new Claims(scope, "interface name"),
    macs: new Claims(scope, "MAC address"),
    addresses: new Claims(scope, "IP address"),
  };
  const machines: VirtualMachine[] = [];
  for (const vm of expandMap(scope, "vms", spec.vms ?? {})) {
    const { name, key, body } = vm;
    const path = ["vms", key];
    const fits = checkExpanded(scope, "name", name, path) && checkExpanded(scope, "name", body.host, [...path, "host"]);
    if (!fits) continue;
    const attach = attachment(scope, body.host, around, [...path, "host"]);
    if (!attach) continue;
    const ports = Object.entries(body.ports).flatMap(([port, portSpec]) =>
      toPort(scope, vm, { port, spec: portSpec, attach, shared }),
    );
    const guest = toGuest(scope, { vm, ports, shared });
    machines.push({ name, host: body.host, ports, ...(guest ? { guest } : {}) });
  }
  return machines;
}

/** Finds a port group by switch and name, and takes the VM's port where the host has to know it. */
interface Attachment {
  portGroup(
    switchName: string,
    portGroup: string,
  ): { found?: PortGroup; noun: string; known: string[]; missing: string };
  connect?(switchName: string, port: VmPort): void;
}

function attachment(scope: Scope, hostName: string, around: Surroundings, path: Path): Attachment | undefined {
  const kvm = around.hosts.kvm.get(hostName);
  if (kvm) {
    return {
      portGroup: (switchName, portGroup) => findPortGroup(kvm.virtualSwitches, switchName, portGroup),
      connect: (switchName, port) =>
        kvm.virtualSwitches.find((candidate) => candidate.name === switchName)?.ports.push(port),
    };
  }
  if (around.hosts.esx.has(hostName)) {
    const reachable = around.distributedSwitches.filter((candidate) =>
      candidate.hosts.some((host) => host.name === hostName),
    );
    return { portGroup: (switchName, portGroup) => findPortGroup(reachable, switchName, portGroup) };
  }
  const known = [...around.hosts.kvm.keys(), ...around.hosts.esx.keys()];
  scope.add(unknownName({ noun: "host", name: hostName, known, path }));
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

interface PortContext {
  readonly port: string;
  readonly spec: VmPortSpec;
  readonly attach: Attachment;
  readonly shared: SharedClaims;
}

function toPort(
  scope: Scope,
  vm: Expanded<VirtualMachineSpec>,
  { port, spec, attach, shared }: PortContext,
): GuestPort[] {
  const path = ["vms", vm.key, "ports", port];
  const [switchName = "", groupName = ""] = spec.portGroup.split("/");
  const { found, noun, known, missing } = attach.portGroup(switchName, groupName);
  if (!found) {
    scope.add(unknownName({ noun, name: missing, known, path: [...path, "portGroup"] }));
    return [];
  }
  const mac = spec.mac?.toLowerCase();
  if (mac)
    shared.macs.take(mac, `${vm.name} ${port}`, {
      path: [...path, "mac"],
      remedy: "Give every port its own MAC address.",
    });
  if (attach.connect) connectPort(scope, { vm, port, spec, switchName, portGroup: found, attach, shared });
  checkAddresses(scope, {
    owner: `${vm.name} ${port}`,
    network: found.network,
    addresses: spec.addresses ?? [],
    gateway: spec.gateway,
    path,
    shared,
  });
  return [
    {
      name: port,
      network: found.network,
      addresses: spec.addresses ?? [],
      ...(mac ? { mac } : {}),
      ...(spec.guestInterface === undefined ? {} : { guestInterface: spec.guestInterface }),
      ...(spec.gateway === undefined ? {} : { gateway: spec.gateway }),
    },
  ];
}

interface Connection {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly port: string;
  readonly spec: VmPortSpec;
  readonly switchName: string;
  readonly portGroup: PortGroup;
  readonly attach: Attachment;
  readonly shared: SharedClaims;
}

function connectPort(scope: Scope, { vm, port, spec, switchName, portGroup, attach, shared }: Connection): void {
  const path = ["vms", vm.key, "ports", port, "interface"];
  const hostInterface = spec.interface ?? `${vm.name}-${port}`;
  if (!checkExpanded(scope, "interface", hostInterface, path)) return;
  const remedy = "Set interface to a name that is free on the host.";
  if (
    !shared.interfaces.take(`${vm.body.host} ${hostInterface}`, `another port on ${vm.body.host}`, {
      path,
      shown: hostInterface,
      remedy,
    })
  )
    return;
  attach.connect?.(switchName, { vm: vm.name, port, interface: hostInterface, portGroup });
}

interface AddressCheck {
  readonly owner: string;
  readonly network: Network | undefined;
  readonly addresses: readonly string[];
  readonly gateway: string | undefined;
  readonly path: Path;
  readonly shared: SharedClaims;
}

function checkAddresses(scope: Scope, { owner, network, addresses, gateway, path, shared }: AddressCheck): void {
  for (const [index, address] of addresses.entries()) {
    const at = [...path, "addresses", index];
    const parsed = parseCidr(address);
    if (!parsed) {
      scope.error("address", at, {
        message: "not an IP address with prefix length",
        found: address,
        wanted: "an address such as 10.10.0.11/24",
        remedy: "Correct the address.",
      });
      continue;
    }
    shared.addresses.take(parsed.address.toString(), owner, {
      path: at,
      shown: address,
      remedy: "Give every port its own address.",
    });
    const subnet = network?.subnet;
    // A network names one subnet; addresses of the other IP version are free.
    const isSameVersion = subnet?.includes(":") === address.includes(":");
    if (subnet !== undefined && isSameVersion && !contains(subnet, address)) {
      scope.error("address", at, {
        message: `the address is not in the subnet of network ${network?.name}`,
        found: address,
        wanted: `an address in ${subnet}`,
        remedy: "Correct the address, or put the port on another network.",
      });
    }
  }
  if (gateway !== undefined && !addresses.some((address) => contains(address, gateway))) {
    scope.error("address", [...path, "gateway"], {
      message: "the gateway is in the subnet of none of the addresses",
      found: gateway,
      remedy: "Correct the gateway, or add an address of its subnet.",
    });
  }
}

interface GuestContext {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly ports: readonly GuestPort[];
  readonly shared: SharedClaims;
}

function toGuest(scope: Scope, { vm, ports, shared }: GuestContext): VirtualMachine["guest"] {
  const { name, key, body } = vm;
  const path = ["vms", key];
  const taken = new Claims(scope, "port");
  const bonds = Object.entries(body.bonds ?? {}).map(([bondName, spec]) =>
    toBond(scope, { bondName, spec, vm, ports, taken, shared }),
  );
  if (!body.guest) {
    if (bonds.length > 0)
      scope.error("schema", [...path, "bonds"], {
        message: "bonds are configured inside the guest, and the VM has no guest section",
        remedy: "Add guest with os and renderer, or remove bonds.",
      });
    return undefined;
  }
  for (const port of ports) {
    if (port.mac ?? port.guestInterface) continue;
    scope.error("schema", [...path, "ports", port.name], {
      message: "the guest can't tell which of its interfaces this port is",
      wanted: "mac or guestInterface",
      remedy: "Add the MAC address of the port.",
    });
  }
  checkGateways(scope, body, path);
  const address = body.guest.address ?? name;
  checkExpanded(scope, "address", address, [...path, "guest", "address"]);
  return { name, renderer: body.guest.renderer, ssh: toSshTarget(name, address, body.guest.ssh), ports, bonds };
}

/** One routing table has one default route per IP version; netplan takes two with a warning and no effect. */
function checkGateways(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const claims = new Claims(scope, "default route");
  for (const section of ["ports", "bonds"] as const) {
    for (const [name, { gateway }] of Object.entries(body[section] ?? {})) {
      if (gateway === undefined) continue;
      const at = {
        path: [...path, section, name, "gateway"],
        shown: gateway,
        remedy: "Keep one gateway per guest and IP version.",
      };
      claims.take(gateway.includes(":") ? "IPv6" : "IPv4", name, at);
    }
  }
}

interface BondContext extends GuestContext {
  readonly bondName: string;
  readonly spec: BondSpec;
  readonly taken: Claims;
}

function toBond(scope: Scope, { bondName, spec, vm, ports, taken, shared }: BondContext): Bond {
  const path = ["vms", vm.key, "bonds", bondName];
  for (const [index, member] of spec.members.entries()) {
    const at = [...path, "members", index];
    const port = ports.find((candidate) => candidate.name === member);
    if (!port) scope.add(unknownName({ noun: "port", name: member, known: Object.keys(vm.body.ports), path: at }));
    else taken.take(member, `bond ${bondName}`, { path: at, remedy: "A port belongs to one bond." });
  }
  const members = ports.filter((port) => spec.members.includes(port.name));
  const network = members[0]?.network;
  const stranger = members.find((port) => port.network.name !== network?.name);
  if (stranger) {
    scope.error("schema", [...path, "members"], {
      message: `the members carry different networks (${network?.name}, ${stranger.network.name})`,
      remedy: "Bond ports of one network.",
    });
  }
  if (vm.body.ports[bondName])
    scope.error("duplicate", path, {
      message: "a port of the VM has the same name as the bond",
      found: bondName,
      remedy: "Rename one of the two.",
    });
  const mode = spec.mode ?? "switch-independent";
  const policy = spec.policy ?? DEFAULT_POLICY[mode];
  checkPrimary(scope, { spec, policy, path });
  checkAddresses(scope, {
    owner: `${vm.name} ${bondName}`,
    network,
    addresses: spec.addresses ?? [],
    gateway: spec.gateway,
    path,
    shared,
  });
  const primary = policy === "active-backup" ? (spec.primary ?? spec.members[0]) : undefined;
  return {
    name: bondName,
    members: spec.members,
    mode,
    policy,
    lacpRate: spec.lacpRate ?? "fast",
    monitorMilliseconds: spec.monitorMilliseconds ?? 100,
    addresses: spec.addresses ?? [],
    mtuBytes: spec.mtu ?? network?.mtuBytes ?? DEFAULT_MTU,
    ...(primary === undefined ? {} : { primary }),
    ...(spec.gateway === undefined ? {} : { gateway: spec.gateway }),
    ...(network === undefined ? {} : { network }),
  };
}

function checkPrimary(scope: Scope, { spec, policy, path }: { spec: BondSpec; policy: string; path: Path }): void {
  if (spec.primary === undefined) return;
  const at = [...path, "primary"];
  if (policy !== "active-backup") {
    scope.error("LB-11", at, {
      message: `primary means nothing with policy ${policy}`,
      found: spec.primary,
      remedy: "Remove primary, or use policy active-backup.",
    });
  } else if (!spec.members.includes(spec.primary)) {
    scope.add(unknownName({ noun: "member", name: spec.primary, known: spec.members, path: at }));
  }
}
