// The inside of a VM with Linux: which interface is which port, its bonds, its VLANs, and its one way out. Pure.
import { type GuestIpKey, toInterfaceIp } from "../interfaceIp.js";
import { DEFAULT_RENDERER, LINUX_RENDERERS, type RendererChoice } from "../linuxRenderer.js";
import { DEFAULT_MISSING_PACKAGES } from "../missingPackages.js";
import type { Path } from "../problem.js";
import type { Guest, GuestPort, GuestSpec, LinuxPort, VirtualMachineSpec } from "../virtualMachine.js";
import { toBond } from "./guestBonds.js";
import type { GuestContext } from "./guestContext.js";
import { checkIdentity } from "./guestIdentity.js";
import { checkGateways, checkLinuxIp } from "./guestInterfaces.js";
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
  checkIdentity(scope, { ports: inside, isOnHyperv: hyperv !== undefined, path });
  checkGuestNames(scope, { body, ports: inside, bonds, path });
  checkGateways(scope, body, path);
  checkLinuxIp(scope, body, path);
  const { renderer = DEFAULT_RENDERER, missingPackages = DEFAULT_MISSING_PACKAGES } = body.guest;
  const ssh = toGuestTarget(scope, body.guest, context);
  return {
    name,
    renderer,
    missingPackages,
    ssh,
    ports: inside,
    bonds,
    ...seedOf(scope, { renderer, guest: body.guest }, context),
  };
}

function seedOf(
  scope: Scope,
  { renderer, guest: { cloudInit } }: { readonly renderer: RendererChoice; readonly guest: GuestSpec },
  { vm: { name, key, body }, kvm }: GuestContext,
): Partial<Guest> {
  if (cloudInit === undefined) return {};
  if (renderer === "detect") {
    scope.error("unsupported", ["vms", key, "guest", "renderer"], {
      message:
        "the seed for the first start is written before there is a guest to be asked what configures its network",
      found: renderer,
      wanted: `one of ${LINUX_RENDERERS.join(", ")}`,
      remedy:
        "Name the renderer that the VM's image has, or remove cloudInit and let up reach the guest in another way.",
    });
    return {};
  }
  const { hostname } = cloudInit;
  const seed = { cloudInit: { renderer, ...(hostname === undefined ? {} : { hostname }) } };
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

/**
 * Keys of a port that nobody takes where there is no guest section. Addresses stay: they are compared with all others of the
 * environment, whoever configures them.
 */
const ONLY_INSIDE: Readonly<Record<GuestIpKey | "interfaces" | "guestPci", boolean>> = {
  addresses: false,
  gateway: true,
  nameservers: true,
  searchDomains: true,
  mtu: true,
  routes: true,
  routingTable: true,
  dhcp: true,
  interfaces: true,
  guestPci: true,
};

/** What somebody would have to configure inside a guest that multiport leaves alone. */
function refuseInside(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  if (Object.keys(body.bonds ?? {}).length > 0)
    scope.error("schema", [...path, "bonds"], {
      message: "bonds are configured inside the guest, and the VM has no guest section",
      remedy: "Add guest with os, or remove bonds.",
    });
  for (const [name, port] of Object.entries(body.ports))
    for (const key of Object.keys(ONLY_INSIDE) as (keyof typeof ONLY_INSIDE)[]) {
      const value = port[key];
      if (value === undefined || !ONLY_INSIDE[key]) continue;
      scope.error("schema", [...path, "ports", name, key], {
        message: "this is for the inside of the guest, and the VM has no guest section",
        ...(typeof value === "object" ? {} : { found: value }),
        remedy: `Add guest with os, or remove ${key}.`,
      });
    }
}
