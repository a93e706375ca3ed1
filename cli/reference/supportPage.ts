// docs/reference/support.md: what each platform makes of each choice, found by judging one small environment per cell. Pure.
import { BOND_TEAM_KEYS } from "../../providers/model/bond.js";
import { TEAM_MODES, TEAM_POLICIES } from "../../providers/model/uplinkTeam.js";
import { code, type Page, page } from "./page.js";
import { type Row, withReasons } from "./reasonsTable.js";
import {
  type Choice,
  GUEST_ON_KVM,
  GUEST_ON_VSPHERE,
  judge,
  KERNEL,
  KVM,
  LBFO,
  type Platform,
  SET,
  VSPHERE,
  wordsAt,
} from "./supportCells.js";

export function supportPage(): Page {
  return page("support.md", "What each platform can do", [
    "Each cell was found by putting the choice into a small environment and judging it as `multiport check` does. A word is what multiport sets on the platform, in the platform's own language; a number is the reason why not, below the table. Windows guests and the configuration of physical switches are not there yet. What the renderers of a Linux guest write: [linux-renderers](linux-renderers.md).",
    "## Teams and bonds",
    "`mode` is how the team agrees with the switch, `policy` how it spreads traffic. On hosts it is the uplink team, in the guest the bond. A bond of the kernel under Open vSwitch (`bonding: kernel`) is the same as that of a Linux bridge.",
    withReasons(["Mode", "Policy", ...titles(TEAM_PLATFORMS)], teamRows()),
    "A team of one uplink on a KVM host is an ordinary port: mode and policy are not looked at. On a Linux bridge with VMs `load`, `adaptive-load` and `round-robin` are errors (LB-16). A bond in a guest on a KVM host is on ports of Open vSwitch here, but with modes `static` and `lacp`: those are over virtual functions, which reach a physical switch by themselves.",
    "## Options of a team",
    withReasons(["Option", "Value", "With", ...titles(OPTION_PLATFORMS)], teamOptionRows()),
    "## Options of a bond in a guest",
    withReasons(["Option", "Value", "With", GUEST_ON_KVM.title], bondOptionRows()),
    "## VLANs of a port group",
    withReasons(["Network", "In the file", ...titles(GROUP_PLATFORMS)], vlanRows()),
    "A distributed switch also gets the private VLAN map that its port groups need. On KVM the uplinks carry the VLANs of the port groups and no others; those of a Linux bridge are shown, as its ports are those of VMs.",
    "## Packet size and security of a port group",
    withReasons(["Setting", "In the file", ...titles(GROUP_PLATFORMS)], portGroupRows()),
    "Where nothing is said, all three security settings of vSphere are rejected, on the switch and on every port group. On Hyper-V the packet size is that of the host's own adapters; network cards (jumbo packets) and VMs are given theirs by hand.",
  ]);
}

const OPTION_PLATFORMS = [KVM, KERNEL, VSPHERE, SET, LBFO];
const TEAM_PLATFORMS = [...OPTION_PLATFORMS, GUEST_ON_KVM, GUEST_ON_VSPHERE];
/** Port groups are the same over either team of Hyper-V. */
const GROUP_PLATFORMS = [KVM, KERNEL, VSPHERE, SET];

function titles(platforms: readonly Platform[]): string[] {
  return platforms.map(({ title }) => title);
}

const TEAM_PATHS = [
  "uplinks/bond/bond_mode",
  "uplinks/bond/lacp",
  "switch/teaming/policy",
  "switch/LoadBalancingAlgorithm",
  ...["TeamingMode", "LoadBalancingAlgorithm", "Standby"].map((key) => `team/${key}`),
  "bond/mode",
  "bond/xmit_hash_policy",
];

function teamRows(): Row[] {
  return TEAM_MODES.flatMap((mode) =>
    TEAM_POLICIES.map((policy) => {
      const choice = { team: { mode, policy }, bond: { mode, policy } };
      return [code(mode), code(policy), ...TEAM_PLATFORMS.map((platform) => wordsAt(platform, choice, TEAM_PATHS))];
    }),
  );
}

/** An option, its value, and what has to stand beside it. */
type Option = readonly [key: string, value: unknown, beside: Readonly<Record<string, unknown>>];

