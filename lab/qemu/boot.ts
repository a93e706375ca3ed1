// Waiting for the emulated host to answer, whose kernel does not always come up by itself. I/O.
import { readFileSync } from "node:fs";
import { waitFor } from "../netns/execute";
import type { ProcessRecord } from "../netns/processRecord";
import type { Report } from "../toolchain/step";
import type { LabFiles } from "./labFiles";
import { sendQmp } from "./qmp";
import { doesGreet } from "./rack";

// Half a minute where nothing else runs; ten times that was seen where a lot did.
export const bootSeconds = 500;

/**
 * On a busy machine QEMU sometimes loses a timer's interrupt while a kernel starts, and the kernel waits for it for ever: one start of some
 * forty. After 21 s it says this.
 */
const HANGS = "kthread timer wakeup didn't happen";

/**
 * Says of each reading of a serial console whether a kernel began to hang since the reading before. The first is what was there already.
 */
export function hangWatch(): (text: string) => boolean {
  let known: number | undefined;
  return (text) => {
    const now = text.split(HANGS).length - 1;
    const isAnew = now > (known ?? now);
    known = now;
    return isAnew;
  };
}

interface Booting {
  readonly rack: ProcessRecord;
  readonly files: Pick<LabFiles, "serialLog" | "qmpSocket">;
  readonly seconds: number;
  readonly report: Report;
}

/** Waits until the host's SSH server greets. A kernel that hangs is started anew. */
export async function untilItGreets({ rack, files, seconds, report }: Booting): Promise<void> {
  const { serialLog, qmpSocket } = files;
  const said = () => readFileSync(serialLog, "utf8");
  const hangsAnew = hangWatch();
  hangsAnew(said());
  const what = `the emulated host to answer SSH (${serialLog} tells more)`;
  await waitFor({ what, seconds }, async () => {
    if (await doesGreet(rack)) return true;
    if (!hangsAnew(said())) return undefined;
    report("emulated host: its kernel hangs at its start, so it is reset once more");
    await sendQmp(qmpSocket, "system_reset");
    return undefined;
  });
}
