// A team device as the bond that takes its place, in the words of the environment file, with what has no counterpart. Source:
// teamd.conf(5), bond2team(1), bonding.rst. Pure.
import type { BondSpec } from "../../../model/bond.js";
import type { TeamdConfig } from "./config.js";
import type { Part, TeamRemark } from "./remark.js";
import { policyOfHash } from "./txHash.js";
import { toMonitor } from "./watch.js";

export interface TeamAsBond {
  readonly bond: BondSpec;
  readonly remarks: readonly TeamRemark[];
}

export function teamToBond(config: TeamdConfig): TeamAsBond {
  const parts = [toMode(config), toMonitor(config), toAnnouncements(config), ofPorts(config)];
  const members = membersOf(config);
  const keys = Object.assign({}, ...parts.map((part) => part.keys)) as Partial<BondSpec>;
  const addressed: TeamRemark[] =
    config.hwaddr === undefined
      ? []
      : [
          {
            path: "hwaddr",
            reason: "a bond has the MAC address of its first member, and the file has no key for another",
          },
        ];
  return { bond: { members, ...keys }, remarks: [...parts.flatMap(({ remarks }) => remarks), ...addressed] };
}

/** The one with the highest priority first: it is the one that a bond prefers. */
function membersOf({ ports }: TeamdConfig): string[] {
  const priority = (name: string) => ports[name]?.prio ?? 0;
  return Object.keys(ports).sort((a, b) => priority(b) - priority(a));
}

const HASHED_CHANNEL = "the bond counts on a static port channel on the switch, which a team did not ask for";

function toMode(config: TeamdConfig): Part {
  const { runner } = config;
  switch (runner.name) {
    case "activebackup":
      return toActiveBackup(config);
    case "broadcast":
      return { keys: { policy: "broadcast" }, remarks: [] };
    case "roundrobin":
      return {
        keys: { mode: "static", policy: "round-robin" },
        remarks: [{ path: "runner.name", reason: HASHED_CHANNEL }],
      };
    case "random":
      return {
        keys: { mode: "static", policy: "round-robin" },
        remarks: [
          { path: "runner.name", reason: "a bond sends on no random member: round-robin spreads as evenly" },
          { path: "runner.name", reason: HASHED_CHANNEL },
        ],
      };
    case "loadbalance":
      return toLoadBalance(config);
    case "lacp":
      return toLacp(config);
  }
}

const FAIL_OVER_MACS = { same_all: "none", by_active: "active", only_active: "follow" } as const;

function toActiveBackup({ runner, ports }: TeamdConfig): Part {
  const settings = Object.values(ports);
  const sticky = settings.filter((port) => port.sticky).length;
  const isPreferred = new Set(settings.map(({ prio = 0 }) => prio)).size > 1;
  const reselect = sticky > 0 ? "failure" : isPreferred ? undefined : "better";
  return {
    keys: {
      policy: "active-backup",
      // A virtual function has another default.
      failOverMac: FAIL_OVER_MACS[runner.hwaddr_policy ?? "same_all"],
      ...(reselect ? { primaryReselect: reselect } : {}),
    },
    remarks: [
      ...(sticky > 0 && sticky < settings.length
        ? [{ path: "ports", reason: "sticky holds for some ports only, and primaryReselect: failure for all members" }]
        : []),
      ...(new Set(settings.map(({ prio = 0 }) => prio)).size > 2
        ? [{ path: "ports", reason: "a bond prefers one member; the priorities of the others are lost" }]
        : []),
    ],
  };
}

function toLoadBalance({ runner }: TeamdConfig): Part {
  const hash = policyOfHash(runner.tx_hash);
  if (runner.tx_balancer?.name === undefined)
    return {
      keys: { mode: "static", policy: hash.policy },
      remarks: [...hash.remarks, { path: "runner.name", reason: HASHED_CHANNEL }],
    };
  return {
    keys: { policy: "load" },
    remarks: [
      {
        path: "runner.tx_balancer",
        reason: "the kernel moves flows by the load of each member, and by no hash and interval of your own",
      },
    ],
  };
}

