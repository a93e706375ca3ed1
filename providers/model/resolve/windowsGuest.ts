// The inside of a VM with Windows: which connection is which port, its teams, and their interfaces in VLANs. Pure.
import { BOND_TEAM_KEYS, type BondSpec, type BondTeamKey } from "../bond.js";
import type { LinuxBondKey } from "../bonding.js";
import { ownSettings } from "../bondMember.js";
import { WINDOWS_RELEASES } from "../hypervHost.js";
import { toInterfaceIp } from "../interfaceIp.js";
import { NO_NETWORK } from "../network.js";
import type { Path } from "../problem.js";
import { type SshTarget, toPowershellDirectTarget, toSshTarget } from "../ssh.js";
import type { GuestPort } from "../virtualMachine.js";
import {
  CLIENT_RELEASES,
  type GuestRelease,
  type TeamInterface,
  type WindowsGuest,
  type WindowsGuestSpec,
  type WindowsPort,
  type WindowsTeam,
} from "../windowsGuest.js";
import { checkAddresses } from "./addresses.js";
import { checkBondMembers } from "./guestBonds.js";
import type { GuestContext } from "./guestContext.js";
import { checkGateways } from "./guestInterfaces.js";
import { windowsKey } from "./hypervHosts.js";
import { Claims, refuseKeys, type Scope } from "./scope.js";
import { placeVlans } from "./vlanInterfaces.js";
import { toSshTargetOf } from "./waysIn.js";
import { checkTeamedIp, checkWindowsIp, isLackedByWindows } from "./windowsIp.js";

/** Who has a key that is not one of Linux's bonds by its name. One that is new has its line here, or it would be taken and set nowhere. */
const TEAM_KEYS: Readonly<Record<Exclude<BondTeamKey, LinuxBondKey>, "everywhere" | "linux">> = {
  members: "everywhere",
  mode: "everywhere",
  policy: "everywhere",
  lacpRate: "linux",
  lacpRole: "linux",
};
const LINUX_ONLY: readonly BondTeamKey[] = BOND_TEAM_KEYS.filter(
  (key) => !Object.hasOwn(TEAM_KEYS, key) || TEAM_KEYS[key as keyof typeof TEAM_KEYS] === "linux",
);

export function toWindowsGuest(scope: Scope, spec: WindowsGuestSpec, context: GuestContext): WindowsGuest {
  const { name, key, body } = context.vm;
  const path = ["vms", key];
  const edition = spec.edition ?? "server";
  const release = toRelease(scope, spec, [...path, "guest", "release"]);
  if (edition === "client" && Object.keys(body.bonds ?? {}).length > 0)
    scope.error("unsupported", [...path, "bonds"], {
      message: `Windows ${release} has no NIC Teaming (LBFO), which is a part of Windows Server`,
      found: edition,
      remedy: "Remove bonds, and put the addresses on the ports.",
    });
  const names = new Claims(scope, "connection of the guest");
  const ports = context.ports.map((port) => toPort(scope, port, { context, names }));
  const taken = new Claims(scope, "port");
  const teams = Object.entries(body.bonds ?? {}).map(([team, bond]) => {
    const remedy = "Rename the bond: a connection of the guest is called so.";
    names.take(windowsKey(team), `bond ${team}`, { path: [...path, "bonds", team], shown: team, remedy });
    return toTeam(scope, team, { spec: bond, context, taken });
  });
  checkGateways(scope, body, path);
  return {
    name,
    ssh: toTarget(scope, spec, context),
    missingPackages: "refuse",
    edition,
    release,
    ports,
    teams,
  };
}

function toTarget(scope: Scope, spec: WindowsGuestSpec, context: GuestContext): SshTarget {
  const { name, key } = context.vm;
  const path = ["vms", key, "guest"];
  const { powershellDirect: direct, address = name, ssh } = spec;
  if (direct === undefined) return toSshTargetOf(scope, { name, address, ssh, path }, context);
  refuseKeys(scope, { body: spec, keys: ["address", "ssh"], path, platform: "a guest behind PowerShell Direct" });
  if (context.hyperv) return toPowershellDirectTarget(name, context.hyperv.ssh, direct);
  scope.error("unsupported", [...path, "powershellDirect"], {
    message: "the VM's host has no PowerShell Direct, which is a part of Hyper-V",
    remedy: "Remove powershellDirect: the guest is then reached over SSH.",
  });
  return toSshTarget(name, name);
}

