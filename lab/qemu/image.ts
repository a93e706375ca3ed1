// The disk, kernel and keys of the lab's host: Debian 13 made from the archive in use, once, and kept in the cache. I/O.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findArchive } from "../debianArchive";
import { type CacheEntry, cachedFolder, isCached } from "../toolchain/cache";
import { run } from "../toolchain/command";
import { projectFolder } from "../toolchain/project";
import { type Report, runStep } from "../toolchain/step";

/** The files of an image. */
export interface Image {
  readonly key: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Never written: each host has an overlay over it. */
  readonly disk: string;
  /** The private key that root accepts. */
  readonly identity: string;
  /** The host's own public key. */
  readonly hostKey: string;
}

const release = "trixie";
const diskSize = "4G";

// One image for all tests: every renderer, both kinds of virtual switch, and libvirt with a QEMU of its own.
const guestPackages = [
  ...["systemd", "systemd-sysv", "systemd-resolved", "dbus", "udev", "kmod", "procps", "python3-minimal", "zstd"],
  ...["linux-image-amd64", "initramfs-tools", "openssh-server", "pciutils"],
  ...["iproute2", "ethtool", "iputils-ping", "tcpdump", "iperf3", "lldpd", "nftables"],
  ...["openvswitch-switch", "netplan.io", "network-manager", "ifupdown", "ifenslave"],
  ...["libvirt-daemon-system", "libvirt-clients", "libvirt-daemon-driver-qemu", "qemu-system-x86", "qemu-utils"],
  ...["dnsmasq-base", "iptables", "qemu-guest-agent", "cloud-init"],
];

// Not needed to boot, and half of the size.
const leftOut = [
  ...["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/lib/firmware/*"],
  ...["gpu", "media"].map((each) => `/usr/lib/modules/*/kernel/drivers/${each}/*`),
  "/usr/lib/modules/*/kernel/sound/*",
];

const folder = () => join(projectFolder(), "lab", "qemu");
const finishScript = () => join(folder(), "finish.sh");
const guestFiles = () => join(folder(), "guest");

/** What the image is made from, as a name in the cache. Debian's own updates do not make it a new one. */
function imageEntry(): CacheEntry {
  const hash = createHash("sha256").update(JSON.stringify({ release, diskSize, guestPackages, leftOut }));
  hash.update(readFileSync(finishScript()));
  for (const file of listFiles(guestFiles())) hash.update(`${file}\n`).update(readFileSync(join(guestFiles(), file)));
  return { name: "qemu-image", key: hash.digest("hex").slice(0, 16) };
}

function listFiles(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

/** Whether no archive is needed any more. */
export function isImageThere(): boolean {
  return isCached(imageEntry());
}

/** The image; it is built when no run before has. */
export async function ensureImage({ report }: { readonly report: Report }): Promise<Image> {
  const entry = imageEntry();
  const cached = await cachedFolder(entry, { report }, (half) =>
    runStep("building the disk of the emulated host", { report, usualSeconds: 90 }, () => build(half)),
  );
  const file = (name: string) => join(cached.folder, name);
  return {
    key: entry.key,
    kernel: file("vmlinuz"),
    initrd: file("initrd"),
    disk: file("disk.raw"),
    identity: file("id_ed25519"),
    hostKey: file("ssh_host_ed25519_key.pub"),
  };
}

async function build(half: string): Promise<void> {
  const archive = await findArchive();
  if (archive === undefined) throw new Error(`no Debian archive among the sources of apt to take ${release} from`);
  for (const name of ["id_ed25519", "ssh_host_ed25519_key"])
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "multiport-lab", "-f", join(half, name)]);
  const root = join(half, "root");
  await mkdir(root);
  // The folder's owner and mode are those of the host's root.
  await chmod(root, 0o755);
  await run("mmdebstrap", [...bootstrapOptions(), release, root, archive]);
  await cp(guestFiles(), root, { recursive: true });
  await run("sh", [finishScript(), root, half, diskSize]);
  await rm(root, { recursive: true });
}

function bootstrapOptions(): readonly string[] {
  return [
    ...["--variant=minbase", "--mode=root", "--skip=output/mknod", "--quiet"],
    `--include=${guestPackages.join(",")}`,
    '--aptopt=Apt::Install-Recommends "false"',
    ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
  ];
}
