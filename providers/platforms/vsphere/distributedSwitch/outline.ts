// What a distributed switch has: its uplinks and hosts, LAGs and port groups. Pure.
import { carried, line, vlans } from "../../phrases.js";
import type { VlanWord } from "../portWords.js";
import type { SwitchWords } from "./words.js";

export function outlineSwitch({ uplinks, members, lags, portGroups }: SwitchWords): string[] {
  const ofLag = Object.entries(lags).map(([name, { ports }]) => `${name} of ${ports} ports`);
  const groups = Object.entries(portGroups).map(([name, { vlan }]) => `${name} (${vlanCarried(vlan)})`);
  return [
    ...line("port groups", groups),
    ...line("hosts", Object.keys(members)),
    ...line("uplinks", uplinks),
    ...line("LAGs", ofLag),
  ];
}

/** The VLANs of a port group. */
export function vlanCarried(vlan: VlanWord): string {
  if (typeof vlan === "number") return carried("", vlan);
  return vlan.startsWith("private ") ? `private VLAN ${vlan.slice("private ".length)}` : vlans(vlan);
}
