// What the lab with emulated hardware needs of this computer, and what it lacks. I/O: looks, changes nothing.
import { spawnSync } from "node:child_process";
import { freemem } from "node:os";
import { debianRelease } from "../debianArchive";
import { whyNotNetns } from "../netns/requirements";
import { findOnPath } from "../toolchain/command";
import { isImageThere } from "./image";

const MIB = 1024 * 1024;
// Of its memory of 2560 MiB a host at rest has touched 1 GiB, one that runs a VM 1.5 GiB.
const leastFreeMib = 2048;

/** Why the lab cannot run here, in words that say what to do; nothing when it can. */
export function whyNotQemu(): readonly string[] {
  const reasons = whyNotNetns();
  if (process.platform !== "linux") return reasons;
  return [...reasons, ...archive(), ...tools(), ...emulator(), ...memory()];
}

function archive(): readonly string[] {
  if (debianRelease() !== undefined || isImageThere()) return [];
  return ["The emulated host is made from the archive that this computer's apt uses, which has to be Debian's."];
}

const installAll = "npm test installs it on Debian, as root";

function tools(): readonly string[] {
  const missing = ["mmdebstrap", "mke2fs", "qemu-img"].filter((name) => findOnPath(name) === undefined);
  return missing.map((name) => `${name}: not found. Needed for the emulated host's disk; ${installAll}.`);
}

function emulator(): readonly string[] {
  const program = "qemu-system-x86_64";
  if (findOnPath(program) === undefined)
    return [`${program}: not found. It is the emulated host; ${installAll} (on Debian 12 from bookworm-backports).`];
  const { stdout } = spawnSync(program, ["-device", "help"], { encoding: "utf8" });
  if (stdout.includes('name "igb"')) return [];
  const { stdout: version } = spawnSync(program, ["--version"], { encoding: "utf8" });
  const found = version.split("\n")[0];
  return [
    `${program} emulates no igb, the NIC with virtual functions: ${found}. It takes QEMU 8.0 or newer, on Debian 12: ` +
      "apt-get install --target-release bookworm-backports qemu-system-x86",
  ];
}

function memory(): readonly string[] {
  const free = Math.floor(freemem() / MIB);
  if (free >= leastFreeMib) return [];
  return [`${free} MiB of memory are free; the emulated host takes ${leastFreeMib}. End something else.`];
}