function toRelease(scope: Scope, { edition = "server", release }: WindowsGuestSpec, path: Path): GuestRelease {
  const known: readonly GuestRelease[] = edition === "client" ? CLIENT_RELEASES : WINDOWS_RELEASES;
  const usual = edition === "client" ? "11" : "2022";
  if (release === undefined || known.includes(release)) return release ?? usual;
  scope.error("schema", path, {
    message: `there is no ${edition} of this release`,
    found: release,
    wanted: `one of ${known.join(", ")}`,
    remedy: "Correct the release, or set edition.",
  });
  return usual;
}

interface PortContext {
  readonly context: GuestContext;
  readonly names: Claims;
}

function toPort(scope: Scope, port: GuestPort, { context: { vm }, names }: PortContext): WindowsPort {
  const path = ["vms", vm.key, "ports", port.name];
  const { guestInterface: connection, mac } = port;
  if (connection !== undefined)
    names.take(windowsKey(connection), `port ${port.name}`, {
      path: [...path, "guestInterface"],
      shown: connection,
      remedy: "Give every port its own guestInterface.",
    });
  if ((mac ?? connection) === undefined)
    scope.error("schema", path, {
      message: "the guest can't tell which of its connections this port is",
      wanted: "mac or guestInterface",
      remedy: "Add the MAC address of the port.",
    });
  if (port.guestPci !== undefined)
    scope.error("unsupported", [...path, "guestPci"], {
      message: "a connection of a Windows guest is found by its MAC address or its name alone",
      found: port.guestPci,
      remedy: "Remove guestPci, and set mac or guestInterface.",
    });
  if (vm.body.ports[port.name]?.interfaces !== undefined)
    scope.error("unsupported", [...path, "interfaces"], {
      message: "Windows makes interfaces in VLANs over a team alone, not over one network adapter",
      remedy: "Give the VM a port for every VLAN, or put two ports into a bond that has the interfaces.",
    });
  const spec = vm.body.ports[port.name] ?? {};
  const isMember = Object.values(vm.body.bonds ?? {}).some(({ members }) => members.includes(port.name));
  (isMember ? checkTeamedIp : checkWindowsIp)(scope, spec, { network: port.network, path });
  return {
    name: port.name,
    ...(mac === undefined ? {} : { mac }),
    ...(connection === undefined ? {} : { connection }),
    ...toInterfaceIp(spec, port.network),
  };
}

interface TeamContext {
  readonly spec: BondSpec;
  readonly context: GuestContext;
  readonly taken: Claims;
}

function toTeam(scope: Scope, name: string, { spec, context, taken }: TeamContext): WindowsTeam {
  const { vm, shared } = context;
  const path = ["vms", vm.key, "bonds", name];
  refuseKeys(scope, { body: spec, keys: LINUX_ONLY, path, platform: "a team in a Windows guest" });
  const network = checkBondMembers(scope, { bondName: name, spec, taken, ...context });
  const owner = `bond ${name} of VM ${vm.name}`;
  checkAddresses(scope, { owner, network, spec, path, shared });
  const own: TeamInterface = toInterfaceIp(spec, network ?? NO_NETWORK);
  checkWindowsIp(scope, spec, { network: own.network, path });
  refuseOnMembers(scope, { name, members: spec.members, own }, context);
  const inVlans = placeVlans(scope, { interfaces: spec.interfaces, below: network, owner, path, shared });
  for (const place of inVlans) checkWindowsIp(scope, place.spec, place);
  return {
    name,
    members: spec.members,
    mode: spec.mode ?? "switch-independent",
    policy: spec.policy ?? "transport-ports",
    interfaces: [own, ...inVlans.map((place) => ({ vlan: place.vlan, ...toInterfaceIp(place.spec, place.network) }))],
  };
}

/** Of what Windows lacks there was told already. */
function refuseOnMembers(
  scope: Scope,
  { name, members, own }: { readonly name: string; readonly members: readonly string[]; readonly own: TeamInterface },
  { vm, ports }: Pick<GuestContext, "vm" | "ports">,
): void {
  for (const port of ports.filter((candidate) => members.includes(candidate.name)))
    for (const [key, found] of ownSettings(port, own).filter(([one]) => !isLackedByWindows(one)))
      scope.error("schema", ["vms", vm.key, "ports", port.name, key], {
        message: `the port is a member of bond ${name}, which takes it over with all that it has`,
        found,
        remedy: "Move it to the bond.",
      });
}
