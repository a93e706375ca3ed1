// How a team watches its ports, as the monitor of a bond. Pure.
import { z } from "zod";
import type { BondSpec } from "../../../model/bond.js";
import type { TeamdConfig, TeamdWatch } from "./config.js";
import type { Part, TeamRemark } from "./remark.js";

type Ethtool = Extract<TeamdWatch, { name: "ethtool" }>;
type ArpPing = Extract<TeamdWatch, { name: "arp_ping" }>;

/** Milliseconds: how often a bond looks at a link where nothing is said. */
const MONITOR = 100;

/** Any of its watchers that is content makes a port of a team up, and any target that answers a member of a bond. */
export function toMonitor(config: TeamdConfig): Part {
  const watches = config.link_watch ?? [];
  const pings = watches.filter((watch): watch is ArpPing => watch.name === "arp_ping");
  const links = watches.filter((watch): watch is Ethtool => watch.name === "ethtool");
  const ipv6 = watches.some(({ name }) => name === "nsna_ping")
    ? [{ path: "link_watch", reason: "nsna_ping: the file has no key for IPv6 targets, and the bond watches the link" }]
    : [];
  const arp = toArpMonitor(config, pings);
  const [link] = links;
  const delays = arp.keys.arpMonitor || !link ? { keys: {}, remarks: [] } : toDelays(link);
  const both: TeamRemark[] =
    arp.keys.arpMonitor && link
      ? [{ path: "link_watch", reason: "a bond has one monitor: with ARP it does not look at the link" }]
      : [];
  return { keys: { ...delays.keys, ...arp.keys }, remarks: [...ipv6, ...arp.remarks, ...delays.remarks, ...both] };
}

function toDelays({ delay_up = 0, delay_down = 0 }: Ethtool): Part {
  const rounded = (delay: number) => Math.min(Math.ceil(delay / MONITOR) * MONITOR, 600_000);
  const remark = (key: string, delay: number): TeamRemark[] =>
    rounded(delay) === delay
      ? []
      : [
          {
            path: `link_watch.${key}`,
            reason: `a delay is a multiple of monitorMilliseconds: ${rounded(delay)} for ${delay}`,
          },
        ];
  return {
    keys: {
      ...(delay_up > 0 ? { upDelayMilliseconds: rounded(delay_up) } : {}),
      ...(delay_down > 0 ? { downDelayMilliseconds: rounded(delay_down) } : {}),
    },
    remarks: [...remark("delay_up", delay_up), ...remark("delay_down", delay_down)],
  };
}

function toArpMonitor({ runner }: TeamdConfig, pings: readonly ArpPing[]): Part {
  const [first] = pings;
  if (!first) return { keys: {}, remarks: [] };
  const link = (reason: string): Part => ({
    keys: {},
    remarks: [{ path: "link_watch", reason: `arp_ping: ${reason}, and the bond watches the link` }],
  });
  if (runner.name === "lacp" || runner.tx_balancer?.name !== undefined)
    return link("a bond of this mode has no ARP monitor");
  const strange = pings.find(({ target_host }) => !z.ipv4().safeParse(target_host).success);
  if (strange) return link(`a bond asks IPv4 addresses, and target_host is ${JSON.stringify(strange.target_host)}`);
  const validate = validateWord(pings);
  return {
    keys: {
      arpMonitor: {
        intervalMilliseconds: Math.min(Math.max(first.interval, 10), 60_000),
        targets: [...new Set(pings.map(({ target_host }) => target_host))].slice(0, 16),
        ...(validate === "none" ? {} : { validate }),
      },
    },
    remarks: pings.flatMap((ping) => pingRemarks(ping, first)),
  };
}

type Validate = NonNullable<NonNullable<BondSpec["arpMonitor"]>["validate"]>;

function validateWord(pings: readonly ArpPing[]): Validate {
  const isActive = pings.some(({ validate_active }) => validate_active);
  const isBackup = pings.some(({ validate_inactive }) => validate_inactive);
  if (isActive && isBackup) return "all";
  return isActive ? "active" : isBackup ? "backup" : "none";
}

/** The kernel gives a member up after this many. */
const MISSED_MAX = 2;

function pingRemarks(ping: ArpPing, first: ArpPing): TeamRemark[] {
  const { interval, missed_max = 3 } = ping;
  const rows: readonly (readonly [string, boolean, string])[] = [
    [
      "interval",
      interval !== first.interval,
      `all targets are asked every ${first.interval} ms, not every ${interval}`,
    ],
    ["interval", interval < 10 || interval > 60_000, "the file has 10 to 60000 ms"],
    [
      "missed_max",
      missed_max !== MISSED_MAX,
      `a bond gives a member up after ${MISSED_MAX} missed answers, not ${missed_max}`,
    ],
    ["init_wait", (ping.init_wait ?? 0) > 0, "a bond does not wait before it asks"],
    ["source_host", ping.source_host !== undefined, "a bond asks from the address that the route gives it"],
    ["send_always", ping.send_always === true, "a bond of active-backup asks on the active member"],
    ["vlanid", ping.vlanid !== undefined, "a bond takes the VLAN from the route to the target"],
  ];
  return rows.flatMap(([key, is, reason]) => (is ? [{ path: `link_watch.${key}`, reason }] : []));
}
