// Tools that a machine lacks, and the packages that have them, by package manager. Pure.
import { z } from "zod";

/** Those that multiport can ask for a package: of Debian and Ubuntu, of Fedora and Red Hat, of SUSE. */
export const PACKAGE_MANAGERS = ["apt-get", "dnf", "zypper"] as const;
export const PackageManager = z.enum(PACKAGE_MANAGERS);
export type PackageManager = z.infer<typeof PackageManager>;

/** What brings a tool. */
export interface Bundle {
  /** Packages; a package manager without an entry has none. */
  readonly packages: Readonly<Partial<Record<PackageManager, readonly string[]>>>;
  /** Units of systemd that some distributions leave disabled when the packages are installed. */
  readonly services?: readonly string[];
}

/** What a layer needs and the machine lacks. */
export interface MissingTool extends Bundle {
  /** As a sentence begins: "ovs-vsctl". */
  readonly tool: string;
  /** What else the file could say, such as "set renderer: networkd". */
  readonly otherwise?: string;
}

/** What a layer needs of a machine, beside what every Linux has. */
export const BUNDLES = {
  iproute2: { packages: { "apt-get": ["iproute2"], dnf: ["iproute"], zypper: ["iproute2"] } },
  openvswitch: {
    packages: { "apt-get": ["openvswitch-switch"], dnf: ["openvswitch"], zypper: ["openvswitch"] },
    services: ["openvswitch.service"],
  },
  libvirt: {
    packages: {
      "apt-get": ["libvirt-clients", "libvirt-daemon-system"],
      dnf: ["libvirt-client", "libvirt-daemon-kvm"],
      zypper: ["libvirt-client", "libvirt-daemon-qemu"],
    },
    services: ["virtqemud.socket", "virtnetworkd.socket"],
  },
  xorriso: { packages: { "apt-get": ["xorriso"], dnf: ["xorriso"], zypper: ["xorriso"] } },
  nftables: { packages: { "apt-get": ["nftables"], dnf: ["nftables"], zypper: ["nftables"] } },
  netplan: { packages: { "apt-get": ["netplan.io"], dnf: ["netplan"] } },
  ifupdown: { packages: { "apt-get": ["ifupdown", "ifenslave"] } },
} as const satisfies Record<string, Bundle>;

const INSTALL: Readonly<Record<PackageManager, string>> = {
  "apt-get": "apt-get install",
  dnf: "dnf install",
  zypper: "zypper install",
};

/** The sentence of a tool, with the command for the machine; `manager`: undefined where it has none that is known. */
export function describeMissing(missing: MissingTool, manager: PackageManager | undefined): string {
  const { tool, packages, otherwise } = missing;
  const names = manager && packages[manager];
  const remedy = names
    ? `Install it (${INSTALL[manager]} ${names.join(" ")}), or set missingPackages: install`
    : "Install it";
  return `${tool} is not installed. ${remedy}${otherwise === undefined ? "" : `, or ${otherwise}`}`;
}

/** What is to be installed, and by what. */
export interface Installation {
  readonly manager: PackageManager;
  readonly packages: readonly string[];
  readonly services: readonly string[];
}

/** What brings all of them; undefined where the machine's package manager has no package for one. */
export function installationOf(
  missing: readonly MissingTool[],
  manager: PackageManager | undefined,
): Installation | undefined {
  if (manager === undefined || missing.some(({ packages }) => packages[manager] === undefined)) return undefined;
  return {
    manager,
    packages: [...new Set(missing.flatMap(({ packages }) => packages[manager] ?? []))],
    services: [...new Set(missing.flatMap(({ services = [] }) => services))],
  };
}
