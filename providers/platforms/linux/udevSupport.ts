// What systemd-networkd can't be told and udev can't set for it either, each with what to do instead. Pure.
import type { Unwritable } from "./renderer.js";
import type { LinuxWords } from "./words.js";

/** Names are part of file names and of matches, where other characters mean something. */
export function udevUnsupported(words: LinuxWords): Unwritable[] {
  const names = [words.links, words.bonds, words.bridges, words.vlans].flatMap(Object.keys);
  return [...new Set(names)]
    .filter((device) => !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(device))
    .map((device) => ({
      device,
      message: `The name ${JSON.stringify(device)} means something else in files of systemd-networkd`,
      remedy: "Use a name of letters, digits, dots, dashes and underscores.",
    }));
}
