// Which tag a connection's traffic has on the cable, and over which NICs it goes. Pure.
import type { Host } from "./host";
import { linkOf, memberState } from "./link";
import type { Adapter, HostVnic, VirtualSwitch } from "./state";

/** 0: untagged. undefined: it goes nowhere. */
export function wireTag(host: Host, adapter: Adapter): number | undefined {
  if (adapter.hardware) return nicTag(adapter);
  if (adapter.team) return adapter.team.vlan ?? 0;
  const vnic = host.state.vnics.find((one) => one.adapter === adapter.guid);
  return vnic ? portTag(vnic) : undefined;
}

function nicTag(adapter: Adapter): number {
  return Number(adapter.advanced.find(({ keyword }) => keyword === "VlanID")?.running ?? 0);
}

function portTag({ vlan, isolation }: HostVnic): number | undefined {
  if (isolation.mode === "Vlan") return isolation.defaultId;
  switch (vlan.mode) {
    case "Untagged":
      return 0;
    case "Access":
      return vlan.access;
    case "Trunk":
      return vlan.native;
    case "Promiscuous":
      return vlan.primary;
    default:
      return vlan.secondary;
  }
}

/** Physical NICs that carry its traffic now. */
export function carriers(host: Host, adapter: Adapter): Adapter[] {
  if (adapter.hardware) return linkOf(host, adapter).status === "Up" ? [adapter] : [];
  if (adapter.team) {
    const team = host.state.teams.find(({ name }) => name === adapter.team?.name);
    const active = team?.members.filter((member) => memberState(host, team, member).mode === "Active") ?? [];
    return active.map((member) => host.adapterOf(member.adapter));
  }
  const above = host.switchOf(host.state.vnics.find((one) => one.adapter === adapter.guid)?.switchId);
  return above ? uplinkCarriers(host, above) : [];
}

function uplinkCarriers(host: Host, one: VirtualSwitch): Adapter[] {
  return one.uplinks.map((guid) => host.adapterOf(guid)).flatMap((uplink) => carriers(host, uplink));
}