const TEAM_OPTIONS: readonly Option[] = [
  ["standby", ["up2"], { policy: "source-mac" }],
  ["standby", ["up1"], { policy: "active-backup" }],
  ["failback", false, { policy: "active-backup" }],
  ["failback", false, { policy: "source-mac" }],
  ["failureDetection", "beacon", {}],
  ["notifySwitches", false, {}],
  ["lacpRate", "slow", { mode: "lacp" }],
  ["lacpRole", "passive", { mode: "lacp" }],
  ["lacpFallback", false, { mode: "lacp" }],
  ["detectMode", "miimon", {}],
  ["monitorMilliseconds", 50, {}],
  ["monitorMilliseconds", 50, { detectMode: "miimon" }],
  ["upDelayMilliseconds", 200, {}],
  ["downDelayMilliseconds", 200, {}],
  ["rebalanceIntervalMilliseconds", 5000, { policy: "source-mac" }],
  ["arpMonitor", { intervalMilliseconds: 200, targets: ["10.0.0.1"] }, {}],
  ["hashInnerPacket", true, { mode: "lacp" }],
  ["adSelect", "bandwidth", { mode: "lacp" }],
  ["minLinks", 2, { mode: "lacp" }],
  ["primaryReselect", "better", {}],
  ["failOverMac", "active", {}],
  ["peerNotifications", 3, {}],
  ["resendIgmp", 3, {}],
  ["allMembersActive", true, {}],
  ["packetsPerMember", 8, { mode: "static", policy: "round-robin" }],
];

function teamOptionRows(): Row[] {
  return TEAM_OPTIONS.map(([key, value, beside]) => [
    ...optionWords(key, value, beside),
    ...OPTION_PLATFORMS.map((platform) => judge(platform, { team: { ...beside, [key]: value } }, { team: beside })),
  ]);
}

/** What a bond in a guest has in common with a team, and what is on it. */
const BOND_OPTIONS: readonly Option[] = [
  ...TEAM_OPTIONS.filter(([key, , beside]) =>
    [key, ...Object.keys(beside)].every((word) => (BOND_TEAM_KEYS as readonly string[]).includes(word)),
  ),
  ["addresses", ["10.0.0.1/24"], {}],
  ["nameservers", ["10.0.0.53"], {}],
  ["mtu", 1400, {}],
];

function bondOptionRows(): Row[] {
  return BOND_OPTIONS.map(([key, value, beside]) => [
    ...optionWords(key, value, beside),
    judge(GUEST_ON_KVM, { bond: { ...beside, [key]: value } }, { bond: beside }),
  ]);
}

function optionWords(key: string, value: unknown, beside: object): string[] {
  const others = Object.entries(beside).map(([name, word]) => code(`${name}: ${word}`));
  return [code(key), code(flow(value)), others.join(", ") || "-"];
}

const VLANS: readonly (readonly [title: string, network: object])[] = [
  ["untagged", {}],
  ["access", { vlan: 10 }],
  ["trunk", { vlans: [10, "100-199"] }],
  ["trunk with native VLAN", { vlans: [10, "100-199"], native: 10 }],
  ["private, promiscuous", { privateVlan: { primary: 200, type: "promiscuous" } }],
  ["private, isolated", { privateVlan: { primary: 200, secondary: 201, type: "isolated" } }],
  ["private, community", { privateVlan: { primary: 200, secondary: 202, type: "community" } }],
];

const VLAN_PATHS = [
  ...["vlan_mode", "tag", "trunks", "vlan"].map((key) => `port/${key}`),
  ...["pvid", "vlans"].map((key) => `uplink/${key}`),
  ...["OperationMode", "AccessVlanId", "NativeVlanId", "AllowedVlanIdList"].map((key) => `vlan/${key}`),
  ...["PrimaryVlanId", "SecondaryVlanId", "SecondaryVlanIdList"].map((key) => `vlan/${key}`),
];

function vlanRows(): Row[] {
  return VLANS.map(([title, network]) => [
    title,
    code(flow(network)),
    ...GROUP_PLATFORMS.map((platform) => wordsAt(platform, { network }, VLAN_PATHS)),
  ]);
}

const SETTINGS: readonly (readonly [title: string, choice: Choice])[] = [
  ["large packets", { network: { mtu: 9000 } }],
  ["promiscuous mode", { portGroup: { security: { promiscuous: true } } }],
  ["MAC address changes", { portGroup: { security: { macChanges: true } } }],
  ["forged transmits", { portGroup: { security: { forgedTransmits: true } } }],
  ["both of these", { portGroup: { security: { macChanges: true, forgedTransmits: true } } }],
  ["a team of its own", { portGroup: { uplinkTeam: { members: ["up2", "up1"], policy: "active-backup" } } }],
];

function portGroupRows(): Row[] {
  return SETTINGS.map(([title, choice]) => [
    title,
    code(flow(choice.portGroup ?? choice.network)),
    ...GROUP_PLATFORMS.map((platform) => judge(platform, choice)),
  ]);
}

/** A value as the file has it, on one line. */
function flow(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/"(\w[\w-]*)":/g, " $1: ")
    .replaceAll(/"([a-z][\w-]*)"/g, "$1")
    .replaceAll(/[,}]/g, (sign) => (sign === "," ? ", " : " }"))
    .replaceAll(/ {2,}/g, " ");
}
