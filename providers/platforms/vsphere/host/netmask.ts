// IPv4 netmasks, which the API wants, and prefix lengths, which people write. Pure.
import { contains, parseCidr } from "../../../model/subnet.js";

/** "255.255.255.0" of 24. */
export function toNetmask(prefix: number): string {
  return [0, 8, 16, 24].map((bits) => 256 - 2 ** (8 - Math.max(0, Math.min(8, prefix - bits)))).join(".");
}

/** "10.32.0.11/24"; a mask that is none stands in place of the prefix length, for people to see. */
export function toAddress(address: string, netmask: string): string {
  const prefix = Array.from({ length: 33 }, (_, length) => length).find((length) => toNetmask(length) === netmask);
  return `${address}/${prefix ?? netmask}`;
}

/** Both parts of "10.32.0.11/24", as the API has them. */
export function fromAddress(text: string): { readonly address: string; readonly netmask: string } {
  const cidr = parseCidr(text);
  return { address: cidr?.address.toString() ?? text, netmask: toNetmask(cidr?.prefix ?? 32) };
}

/** Whether two addresses with prefix length are those of one interface. */
export function isSameAddress(a: string, b: string): boolean {
  const [address] = a.split("/");
  return address !== undefined && a !== "dhcp" && b !== "dhcp" && contains(`${address}/32`, b);
}
