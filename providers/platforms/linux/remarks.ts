// What is set as the file wants it and works otherwise: a setting of all devices that outweighs that of one. Pure.
import type { LinuxFacts } from "./facts.js";
import { ACCEPT_RA_NAME, allSettings } from "./sysctl.js";
import type { LinuxWords } from "./words.js";

/** Of both the kernel takes the larger number, of arp_filter either. Source: Documentation/networking/ip-sysctl.rst. */
export function linuxRemarks(words: LinuxWords, { settings }: LinuxFacts): string[] {
  const ofIpv4 = allSettings(words).filter(({ name }) => name !== ACCEPT_RA_NAME);
  return ofIpv4.flatMap(({ device, name, value }) => {
    const ofAll = settings.get("all")?.[name] ?? 0;
    if (ofAll <= value) return [];
    return [
      `${name} of ${device} is ${value} and has the effect of ${ofAll}, for net.ipv4.conf.all.${name} is ${ofAll} and the kernel takes the larger one. Set it to ${value} in /etc/sysctl.d if ${device} shall have less`,
    ];
  });
}
