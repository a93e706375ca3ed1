// Which interface of a Linux guest a port is: the one with its MAC address, at a PCI path, or of a name. Pure.
import type { Path } from "../problem.js";
import type { LinuxPort } from "../virtualMachine.js";
import { Claims, type Scope } from "./scope.js";

interface Inside {
  readonly ports: readonly LinuxPort[];
  readonly isOnHyperv: boolean;
  /** Of the VM. */
  readonly path: Path;
}

export function checkIdentity(scope: Scope, { ports, isOnHyperv, path }: Inside): void {
  const places = new Claims(scope, "PCI path in the guest");
  for (const port of ports) {
    const at = [...path, "ports", port.name];
    if (port.guestPci !== undefined) {
      checkPlace(scope, port, { path: [...at, "guestPci"], isOnHyperv });
      places.take(port.guestPci, `port ${port.name}`, {
        path: [...at, "guestPci"],
        remedy: "Give every port its own guestPci; ports of one network card that share a path are known by mac alone.",
      });
    } else if ((port.mac ?? port.guestInterface) === undefined)
      scope.error("schema", at, {
        message: "the guest can't tell which of its interfaces this port is",
        wanted: "mac, guestPci or guestInterface",
        remedy: "Add the MAC address of the port.",
      });
  }
}

function checkPlace(
  scope: Scope,
  { guestPci, guestInterface }: LinuxPort,
  { path, isOnHyperv }: Pick<Inside, "path" | "isOnHyperv">,
): void {
  if (guestInterface !== undefined)
    scope.error("schema", path, {
      message: `guestInterface already says which interface the port is: the one that is called ${guestInterface}`,
      found: guestPci,
      remedy:
        "Remove guestInterface, and the interface gets the name of the port; or remove guestPci, and it keeps its own.",
    });
  if (isOnHyperv)
    scope.error("unsupported", path, {
      message: "network adapters of Hyper-V are on VMBus, and have no PCI path in the guest",
      found: guestPci,
      remedy: "Set mac, or guestInterface, in its place.",
    });
}
