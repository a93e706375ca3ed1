// What systemd-networkd takes for a change, by itself or on behalf of netplan. It makes devices that are missing and takes their .network
// files anew; it says success and does nothing for a bond or bridge that is there and has another .netdev file (release 252: never; 257:
// not mode, LACP rate, VLAN id). So devices that must be made anew are deleted before the files are there, and all else is told to
// the kernel by hand. Addresses are left to it to remove, with the routes by way of them: release 252 waits for ever for a route to leave that
// was there and is gone without a word, as those of IPv4 go with their address, and sets neither it nor those behind it again. The same of an
// address of IPv6 that it has set twice and that leaves while the kernel still asks whose it is, without a cable for ever: it is put anew as
// one that is asked for no more. Pure.

import type { Filled } from "../../layer.js";
import { commandsInPlace } from "../inPlace.js";
import type { Command } from "../iproute.js";
import type { Transition } from "../renderer.js";
import { controllerOf, devicesInOrder, kindOf, leavingDevices } from "../stack.js";

export function takeDown(transition: Transition): Filled[] {
  const leaving = leavingDevices(transition).map((device) => ({
    device,
    isNic: kindOf(transition.actual, device) === "nic",
  }));
  return leaving.length === 0 ? [] : [{ template: "linux/networkd/before.sh", data: { leaving } }];
}

export function takeOver(transition: Transition, { isNetplan }: { readonly isNetplan: boolean }): Filled[] {
  const { desired, actual } = transition;
  const { releases, staleAddresses, changes } = commandsInPlace(transition);
  const nics = devicesInOrder(desired).filter((device) => kindOf(desired, device) === "nic");
  const left = transition.leaving.filter((device) => kindOf(actual, device) === "nic");
  const data = {
    isNetplan,
    settles: [
      ...left.map((device) => [device]),
      ...staleAddresses.filter(({ address }) => address.includes(":")).map(({ device, address }) => [device, address]),
    ],
    releases,
    newNics: nics.filter((device) => !Object.hasOwn(actual.links, device)),
    made: devicesInOrder(desired).filter((device) => kindOf(desired, device) !== "nic"),
    joined: devicesInOrder(desired).flatMap((device) => {
      const controller = controllerOf(desired, device);
      return controller ? [{ device, controller: controller.name }] : [];
    }),
    staleAddresses,
    left,
    changes: changes.filter((command) => !isJoining(command)),
  };
  return [{ template: "linux/networkd/after.sh", data }];
}

/** networkd has members and ports join by itself, and a second time would cost them their link. */
function isJoining([, object, , , , what]: Command): boolean {
  return object === "link" && ["down", "up", "master"].includes(String(what));
}
