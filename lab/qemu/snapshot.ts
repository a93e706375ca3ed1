// The snapshot of a host that has booted, made once and kept in the cache: a start from it takes seconds. I/O.
import { createHash } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeOrThrow } from "../netns/execute";
import type { ProcessRecord } from "../netns/processRecord";
import { ensureRelay } from "../netns/sshRelay";
import { StateDirectory } from "../netns/stateDirectory";
import { type CacheEntry, cachedFolder } from "../toolchain/cache";
import { run } from "../toolchain/command";
import { type Report, runStep } from "../toolchain/step";
import { bootSeconds, untilItGreets } from "./boot";
import { emulatorArguments, snapshotName } from "./emulator";
import { startEmulator } from "./emulatorProcess";
import type { Image } from "./image";
import { hostName, type LabFiles, labFiles } from "./labFiles";
import type { Leash } from "./leash";
import { sendMonitor, sendQmp } from "./qmp";
import { startRack, stopRack } from "./rack";
import { Session } from "./session";

/** A qcow2 over the image's disk with the snapshot in it. It is copied for each host, never run itself. */
export async function ensureSnapshot(image: Image, options: { readonly report: Report }): Promise<string> {
  const entry = await snapshotEntry(image);
  const { folder } = await cachedFolder(entry, options, (half) =>
    runStep("booting the emulated host", { ...options, usualSeconds: 40 }, () =>
      build(image, { entry, half, ...options }),
    ),
  );
  return join(folder, "disk.qcow2");
}

// Another QEMU, or other hardware, cannot read it.
async function snapshotEntry(image: Image): Promise<CacheEntry> {
  const files = { image: { kernel: "", initrd: "", disk: "" }, overlay: "", serialLog: "", qmpSocket: "" };
  const inputs = [image.key, await run("qemu-system-x86_64", ["--version"]), settle];
  const hash = createHash("sha256").update(
    JSON.stringify([...inputs, ...emulatorArguments(files, { loadSnapshot: true })]),
  );
  return { name: "qemu-snapshot", key: hash.digest("hex").slice(0, 16) };
}

async function build(
  image: Image,
  { entry, half, report }: { readonly entry: CacheEntry; readonly half: string; readonly report: Report },
): Promise<void> {
  // A run that was killed while it built leaves its processes here, where the next one finds them.
  const directory = new StateDirectory(join(tmpdir(), `multiport-${entry.name}-${entry.key}`));
  let leash: Leash | undefined;
  try {
    const started = await startRack(directory, entry.name);
    leash = started.leash;
    const rack = started.process;
    const files = labFiles(directory);
    await makeOverlay(image, files);
    await startEmulator({ image, files, rack, loadSnapshot: false });
    await untilBooted(image, { rack, directory, report });
    await sendMonitor(files.qmpSocket, `savevm ${snapshotName}`);
    await sendQmp(files.qmpSocket, "quit");
    await copyFile(files.overlay, join(half, "disk.qcow2"));
  } finally {
    leash?.release();
    await stopRack(directory);
  }
}

async function makeOverlay(image: Image, { overlay }: LabFiles): Promise<void> {
  await executeOrThrow(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk, overlay]);
}

// SSH answers before udev has named all NICs. A host that saved its snapshot at work would go on working in each test.
const settle = `set -e
systemctl is-system-running --wait || true
udevadm settle --timeout=60
for nic in enp1s0 enp2s0 enp3s0 enp4s0; do test -d /sys/class/net/$nic; done
sync`;

async function untilBooted(
  image: Image,
  {
    rack,
    directory,
    report,
  }: { readonly rack: ProcessRecord; readonly directory: StateDirectory; readonly report: Report },
): Promise<void> {
  await untilItGreets({ rack, files: labFiles(directory), seconds: bootSeconds, report });
  const port = await ensureRelay({ name: hostName, address: "127.0.0.1", port: undefined }, { outer: rack, directory });
  const session = await Session.open({ ...image, port });
  const { code, stdout, stderr } = await session.run(settle, { timeoutSeconds: 180 });
  session.close();
  if (code !== 0) throw new Error(`the emulated host did not come up whole: exit code ${code}\n${stdout}${stderr}`);
}
