// The model of a KVM host in the words of SR-IOV, and those words as the files that bring it back at boot. Pure.
import type { KvmHost } from "../../../model/host.js";
import type { Uplink } from "../../../model/uplink.js";
import type { Sriov, VirtualFunction } from "../../../model/virtualFunction.js";
import type { Heading } from "../../heading.js";
import type { TextSection } from "../../layer.js";
import { type FunctionWords, NO_SRIOV, type PortWords, type SriovWords } from "./words.js";

export function toSriovWords({ uplinks }: KvmHost): SriovWords {
  const ports = uplinks.flatMap((uplink): [string, PortWords][] =>
    uplink.sriov ? [[uplink.name, toPort(uplink, uplink.sriov)]] : [],
  );
  if (ports.length === 0) return NO_SRIOV;
  return { unit: "enabled", ports: Object.fromEntries(ports.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function toPort({ pci }: Uplink, { match, mtuBytes, functions }: Sriov): PortWords {
  return {
    pci: pci ?? null,
    vendor: match?.vendor ?? null,
    device: match?.device ?? null,
    sriov_numvfs: functions.length,
    mtu: mtuBytes ?? null,
    sriov_drivers_autoprobe: 1,
    functions: Object.fromEntries(functions.map((each) => [String(each.index), toFunction(each)])),
  };
}

function toFunction(each: VirtualFunction): FunctionWords {
  return {
    mac: each.mac ?? null,
    vlan: each.vlan ?? null,
    qos: each.qos ?? null,
    vlan_proto: each.vlanProtocol ?? null,
    spoofchk: onOrOff(each.spoofCheck),
    trust: onOrOff(each.trust),
    min_tx_rate: each.minRateMegabits ?? null,
    max_tx_rate: each.maxRateMegabits ?? null,
    link_state: each.linkState ?? null,
    query_rss: onOrOff(each.queryRss),
    driver: each.driver,
    mtu: each.mtuBytes ?? null,
    user: each.holder ?? null,
  };
}

function onOrOff(flag: boolean | undefined): "on" | "off" | null {
  if (flag === undefined) return null;
  return flag ? "on" : "off";
}

export const FOLDER = "/etc/multiport";
const UNIT = "/etc/systemd/system/multiport-sriov.service";
/** By name alone. */
export const SRIOV_FILES = [`${FOLDER}/sriov.conf`, `${FOLDER}/sriov.sh`, UNIT];

export function sriovSections(words: SriovWords, heading: Heading): TextSection[] {
  const ports = Object.entries(words.ports);
  if (ports.length === 0) return [];
  const data = {
    ...heading,
    ports: ports.map(([name, port]) => toConfPort(name, port)),
    devices: ports.filter(([, { vendor }]) => vendor === null).map(([name]) => deviceUnit(name)),
  };
  return [
    section("sriov.conf", `${FOLDER}/sriov.conf`, { data, mode: "0644" }),
    section("sriov.sh", `${FOLDER}/sriov.sh`, { data, mode: "0755" }),
    section("sriov.service", UNIT, { data, mode: "0644" }),
  ];
}

function section(
  name: string,
  path: string,
  { data, mode }: { readonly data: object; readonly mode: "0644" | "0755" },
): TextSection {
  return { template: `kvm/sriov/${name}`, data, target: path, path, mode };
}

/** In the order in which people look for them. */
const IN_THE_FILE = [
  "driver",
  "mac",
  "vlan",
  "qos",
  "vlan_proto",
  "spoofchk",
  "trust",
  "min_tx_rate",
  "max_tx_rate",
  "link_state",
  "query_rss",
  "mtu",
] as const satisfies (keyof FunctionWords)[];

interface Setting {
  readonly key: string;
  readonly value: string | number;
}

function toConfPort(name: string, port: PortWords) {
  const { pci, vendor, device, sriov_numvfs: numvfs, mtu } = port;
  return {
    name,
    settings: given({ pci, vendor, device, numvfs, mtu }),
    functions: Object.entries(port.functions).map(([index, each]) => ({
      index,
      settings: given(Object.fromEntries(IN_THE_FILE.map((key) => [key, each[key]]))),
      user: each.user ?? false,
    })),
  };
}

function given(values: object): Setting[] {
  return Object.entries(values as Record<string, string | number | null>).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value }],
  );
}

/** systemd's name of a network device: a dash in a name stands for a slash, and so is written as its number. */
function deviceUnit(name: string): string {
  const escaped = name.replace(/[^A-Za-z0-9_.]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  return `sys-subsystem-net-devices-${escaped}.device`;
}
