// What the host's kernel says of a bond, for assertions. Pure: a command, and the parsing of what it prints.

/** A bond as the kernel sees it now. */
export interface KernelBond {
  readonly mode: string;
  readonly members: readonly KernelBondMember[];
}

export interface KernelBondMember {
  readonly name: string;
  /** The bond's own view of the NIC: carrier, or ARP monitoring. */
  readonly hasLink: boolean;
  /** Whether the bond may send through it: with LACP, whether it is in the aggregator that is in use. */
  readonly isInUse: boolean;
  /** With LACP: nothing was heard of the partner for its time-out. */
  readonly isPartnerLost: boolean;
}

/** Prints the bond, then its members, as JSON on a line each. */
export const readBondCommand = (name: string) =>
  `ip -json -details link show ${name} && ip -json -details link show master ${name}`;

interface Link {
  readonly ifname: string;
  readonly linkinfo: {
    readonly info_data?: { readonly mode?: string; readonly ad_info?: { readonly aggregator: number } };
    readonly info_slave_data?: {
      readonly state: string;
      readonly mii_status: string;
      readonly ad_aggregator_id?: number;
      readonly ad_actor_oper_port_state_str?: readonly string[];
    };
  };
}

/** Takes apart what `readBondCommand` printed. */
export function parseKernelBond(text: string): KernelBond {
  const [bonds = [], members = []] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as readonly Link[]);
  const { mode = "", ad_info } = bonds[0]?.linkinfo.info_data ?? {};
  return { mode, members: members.map((member) => toMember(member, ad_info?.aggregator)) };
}

function toMember({ ifname, linkinfo }: Link, aggregator: number | undefined): KernelBondMember {
  const data = linkinfo.info_slave_data;
  const states = data?.ad_actor_oper_port_state_str ?? [];
  const isChosen = aggregator === undefined ? data?.state === "ACTIVE" : data?.ad_aggregator_id === aggregator;
  const hasLink = data?.mii_status === "UP";
  return {
    name: ifname,
    hasLink,
    isInUse: hasLink && isChosen,
    isPartnerLost: states.includes("expired") || states.includes("defaulted"),
  };
}
