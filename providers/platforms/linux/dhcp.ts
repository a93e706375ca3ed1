// Whether a device asks for addresses by DHCP: that is nothing that the kernel knows. Our own files say it; of a device that is in none of
// them an address that was given for a time does. Pure.
import { parse } from "yaml";
import type { LinuxFacts } from "./facts.js";
import type { KernelLink } from "./words.js";

export type Dhcp = Pick<KernelLink, "dhcp4" | "dhcp6">;

export function dhcpOf(device: string, { leases }: LinuxFacts, files: Readonly<Record<string, string>>): Dhcp {
  for (const [path, text] of Object.entries(files)) {
    const said = READERS.find(([pattern]) => pattern.test(path))?.[1](device, text, path);
    if (said) return said;
  }
  const addresses = leases.get(device) ?? [];
  return {
    dhcp4: addresses.some((address) => !address.includes(":")),
    dhcp6: addresses.some((address) => address.includes(":")),
  };
}

/** Whether the next hop may have come by DHCP. */
export function isDhcpFor(address: string, { dhcp4, dhcp6 }: Dhcp): boolean {
  return address.includes(":") ? dhcp6 : dhcp4;
}

/** Undefined: the file says nothing of the device. */
type Reader = (device: string, text: string, path: string) => Dhcp | undefined;

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^\/etc\/netplan\//, ofNetplan],
  [/^\/etc\/systemd\/network\/10-multiport-.*\.network$/, ofNetworkd],
  [/^\/etc\/NetworkManager\/.*\.nmconnection$/, ofNetworkManager],
  [/^\/etc\/network\//, ofIfupdown],
];

function ofNetplan(device: string, text: string): Dhcp | undefined {
  const sections = parsed(text)?.network ?? {};
  const definitions = Object.values(sections).flatMap((section) =>
    section !== null && typeof section === "object" && Object.hasOwn(section, device)
      ? [(section as Record<string, { dhcp4?: unknown; dhcp6?: unknown } | null>)[device]]
      : [],
  );
  const [definition] = definitions;
  return definition ? { dhcp4: definition.dhcp4 === true, dhcp6: definition.dhcp6 === true } : undefined;
}

function parsed(text: string): { network?: Record<string, unknown> } | null {
  try {
    return parse(text);
  } catch {
    // Somebody has been at it: the text is told as a difference of its own.
    return null;
  }
}

function ofNetworkd(device: string, text: string, path: string): Dhcp | undefined {
  if (!path.endsWith(`/10-multiport-${device}.network`)) return undefined;
  const [, word] = /^DHCP=(.*)$/m.exec(text) ?? [];
  return { dhcp4: word === "ipv4" || word === "yes", dhcp6: word === "ipv6" || word === "yes" };
}

function ofNetworkManager(device: string, text: string, path: string): Dhcp | undefined {
  if (!path.endsWith(`/multiport-${device}.nmconnection`)) return undefined;
  const isAutomatic = (family: string) => `${text}\n`.includes(`\n[${family}]\nmethod=auto\n`);
  return { dhcp4: isAutomatic("ipv4"), dhcp6: isAutomatic("ipv6") };
}

function ofIfupdown(device: string, text: string): Dhcp | undefined {
  const lines = text.split("\n");
  if (!lines.some((line) => line.startsWith(`iface ${device} `))) return undefined;
  return { dhcp4: lines.includes(`iface ${device} inet dhcp`), dhcp6: lines.includes(`iface ${device} inet6 dhcp`) };
}
