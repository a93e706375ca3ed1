// The files of a running lab with emulated hardware. Pure.
import { join } from "node:path";
import type { StateDirectory } from "../netns/stateDirectory";

/** The switch is a machine of the namespaces lab; QEMU, its relay and its taps live in that machine's namespaces. */
export const switchName = "switch";
export const hostName = "lab";

// The kernel takes no longer path for a socket.
const longestSocket = 107;

export interface LabFiles {
  readonly overlay: string;
  readonly serialLog: string;
  readonly qmpSocket: string;
  /** What QEMU itself writes. */
  readonly log: string;
  /** The record of QEMU's process. */
  readonly record: string;
}

export function labFiles(directory: StateDirectory): LabFiles {
  const file = (name: string) => directory.ofMachine(hostName, name);
  const qmpSocket = join(directory.path, "qmp");
  if (Buffer.byteLength(qmpSocket) > longestSocket)
    throw new Error(`${qmpSocket}: too long for a socket (${longestSocket} bytes); use a shorter directory`);
  return {
    overlay: file("disk.qcow2"),
    serialLog: file("serial.log"),
    qmpSocket,
    log: file("qemu.log"),
    record: file("qemu.record"),
  };
}
