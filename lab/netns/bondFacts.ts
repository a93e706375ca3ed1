// What Open vSwitch itself says of a bond, for assertions. I/O, and the parsing of two of its reports.
import { executeOn } from "./machine";
import type { ProcessRecord } from "./processRecord";

/** A bond or port channel as Open vSwitch sees it now. */
export interface BondFacts {
  /** "negotiated", "configured" (no partner), or "off". */
  readonly lacp: string;
  readonly members: readonly BondMember[];
  /** `bond/show` and `lacp/show` as they are. */
  readonly text: string;
}

export interface BondMember {
  readonly name: string;
  readonly isEnabled: boolean;
  /** LACP's word: "current", "expired", "defaulted"; "off" without LACP. */
  readonly lacp: string;
}

/** Reads a bond of a machine; undefined while there is none of this name. */
export async function readBond(machine: ProcessRecord, port: string): Promise<BondFacts | undefined> {
  const bond = await executeOn(machine, ["ovs-appctl", "--timeout=5", "bond/show", port]);
  const lacp = await executeOn(machine, ["ovs-appctl", "--timeout=5", "lacp/show", port]);
  return bond.code === 0 ? parseBond(bond.stdout, lacp.code === 0 ? lacp.stdout : "") : undefined;
}

/** The two reports as facts. Releases before 2.15 say "slave" for a member. */
export function parseBond(bond: string, lacp: string): BondFacts {
  const lacpOfMember = new Map(
    [...lacp.matchAll(/^(?:member|slave): (\S+): (\w+)/gm)].map((match) => [match[1], match[2]]),
  );
  const members = [...bond.matchAll(/^(?:member|slave) (\S+): (\w+)/gm)].map(([, name = "", state]) => ({
    name,
    isEnabled: state === "enabled",
    lacp: lacpOfMember.get(name) ?? "off",
  }));
  return { lacp: /^lacp_status: (\w+)/m.exec(bond)?.[1] ?? "off", members, text: `${bond}\n${lacp}` };
}
