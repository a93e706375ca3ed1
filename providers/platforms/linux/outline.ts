// What a machine has of the kernel's network devices, in a line for each bridge, bond, VLAN and interface with addresses. Pure.
import { carried, line, listed } from "../phrases.js";
import type { KernelBridgePort, LinuxWords } from "./words.js";

export function outlineLinux({ bonds, bridges, vlans, links }: LinuxWords): string[] {
  const named = new Set([...Object.keys(bonds), ...Object.keys(bridges), ...Object.keys(vlans)]);
  const others = Object.keys(links).filter((name) => !named.has(name));
  const withAddresses = (text: string, name: string) => {
    const addresses = addressesOf(links[name]);
    return addresses === "" ? text : `${text}: ${addresses}`;
  };
  return [
    ...Object.entries(bridges).map(([name, { ports }]) => {
      const joined = Object.entries(ports).map(([port, { vlan }]) => `${port} (${bridgeCarried(vlan)})`);
      return `virtual switch ${name} (Linux bridge): ${line("ports", joined)[0] ?? "no ports"}`;
    }),
    ...Object.entries(bonds).map(([name, { mode, members }]) =>
      withAddresses(`bond ${name} of ${members.join(", ")} (${mode})`, name),
    ),
    ...Object.entries(vlans).map(([name, { link, id }]) =>
      withAddresses(`interface ${name} in VLAN ${id} of ${link}`, name),
    ),
    ...others.flatMap((name) => (addressesOf(links[name]) === "" ? [] : [withAddresses(`interface ${name}`, name)])),
  ];
}

/** The VLANs of a port of a bridge. */
function bridgeCarried({ pvid, untagged, vlans }: KernelBridgePort["vlan"]): string {
  if (pvid === null || !untagged) return carried(vlans, null);
  return carried(
    vlans
      .split(",")
      .filter((range) => range !== `${pvid}`)
      .join(","),
    pvid,
  );
}

function addressesOf(link: LinuxWords["links"][string] | undefined): string {
  if (!link) return "";
  const dhcp = link.dhcp4 || link.dhcp6 ? ["DHCP"] : [];
  return listed([...link.addresses, ...dhcp]);
}
