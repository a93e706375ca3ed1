// The words of seeds on a KVM host: what cloud-init gives a VM at its first start, and the disc that brings it. Pure.
import type { LinuxRenderer } from "../../../model/linuxRenderer.js";
import type { LinuxWords } from "../../linux/words.js";

export interface SeedWords {
  /** The VM's name in the file. */
  readonly guest: string;
  readonly hostname: string | null;
  readonly renderer: LinuxRenderer;
  /** Inside the guest. */
  readonly network: LinuxWords;
  /**
   * `inserted`: the VM has a drive with the disc, and the disc has what our files say; `outdated`: it has another one; `none`. A VM that was
   * started has what it had then, and that is never a difference: `inserted`.
   */
  readonly disc: string;
}

export interface CloudInitWords {
  /** By the VM's name in libvirt. */
  readonly seeds: Readonly<Record<string, SeedWords>>;
}

export const NO_SEEDS: CloudInitWords = { seeds: {} };

const FOLDER = "/etc/multiport/cloud-init";
/** Of the data source NoCloud. */
export const SEED_FILES = ["meta-data", "network-config", "user-data"] as const;
export const OWN_SEED_FILES = SEED_FILES.map((name) => `${FOLDER}/*/${name}`);

export function seedFile(domain: string, name: (typeof SEED_FILES)[number]): string {
  return `${FOLDER}/${domain}/${name}`;
}

/** The VM whose seed a file is part of; undefined: none. */
export function domainOfFile(path: string): string | undefined {
  const [domain, name, ...more] = path.startsWith(`${FOLDER}/`) ? path.slice(FOLDER.length + 1).split("/") : [];
  return more.length === 0 && SEED_FILES.some((file) => file === name) ? domain : undefined;
}

/** Where libvirt and SELinux expect what a VM reads; our own folders are closed to QEMU. */
export function imageOf(domain: string): string {
  return `/var/lib/libvirt/images/multiport-${domain}-seed.iso`;
}

/** Alias of the drive. No port's: those begin with ua-multiport- and ua-multiportvf-. */
export const DRIVE_ALIAS = "ua-multiportseed";