const AD_SELECT = { bandwidth: "bandwidth", count: "count", lacp_prio_stable: "stable" } as const;

function toLacp({ runner, ports }: TeamdConfig): Part {
  const { agg_select_policy: select, min_ports, sys_prio = 65_535 } = runner;
  const hash = policyOfHash(runner.tx_hash);
  const adSelect = select && Object.hasOwn(AD_SELECT, select) ? AD_SELECT[select as keyof typeof AD_SELECT] : undefined;
  const lost = (path: string, reason: string, is: boolean) => (is ? [{ path, reason }] : []);
  return {
    keys: {
      mode: "lacp",
      policy: hash.policy,
      lacpRate: runner.fast_rate ? "fast" : "slow",
      ...(runner.active === false ? { lacpRole: "passive" as const } : {}),
      ...(min_ports ? { minLinks: min_ports } : {}),
      ...(adSelect ? { adSelect } : {}),
    },
    remarks: [
      ...hash.remarks,
      ...lost("runner.sys_prio", "the file has no key for the priority of the system", sys_prio !== 65_535),
      ...lost(
        "runner.agg_select_policy",
        `a bond chooses no group of members by ${select}: it stays with the one it has`,
        select === "lacp_prio" || select === "port_config",
      ),
      ...lost(
        "runner.tx_balancer",
        "with LACP the kernel leaves a flow on the member that its hash gave it",
        runner.tx_balancer?.name !== undefined,
      ),
      ...Object.entries(ports).flatMap(([name, { lacp_prio, lacp_key }]) => [
        ...lost(`ports.${name}.lacp_prio`, "members of a bond have no priority of LACP", lacp_prio !== undefined),
        ...lost(`ports.${name}.lacp_key`, "the kernel makes the key by the speed of a member", lacp_key !== undefined),
      ]),
    ],
  };
}

/** Which runners' bonds say that an address has moved, and ask for multicast anew. */
const ANNOUNCING: readonly string[] = ["activebackup"];
const REJOINING: readonly string[] = ["activebackup", "roundrobin", "random"];

function toAnnouncements({ runner, notify_peers: notify, mcast_rejoin: rejoin }: TeamdConfig): Part {
  const isBalanced = runner.name === "loadbalance" && runner.tx_balancer?.name !== undefined;
  const isFirst = runner.name === "activebackup";
  const notifies = isBalanced || ANNOUNCING.includes(runner.name);
  const rejoins = isBalanced || REJOINING.includes(runner.name);
  const peers = notify?.count ?? (isFirst ? 1 : 0);
  const groups = rejoin?.count ?? (isFirst ? 1 : 0);
  const lost = (key: string, is: boolean) =>
    is ? [{ path: `${key}.count`, reason: "a bond of this mode sends no such bursts" }] : [];
  const interval = (key: string, value = 0) =>
    value > 0 ? [{ path: `${key}.interval`, reason: "the kernel has an interval of its own between bursts" }] : [];
  return {
    // Both are 1 by default.
    keys: {
      ...(notifies && peers !== 1 ? { peerNotifications: Math.min(peers, 255) } : {}),
      ...(rejoins && groups !== 1 ? { resendIgmp: Math.min(groups, 255) } : {}),
    },
    remarks: [
      ...lost("notify_peers", !notifies && peers > 0),
      ...lost("mcast_rejoin", !rejoins && groups > 0),
      ...interval("notify_peers", notify?.interval),
      ...interval("mcast_rejoin", rejoin?.interval),
    ],
  };
}

function ofPorts({ ports }: TeamdConfig): Part {
  const remarks = Object.entries(ports).flatMap(([name, port]) => [
    ...(port.queue_id === undefined
      ? []
      : [{ path: `ports.${name}.queue_id`, reason: "the file has no key for the queue of a member" }]),
    ...(port.link_watch === undefined
      ? []
      : [{ path: `ports.${name}.link_watch`, reason: "a bond watches all members alike" }]),
  ]);
  return { keys: {}, remarks };
}
