// Debian packages that the lab with emulated hardware needs, and their installation. I/O.
import { debianRelease } from "../debianArchive";
import { type DebianPackages, ensureDebianPackages } from "../packages";
import type { Report } from "../toolchain/step";

/** What builds the host's root file system. */
const imagePackages = ["mmdebstrap", "e2fsprogs", "debian-archive-keyring"];

/** QEMU itself. Debian 12 has it too old: the emulated NIC with virtual functions, igb, came with QEMU 8.0. */
const emulatorPackages = ["qemu-system-x86", "qemu-utils", "qemu-system-common", "qemu-system-data", "seabios"];

/** Installs what is missing beside the packages of the namespaces lab, where this user may. */
export async function ensureQemuPackages(options: { readonly report: Report }): Promise<DebianPackages> {
  const targetRelease = debianRelease() === "bookworm" ? "bookworm-backports" : undefined;
  const image = await ensureDebianPackages(imagePackages, options);
  return image.isReady ? ensureDebianPackages(emulatorPackages, { ...options, targetRelease }) : image;
}
