// A machine of the namespaces lab with libvirt, for VMs with the emulated host's Debian: what it takes is installed, and the image is where
// it sees it. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNetns, stopNetns } from "../../lab/netns/lab";
import { libvirtPackages, startLibvirt } from "../../lab/netns/libvirt";
import type { NetnsLab } from "../../lab/netns/runningLab";
import { ensureDebianPackages } from "../../lab/packages";
import { ensureImage } from "../../lab/qemu/image";
import { VisibleImage } from "../../lab/qemu/libvirtVm";
import { ensureQemuPackages } from "../../lab/qemu/packages";

export interface LibvirtMachine {
  readonly lab: NetnsLab;
  readonly image: VisibleImage;
  /** With its VMs. */
  stop(): Promise<void>;
}

/** `id` is that of the lab. */
export async function startLibvirtMachine(name: string, id: string): Promise<LibvirtMachine> {
  const report = (line: string) => console.log(line);
  for (const packages of [
    await ensureQemuPackages({ report }),
    await ensureDebianPackages(libvirtPackages, { report }),
  ])
    if (!packages.isReady) throw new Error(packages.reason);
  const image = new VisibleImage(await ensureImage({ report }));
  const scratch = mkdtempSync(join(tmpdir(), "multiport-libvirt-"));
  const directory = join(scratch, "lab");
  const stop = async () => {
    await stopNetns({ directory });
    image.remove();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const machines = [{ kind: "kvm" as const, name }];
    const lab = await startNetns({ machines, cables: [] }, { directory, id, report: () => {} });
    await startLibvirt(lab, name);
    return { lab, image, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
