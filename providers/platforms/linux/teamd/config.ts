// The configuration of a team device as its daemon takes it, in JSON. What is not in here is not understood and refused with its path.
// Source: teamd.conf(5), release 1.31. Pure.
import { z } from "zod";
import { formatPath } from "../../../model/problem.js";

const count = z.number().int().min(0);
const priority = z.number().int();

const Ethtool = z.strictObject({
  name: z.literal("ethtool"),
  delay_up: count.optional(),
  delay_down: count.optional(),
});

const ArpPing = z.strictObject({
  name: z.literal("arp_ping"),
  interval: count,
  init_wait: count.optional(),
  missed_max: count.optional(),
  source_host: z.string().optional(),
  target_host: z.string(),
  validate_active: z.boolean().optional(),
  validate_inactive: z.boolean().optional(),
  send_always: z.boolean().optional(),
  vlanid: count.optional(),
});

const NsnaPing = z.strictObject({
  name: z.literal("nsna_ping"),
  interval: count,
  init_wait: count.optional(),
  missed_max: count.optional(),
  target_host: z.string(),
});

/** One watcher or a list of them. */
const LinkWatch = z.preprocess(
  (given) => (given === undefined || Array.isArray(given) ? given : [given]),
  z.array(z.discriminatedUnion("name", [Ethtool, ArpPing, NsnaPing])).optional(),
);

export const TX_HASHES = ["eth", "vlan", "ipv4", "ipv6", "ip", "l3", "tcp", "udp", "sctp", "l4"] as const;

const Runner = z.strictObject({
  name: z.enum(["broadcast", "roundrobin", "random", "activebackup", "loadbalance", "lacp"]),
  hwaddr_policy: z.enum(["same_all", "by_active", "only_active"]).optional(),
  tx_hash: z.array(z.enum(TX_HASHES)).optional(),
  tx_balancer: z.strictObject({ name: z.literal("basic").optional(), balancing_interval: count.optional() }).optional(),
  active: z.boolean().optional(),
  fast_rate: z.boolean().optional(),
  sys_prio: z.number().int().min(0).max(65_535).optional(),
  min_ports: z.number().int().min(0).max(255).optional(),
  agg_select_policy: z.enum(["lacp_prio", "lacp_prio_stable", "bandwidth", "count", "port_config"]).optional(),
});

const Port = z.strictObject({
  queue_id: count.optional(),
  prio: priority.optional(),
  sticky: z.boolean().optional(),
  lacp_prio: count.optional(),
  lacp_key: count.optional(),
  link_watch: LinkWatch,
});

const Bursts = z.strictObject({ count: count.optional(), interval: count.optional() });

const TeamdConfig = z.strictObject({
  device: z.string().optional(),
  debug_level: count.optional(),
  hwaddr: z.string().optional(),
  runner: Runner.default({ name: "roundrobin" }),
  notify_peers: Bursts.optional(),
  mcast_rejoin: Bursts.optional(),
  link_watch: LinkWatch,
  ports: z.record(z.string(), Port).default({}),
});
export type TeamdConfig = z.infer<typeof TeamdConfig>;
export type TeamdWatch = NonNullable<TeamdConfig["link_watch"]>[number];

/** What it says, or each thing that is not understood: path, value and what would be. */
export type ReadTeam = { readonly config: TeamdConfig } | { readonly faults: readonly string[] };

export function readTeamdText(text: string): ReadTeam {
  const given = parseJson(text);
  return "value" in given ? readTeamd(given.value) : { faults: [given.fault] };
}

export function parseJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: `is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function readTeamd(given: unknown): ReadTeam {
  const result = TeamdConfig.safeParse(given);
  if (result.success) return { config: result.data };
  return { faults: result.error.issues.flatMap((issue) => faultsOf(issue, given)) };
}

function faultsOf(issue: z.core.$ZodIssue, given: unknown): string[] {
  const path = issue.path.filter((key) => typeof key !== "symbol");
  const found = (at: readonly (string | number)[]) =>
    `${formatPath(at)}: ${JSON.stringify(valueAt(given, at)) ?? "nothing"}`;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${found([...path, key])} is no option of teamd.conf(5)`);
  return [`${found(path)} is not understood (${issue.message})`];
}

function valueAt(given: unknown, [key, ...rest]: readonly (string | number)[]): unknown {
  if (key === undefined) return given;
  if (typeof given !== "object" || given === null) return undefined;
  // A single watcher stands without a list.
  const inner = Array.isArray(given) || key !== 0 || "0" in given ? (given as Record<string, unknown>)[key] : given;
  return valueAt(inner, rest);
}
