// What the kernel shows of a device that multiport made: its alias, which people see in `ip link` too. Pure.
import { devicesInOrder, kindOf } from "./stack.js";
import type { LinuxWords } from "./words.js";

export function markOf(environment: string): string {
  return `multiport ${environment}`;
}

/** All that we make; NICs, and what Open vSwitch makes, are not ours to mark. */
export function ownDevices(words: LinuxWords): string[] {
  return devicesInOrder(words).filter((name) => kindOf(words, name) !== "nic");
}
