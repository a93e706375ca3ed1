// What interfaces(5) has no way to say, each with what to do instead. Pure.

import type { Unwritable } from "../renderer.js";
import { devicesInOrder } from "../stack.js";
import type { LinuxWords } from "../words.js";
import { isNamedAsVlan } from "./stanza.js";

export function unsupported(words: LinuxWords): Unwritable[] {
  return devicesInOrder(words).flatMap((device) => {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(device))
      return [
        {
          device,
          message: `The name ${JSON.stringify(device)} can't stand in /etc/network/interfaces, which knows no quotes`,
          remedy: "Use a name of letters, digits, - and _.",
        },
      ];
    if (device.includes(".") && !isNamedAsVlan(words, device))
      return [
        {
          device,
          message: `ifupdown takes ${device} for a VLAN device on ${device.split(".")[0]}, by its name alone`,
          remedy: "Use a name without a dot; for a VLAN device also the name of what it is on, a dot and its id.",
        },
      ];
    return [];
  });
}
