// What a host has of what is ours, in the words of SR-IOV; and where it differs from what is wanted. Pure.
import { type Change, compare, type Disruption } from "../../../model/change.js";
import type { Path } from "../../../model/problem.js";
import type { FunctionFacts, NicFacts, SriovFacts } from "./facts.js";
import { FUNCTION_DEFAULTS, FUNCTION_OPTIONS, type FunctionWords, type PortWords, type SriovWords } from "./words.js";

/** The card of a port, by its kind where the file says that and by its name elsewhere; none when several are of that kind. */
export function nicOf(
  { nics }: SriovFacts,
  name: string,
  port: Pick<PortWords, "vendor" | "device">,
): NicFacts | undefined {
  if (port.vendor === null) return nics.find((nic) => nic.name === name);
  const found = nicsOfKind(nics, port);
  return found.length === 1 ? found[0] : undefined;
}

export function nicsOfKind(
  nics: readonly NicFacts[],
  { vendor, device }: Pick<PortWords, "vendor" | "device">,
): NicFacts[] {
  return nics.filter(
    (nic) => nic.totalvfs !== null && nic.vendor === vendor && (device === null || nic.device === device),
  );
}

/** Sysfs carries no mark: ours is what is wanted now, or was in the last run. */
export function fromSriovFacts(facts: SriovFacts, known: readonly SriovWords[]): SriovWords {
  const names = [...new Set(known.flatMap(({ ports }) => Object.keys(ports)))].sort();
  const ports = names.flatMap((name): [string, PortWords][] => {
    const asked = known.flatMap(({ ports: { [name]: port } }) => (port ? [port] : []));
    // The first that leads to a card: the last run may have found it by another name.
    const [first] = asked.flatMap((port) => {
      const nic = nicOf(facts, name, port);
      return nic ? [{ nic, port }] : [];
    });
    return first ? [[name, toPort(first.nic, first.port, asked)]] : [];
  });
  return { unit: names.length > 0 ? facts.unit : null, ports: Object.fromEntries(ports) };
}

/** `port` says how the card was found, `asked` which of its settings are ours. */
function toPort(nic: NicFacts, port: PortWords, asked: readonly PortWords[]): PortWords {
  return {
    pci: port.pci === null ? null : nic.pci,
    vendor: port.vendor,
    device: port.device,
    sriov_numvfs: nic.numvfs,
    mtu: asked.some(({ mtu }) => mtu !== null) ? nic.mtu : null,
    sriov_drivers_autoprobe: nic.autoprobe,
    functions: Object.fromEntries(
      nic.functions.map((each) => [
        String(each.index),
        toFunction(
          each,
          asked.flatMap(({ functions: { [String(each.index)]: words } }) => (words ? [words] : [])),
        ),
      ]),
    ),
  };
}

function toFunction(each: FunctionFacts, asked: readonly FunctionWords[]): FunctionWords {
  const all = allOf(each);
  const isOurs = (key: keyof FunctionWords) => key === "driver" || asked.some((words) => words[key] !== null);
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, isOurs(key as keyof FunctionWords) ? value : null]),
  ) as unknown as FunctionWords;
}

/** Everything that the host says of a function; what its driver leaves out is as the kernel makes it. */
export function allOf({ info, driver, netdev, mtu, user }: FunctionFacts): FunctionWords {
  const [tag = {}] = info?.vlan_list ?? [];
  return {
    mac: info?.address ?? null,
    vlan: tag.vlan ?? 0,
    qos: tag.qos ?? 0,
    vlan_proto: tag.protocol ?? FUNCTION_DEFAULTS.vlan_proto,
    spoofchk: onOrOff(info?.spoofchk),
    trust: onOrOff(info?.trust),
    min_tx_rate: info?.rate?.min_tx ?? 0,
    max_tx_rate: info?.rate?.max_tx ?? 0,
    link_state: info?.link_state ?? null,
    query_rss: onOrOff(info?.query_rss_en),
    driver: driverOf({ driver, netdev, user }),
    mtu,
    user: null,
  };
}

function onOrOff(flag: boolean | undefined): "on" | "off" | null {
  if (flag === undefined) return null;
  return flag ? "on" : "off";
}

function driverOf({
  driver,
  netdev,
  user,
}: Pick<FunctionFacts, "driver" | "netdev" | "user">): FunctionWords["driver"] {
  if (driver === null) return "none";
  if (user !== null && netdev === null) return "taken";
  return driver === "vfio-pci" ? "vfio" : "kernel";
}

/** A count takes all functions of the port away and makes them anew. */
const DISRUPTION: Readonly<Record<string, Disruption>> = {
  sriov_numvfs: "outage",
  driver: "outage",
  mac: "brief",
  vlan: "brief",
  vlan_proto: "brief",
  link_state: "brief",
  mtu: "brief",
  unit: "none",
};

export function compareSriov(desired: SriovWords, actual: SriovWords): Change[] {
  const disruptionOf = (path: Path) => DISRUPTION[String(path.at(-1))] ?? "none";
  return compare(desired, asWanted(desired, actual), disruptionOf);
}

/**
 * What the host has, with the wanted words in place of those that are as good: what is not ours any more and is as the kernel
 * makes it, what only its user could say, and functions of a port whose count is another anyhow.
 */
function asWanted(desired: SriovWords, actual: SriovWords): SriovWords {
  const ports = Object.entries(actual.ports).map(([name, port]): [string, PortWords] => {
    const wanted = desired.ports[name];
    // A port that left the file and has no functions is as it shall be: it would be told for ever.
    if (!wanted) return [name, port];
    const functions =
      wanted.sriov_numvfs === port.sriov_numvfs
        ? Object.fromEntries(
            Object.entries(port.functions).map(([index, each]) => [index, asGood(wanted.functions[index], each)]),
          )
        : wanted.functions;
    return [name, { ...port, mtu: wanted.mtu === null ? null : port.mtu, functions }];
  });
  const left = ports.filter(([name, port]) => desired.ports[name] || port.sriov_numvfs > 0);
  const unit = desired.unit === null && left.length === 0 && actual.unit !== "enabled" ? null : actual.unit;
  return { unit, ports: Object.fromEntries(left) };
}

function asGood(wanted: FunctionWords | undefined, actual: FunctionWords): FunctionWords {
  if (!wanted) return actual;
  const defaults = FUNCTION_OPTIONS.filter((key) => wanted[key] === null && actual[key] === FUNCTION_DEFAULTS[key]);
  const isTaken = actual.driver === "taken";
  return {
    ...actual,
    ...Object.fromEntries(defaults.map((key) => [key, null])),
    mac: wanted.mac === null ? null : actual.mac,
    mtu: wanted.mtu === null || isTaken ? wanted.mtu : actual.mtu,
    driver: isTaken ? wanted.driver : actual.driver,
    user: wanted.user,
  };
}

/** Settings that are not ours any more and are not as the kernel makes them, by number of the function. */
export function leftOver(
  wanted: PortWords,
  actual: PortWords,
): readonly { readonly index: string; readonly keys: readonly (typeof FUNCTION_OPTIONS)[number][] }[] {
  if (wanted.sriov_numvfs !== actual.sriov_numvfs) return [];
  return Object.entries(actual.functions).flatMap(([index, each]) => {
    const want = wanted.functions[index];
    const keys = FUNCTION_OPTIONS.filter(
      (key) => want && want[key] === null && each[key] !== null && each[key] !== FUNCTION_DEFAULTS[key],
    );
    return keys.length > 0 ? [{ index, keys }] : [];
  });
}
