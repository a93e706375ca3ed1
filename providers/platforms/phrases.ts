// How an outline of words is put, whatever the platform: a few names, the VLANs of a port. Pure.

const NAMES = 4;

/** `a, b, c and 5 more`. */
export function listed(names: readonly string[]): string {
  const left = names.length - NAMES;
  return left > 1 ? `${names.slice(0, NAMES).join(", ")} and ${left} more` : names.join(", ");
}

/** Lines of which each begins with what the names are; none without names. */
export function line(noun: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${noun} ${listed(names)}`] : [];
}

/** `VLANs 10,100-199`, `VLAN 10`. */
export function vlans(ranges: string): string {
  return `VLAN${/[,-]/.test(ranges) ? "s" : ""} ${ranges}`;
}

/** What a port carries: the VLANs with a tag as ranges, and the one whose frames have none; 0 is the network that has no VLAN. */
export function carried(tagged: string, untagged: number | null): string {
  if (tagged === "") return untagged === null ? "no VLAN" : untagged === 0 ? "untagged" : vlans(`${untagged}`);
  return `${vlans(tagged)}${untagged === null ? "" : untagged === 0 ? ", untagged" : `, ${vlans(`${untagged}`)} untagged`}`;
}
