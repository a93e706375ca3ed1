// The inside of a VM: which interface is which port, its bonds, and its one way out. Pure.
import type { Bond, BondSpec } from "../bond.js";
import { type GuestIpSpec, toGateways, toInterfaceIp } from "../interfaceIp.js";
import { DEFAULT_MISSING_PACKAGES } from "../missingPackages.js";
import { type Network, NO_NETWORK } from "../network.js";
import type { Path } from "../problem.js";
import { DEFAULT_POLICY, unknownName } from "../uplinkTeam.js";
import type { GuestPort, VirtualMachine, VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import { checkAddresses } from "./addresses.js";
import { Claims, checkExpanded, type Expanded, type Scope } from "./scope.js";
import { checkInterfaceNames } from "./strictNames.js";
import { type HostBelow, toGuestTarget } from "./waysIn.js";

/** One VM with its ports put on their switches. */
export interface GuestContext extends HostBelow {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly ports: readonly GuestPort[];
  /** Ports that are virtual functions of a KVM host. */
  readonly functionPorts: readonly string[];
  /** Addresses that are taken already, and VMs in libvirt whose agent is asked for. */
  readonly shared: { readonly addresses: Claims; readonly domains: Claims };
}

/** Of Linux; for a VM whose guest multiport leaves alone its bonds are looked at all the same. */
export function toGuest(scope: Scope, context: GuestContext): VirtualMachine["guest"] {
  const { vm, ports, functionPorts, shared } = context;
  const { name, key, body } = vm;
  const path = ["vms", key];
  const taken = new Claims(scope, "port");
  const bonds = Object.entries(body.bonds ?? {}).map(([bondName, spec]) =>
    toBond(scope, { bondName, spec, vm, ports, functionPorts, taken, shared }),
  );
  if (body.guest?.os !== "linux") {
    if (bonds.length > 0)
      scope.error("schema", [...path, "bonds"], {
        message: "bonds are configured inside the guest, and the VM has no guest section",
        remedy: "Add guest with os and renderer, or remove bonds.",
      });
    return undefined;
  }
  checkLinuxKeys(scope, body, path);
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
  const { renderer, missingPackages = DEFAULT_MISSING_PACKAGES } = body.guest;
  return { name, renderer, missingPackages, ssh: toGuestTarget(scope, body.guest, context), ports, bonds };
}

/** One routing table has one default route per IP version; netplan takes two with a warning and no effect. */
export function checkGateways(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const claims = new Claims(scope, "default route");
  for (const section of ["ports", "bonds"] as const) {
    const all: Readonly<Record<string, VmPortSpec | BondSpec>> = body[section] ?? {};
    for (const [name, spec] of Object.entries(all)) {
      const noun = section === "ports" ? "port" : "bond";
      takeRoutes(claims, spec, { holder: `${noun} ${name}`, path: [...path, section, name] });
      const interfaces = "interfaces" in spec ? Object.entries(spec.interfaces ?? {}) : [];
      for (const [network, own] of interfaces)
        takeRoutes(claims, own ?? {}, {
          holder: `${noun} ${name} in network ${network}`,
          path: [...path, section, name, "interfaces", network],
        });
    }
  }
}

function takeRoutes(claims: Claims, { gateway, routingTable }: GuestIpSpec, at: { holder: string; path: Path }): void {
  const table = routingTable === undefined ? "" : ` of table ${routingTable}`;
  // A second one of one interface was told.
  const byFamily = new Map(toGateways(gateway).map((router) => [router.includes(":") ? "IPv6" : "IPv4", router]));
  for (const [family, router] of byFamily) {
    claims.take(`${family}${table}`, at.holder, {
      path: [...at.path, "gateway"],
      shown: router,
      remedy: "Keep one gateway per guest and IP version.",
    });
  }
}

const NEW_KEYS = ["routes", "routingTable", "dhcp"] as const;

/** What is written into Windows alone, and names as Linux does not have them. */
function checkLinuxKeys(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const remove = (at: Path, key: string) =>
    scope.error("unsupported", [...at, key], {
      message: `multiport sets no ${key} in a Linux guest`,
      remedy: "Remove it.",
    });
  for (const [name, port] of Object.entries(body.ports)) {
    for (const key of ["nameservers", "mtu", ...NEW_KEYS] as const)
      if (port[key] !== undefined) remove([...path, "ports", name], key);
    if (port.guestInterface !== undefined)
      checkExpanded(scope, "interface", port.guestInterface, [...path, "ports", name, "guestInterface"]);
  }
  checkInterfaceNames(scope, body.bonds ?? {}, [...path, "bonds"]);
  for (const [name, bond] of Object.entries(body.bonds ?? {}))
    for (const key of ["nameservers", "interfaces", ...NEW_KEYS] as const)
      if (bond[key] !== undefined) remove([...path, "bonds", name], key);
}

export interface BondContext extends Omit<GuestContext, keyof HostBelow> {
  readonly bondName: string;
  readonly spec: BondSpec;
  readonly taken: Claims;
}

/** Members are ports of the VM, of this bond alone, and of one network: that which they carry. */
export function checkBondMembers(
  scope: Scope,
  { bondName, spec, vm, ports, taken }: Pick<BondContext, "bondName" | "spec" | "vm" | "ports" | "taken">,
): Network | undefined {
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
  return network;
}

function toBond(scope: Scope, { bondName, spec, vm, ports, functionPorts, taken, shared }: BondContext): Bond {
  const path = ["vms", vm.key, "bonds", bondName];
  const network = checkBondMembers(scope, { bondName, spec, vm, ports, taken });
  if (Object.hasOwn(vm.body.ports, bondName))
    scope.error("duplicate", path, {
      message: "a port of the VM has the same name as the bond",
      found: bondName,
      remedy: "Rename one of the two.",
    });
  const mode = spec.mode ?? "switch-independent";
  const policy = spec.policy ?? DEFAULT_POLICY[mode];
  checkPrimary(scope, { spec, policy, path });
  checkEffect(scope, { spec, mode, policy, path });
  checkAddresses(scope, {
    owner: `bond ${bondName} of VM ${vm.name}`,
    network,
    spec,
    path,
    shared,
  });
  const hasFunction = spec.members.some((member) => functionPorts.includes(member));
  const primary = policy === "active-backup" ? (spec.primary ?? spec.members[0]) : undefined;
  return {
    name: bondName,
    members: spec.members,
    mode,
    policy,
    lacpRate: spec.lacpRate ?? "fast",
    failOverMac: spec.failOverMac ?? (hasFunction && policy === "active-backup" ? "active" : "none"),
    monitorMilliseconds: spec.monitorMilliseconds ?? 100,
    ...(primary === undefined ? {} : { primary }),
    ...toInterfaceIp(spec, network ?? NO_NETWORK),
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

/** Keys that the kernel would take and do nothing with. */
function checkEffect(
  scope: Scope,
  { spec, mode, policy, path }: { spec: BondSpec; mode: string; policy: string; path: Path },
): void {
  if (spec.lacpRate !== undefined && mode !== "lacp")
    scope.error("schema", [...path, "lacpRate"], {
      message: "lacpRate means nothing without mode lacp",
      found: spec.lacpRate,
      remedy: "Set mode: lacp, or remove it.",
    });
  if (spec.failOverMac !== undefined && policy !== "active-backup")
    scope.error("schema", [...path, "failOverMac"], {
      message: `failOverMac means nothing with policy ${policy}`,
      found: spec.failOverMac,
      remedy: "Remove failOverMac, or use policy active-backup.",
    });
}
