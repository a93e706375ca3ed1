// What a team hashes of a packet as the policy of a bond that comes next to it. Pure.
import type { TeamPolicy } from "../../../model/uplinkTeam.js";
import type { TX_HASHES } from "./config.js";
import type { TeamRemark } from "./remark.js";

type TxHash = (typeof TX_HASHES)[number];
type Part = "MAC addresses" | "VLAN" | "IPv4 addresses" | "IPv6 addresses" | "TCP ports" | "UDP ports" | "SCTP ports";

const IP: readonly Part[] = ["IPv4 addresses", "IPv6 addresses"];
const PORTS: readonly Part[] = ["TCP ports", "UDP ports", "SCTP ports"];

const PARTS: Readonly<Record<TxHash, readonly Part[]>> = {
  eth: ["MAC addresses"],
  vlan: ["VLAN"],
  ipv4: ["IPv4 addresses"],
  ipv6: ["IPv6 addresses"],
  ip: IP,
  l3: IP,
  tcp: ["TCP ports"],
  udp: ["UDP ports"],
  sctp: ["SCTP ports"],
  l4: PORTS,
};

/** As the kernel hashes; vlan+srcmac looks at the source address alone. */
const POLICIES = {
  "transport-ports": [...IP, ...PORTS],
  "ip-hash": ["MAC addresses", ...IP],
  "vlan-source-mac": ["MAC addresses", "VLAN"],
  "source-mac": ["MAC addresses"],
} as const satisfies Partial<Record<TeamPolicy, readonly Part[]>>;

/** teamd's own where none is said. */
const DEFAULT: readonly TxHash[] = ["eth", "ipv4", "ipv6"];

export function policyOfHash(given: readonly TxHash[] = DEFAULT): {
  readonly policy: keyof typeof POLICIES;
  readonly remarks: readonly TeamRemark[];
} {
  const parts = new Set(given.flatMap((name) => PARTS[name]));
  const has = (wanted: readonly Part[]) => wanted.some((part) => parts.has(part));
  const policy = has(PORTS)
    ? "transport-ports"
    : has(IP)
      ? "ip-hash"
      : has(["VLAN"])
        ? "vlan-source-mac"
        : "source-mac";
  const hashed: readonly Part[] = POLICIES[policy];
  const without = [...parts].filter((part) => !hashed.includes(part));
  const besides = hashed.filter((part) => !parts.has(part));
  if (without.length + besides.length === 0) return { policy, remarks: [] };
  const texts = [
    ...(without.length > 0 ? [`without ${without.join(", ")}`] : []),
    ...(besides.length > 0 ? [`with ${besides.join(", ")} besides`] : []),
  ];
  return {
    policy,
    remarks: [{ path: "runner.tx_hash", reason: `policy ${policy} comes next, ${texts.join(" and ")}` }],
  };
}
