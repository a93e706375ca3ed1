// Settings per device that no renderer has words for in every release: a file of sysctl.d, which is read at boot, and which
// systemd-udev reads once more for every interface that appears. Pure.
import type { Heading } from "../heading.js";
import type { TextSection } from "../layer.js";
import { sorted } from "./sorted.js";
import type { KernelArp, KernelLink, LinuxWords } from "./words.js";

export const SYSCTL_FILE = "/etc/sysctl.d/90-multiport-network.conf";

export interface DeviceSetting {
  readonly device: string;
  /** The kernel's own, such as `arp_ignore`. */
  readonly name: string;
  readonly value: number;
}

export const ARP_NAMES = {
  ignore: "arp_ignore",
  announce: "arp_announce",
  filter: "arp_filter",
} as const satisfies Record<keyof KernelArp, string>;
export const REVERSE_PATH_NAME = "rp_filter";
/** Of IPv6, which a machine may lack. */
export const ACCEPT_RA_NAME = "accept_ra";

type Settings = Pick<KernelLink, "arp" | "reversePath" | "acceptRa">;

export function settingsOf(device: string, { arp, reversePath, acceptRa }: Settings): DeviceSetting[] {
  const ofArp = arp === null ? [] : Object.entries(ARP_NAMES).map(([key, name]) => [name, arp[key as keyof KernelArp]]);
  const all = [
    ...ofArp,
    ...(reversePath === null ? [] : [[REVERSE_PATH_NAME, reversePath]]),
    ...(acceptRa === null ? [] : [[ACCEPT_RA_NAME, acceptRa]]),
  ] as [string, number][];
  return all.map(([name, value]) => ({ device, name, value }));
}

export function allSettings(words: LinuxWords): DeviceSetting[] {
  return Object.entries(sorted(Object.entries(words.links))).flatMap(([device, link]) => settingsOf(device, link));
}

function familyOf(name: string): "ipv4" | "ipv6" {
  return name === ACCEPT_RA_NAME ? "ipv6" : "ipv4";
}

/** Where the kernel has a setting; in sysctl.d the same without /proc/sys, with slashes for names that hold a dot. */
export function settingPath({ device, name }: Pick<DeviceSetting, "device" | "name">): string {
  return `/proc/sys/net/${familyOf(name)}/conf/${device}/${name}`;
}

export function sysctlFile(words: LinuxWords, heading: Heading): TextSection[] {
  const settings = allSettings(words);
  if (settings.length === 0) return [];
  return [
    {
      target: SYSCTL_FILE,
      path: SYSCTL_FILE,
      template: "linux/90-multiport-network.conf",
      data: {
        ...heading,
        settings: settings.map((setting) => ({
          ...setting,
          family: familyOf(setting.name),
          mayLack: familyOf(setting.name) === "ipv6",
        })),
      },
    },
  ];
}

/** What our file on a machine sets, by device: that much is ours there, even where nobody wants it any more. */
export function settingsInFile(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, device = "", name = ""] of text.matchAll(/^-?net\/ipv[46]\/conf\/([^/\s]+)\/(\w+)\s*=/gm))
    found.set(device, (found.get(device) ?? new Set()).add(name));
  return found;
}

interface Ours {
  readonly wanted: Settings | undefined;
  readonly inFile: ReadonlySet<string> | undefined;
}

/** Of what the kernel has, by name, what is ours; a kernel without IPv4 has none, and one without IPv6 takes no advertisements. */
export function settingsThere({ wanted, inFile }: Ours, values: Readonly<Record<string, number>>): Settings {
  const areOurs = (isWanted: boolean, names: readonly string[]) =>
    names.some((name) => Object.hasOwn(values, name) && (isWanted || (inFile?.has(name) ?? false)));
  const value = <Value extends number>(name: string) => (values[name] ?? 0) as Value;
  const { ignore, announce, filter } = ARP_NAMES;
  return {
    arp: areOurs((wanted?.arp ?? null) !== null, [ignore, announce, filter])
      ? { ignore: value(ignore), announce: value(announce), filter: value(filter) }
      : null,
    reversePath: areOurs((wanted?.reversePath ?? null) !== null, [REVERSE_PATH_NAME])
      ? value<0 | 1 | 2>(REVERSE_PATH_NAME)
      : null,
    acceptRa: areOurs((wanted?.acceptRa ?? null) !== null, [ACCEPT_RA_NAME])
      ? value<0 | 1 | 2>(ACCEPT_RA_NAME)
      : Object.hasOwn(values, ACCEPT_RA_NAME)
        ? null
        : (wanted?.acceptRa ?? null),
  };
}
