// Which of the tests on the emulated host run: an emulated boot takes a minute, and what a change of a device needs some seconds.
// MULTIPORT_EMULATED=all runs every case; without it those stay out that show the same thing once more.
import { whyNotQemu } from "../../lab/qemu/requirements";

/** Why nothing of it can run here; empty where all is there. Told once per test file. */
export function whyNotEmulated(what: string): readonly string[] {
  const reasons = whyNotQemu();
  for (const reason of reasons) console.warn(`skipped, ${what}: ${reason}`);
  return reasons;
}

export const isWhole = process.env.MULTIPORT_EMULATED === "all";

/** All of a list, or without MULTIPORT_EMULATED=all those that are named. */
export function sampled<T>(all: readonly T[], isTaken: (item: T) => boolean, what: string): readonly T[] {
  const taken = isWhole ? all : all.filter(isTaken);
  if (taken.length < all.length)
    console.warn(
      `left out, ${all.length - taken.length} of ${all.length} ${what}: emulated boots are slow; MULTIPORT_EMULATED=all runs them`,
    );
  return taken;
}
