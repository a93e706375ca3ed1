// A VM of libvirt on a machine of the namespaces lab: the emulated host's Debian with systemd, netplan and QEMU's guest agent. I/O.
import { constants, copyFileSync, linkSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../netns/execute";
import type { NetnsLab } from "../netns/runningLab";
import { hangWatch } from "./boot";
import type { Image } from "./image";

/** Ports of the VM, each with a MAC address of its own. */
export const vmMacs = ["52:54:00:c0:00:01", "52:54:00:c0:00:02"] as const;

/** The files of an image where a machine of the lab sees them: it has its own /root and /tmp, and with them no cache of this user. */
export class VisibleImage {
  readonly folder = mkdtempSync("/var/tmp/multiport-image-");

  constructor(image: Pick<Image, "kernel" | "initrd" | "disk">) {
    this.put(image.kernel, "vmlinuz");
    this.put(image.initrd, "initrd");
    this.put(image.disk, "disk.raw");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private put(file: string, name: string): void {
    try {
      linkSync(file, join(this.folder, name));
    } catch {
      // Another file system.
      copyFileSync(file, join(this.folder, name), constants.COPYFILE_FICLONE);
    }
  }
}

interface VmOptions {
  readonly lab: NetnsLab;
  /** The machine that it runs on, with libvirt. */
  readonly machine: string;
  /** Its name in libvirt. */
  readonly domain: string;
  /** Without one it has no operating system. */
  readonly image?: VisibleImage;
  /** Whether it has a channel for a guest agent. Default true. */
  readonly hasChannel?: boolean;
  /** Whether its first start is still to come: cloud-init is at work in it, and its cards are whatever it is given. Default false. */
  readonly isFresh?: boolean;
}

/** Defines and starts a VM, and waits for nothing. */
export async function startVm(options: VmOptions): Promise<void> {
  await defineVm(options);
  const { code, stderr } = await options.lab.run(options.machine, [...virsh, "start", options.domain]);
  if (code !== 0) throw new Error(`VM ${options.domain} did not start: ${stderr}`);
}

const virsh = ["virsh", "--quiet", "--connect", "qemu:///system"] as const;

/** Only defines it. */
export async function defineVm(options: VmOptions): Promise<void> {
  const { lab, machine, domain, image, hasChannel = true, isFresh = false } = options;
  const disk = image && { folder: image.folder, file: `/var/tmp/${domain}.qcow2` };
  const script = `set -eu
${disk ? `qemu-img create -q -f qcow2 -F raw -b ${disk.folder}/disk.raw ${disk.file}` : ""}
cat >/tmp/${domain}.xml
${virsh.join(" ")} define /tmp/${domain}.xml`;
  const input = domainXml({ domain, disk, hasChannel, isFresh });
  const { code, stderr } = await lab.run(machine, ["sh", "-c", script], { input });
  if (code !== 0) throw new Error(`VM ${domain} was not defined: ${stderr}`);
}

/** Waits until its guest agent answers. A kernel that hangs is started anew. */
export async function agentAnswers({ lab, machine, domain }: Omit<VmOptions, "image" | "hasChannel">): Promise<void> {
  const look = `${virsh.join(" ")} qemu-agent-command ${domain} '{"execute":"guest-ping"}' >/dev/null || { cat ${consoleOf(domain)}; exit 1; }`;
  const hangsAnew = hangWatch();
  await waitFor({ what: `the guest agent of ${domain}`, seconds: 600 }, async () => {
    const { code, stdout } = await lab.run(machine, ["sh", "-c", look]);
    if (code === 0) return true;
    if (hangsAnew(stdout)) {
      console.log(`VM ${domain}: its kernel hangs at its start, so it is reset once more`);
      await lab.run(machine, [...virsh, "reset", domain]);
    }
    // Every look takes a processor from the boot.
    await sleep(2000);
    return undefined;
  });
}

const consoleOf = (domain: string) => `/var/tmp/${domain}.console`;

const kernelArguments = [
  ...["root=/dev/vda", "rw", "console=ttyS0", "mitigations=off"],
  ...["quiet", "loglevel=4", "systemd.show_status=0"],
];

interface Domain {
  readonly domain: string;
  readonly disk: { readonly folder: string; readonly file: string } | undefined;
  readonly hasChannel: boolean;
  readonly isFresh: boolean;
}

function domainXml({ domain, disk, hasChannel, isFresh }: Domain): string {
  const line = [...kernelArguments, ...(isFresh ? [] : ["cloud-init=disabled"])].join(" ");
  const kernel = disk
    ? `<kernel>${disk.folder}/vmlinuz</kernel><initrd>${disk.folder}/initrd</initrd><cmdline>${line}</cmdline>`
    : "";
  return `<domain type='qemu'>
  <name>${domain}</name><memory unit='MiB'>${disk ? 768 : 32}</memory><vcpu>${disk ? 2 : 1}</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>${kernel}</os>
  <features><acpi/></features><cpu mode='maximum'/>
  <devices>
    ${disk ? hardware(disk.file, isFresh ? [] : vmMacs) : ""}
    <serial type='file'><source path='${consoleOf(domain)}'/></serial>
    ${hasChannel ? "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" : ""}
    <memballoon model='none'/>
  </devices>
</domain>`;
}

function hardware(file: string, macs: readonly string[]): string {
  const cards = macs.map(
    (mac) => `<interface type='user'><mac address='${mac}'/><model type='virtio'/><rom enabled='no'/></interface>`,
  );
  return `<disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='unsafe'/><source file='${file}'/><target dev='vda' bus='virtio'/>
    </disk>
    ${cards.join("\n    ")}
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`;
}
