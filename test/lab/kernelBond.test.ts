// What the kernel of a host prints of a bond, taken apart. Pure.
import { describe, expect, it } from "vitest";
import { parseKernelBond } from "../../lab/qemu/kernelBond";

interface Member {
  readonly state?: string;
  readonly link?: string;
  readonly aggregator?: number;
  readonly words?: readonly string[];
}

/** As iproute2 6.15 prints it, without what is not read. */
function printed(data: object, { state = "ACTIVE", link = "UP", aggregator, words }: Member): string {
  const member = {
    state,
    mii_status: link,
    ...(aggregator === undefined ? {} : { ad_aggregator_id: aggregator, ad_actor_oper_port_state_str: words }),
  };
  const bond = [{ ifname: "bond0", linkinfo: { info_kind: "bond", info_data: data } }];
  const members = [{ ifname: "enp1s0", linkinfo: { info_slave_kind: "bond", info_slave_data: member } }];
  return `${JSON.stringify(bond)}\n${JSON.stringify(members)}\n`;
}

const lacp = { mode: "802.3ad", ad_info: { aggregator: 1, num_ports: 1 } };
const inUse = ["active", "short_timeout", "aggregating", "in_sync", "collecting", "distributing"];

describe("a member of a kernel bond", () => {
  it.each<[string, object, Member, object]>([
    ["with LACP, in use", lacp, { aggregator: 1, words: inUse }, { isInUse: true }],
    [
      "whose partner fell silent, still in use",
      lacp,
      { aggregator: 1, words: ["active", "expired"] },
      { isInUse: true, isPartnerLost: true },
    ],
    [
      "whose partner stayed silent",
      lacp,
      { state: "BACKUP", aggregator: 2, words: ["active", "defaulted"] },
      { hasLink: true, isInUse: false, isPartnerLost: true },
    ],
    ["without link", lacp, { link: "DOWN", aggregator: 1, words: inUse }, { hasLink: false, isInUse: false }],
    ["of an active-backup bond that waits", { mode: "active-backup" }, { state: "BACKUP" }, { isInUse: false }],
    ["of an active-backup bond that is in use", { mode: "active-backup" }, {}, { isInUse: true, isPartnerLost: false }],
  ])("%s", (_, data, member, expected) => {
    expect(parseKernelBond(printed(data, member)).members).toEqual([expect.objectContaining(expected)]);
  });
});
