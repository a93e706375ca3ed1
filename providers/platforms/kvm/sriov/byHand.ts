// Counts and settings of virtual functions as the data of put.sh: for what leaves the file, and for the way back. Pure.
import type { Filled } from "../../layer.js";
import type { FunctionFacts, NicFacts, SriovFacts } from "./facts.js";
import { allOf, leftOver, nicOf } from "./fromFacts.js";
import {
  FUNCTION_DEFAULTS,
  FUNCTION_OPTIONS,
  type FunctionOption,
  type FunctionWords,
  type PortWords,
  type SriovWords,
} from "./words.js";

interface PutPort {
  readonly name: string;
  readonly numvfs: number | "keep";
  readonly mtu: number | "keep";
  readonly autoprobe: number;
  /** Each the arguments of one `option`. */
  readonly settings: readonly (readonly (string | number)[])[];
}

function put(ports: readonly PutPort[]): Filled[] {
  return ports.length > 0 ? [{ template: "kvm/sriov/put.sh", data: { ports } }] : [];
}

/** Cards that the file names no more: no functions, and drivers take new ones by themselves again. */
export function withoutFunctions(desired: SriovWords, actual: SriovWords, facts: SriovFacts): Filled[] {
  const leaving = Object.entries(actual.ports).filter(([name]) => !Object.hasOwn(desired.ports, name));
  return put(
    leaving.flatMap(([name, port]): PutPort[] => {
      const nic = nicOf(facts, name, port);
      // The file may only have changed the uplink's name.
      const isWanted = Object.entries(desired.ports).some(([other, wanted]) => nicOf(facts, other, wanted) === nic);
      return nic && !isWanted ? [{ name: nic.name, numvfs: 0, mtu: "keep", autoprobe: 1, settings: [] }] : [];
    }),
  );
}

/** Settings that left the file go back to what the kernel makes them. */
export function withoutLeftOvers(desired: SriovWords, actual: SriovWords, facts: SriovFacts): Filled[] {
  return put(
    Object.entries(desired.ports).flatMap(([name, wanted]): PutPort[] => {
      const nic = nicOf(facts, name, wanted);
      const was = actual.ports[name];
      const settings = (was ? leftOver(wanted, was) : []).flatMap(({ index, keys }) =>
        toSettings(index, keys, { ...FUNCTION_DEFAULTS, ...given(wanted.functions[index]) }),
      );
      return nic && settings.length > 0
        ? [{ name: nic.name, numvfs: "keep", mtu: "keep", autoprobe: 1, settings }]
        : [];
    }),
  );
}

/** Every card that the change touches, as it was. */
export function asBefore(desired: SriovWords, actual: SriovWords, facts: SriovFacts): Filled[] {
  const touched = [...Object.entries(desired.ports), ...Object.entries(actual.ports)];
  const names = [...new Set(touched.flatMap(([name, port]) => nicOf(facts, name, port)?.name ?? []))];
  return put(
    names.flatMap((netdev) => {
      const nic = facts.nics.find(({ name }) => name === netdev);
      const words = touched.filter(([name, port]) => nicOf(facts, name, port) === nic).map(([, port]) => port);
      return nic ? [cardBefore(nic, words)] : [];
    }),
  );
}

function cardBefore(nic: NicFacts, words: readonly PortWords[]): PutPort {
  const isSameCount = words.every(({ sriov_numvfs }) => sriov_numvfs === nic.numvfs);
  return {
    name: nic.name,
    numvfs: nic.numvfs,
    mtu: words.some(({ mtu }) => mtu !== null) ? nic.mtu : "keep",
    autoprobe: nic.autoprobe,
    settings: nic.functions.flatMap((each) => functionBefore(each, { words, isSameCount })),
  };
}

interface Touch {
  readonly words: readonly PortWords[];
  /** Functions that are there all the time keep what nobody touched; made anew, they have nothing. */
  readonly isSameCount: boolean;
}

function functionBefore(each: FunctionFacts, { words, isSameCount }: Touch): PutPort["settings"] {
  const index = String(each.index);
  const before = allOf(each);
  const isOurs = (key: keyof FunctionWords) => words.some((port) => (port.functions[index]?.[key] ?? null) !== null);
  const keys = FUNCTION_OPTIONS.filter(
    (key) => before[key] !== null && (isSameCount ? isOurs(key) : before[key] !== FUNCTION_DEFAULTS[key]),
  );
  const hasMac = before.mac !== null && before.mac !== "00:00:00:00:00:00";
  return [
    ...(hasMac && (!isSameCount || isOurs("mac")) ? [[index, "mac", before.mac ?? ""]] : []),
    ...toSettings(index, keys, before),
    ...(before.driver === "vfio" ? [[index, "driver", "vfio-pci"]] : []),
    ...(before.mtu !== null && isOurs("mtu") ? [[index, "mtu", before.mtu]] : []),
  ];
}

/** What `ip link set .. vf` takes in one call belongs together: a VLAN with its priority and kind, and both rates. */
function toSettings(
  index: string,
  keys: readonly (typeof FUNCTION_OPTIONS)[number][],
  values: Partial<FunctionWords>,
): PutPort["settings"] {
  const has = (...some: readonly string[]) => keys.some((key) => some.includes(key));
  const { vlan, qos, vlan_proto: proto } = values;
  const one = (key: FunctionOption, word: string) => (has(key) ? [[index, word, values[key] ?? ""]] : []);
  return [
    ...(has("vlan", "qos", "vlan_proto")
      ? [
          vlan
            ? [index, "vlan", vlan, "qos", qos ?? 0, ...(proto && has("vlan_proto") ? ["proto", proto] : [])]
            : [index, "vlan", 0],
        ]
      : []),
    ...(has("max_tx_rate") && has("min_tx_rate")
      ? [[index, "max_tx_rate", values.max_tx_rate ?? 0, "min_tx_rate", values.min_tx_rate ?? 0]]
      : [...one("max_tx_rate", "max_tx_rate"), ...one("min_tx_rate", "min_tx_rate")]),
    ...one("spoofchk", "spoofchk"),
    ...one("trust", "trust"),
    ...one("link_state", "state"),
    ...one("query_rss", "query_rss"),
  ];
}

function given(words: FunctionWords | undefined): Partial<FunctionWords> {
  return Object.fromEntries(Object.entries(words ?? {}).filter(([, value]) => value !== null));
}
