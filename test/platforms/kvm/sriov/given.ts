// A host with two network cards for tables of rows, as the facts template prints it: composed of what `ip -d -j link` and sysfs of
// an 82576 were seen to say, with other cards' limits put in where a row needs them.
import { readSriovFacts, type SriovFacts } from "../../../../providers/platforms/kvm/sriov/facts.js";
import type { FunctionWords, PortWords, SriovWords } from "../../../../providers/platforms/kvm/sriov/words.js";

interface Function {
  readonly driver?: string | null;
  readonly netdev?: string | null;
  readonly mtu?: number | null;
  readonly master?: string | null;
  readonly address?: string;
  /** What `ip` says of it beyond what a new one has. */
  readonly info?: object;
}

export interface Card {
  readonly totalvfs?: number | null;
  readonly carrier?: number | null;
  readonly speed?: number | null;
  readonly vfs?: readonly Function[];
  readonly maxMtu?: number;
  readonly mtu?: number;
  readonly autoprobe?: number;
}

interface Host {
  readonly ens3f0?: Card;
  readonly ens4f0?: Card;
  readonly cmdline?: string;
  readonly iommuGroups?: number;
  readonly holders?: readonly object[];
  readonly domains?: readonly object[];
  readonly unit?: string | null;
}

const CARDS = { ens3f0: "0000:3b:00.0", ens4f0: "0000:5e:00.0" };

export function hostFacts(host: Host = {}): SriovFacts {
  const names = Object.keys(CARDS) as (keyof typeof CARDS)[];
  return readSriovFacts({
    cmdline: host.cmdline ?? "root=/dev/vda intel_iommu=on iommu=pt",
    iommuGroups: host.iommuGroups ?? 12,
    nics: names.map((name) => nic(name, host[name] ?? {})),
    links: names.flatMap((name) => links(name, host[name] ?? {})),
    holders: host.holders ?? [],
    domains: host.domains ?? [],
    unit: host.unit === undefined ? "enabled" : host.unit,
  });
}

/** PCI address of a function of a card. */
export function functionAddress(name: keyof typeof CARDS, index: number): string {
  return CARDS[name].replace("00.0", `10.${index * 2}`);
}

function nic(name: keyof typeof CARDS, { vfs = [], ...card }: Card) {
  return {
    name,
    pci: CARDS[name],
    vendor: "8086",
    device: "10c9",
    driver: "igb",
    totalvfs: card.totalvfs === undefined ? 7 : card.totalvfs,
    autoprobe: card.autoprobe ?? 1,
    carrier: card.carrier === undefined ? 1 : card.carrier,
    speed: card.speed === undefined ? 1000 : card.speed,
    numvfs: vfs.length,
    vfs: vfs.map((each, index) => ({
      index,
      pci: functionAddress(name, index),
      group: String(20 + index),
      driver: each.driver === undefined ? "igbvf" : each.driver,
      netdev: each.netdev === undefined ? `${name}v${index}` : each.netdev,
      mtu: each.mtu === undefined ? 1500 : each.mtu,
      master: each.master ?? null,
      vfioNodes: [],
    })),
  };
}

function links(name: string, { vfs = [], mtu = 1500, maxMtu = 9216 }: Card) {
  return [
    {
      ifname: name,
      mtu,
      max_mtu: maxMtu,
      vfinfo_list: vfs.map(({ info }, vf) => ({
        vf,
        link_type: "ether",
        address: "00:00:00:00:00:00",
        broadcast: "ff:ff:ff:ff:ff:ff",
        vlan_list: [{}],
        rate: { max_tx: 0, min_tx: 0 },
        spoofchk: true,
        link_state: "auto",
        trust: false,
        ...info,
      })),
    },
    ...vfs.map(({ address = "52:54:00:00:00:77" }, index) => ({ ifname: `${name}v${index}`, mtu: 1500, address })),
  ];
}

export const NOTHING: FunctionWords = {
  mac: null,
  vlan: null,
  qos: null,
  vlan_proto: null,
  spoofchk: null,
  trust: null,
  min_tx_rate: null,
  max_tx_rate: null,
  link_state: null,
  query_rss: null,
  driver: "kernel",
  mtu: null,
  user: null,
};

export function port(functions: readonly Partial<FunctionWords>[], rest: Partial<PortWords> = {}): PortWords {
  return {
    pci: null,
    vendor: null,
    device: null,
    sriov_numvfs: functions.length,
    mtu: null,
    sriov_drivers_autoprobe: 1,
    functions: Object.fromEntries(functions.map((each, index) => [String(index), { ...NOTHING, ...each }])),
    ...rest,
  };
}

export function words(ports: Readonly<Record<string, PortWords>>): SriovWords {
  return { unit: Object.keys(ports).length > 0 ? "enabled" : null, ports };
}
