// What Open vSwitch has on a host, in a line for each bridge. Pure.
import { carried, line } from "../../phrases.js";
import type { OvsPort, OvsWords } from "./words.js";

export function outlineOvs({ bridges }: OvsWords): string[] {
  return Object.entries(bridges).map(([name, { ports }]) => {
    const all = Object.entries(ports);
    const bonds = all.flatMap(([port, { bond, interfaces, ...rest }]) =>
      bond ? [`bond ${port} of ${interfaces.join(", ")} (${ovsCarried(rest)})`] : [],
    );
    const others = all.flatMap(([port, words]) => (words.bond ? [] : [`${port} (${ovsCarried(words)})`]));
    return `virtual switch ${name}: ${[...bonds, ...line("ports", others)].join("; ")}`;
  });
}

/** The VLANs of a port. */
export function ovsCarried({ vlan_mode, tag, trunks }: Pick<OvsPort, "vlan_mode" | "tag" | "trunks">): string {
  if (vlan_mode === "access") return carried("", tag);
  if (trunks === "") return "all VLANs";
  // VLAN 0 is Open vSwitch's name for frames without a tag.
  const ranges = trunks.split(",");
  const native = tag ?? (ranges[0] === "0" ? 0 : null);
  return carried(ranges.filter((range) => range !== "0" && range !== `${tag}`).join(","), native);
}
