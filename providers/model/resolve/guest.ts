// The inside of a VM with Linux: which interface is which port, its bonds, its VLANs, and its one way out. Pure.
import type { BondSpec } from "../bond.js";
import { type GuestIpSpec, toGateways, toInterfaceIp } from "../interfaceIp.js";
import { DEFAULT_RENDERER } from "../linuxRenderer.js";
import { DEFAULT_MISSING_PACKAGES } from "../missingPackages.js";
import type { Path } from "../problem.js";
import type { Guest, GuestPort, GuestSpec, LinuxPort, VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import { toBond } from "./guestBonds.js";
import type { GuestContext } from "./guestContext.js";
import { checkGuestNames } from "./guestNames.js";
import { Claims, type Scope } from "./scope.js";
import { placeVlans } from "./vlanInterfaces.js";
import { toGuestTarget } from "./waysIn.js";

/** Of Linux; for a VM whose guest multiport leaves alone its bonds are looked at all the same. */
export function toGuest(scope: Scope, context: GuestContext): Guest | undefined {
  const { vm, ports, functionPorts, shared, kvm, hyperv } = context;
  const isOnEsx = kvm === undefined && hyperv === undefined;
  const { name, key, body } = vm;
  const path = ["vms", key];
  const taken = new Claims(scope, "port");
  const bonds = Object.entries(body.bonds ?? {}).map(([bondName, spec]) =>
    toBond(scope, { bondName, spec, vm, ports, functionPorts, isOnEsx, taken, shared }),
  );
  if (body.guest?.os !== "linux") {
    refuseInside(scope, body, path);
    return undefined;
  }
  const inside = ports.map((port) => toLinuxPort(scope, port, { vm, shared }));
  checkGuestNames(scope, { body, ports: inside, bonds, path });
  checkGateways(scope, body, path);
  const { renderer = DEFAULT_RENDERER, missingPackages = DEFAULT_MISSING_PACKAGES } = body.guest;
  const ssh = toGuestTarget(scope, body.guest, context);
  return { name, renderer, missingPackages, ssh, ports: inside, bonds, ...seedOf(body.guest, context) };
}

function seedOf({ cloudInit }: GuestSpec, { vm: { name, body }, kvm }: GuestContext): Partial<Guest> {
  if (cloudInit === undefined) return {};
  const { hostname } = cloudInit;
  const seed = { cloudInit: hostname === undefined ? {} : { hostname } };
  if (!kvm || !body.libvirt) return seed;
  const { confirmSeconds: _, ...host } = kvm.ssh;
  return { ...seed, firstStart: { host, domain: body.libvirt.domain ?? name } };
}

function toLinuxPort(scope: Scope, port: GuestPort, { vm, shared }: Pick<GuestContext, "vm" | "shared">): LinuxPort {
  const vlans = placeVlans(scope, {
    interfaces: vm.body.ports[port.name]?.interfaces,
    below: port.network,
    owner: `port ${port.name} of VM ${vm.name}`,
    path: ["vms", vm.key, "ports", port.name],
    shared,
  });
  return { ...port, vlans: vlans.map((place) => ({ vlan: place.vlan, ...toInterfaceIp(place.spec, place.network) })) };
}

/** What somebody would have to configure inside a guest that multiport leaves alone. */
function refuseInside(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  if (Object.keys(body.bonds ?? {}).length > 0)
    scope.error("schema", [...path, "bonds"], {
      message: "bonds are configured inside the guest, and the VM has no guest section",
      remedy: "Add guest with os, or remove bonds.",
    });
  for (const [name, { interfaces }] of Object.entries(body.ports))
    if (interfaces !== undefined)
      scope.error("schema", [...path, "ports", name, "interfaces"], {
        message: "interfaces are configured inside the guest, and the VM has no guest section",
        remedy: "Add guest with os: linux, or remove interfaces.",
      });
}

/** One routing table has one default route per IP version; netplan takes two with a warning and no effect. */
export function checkGateways(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const claims = new Claims(scope, "default route");
  const canHaveTable = body.guest?.os === "linux";
  for (const section of ["ports", "bonds"] as const) {
    const all: Readonly<Record<string, VmPortSpec | BondSpec>> = body[section] ?? {};
    for (const [name, spec] of Object.entries(all)) {
      const noun = section === "ports" ? "port" : "bond";
      takeRoutes(claims, spec, { holder: `${noun} ${name}`, path: [...path, section, name], canHaveTable });
      for (const [network, own] of Object.entries(spec.interfaces ?? {}))
        takeRoutes(claims, own ?? {}, {
          holder: `${noun} ${name} in network ${network}`,
          path: [...path, section, name, "interfaces", network],
          canHaveTable,
        });
    }
  }
}

interface RouteHolder {
  readonly holder: string;
  readonly path: Path;
  readonly canHaveTable: boolean;
}

function takeRoutes(claims: Claims, { gateway, routingTable }: GuestIpSpec, at: RouteHolder): void {
  const table = routingTable === undefined ? "" : ` of table ${routingTable}`;
  // A second one of one interface was told.
  const byFamily = new Map(toGateways(gateway).map((router) => [router.includes(":") ? "IPv6" : "IPv4", router]));
  for (const [family, router] of byFamily) {
    claims.take(`${family}${table}`, at.holder, {
      path: [...at.path, "gateway"],
      shown: router,
      remedy: at.canHaveTable
        ? "Keep one gateway per guest and IP version, or give the other interface a routingTable of its own."
        : "Keep one gateway per guest and IP version.",
    });
  }
}
