// Network: what a port carries. One VLAN, several (a trunk), a private VLAN, or none (untagged). Pure.
import { z } from "zod";
import * as field from "./field.js";
import { type Path, type Problem, quoteValue } from "./problem.js";
import { contains, isReserved, networkAddress, parseCidr, specialPurpose } from "./subnet.js";

const vlanRange = field.described(
  z.union([z.number().int().min(1).max(4094), z.string().regex(/^\d{1,4}-\d{1,4}$/)]),
  "A VLAN number, or a range of them such as 100-199.",
  "a VLAN number from 1 to 4094 or a range such as 100-199",
);

/** VLANs and ranges of them, as `vlans` has them wherever it stands. */
export function vlanListSpec(description: string) {
  return field.described(z.array(vlanRange).min(1), description, "a list such as [10, 100-199]");
}
export type VlanList = z.input<ReturnType<typeof vlanListSpec>>;

export const PrivateVlanSpec = z.strictObject({
  primary: field.integer({ min: 1, max: 4094 }, "Primary VLAN."),
  secondary: field
    .integer({ min: 1, max: 4094 }, "Secondary VLAN; equal to the primary for type promiscuous.")
    .optional(),
  type: field.choice(["promiscuous", "isolated", "community"], "Who the ports of this network can talk to."),
});

export const NetworkSpec = z.strictObject({
  vlan: field.vlanId.optional().meta({ description: "Access VLAN: frames leave and enter the VM untagged." }),
  vlans: vlanListSpec("Trunk: the VLANs a VM may tag itself.").optional(),
  native: field
    .integer({ min: 1, max: 4094 }, "With vlans: the VLAN that untagged frames of the VM belong to.")
    .optional(),
  privateVlan: PrivateVlanSpec.optional().meta({ description: "Private VLAN (vSphere distributed switches)." }),
  subnet: field
    .described(
      z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/),
      "IP subnet of the network.",
      "a subnet such as 10.10.0.0/24",
    )
    .optional(),
  gateway: field.ipAddress.optional().meta({ description: "Router of the subnet." }),
  mtu: field.mtu.optional(),
  description: field.description.optional(),
});
export type NetworkSpec = z.input<typeof NetworkSpec>;

/** First and last VLAN, both included. */
export interface VlanRange {
  readonly first: number;
  readonly last: number;
}

/** How a port treats VLAN tags. `native` is the VLAN of untagged frames on a trunk. */
export type Vlan =
  | { readonly kind: "untagged" }
  | { readonly kind: "access"; readonly id: number }
  | { readonly kind: "trunk"; readonly ranges: readonly VlanRange[]; readonly native?: number }
  | {
      readonly kind: "private";
      readonly primary: number;
      readonly secondary: number;
      readonly type: "promiscuous" | "isolated" | "community";
    };

export interface Network {
  readonly name: string;
  readonly vlan: Vlan;
  /** CIDR text. */
  readonly subnet?: string;
  readonly gateway?: string;
  readonly mtuBytes: number;
}

/** The network of a valid spec. Problems of its values are collected by {@link checkNetwork}. */
export function toNetwork(name: string, spec: NetworkSpec): Network {
  return {
    name,
    vlan: toVlan(spec),
    mtuBytes: spec.mtu ?? field.DEFAULT_MTU,
    ...(spec.subnet === undefined ? {} : { subnet: spec.subnet }),
    ...(spec.gateway === undefined ? {} : { gateway: spec.gateway }),
  };
}

/** Of an interface that has none because the file is wrong, which was told. */
export const NO_NETWORK: Network = { name: "", vlan: { kind: "untagged" }, mtuBytes: field.DEFAULT_MTU };

function toVlan(spec: NetworkSpec): Vlan {
  if (spec.privateVlan) {
    const { primary, secondary = primary, type } = spec.privateVlan;
    return { kind: "private", primary, secondary, type };
  }
  if (spec.vlans) {
    const ranges = mergeRanges(toVlanRanges(spec.vlans));
    return spec.native === undefined ? { kind: "trunk", ranges } : { kind: "trunk", ranges, native: spec.native };
  }
  return spec.vlan === undefined ? { kind: "untagged" } : { kind: "access", id: spec.vlan };
}

export function toVlanRanges(list: VlanList): VlanRange[] {
  return list.map(toRange);
}

function toRange(value: number | string): VlanRange {
  if (typeof value === "number") return { first: value, last: value };
  const [first = "0", last = first] = value.split("-");
  return { first: Number(first), last: Number(last) };
}

/** Sorted, with neighbours and overlaps joined: the one spelling of a VLAN set. */
export function mergeRanges(ranges: readonly VlanRange[]): VlanRange[] {
  const merged: VlanRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous && range.first <= previous.last + 1) {
      merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
    } else merged.push(range);
  }
  return merged;
}

/** What of `wanted` is in none of `ranges`. */
export function missingRanges(wanted: readonly VlanRange[], ranges: readonly VlanRange[]): VlanRange[] {
  return ranges.reduce<VlanRange[]>(
    (left, { first, last }) =>
      left.flatMap((range) =>
        [
          { first: range.first, last: Math.min(range.last, first - 1) },
          { first: Math.max(range.first, last + 1), last: range.last },
        ].filter((rest) => rest.first <= rest.last),
      ),
    [...wanted],
  );
}

