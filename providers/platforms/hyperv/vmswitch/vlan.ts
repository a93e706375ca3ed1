// VLANs of an adapter in Hyper-V's words. Pure.
import { formatRanges, mergeRanges, type Vlan } from "../../../model/network.js";
import type { VlanWord } from "./words.js";

const UNTAGGED: VlanWord = {
  OperationMode: "Untagged",
  AccessVlanId: null,
  NativeVlanId: null,
  AllowedVlanIdList: null,
  PrimaryVlanId: null,
  SecondaryVlanId: null,
  SecondaryVlanIdList: null,
};

const PRIVATE = { isolated: "Isolated", community: "Community", promiscuous: "Promiscuous" } as const;

/** `secondaries`: those of the same primary VLAN that a promiscuous port answers. */
export function toVlanWord(vlan: Vlan, secondaries: readonly number[] = []): VlanWord {
  switch (vlan.kind) {
    case "untagged":
      return UNTAGGED;
    case "access":
      return { ...UNTAGGED, OperationMode: "Access", AccessVlanId: vlan.id };
    case "trunk":
      return {
        ...UNTAGGED,
        OperationMode: "Trunk",
        // Hyper-V wants one: 0 takes frames without a tag as they are.
        NativeVlanId: vlan.native ?? 0,
        AllowedVlanIdList: formatRanges(vlan.ranges),
      };
    case "private":
      return {
        ...UNTAGGED,
        OperationMode: PRIVATE[vlan.type],
        PrimaryVlanId: vlan.primary,
        ...(vlan.type === "promiscuous"
          ? { SecondaryVlanIdList: listOf(secondaries) }
          : { SecondaryVlanId: vlan.secondary }),
      };
  }
}

/** As `Get-VMNetworkAdapterVlan` says it: numbers that mean nothing in a mode are whatever they are. */
export interface VlanFacts {
  readonly OperationMode: "Untagged" | "Access" | "Trunk" | "Private";
  readonly PrivateVlanMode: string;
  readonly AccessVlanId: number;
  readonly NativeVlanId: number;
  readonly AllowedVlanIdList: readonly number[];
  readonly PrimaryVlanId: number;
  readonly SecondaryVlanId: number;
  readonly SecondaryVlanIdList: readonly number[];
}

export function fromVlanFacts(facts: VlanFacts): VlanWord {
  const isPrivate = facts.OperationMode === "Private";
  const OperationMode = facts.OperationMode === "Private" ? privateMode(facts.PrivateVlanMode) : facts.OperationMode;
  return {
    OperationMode,
    AccessVlanId: OperationMode === "Access" ? facts.AccessVlanId : null,
    NativeVlanId: OperationMode === "Trunk" ? facts.NativeVlanId : null,
    AllowedVlanIdList: OperationMode === "Trunk" ? listOf(facts.AllowedVlanIdList) : null,
    PrimaryVlanId: isPrivate ? facts.PrimaryVlanId : null,
    SecondaryVlanId: isPrivate && OperationMode !== "Promiscuous" ? facts.SecondaryVlanId : null,
    SecondaryVlanIdList: OperationMode === "Promiscuous" ? listOf(facts.SecondaryVlanIdList) : null,
  };
}

/** What Set-VMNetworkAdapterVlan calls it. */
function privateMode(mode: string): VlanWord["OperationMode"] {
  return Object.values(PRIVATE).find((word) => word === mode) ?? "Isolated";
}

function listOf(ids: readonly number[]): string {
  return formatRanges(mergeRanges(ids.map((id) => ({ first: id, last: id }))));
}
