// What Windows makes of each key of an interface, in guests and on hosts: it is set, refused, or judged by its value. Pure.
import type { GuestIpKey, GuestIpSpec, IpKey } from "../interfaceIp.js";
import type { Network } from "../network.js";
import type { Path } from "../problem.js";
import type { Scope } from "./scope.js";
import { checkWindowsRoutes } from "./windowsRoutes.js";

interface Place {
  readonly network: Network;
  /** Of the interface. */
  readonly path: Path;
}

type Check = (scope: Scope, spec: GuestIpSpec, place: Place) => void;

/** Refused wherever it is given: why, one sentence without a full stop, and what to do. */
interface Lack {
  readonly message: string;
  readonly remedy: string;
}

type InWindows = "set" | Lack | readonly Check[];

/** Source: Set-DnsClientGlobalSetting, Set-DnsClient. */
const ONE_LIST_OF_DOMAINS: Lack = {
  message:
    "Windows has one list of search domains for the whole machine, which the domain that it has joined mostly sets, and one suffix per interface",
  remedy: "Remove searchDomains; set the list by group policy or Set-DnsClientGlobalSetting.",
};

/** In a guest. A key that is new has its line here, or it would be taken and set nowhere. */
const IN_GUESTS: Readonly<Record<GuestIpKey, InWindows>> = {
  addresses: "set",
  gateway: "set",
  nameservers: [
    besideAddresses(
      "nameservers",
      "an interface of a Windows guest without addresses is left to DHCP, which gives the name servers too",
    ),
  ],
  searchDomains: ONE_LIST_OF_DOMAINS,
  mtu: [
    checkCarried,
    besideAddresses("mtu", "an interface of a Windows guest without addresses is left as it is, its packet size too"),
  ],
  routes: [
    besideAddresses(
      "routes",
      "an interface of a Windows guest without addresses is left to DHCP, which gives the routes too",
    ),
    checkWindowsRoutes,
  ],
  routingTable: {
    message: "Windows has one routing table",
    remedy:
      "Remove routingTable: Windows answers from the address that was asked, over the interface of the best route.",
  },
  dhcp: {
    message: "an interface of a Windows guest without addresses has DHCP already, and one with addresses has none",
    remedy: "Remove dhcp; to have addresses of DHCP, remove addresses too.",
  },
};

/** Of the management OS of a Hyper-V host. */
const ON_HOSTS: Readonly<Record<IpKey, InWindows>> = {
  addresses: "set",
  gateway: "set",
  nameservers: [
    besideAddresses(
      "nameservers",
      "an adapter of a Hyper-V host without addresses is left to DHCP, which gives the name servers too",
    ),
  ],
  searchDomains: ONE_LIST_OF_DOMAINS,
  mtu: [besideAddresses("mtu", "an adapter of a Hyper-V host without addresses is left as it is, its packet size too")],
};

/** Of a spec whose addresses and routes were checked as those of every guest. */
export function checkWindowsIp(scope: Scope, spec: GuestIpSpec, place: Place): void {
  check(scope, IN_GUESTS, { spec, place });
}

/** Of a port whose team takes it over with all that it has: what no interface can have. */
export function checkTeamedIp(scope: Scope, spec: GuestIpSpec, place: Place): void {
  const lacks = Object.entries(IN_GUESTS).filter(([key]) => isLackedByWindows(key));
  check(scope, Object.fromEntries(lacks), { spec, place });
}

export function checkHypervHostIp(scope: Scope, spec: GuestIpSpec, place: Place): void {
  check(scope, ON_HOSTS, { spec, place });
}

/** Refused in every guest, whatever its value. */
export function isLackedByWindows(key: string): boolean {
  const support = Object.hasOwn(IN_GUESTS, key) ? IN_GUESTS[key as GuestIpKey] : "set";
  return typeof support === "object" && "message" in support;
}

interface Checked {
  readonly spec: GuestIpSpec;
  readonly place: Place;
}

function check(scope: Scope, table: Readonly<Partial<Record<GuestIpKey, InWindows>>>, { spec, place }: Checked): void {
  for (const [name, support] of Object.entries(table)) {
    const key = name as GuestIpKey;
    if (!isGiven(spec[key]) || support === "set") continue;
    if ("message" in support) scope.error("unsupported", [...place.path, key], { ...support, found: shown(spec[key]) });
    else for (const one of support) one(scope, spec, place);
  }
}

function isGiven(value: GuestIpSpec[GuestIpKey]): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function shown(value: GuestIpSpec[GuestIpKey]): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((item) => (typeof item === "string" ? item : item.to)).join(", ");
}

function besideAddresses(key: GuestIpKey, message: string): Check {
  return (scope, spec, { path }) => {
    if ((spec.addresses ?? []).length > 0) return;
    scope.error("unsupported", [...path, key], {
      message,
      found: shown(spec[key]),
      remedy: `Add addresses, or remove ${key}.`,
    });
  };
}

function checkCarried(scope: Scope, { mtu }: GuestIpSpec, { network, path }: Place): void {
  if (mtu === undefined || mtu <= network.mtuBytes) return;
  scope.error("SW-08", [...path, "mtu"], {
    message: `network ${network.name} carries no packets of this size`,
    found: mtu,
    wanted: `at most ${network.mtuBytes}`,
    remedy: "Set a smaller mtu, or a larger one of the network.",
  });
}