/** `10,30,100-199`, the spelling that Open vSwitch, switches and people share. */
export function formatRanges(ranges: readonly VlanRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** The tagged VLANs that an uplink has to carry for a port with this VLAN setting. */
export function carriedVlans(vlan: Vlan): VlanRange[] {
  switch (vlan.kind) {
    case "untagged":
      return [];
    case "access":
      return [{ first: vlan.id, last: vlan.id }];
    case "trunk":
      return mergeRanges([
        ...vlan.ranges,
        ...(vlan.native === undefined ? [] : [{ first: vlan.native, last: vlan.native }]),
      ]);
    case "private":
      return mergeRanges([vlan.primary, vlan.secondary].map((id) => ({ first: id, last: id })));
  }
}

/** Everything wrong with the values of one network, beyond what its schema says. */
export function checkNetwork(spec: NetworkSpec, path: Path): Problem[] {
  return [
    ...checkVlanChoice(spec, path),
    ...checkVlanList(spec.vlans ?? [], [...path, "vlans"]),
    ...checkPrivateVlan(spec, path),
    ...checkSubnet(spec, path),
  ];
}

function checkVlanChoice(spec: NetworkSpec, path: Path): Problem[] {
  const given = (["vlan", "vlans", "privateVlan"] as const).filter((key) => spec[key] !== undefined);
  const problems: Problem[] = [];
  if (given.length > 1) {
    problems.push(
      problem(path, `${given.join(" and ")} exclude each other`, "Keep the one that says what the network is."),
    );
  }
  if (spec.native !== undefined && spec.vlans === undefined) {
    problems.push(problem([...path, "native"], "native needs vlans", "Add vlans, or use vlan for an access network."));
  }
  return problems;
}

/** Every VLAN of a list is in range and named once. */
export function checkVlanList(list: VlanList, path: Path): Problem[] {
  const problems: Problem[] = [];
  const seen: VlanRange[] = [];
  for (const [index, value] of list.entries()) {
    const range = toRange(value);
    const at = [...path, index];
    if (range.first < 1 || range.last > 4094 || range.first > range.last) {
      problems.push({
        ...problem(at, "not a VLAN range", "Write the smaller number first and stay within 1-4094."),
        found: quoteValue(value),
        wanted: "numbers from 1 to 4094, as in 100-199",
      });
      continue;
    }
    const overlap = seen.find((other) => range.first <= other.last && other.first <= range.last);
    if (overlap) {
      const remedy = "Name every VLAN once.";
      problems.push({
        ...problem(at, `overlaps with ${formatRanges([overlap])}`, remedy, "VS-39"),
        found: quoteValue(value),
        wanted: `VLANs outside ${formatRanges([overlap])}`,
      });
    }
    seen.push(range);
  }
  return problems;
}

function checkPrivateVlan(spec: NetworkSpec, path: Path): Problem[] {
  const pvlan = spec.privateVlan;
  if (!pvlan) return [];
  const { primary, secondary = primary, type } = pvlan;
  const at = [...path, "privateVlan", "secondary"];
  if (type === "promiscuous" && secondary !== primary) {
    return [
      {
        ...problem(at, "a promiscuous private VLAN is its own primary", `Leave secondary out or set it to ${primary}.`),
        found: `${secondary}`,
      },
    ];
  }
  if (type !== "promiscuous" && secondary === primary) {
    return [
      {
        ...problem(
          at,
          `type ${type} needs a secondary VLAN of its own`,
          `Set secondary to a VLAN other than ${primary}.`,
        ),
        found: `${secondary}`,
      },
    ];
  }
  return [];
}

function checkSubnet(spec: NetworkSpec, path: Path): Problem[] {
  if (spec.subnet === undefined) {
    if (spec.gateway === undefined) return [];
    return [problem([...path, "gateway"], "a gateway needs a subnet", "Add subnet, or remove gateway.", "address")];
  }
  const subnet = parseCidr(spec.subnet);
  const at = [...path, "subnet"];
  if (!subnet)
    return [
      {
        ...problem(at, "not an IP subnet", "Write the network address and its prefix length.", "address"),
        found: quoteValue(spec.subnet),
        wanted: "a subnet such as 10.10.0.0/24",
      },
    ];
  const base = networkAddress(spec.subnet);
  const problems: Problem[] = [];
  if (specialPurpose(base) !== undefined) {
    problems.push({
      ...problem(at, "no machine has an address of this subnet", "Correct the subnet.", "address"),
      found: quoteValue(spec.subnet),
      wanted: "a subnet such as 10.10.0.0/24",
    });
  }
  if (base !== subnet.address.toString()) {
    problems.push({
      ...problem(at, "has host bits set", "Write the network address, with the bits of the host zero.", "address"),
      found: quoteValue(spec.subnet),
      wanted: `${base}/${subnet.prefix}`,
    });
  }
  if (spec.gateway !== undefined && !contains(spec.subnet, spec.gateway)) {
    problems.push({
      ...problem([...path, "gateway"], "the gateway is not in the subnet", "Correct the one that is wrong.", "address"),
      found: quoteValue(spec.gateway),
      wanted: `an address in ${spec.subnet}`,
    });
  } else if (spec.gateway !== undefined && isReserved(spec.subnet, spec.gateway)) {
    const message = "the first and the last address of a subnet belong to no machine";
    problems.push({
      ...problem([...path, "gateway"], message, "Correct the gateway.", "address"),
      found: quoteValue(spec.gateway),
    });
  }
  return problems;
}

function problem(path: Path, message: string, remedy: string, rule = "schema"): Problem {
  return { rule, severity: "error", path, message, remedy };
}
