// The process of QEMU: started, found and ended. I/O.
import { existsSync, rmSync } from "node:fs";
import { waitFor } from "../netns/execute";
import { spawnDetached } from "../netns/outer";
import { currentBoot, endAll, isAlive, type ProcessRecord, readRecords, recordMyself } from "../netns/processRecord";
import { tailOf } from "../netns/stateDirectory";
import { emulatorArguments } from "./emulator";
import type { Image } from "./image";
import type { LabFiles } from "./labFiles";
import { sendQmp } from "./qmp";

// $1 record, $2 boot, then the arguments. In the background: its parent is then the first process of the namespaces.
const script = `set -eu
${recordMyself}
record=$1 boot=$2
shift 2
{ record_myself "$record" "$boot"; exec qemu-system-x86_64 "$@"; } </dev/null &`;

/** Starts QEMU in the namespaces of the switch, and waits until it takes orders. */
export async function startEmulator(options: {
  readonly image: Image;
  readonly files: LabFiles;
  readonly rack: ProcessRecord;
  readonly loadSnapshot: boolean;
}): Promise<void> {
  const { files, rack } = options;
  for (const file of [files.record, files.qmpSocket, files.log, files.serialLog]) rmSync(file, { force: true });
  const parameters = emulatorArguments({ ...files, image: options.image }, options);
  const inRack = ["nsenter", "--target", `${rack.pid}`, "--net", "--pid"];
  spawnDetached([...inRack, "sh", "-c", script, "sh", files.record, currentBoot(), ...parameters], files.log);
  await waitFor({ what: `QEMU to start (${files.log} tells more)`, seconds: 60 }, async () => {
    const [record] = readRecords(files.record);
    if (record === undefined) return undefined;
    if (!isAlive(record)) throw new Error(`QEMU did not start: ${tailOf(files.log)}`);
    return existsSync(files.qmpSocket) && (await isRunning(files)) ? true : undefined;
  });
}

async function isRunning({ qmpSocket }: LabFiles): Promise<boolean> {
  return sendQmp(qmpSocket, "query-status").then(
    (status) => (status as { running: boolean }).running,
    () => false,
  );
}

/** Ends QEMU as if the power went away. */
export async function stopEmulator({ record }: LabFiles): Promise<void> {
  await endAll(readRecords(record));
}
