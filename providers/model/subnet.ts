// IP addresses and subnets as text: what is one, what lies in what. Pure.
import ipaddr from "ipaddr.js";

/** The address and prefix length of `10.0.0.1/24`, or undefined when it is none. */
export function parseCidr(text: string): { address: ipaddr.IPv4 | ipaddr.IPv6; prefix: number } | undefined {
  const [plain = "", digits = ""] = text.split("/");
  const address = parseAddress(plain);
  if (!address || !/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  const prefix = Number(digits);
  return prefix <= (address.kind() === "ipv4" ? 32 : 128) ? { address, prefix } : undefined;
}

/** Four plain decimal numbers, or IPv6: no octal, hexadecimal or shortened IPv4, which tools read differently. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.includes(":")) return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

export type SpecialPurpose = "unspecified" | "loopback" | "multicast" | "broadcast" | "IPv4-mapped";

/** What an address is for that no other machine can be reached at, such as 0.0.0.0 and 224.0.0.1. Text that is no address has none. */
export function specialPurpose(address: string): SpecialPurpose | undefined {
  const range = parseAddress(address)?.range();
  switch (range) {
    case "unspecified":
    case "loopback":
    case "multicast":
    case "broadcast":
      return range;
    case "ipv4Mapped":
      return "IPv4-mapped";
    default:
      return undefined;
  }
}

/** Of 169.254.0.0/16 or fe80::/10: good on one link alone, and every link may have the same one. */
export function isLinkLocal(text: string): boolean {
  return parseAddress(text.split("/")[0] ?? "")?.range() === "linkLocal";
}

/** True when both texts are the same IP address, however they are spelt. */
export function sameAddress(a: string, b: string): boolean {
  const [first, second] = [parseAddress(a), parseAddress(b)];
  return first !== undefined && first.toString() === second?.toString();
}

/** True for the network's own address and the IPv4 broadcast address; a /31 or /32 has neither. */
export function isReserved(subnet: string, address: string): boolean {
  const net = parseCidr(subnet);
  if (!net || net.prefix >= (net.address.kind() === "ipv4" ? 31 : 127)) return false;
  if (sameAddress(networkAddress(subnet), address)) return true;
  return net.address.kind() === "ipv4" && sameAddress(ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toString(), address);
}

/** True when the address (with or without a prefix length) lies in the subnet. False for text that is no address. */
export function contains(subnet: string, addressText: string): boolean {
  const [plain = ""] = addressText.split("/");
  const net = parseCidr(subnet);
  const parsed = parseAddress(plain);
  return (
    net !== undefined &&
    parsed !== undefined &&
    parsed.kind() === net.address.kind() &&
    parsed.match(net.address as never, net.prefix)
  );
}

/** The address of the subnet itself: that of the text with the bits of the host zero. */
export function networkAddress(cidr: string): string {
  const family = cidr.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
  return family.networkAddressFromCIDR(cidr).toString();
}

/** The subnets that addresses with prefix length are in, each once; an address that is a network of its own has no neighbours. */
export function subnetsOf(addresses: readonly string[]): string[] {
  const subnets = addresses.flatMap((address) => {
    const parsed = parseCidr(address);
    if (!parsed || parsed.prefix === (address.includes(":") ? 128 : 32)) return [];
    return [canonicalAddress(`${networkAddress(address)}/${parsed.prefix}`)];
  });
  return [...new Set(subnets)];
}

/** The one spelling of an address, with prefix length or without: as the kernel prints it. */
export function canonicalAddress(text: string): string {
  const [plain = "", prefix] = text.split("/");
  const address = parseAddress(plain);
  if (!address) return text;
  const shown = address.kind() === "ipv6" ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
  return prefix === undefined ? shown : `${shown}/${prefix}`;
}

/** A subnet in its one spelling, the bits of the host zero; text that is none as it is. */
export function canonicalSubnet(cidr: string): string {
  const prefix = parseCidr(cidr)?.prefix;
  return prefix === undefined ? cidr : `${networkAddress(cidr)}/${prefix}`;
}
