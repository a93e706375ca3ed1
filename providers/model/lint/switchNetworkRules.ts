// Design rules about the networks that share the uplinks of a KVM host's virtual switch. Pure.
import type { Network } from "../network.js";
import type { Rule } from "./rule.js";

export const switchNetworkRules: readonly Rule[] = [
  {
    id: "LB-19",
    severity: "error",
    title:
      "Of the networks behind one team of a KVM host at most one is untagged, and each of the others has its own VLAN.",
    remedy: "Give the network another VLAN, use one network for both port groups, or make a second virtual switch.",
    source: "RHV 4.4 Administration Guide 9.5",
    *check({ environment }) {
      for (const host of environment.kvmHosts)
        for (const { name, portGroups } of host.virtualSwitches) {
          const first = new Map<string, string>();
          for (const group of portGroups) {
            const tag = tagOf(group.network);
            if (tag === undefined) continue;
            const other = first.get(tag) ?? group.network.name;
            first.set(tag, other);
            if (other !== group.network.name)
              yield {
                path: ["hosts", host.name, "virtualSwitches", name, "portGroups", group.name],
                message: `networks ${other} and ${group.network.name} are one on the wire`,
                found: tag,
              };
          }
        }
    },
  },
];

/** What tells the network from others on the wire; a trunk may hold the VLANs of others on purpose. */
function tagOf({ vlan }: Network): string | undefined {
  if (vlan.kind === "untagged") return "untagged";
  return vlan.kind === "access" ? `VLAN ${vlan.id}` : undefined;
}
