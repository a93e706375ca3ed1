// Settings of a bond of Linux beyond mode and policy, in words of our own: on a KVM host and in a guest. Which of them the kernel's bonding
// driver has and which Open vSwitch is in platforms/linux/teamOptions.ts and platforms/kvm/openvswitch/options.ts. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { type Path, type Problem, quoteValue } from "./problem.js";

/** Who makes the bond of a KVM host: Open vSwitch itself, or the kernel, whose bond is then one port of the switch. */
export const BONDINGS = ["openvswitch", "kernel"] as const;
export type Bonding = (typeof BONDINGS)[number];

export const ARP_VALIDATIONS = ["none", "active", "backup", "all", "filter", "filter-active", "filter-backup"] as const;

export const FAIL_OVER_MACS = ["none", "active", "follow"] as const;

const LONGEST_DELAY = 600_000;

function milliseconds(description: string, range = { min: 0, max: LONGEST_DELAY }) {
  return field.integer(range, description);
}

export const ArpMonitorSpec = z.strictObject({
  intervalMilliseconds: milliseconds("How often the targets are asked, in milliseconds.", { min: 10, max: 60_000 }),
  targets: field.described(
    z.array(field.ipAddress).min(1).max(16),
    "IPv4 addresses that answer while the path is whole, such as the router's.",
    "a list of 1-16 IPv4 addresses such as [10.10.0.1]",
  ),
  validate: field
    .choice(
      ARP_VALIDATIONS,
      "Which members must see answers, and not just any traffic, to count as up; filter: only ARP counts as traffic. Default none.",
    )
    .optional(),
  allTargets: field.flag("A member is up only while every target answers. Default false: one is enough.").optional(),
});
export type ArpMonitorSpec = z.input<typeof ArpMonitorSpec>;

/** What every bond of Linux has, on a KVM host or in a guest. */
export const linuxBondKeys = {
  hashInnerPacket: field
    .flag(
      "With policy ip-hash or transport-ports: look into tunnels such as VXLAN and hash the packet inside (kernel bond). Default false.",
    )
    .optional(),
  monitorMilliseconds: milliseconds(
    "How often the link of each member is looked at, in milliseconds (Linux; on Open vSwitch with detectMode miimon). Default 100.",
    { min: 10, max: 60_000 },
  ).optional(),
  arpMonitor: ArpMonitorSpec.optional().meta({
    description:
      "Ask other machines whether a member works, in place of looking at its link (kernel bond without LACP and without load balancing by the kernel).",
  }),
  upDelayMilliseconds: milliseconds(
    "How long a link must be up before it is used, in milliseconds; on a kernel bond a multiple of monitorMilliseconds (Linux). Default 0.",
  ).optional(),
  downDelayMilliseconds: milliseconds(
    "How long a link must be down before it is given up, in milliseconds; on a kernel bond a multiple of monitorMilliseconds (Linux). Default 0.",
  ).optional(),
  adSelect: field
    .choice(
      ["stable", "bandwidth", "count"],
      "When another group of LACP members takes over (kernel bond): when the present one is lost, or by bandwidth or number of members. Default stable.",
    )
    .optional(),
  minLinks: field
    .integer(
      { min: 0, max: 64 },
      "With mode lacp: the bond is down while fewer members than this are up (kernel bond). Default 0.",
    )
    .optional(),
  primaryReselect: field
    .choice(
      ["always", "better", "failure"],
      "When the first active member takes over again (kernel bond): whenever it is back, only if it is faster, or only when the present one fails. Default always; of a team with failback false failure.",
    )
    .optional(),
  failOverMac: field
    .choice(
      FAIL_OVER_MACS,
      "Policy active-backup: MAC address of the bond and its members (kernel bond). All have one; or the bond takes that of the active member; or that of the bond moves on with it. Default none; in a guest active where a member is a virtual function or the host is an ESXi host, which let no other MAC address pass unless they are told to.",
    )
    .optional(),
  peerNotifications: field
    .integer(
      { min: 0, max: 255 },
      "How often the bond says after a failover where its MAC address is now (kernel bond). Default 1.",
    )
    .optional(),
  resendIgmp: field
    .integer({ min: 0, max: 255 }, "IGMP reports sent after a failover (kernel bond). Default 1.")
    .optional(),
  allMembersActive: field
    .flag("Take in frames on members that do not send too (kernel bond). Default false.")
    .optional(),
  packetsPerMember: field
    .integer(
      { min: 0, max: 65_535 },
      "Policy round-robin: packets on one member before the next has its turn; 0: at random (kernel bond). Default 1.",
    )
    .optional(),
} as const;
export type LinuxBondKey = keyof typeof linuxBondKeys;

