// QEMU's command line for the lab's host, and why each part is there. Pure.
import type { Image } from "./image";

/** Cables by number, as on the case of a server: cable 1 ends in `enp1s0` of the host and in `p1` of the switch. */
export const cableNumbers = [1, 2, 3, 4] as const;
export type CableNumber = (typeof cableNumbers)[number];

/** The host's NIC: its name follows from the PCI bus behind its root port. */
export const nicOf = (cable: CableNumber) => `enp${cable}s0`;
/** The NIC's MAC address as it left the factory. */
export const macOf = (cable: CableNumber) => `52:54:00:bb:00:0${cable}`;
/** The switch's port: a tap of its network namespace. */
export const portOf = (cable: CableNumber) => `p${cable}`;
/** What QMP calls the NIC, and the backend behind it. */
export const deviceOf = (cable: CableNumber) => `nic${cable}`;
export const backendOf = (cable: CableNumber) => `net${cable}`;

/** The snapshot of a host that has booted. */
export const snapshotName = "ready";

/** The files of one start. */
export interface EmulatorFiles {
  readonly image: Pick<Image, "kernel" | "initrd" | "disk">;
  /** A qcow2 of this host alone, over the image's disk; it holds the snapshots too. */
  readonly overlay: string;
  readonly serialLog: string;
  readonly qmpSocket: string;
}

/** The arguments. A snapshot is only read by a QEMU that was started with the very same ones. */
export function emulatorArguments(
  files: EmulatorFiles,
  options: { readonly loadSnapshot: boolean },
): readonly string[] {
  return [
    ...processor,
    ...hardware,
    ...disk(files),
    ...management,
    ...cableNumbers.flatMap(port),
    ...boot(files.image),
    ...control(files),
    ...(options.loadSnapshot ? ["-loadvm", snapshotName] : []),
  ];
}

const processor = [
  // Never autodetected: /dev/kvm may be there and be of a kind that ends in an internal error after seconds.
  ...["-accel", "tcg,thread=multi,tb-size=512"],
  // All that TCG can do; a plain CPU model lacks what Debian's programs use.
  ...["-cpu", "max"],
  // One processor makes the boot three times as long; more than the computer has gain nothing.
  ...["-smp", "2"],
  // With 4 GiB the firmware puts the functions' registers above 4 GiB, and every virtual function of igb is dead.
  ...["-m", "2560M"],
];

const hardware = [
  // PCI Express: without it there is no SR-IOV.
  ...["-machine", "q35"],
  // Only what is listed here: default devices cost boot time.
  ...["-nodefaults", "-display", "none"],
  // IOMMU groups for passthrough; caching-mode is what vfio needs of it, intremap what its interrupts do.
  ...["-device", "intel-iommu,intremap=on,caching-mode=on"],
  // A guest that waits for entropy waits long.
  ...["-object", "rng-random,filename=/dev/urandom,id=random"],
  ...["-device", "virtio-rng-pci,rng=random,addr=4"],
];

function disk({ image, overlay }: EmulatorFiles): readonly string[] {
  // The disk below is named here and not in the overlay, which is copied from the cache to anywhere. `unsafe` means that a
  // crash of this computer may spoil the overlay, which nobody would miss.
  const node = [
    ...["if=none", "id=disk", "format=qcow2", `file=${escapeComma(overlay)}`, "cache=unsafe", "discard=unmap"],
    ...["backing.driver=raw", `backing.file.filename=${escapeComma(image.disk)}`],
  ];
  return ["-drive", node.join(","), "-device", "virtio-blk-pci,drive=disk,addr=2"];
}

// QEMU reads a doubled comma as one that belongs to the value.
const escapeComma = (text: string) => text.replaceAll(",", ",,");

// A network of QEMU's own: it forwards SSH to the host and, restricted, nothing else. The port is one of the network
// namespace in which QEMU runs, so it is always free. `romfile=` here and below: nothing boots from the network.
const management = [
  ...["-netdev", "user,id=mgmt,restrict=on,hostfwd=tcp:127.0.0.1:22-:22"],
  ...["-device", "virtio-net-pci,netdev=mgmt,mac=52:54:00:aa:00:01,addr=3,romfile="],
];

// Each NIC has a root port, as on a board: that gives it a bus, thus a name, an IOMMU group and room for functions.
// Without `vnet_hdr=off`, VLAN frames and checksums come with a header that the switch, which reads packets, does not know.
function port(cable: CableNumber): readonly string[] {
  const tap = `tap,id=${backendOf(cable)},ifname=${portOf(cable)},script=no,downscript=no,vnet_hdr=off`;
  const root = `pcie-root-port,id=root${cable},chassis=${cable},slot=${cable},addr=${cable + 4}`;
  const nic = `igb,id=${deviceOf(cable)},netdev=${backendOf(cable)},mac=${macOf(cable)},bus=root${cable},romfile=`;
  return ["-netdev", tap, "-device", root, "-device", nic];
}

// The kernel is given directly, which saves a boot loader, also at a reboot. `iommu=pt`: only what is passed through is
// translated. Nobody gives this host a seed. The rest is about a quick boot.
const kernelArguments = [
  ...["root=/dev/vda", "rw", "console=ttyS0", "intel_iommu=on", "iommu=pt"],
  ...["mitigations=off", "quiet", "loglevel=4", "systemd.show_status=0", "cloud-init=disabled"],
];

function boot({ kernel, initrd }: EmulatorFiles["image"]): readonly string[] {
  return ["-kernel", kernel, "-initrd", initrd, "-append", kernelArguments.join(" ")];
}

function control({ serialLog, qmpSocket }: EmulatorFiles): readonly string[] {
  const [log, socket] = [escapeComma(serialLog), escapeComma(qmpSocket)];
  return ["-serial", `file:${log}`, "-qmp", `unix:${socket},server=on,wait=off`];
}
