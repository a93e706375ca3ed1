// What a host says of SR-IOV: the JSON of templates/kvm/sriov/facts.sh.hbs with what `ip` says put to each card. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";

const nullableNumber = z.number().nullable();
const nullableText = z.string().nullable();

const FunctionDocument = z.object({
  index: z.number(),
  pci: z.string(),
  group: nullableText,
  driver: nullableText,
  netdev: nullableText,
  mtu: nullableNumber,
  master: nullableText,
  vfioNodes: z.array(z.string()),
});

/** Drivers leave out what they do not have; `vlan_list: [{}]` is no VLAN. */
const VfInfo = z.object({
  vf: z.number(),
  address: z.string().optional(),
  vlan_list: z
    .array(z.object({ vlan: z.number().optional(), qos: z.number().optional(), protocol: z.string().optional() }))
    .optional(),
  rate: z.object({ max_tx: z.number(), min_tx: z.number() }).optional(),
  spoofchk: z.boolean().optional(),
  link_state: z.string().optional(),
  trust: z.boolean().optional(),
  query_rss_en: z.boolean().optional(),
});

const Document = z.object({
  cmdline: z.string(),
  iommuGroups: z.number(),
  nics: z.array(
    z.object({
      name: z.string(),
      pci: z.string(),
      vendor: z.string(),
      device: z.string(),
      driver: nullableText,
      totalvfs: nullableNumber,
      numvfs: nullableNumber,
      autoprobe: nullableNumber,
      carrier: nullableNumber,
      speed: nullableNumber,
      vfs: z.array(FunctionDocument),
    }),
  ),
  links: z.array(
    z.object({
      ifname: z.string(),
      mtu: z.number(),
      address: z.string().optional(),
      max_mtu: z.number().optional(),
      vfinfo_list: z.array(VfInfo).optional(),
    }),
  ),
  holders: z.array(z.object({ node: z.string(), process: z.number(), command: z.string(), guest: nullableText })),
  domains: z.array(z.object({ name: z.string(), running: z.boolean(), functions: z.array(z.string()) })),
  unit: nullableText,
});

export type VfInfo = z.infer<typeof VfInfo>;

export interface FunctionFacts {
  readonly index: number;
  readonly pci: string;
  readonly driver: string | null;
  readonly netdev: string | null;
  readonly mtu: number | null;
  /** MAC address of its network device. */
  readonly address: string | undefined;
  readonly info: VfInfo | undefined;
  /** What has it now, such as `VM db-01`; null: it is free. */
  readonly user: string | null;
  /** VMs that are defined with it and do not run. */
  readonly waiting: readonly string[];
}

export interface NicFacts {
  readonly name: string;
  readonly pci: string;
  readonly vendor: string;
  readonly device: string;
  readonly driver: string | null;
  /** Null: the card shows no SR-IOV at all. */
  readonly totalvfs: number | null;
  readonly numvfs: number;
  readonly autoprobe: number;
  readonly hasCarrier: boolean;
  /** Mbit/s; undefined while there is no link. */
  readonly speed: number | undefined;
  readonly mtu: number;
  /** Undefined: not said. */
  readonly maxMtu: number | undefined;
  readonly functions: readonly FunctionFacts[];
}

export interface SriovFacts {
  readonly cmdline: string;
  readonly hasIommu: boolean;
  readonly nics: readonly NicFacts[];
  readonly unit: string | null;
}

export function readSriovFacts(document: unknown): SriovFacts {
  const read = checkFacts(Document, document);
  const { cmdline, iommuGroups, unit } = read;
  return { cmdline, hasIommu: iommuGroups > 0, unit, nics: read.nics.map((nic) => toNic(nic, read)) };
}

type Document = z.infer<typeof Document>;

function toNic(nic: Document["nics"][number], document: Document): NicFacts {
  const link = document.links.find(({ ifname }) => ifname === nic.name);
  return {
    name: nic.name,
    pci: nic.pci,
    vendor: nic.vendor,
    device: nic.device,
    driver: nic.driver,
    totalvfs: nic.totalvfs,
    numvfs: nic.numvfs ?? 0,
    autoprobe: nic.autoprobe ?? 1,
    hasCarrier: nic.carrier === 1,
    speed: nic.speed ?? undefined,
    mtu: link?.mtu ?? 0,
    maxMtu: link?.max_mtu || undefined,
    functions: nic.vfs.map((each) => ({
      index: each.index,
      pci: each.pci,
      driver: each.driver,
      netdev: each.netdev,
      mtu: each.mtu,
      address: document.links.find(({ ifname }) => ifname === each.netdev)?.address,
      info: link?.vfinfo_list?.find(({ vf }) => vf === each.index),
      user: userOf(each, document),
      waiting: document.domains
        .filter(({ running, functions }) => !running && functions.includes(each.pci))
        .map(({ name }) => name),
    })),
  };
}

/** libvirt knows its VMs by address; whoever else holds a function has its device file open, or its network device. */
function userOf(each: Document["nics"][number]["vfs"][number], { domains, holders }: Document): string | null {
  const domain = domains.find(({ running, functions }) => running && functions.includes(each.pci));
  if (domain) return `VM ${domain.name}`;
  if (each.driver === "vfio-pci") {
    const nodes = [`/dev/vfio/${each.group}`, `/dev/vfio/noiommu-${each.group}`, ...each.vfioNodes];
    const holder = holders.find(({ node }) => nodes.includes(node));
    if (!holder) return null;
    return holder.guest === null ? `process ${holder.process} (${holder.command})` : `VM ${holder.guest}`;
  }
  if (each.driver === null) return null;
  if (each.netdev === null) return "another network namespace";
  return each.master === null ? null : `${each.master}, which has its device ${each.netdev} as a member`;
}