/** Keys of a team that only a bond of a KVM host has. */
export const bondKeys = {
  bonding: field
    .choice(
      BONDINGS,
      "Who makes the bond (kvm): Open vSwitch itself, or the kernel, whose bond is then one port of the switch. Default: openvswitch on Open vSwitch, kernel on a Linux bridge.",
    )
    .optional(),
  name: field
    .interfaceOrWindowsName(
      "Name of the kernel's bond (kvm), by default <virtual switch>-bond, where that has at most 15 characters; or of the LBFO team (hyperv), by default <virtual switch>-team.",
    )
    .optional(),
  detectMode: field
    .choice(
      ["carrier", "miimon"],
      "How Open vSwitch learns that a link is down (kvm): told by the driver, or by asking it every monitorMilliseconds. Default carrier.",
    )
    .optional(),
  rebalanceIntervalMilliseconds: milliseconds(
    "How often Open vSwitch moves flows to the less loaded member, in milliseconds; 0: never (kvm). Default 10000.",
  ).optional(),
  ...linuxBondKeys,
} as const;
export type BondKey = keyof typeof bondKeys;
export const BOND_KEYS = Object.keys(bondKeys) as BondKey[];
const BondSpec = z.strictObject(bondKeys);
export type BondKeysSpec = z.input<typeof BondSpec>;

export interface ArpMonitor {
  readonly intervalMilliseconds: number;
  readonly targets: readonly string[];
  readonly validate: (typeof ARP_VALIDATIONS)[number];
  readonly allTargets: boolean;
}

export interface BondOptions {
  readonly hashInnerPacket: boolean;
  readonly detectMode: "carrier" | "miimon";
  /** Means nothing where there is an ARP monitor. */
  readonly monitorMilliseconds: number;
  readonly arpMonitor?: ArpMonitor;
  readonly upDelayMilliseconds: number;
  readonly downDelayMilliseconds: number;
  readonly rebalanceIntervalMilliseconds: number;
  readonly adSelect: "stable" | "bandwidth" | "count";
  readonly minLinks: number;
  readonly primaryReselect: "always" | "better" | "failure";
  readonly failOverMac: (typeof FAIL_OVER_MACS)[number];
  readonly peerNotifications: number;
  readonly resendIgmp: number;
  readonly allMembersActive: boolean;
  readonly packetsPerMember: number;
}

export function toBondOptions(spec: BondKeysSpec & { readonly failback?: boolean | undefined }): BondOptions {
  const { arpMonitor } = spec;
  return {
    hashInnerPacket: spec.hashInnerPacket ?? false,
    detectMode: spec.detectMode ?? "carrier",
    monitorMilliseconds: spec.monitorMilliseconds ?? 100,
    ...(arpMonitor ? { arpMonitor: toArpMonitor(arpMonitor) } : {}),
    upDelayMilliseconds: spec.upDelayMilliseconds ?? 0,
    downDelayMilliseconds: spec.downDelayMilliseconds ?? 0,
    rebalanceIntervalMilliseconds: spec.rebalanceIntervalMilliseconds ?? 10_000,
    adSelect: spec.adSelect ?? "stable",
    minLinks: spec.minLinks ?? 0,
    primaryReselect: spec.primaryReselect ?? (spec.failback === false ? "failure" : "always"),
    failOverMac: spec.failOverMac ?? "none",
    peerNotifications: spec.peerNotifications ?? 1,
    resendIgmp: spec.resendIgmp ?? 1,
    allMembersActive: spec.allMembersActive ?? false,
    packetsPerMember: spec.packetsPerMember ?? 1,
  };
}

function toArpMonitor(spec: ArpMonitorSpec): ArpMonitor {
  return {
    intervalMilliseconds: spec.intervalMilliseconds,
    targets: spec.targets,
    validate: spec.validate ?? "none",
    allTargets: spec.allTargets ?? false,
  };
}

/** What contradicts itself, whatever makes the bond. */
export function checkBondKeys(spec: BondKeysSpec & { readonly failback?: boolean | undefined }, path: Path): Problem[] {
  return [...checkArpMonitor(spec, path), ...checkFailback(spec, path)];
}

function checkArpMonitor({ arpMonitor, ...spec }: BondKeysSpec, path: Path): Problem[] {
  if (!arpMonitor) return [];
  const others = (["monitorMilliseconds", "upDelayMilliseconds", "downDelayMilliseconds"] as const).filter(
    (key) => spec[key] !== undefined,
  );
  const targets = arpMonitor.targets.flatMap((target, index): Problem[] => {
    const at = [...path, "arpMonitor", "targets", index];
    const found = quoteValue(target);
    const isDotted = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(target);
    if (!isDotted)
      return [
        {
          ...problem("address", at, "not an IPv4 address", "Name a machine that answers ARP."),
          found,
          wanted: "an address such as 10.10.0.1",
        },
      ];
    if (arpMonitor.targets.indexOf(target) === index) return [];
    return [{ ...problem("duplicate", at, "the target is named twice", "Name every target once."), found }];
  });
  return [
    ...others.map((key) => ({
      ...problem(
        key === "monitorMilliseconds" ? "LB-02" : "LB-12",
        [...path, key],
        `${key} belongs to looking at the link, which arpMonitor replaces`,
        "",
      ),
      found: quoteValue(spec[key]),
      remedy: `Remove ${key}, or arpMonitor.`,
    })),
    ...targets,
  ];
}

function checkFailback(
  { primaryReselect, failback }: { primaryReselect?: string | undefined; failback?: boolean | undefined },
  path: Path,
): Problem[] {
  if (primaryReselect === undefined || failback === undefined) return [];
  const message = "primaryReselect says what failback says, and more";
  return [problem("schema", [...path, "primaryReselect"], message, "Remove failback.")];
}

function problem(rule: string, path: Path, message: string, remedy: string): Problem {
  return { rule, severity: "error", path, message, remedy };
}
