// Names of interfaces in a Linux guest: that the kernel takes them, and that no two are called the same. Pure.
import type { Bond } from "../bond.js";
import { INTERFACE_NAME } from "../field.js";
import { portDevice, vlanDevice } from "../guestDevice.js";
import type { Path } from "../problem.js";
import type { LinuxPort, VirtualMachineSpec } from "../virtualMachine.js";
import type { VlanInterface } from "../vlanInterface.js";
import { Claims, checkExpanded, type Scope } from "./scope.js";
import { checkInterfaceNames } from "./strictNames.js";

interface Inside {
  readonly body: VirtualMachineSpec;
  readonly ports: readonly LinuxPort[];
  readonly bonds: readonly Bond[];
  readonly path: Path;
}

/** The kernel has them itself, or takes them for settings of every device or for a file that is there. */
const TAKEN = ["lo", "all", "default", "bonding_masters"];

function checkFree(scope: Scope, name: string, path: Path): void {
  // systemd takes a number for an index of an interface, never for its name.
  if (!TAKEN.includes(name) && !/^\d+$/.test(name)) return;
  scope.error("schema", path, {
    message: "no interface of a Linux guest can have this name",
    found: name,
    wanted: "another name, with a letter in it",
    remedy: "Rename it.",
  });
}

export function checkGuestNames(scope: Scope, { body, ports, bonds, path }: Inside): void {
  const names = new Claims(scope, "interface of the guest");
  for (const port of ports) {
    const at = [...path, "ports", port.name];
    if (port.guestInterface !== undefined)
      checkExpanded(scope, "interface", port.guestInterface, [...at, "guestInterface"]);
    checkFree(scope, portDevice(port), port.guestInterface === undefined ? at : [...at, "guestInterface"]);
    names.take(portDevice(port), `port ${port.name}`, { path: at, remedy: "Give every port its own guestInterface." });
    checkVlanNames(scope, { lower: portDevice(port), vlans: port.vlans, names, path: at });
  }
  checkInterfaceNames(scope, body.bonds ?? {}, [...path, "bonds"]);
  for (const { name, vlans } of bonds) {
    const at = [...path, "bonds", name];
    checkFree(scope, name, at);
    checkVlanNames(scope, { lower: name, vlans, names, path: at });
    // Said already, in other words, where a port has the name of the bond.
    if (Object.hasOwn(body.ports, name)) continue;
    names.take(name, `bond ${name}`, { path: at, remedy: "Rename the bond." });
  }
}

interface Lower {
  readonly lower: string;
  readonly vlans: readonly VlanInterface[];
  readonly names: Claims;
  readonly path: Path;
}

function checkVlanNames(scope: Scope, { lower, vlans, names, path }: Lower): void {
  for (const { vlan, network } of vlans) {
    const name = vlanDevice(lower, vlan);
    const at = [...path, "interfaces", network.name];
    names.take(name, `${lower} in VLAN ${vlan}`, {
      path: at,
      remedy: "Rename one of the two, or name every VLAN once.",
    });
    if (INTERFACE_NAME.test(name) || !INTERFACE_NAME.test(lower)) continue;
    scope.error("schema", at, {
      message: `the interface would be called ${name}, and names of interfaces have at most 15 characters`,
      found: name,
      wanted: "at most 15 characters",
      remedy: `Give ${lower} a shorter name.`,
    });
  }
}
