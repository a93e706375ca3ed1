// Virtual machines: every port put on its virtual switch, bonds and addresses in the guest checked. Pure.
import type { Bond, BondSpec } from "../bond.js";
import type { EnvironmentSpec } from "../environment.js";
import { DEFAULT_MTU } from "../field.js";
import { contains, isReserved, type Network, parseCidr, sameAddress } from "../network.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { hasRange } from "../range.js";
import { toSshTarget } from "../ssh.js";
import { DEFAULT_POLICY, unknownName } from "../uplinkTeam.js";
import type { GuestPort, VirtualMachine, VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import type { DistributedSwitch, VmPort } from "../virtualSwitch.js";
import type { Hosts } from "./hosts.js";
import { Claims, checkExpanded, type Expanded, expandMap, FITTING_RANGE, type Scope } from "./scope.js";

/** What VMs may be attached to, and what no two of them may share. */
export interface Surroundings {
  readonly hosts: Hosts;
  readonly distributedSwitches: readonly DistributedSwitch[];
}

interface SharedClaims {
  readonly interfaces: Claims;
  /** The distributed switches of each ESXi host. */
  readonly reachable: ReadonlyMap<string, readonly DistributedSwitch[]>;
  readonly macs: Claims;
  readonly addresses: Claims;
}

export function resolveVirtualMachines(scope: Scope, spec: EnvironmentSpec, around: Surroundings): VirtualMachine[] {
  const shared: SharedClaims = {
    interfaces: around.hosts.interfaces,
    reachable: switchesByHost(around.distributedSwitches),
    macs: new Claims(scope, "MAC address"),
    addresses: new Claims(scope, "IP address"),
  };
  const machines: VirtualMachine[] = [];
  for (const vm of expandMap(scope, "vms", spec.vms ?? {})) {
    const { name, key, body } = vm;
    const path = ["vms", key];
    const fits = checkExpanded(scope, "name", name, path) && checkExpanded(scope, "name", body.host, [...path, "host"]);
    if (!fits) continue;
    const attach = attachment(scope, body.host, { ...around, ...shared, path: [...path, "host"] });
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

function switchesByHost(all: readonly DistributedSwitch[]): Map<string, DistributedSwitch[]> {
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

interface AttachmentContext extends Surroundings, Pick<SharedClaims, "reachable"> {
  readonly path: Path;
}

function attachment(scope: Scope, hostName: string, around: AttachmentContext): Attachment | undefined {
  const kvm = around.hosts.kvm.get(hostName);
  if (kvm) {
    return {
      portGroup: (switchName, portGroup) => findPortGroup(kvm.virtualSwitches, switchName, portGroup),
      connect: (switchName, port) =>
        kvm.virtualSwitches.find((candidate) => candidate.name === switchName)?.ports.push(port),
    };
  }
  if (around.hosts.esx.has(hostName)) {
    const reachable = around.reachable.get(hostName) ?? [];
    return { portGroup: (switchName, portGroup) => findPortGroup(reachable, switchName, portGroup) };
  }
  if (around.hosts.faulty.has(hostName)) return undefined;
  const known = [...around.hosts.kvm.keys(), ...around.hosts.esx.keys()];
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
    shared.macs.take(mac, `port ${port} of VM ${vm.name}`, {
      path: [...path, "mac"],
      remedy: "Give every port its own MAC address.",
    });
  if (attach.connect) connectPort(scope, { vm, port, spec, switchName, portGroup: found, attach, shared });
  checkAddresses(scope, {
    owner: `port ${port} of VM ${vm.name}`,
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
    !shared.interfaces.take(`${vm.body.host} ${hostInterface}`, `port ${port} of VM ${vm.name}`, {
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
        remedy: hasRange(address) ? FITTING_RANGE : "Correct the address.",
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
    } else if (network && subnet !== undefined && isSameVersion)
      checkInSubnet(scope, { network, subnet, address, path: at });
  }
  if (gateway !== undefined) checkGateway(scope, { gateway, addresses, path: [...path, "gateway"] });
}

interface InSubnet {
  readonly network: Network;
  readonly subnet: string;
  readonly address: string;
  readonly path: Path;
}

/** An address of the right subnet can still be one that no machine may have, or see another subnet than its peers. */
function checkInSubnet(scope: Scope, { network, subnet, address, path }: InSubnet): void {
  const [plain = "", prefix = ""] = address.split("/");
  const [, wanted = ""] = subnet.split("/");
  const isHostRoute = prefix === (address.includes(":") ? "128" : "32");
  if (network.gateway !== undefined && sameAddress(plain, network.gateway)) {
    const remedy = "Give the machine another address.";
    scope.error("address", path, {
      message: `the address is the gateway of network ${network.name}`,
      found: address,
      remedy,
    });
  } else if (prefix !== wanted && !isHostRoute) {
    scope.error("address", path, {
      message: `the prefix length is not that of network ${network.name}`,
      found: address,
      wanted: `${plain}/${wanted}`,
      remedy: "Correct the prefix length here or that of the subnet.",
    });
  } else if (isReserved(subnet, plain)) {
    scope.error("address", path, {
      message: "the first and the last address of a subnet belong to no machine",
      found: address,
      remedy: "Give the machine another address.",
    });
  }
}

function checkGateway(scope: Scope, at: { gateway: string; addresses: readonly string[]; path: Path }): void {
  const { gateway, addresses, path } = at;
  if (!addresses.some((address) => contains(address, gateway))) {
    scope.error("address", path, {
      message: "the gateway is in the subnet of none of the addresses",
      found: gateway,
      wanted: addresses.length > 0 ? `an address that ${addresses.join(" or ")} reaches` : "addresses beside it",
      remedy: "Correct the gateway, or add an address of its subnet.",
    });
  } else if (addresses.some((address) => sameAddress(address.split("/")[0] ?? "", gateway))) {
    const remedy = "Name the router, which is another machine.";
    scope.error("address", path, { message: "the gateway is the machine's own address", found: gateway, remedy });
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
  const names = new Claims(scope, "interface of the guest");
  for (const port of ports) {
    names.take(port.guestInterface ?? port.name, `port ${port.name}`, {
      path: [...path, "ports", port.name],
      remedy: "Give every port its own guestInterface.",
    });
    if (port.mac ?? port.guestInterface) continue;
    scope.error("schema", [...path, "ports", port.name], {
      message: "the guest can't tell which of its interfaces this port is",
      wanted: "mac or guestInterface",
      remedy: "Add the MAC address of the port.",
    });
  }
  for (const bond of bonds) {
    // Said already, in other words, where a port has the name of the bond.
    if (Object.hasOwn(body.ports, bond.name)) continue;
    names.take(bond.name, `bond ${bond.name}`, { path: [...path, "bonds", bond.name], remedy: "Rename the bond." });
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
      claims.take(gateway.includes(":") ? "IPv6" : "IPv4", `${section === "ports" ? "port" : "bond"} ${name}`, at);
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
  if (Object.hasOwn(vm.body.ports, bondName))
    scope.error("duplicate", path, {
      message: "a port of the VM has the same name as the bond",
      found: bondName,
      remedy: "Rename one of the two.",
    });
  const mode = spec.mode ?? "switch-independent";
  const policy = spec.policy ?? DEFAULT_POLICY[mode];
  checkPrimary(scope, { spec, policy, path });
  checkAddresses(scope, {
    owner: `bond ${bondName} of VM ${vm.name}`,
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
