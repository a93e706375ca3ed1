// What libvirt says of a host: the JSON of templates/kvm/libvirt/facts.sh.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { formatRanges, mergeRanges } from "../../../model/network.js";
import { type FactInterface, readInterface, readNetwork } from "./fromXml.js";
import {
  CARD_ALIAS,
  FUNCTION_ALIAS,
  type LibvirtDomainWords,
  type LibvirtInterfaceWords,
  type LibvirtNetworkWords,
  type LibvirtVlan,
  type LibvirtWords,
  METADATA,
} from "./words.js";
import { all, type Element, find, readDocuments } from "./xml.js";

export interface FactDomain {
  readonly name: string;
  /** Whether it stays when it is shut down. */
  readonly persistent: boolean;
  readonly running: boolean;
  /** The environment whose mark it carries. */
  readonly mark: string | null;
  /** What it will have at its next start. */
  readonly config: readonly FactInterface[];
  /** What it has now; empty when it does not run. */
  readonly live: readonly FactInterface[];
}

export interface FactNetwork {
  readonly name: string;
  readonly mark: string | null;
  readonly persistent: boolean;
  readonly config: LibvirtNetworkWords;
  /** Null when it is not active. */
  readonly live: LibvirtNetworkWords | null;
}

export interface LibvirtFacts {
  /** `virsh` where that is not installed, `libvirtd` where that does not answer; null: all is there. */
  readonly missing: "virsh" | "libvirtd" | null;
  /** Of the daemon, such as 9.0.0. */
  readonly version: string;
  readonly networks: readonly FactNetwork[];
  readonly domains: readonly FactDomain[];
  /** Interfaces of each bridge, of Open vSwitch's and of the kernel's. */
  readonly bridges: Readonly<Record<string, readonly string[]>>;
  /** VLANs of the ports of Open vSwitch, which alone decide what passes. */
  readonly vlans: Readonly<Record<string, LibvirtVlan | null>>;
}

const Base64 = z.base64().transform(decode);
const Table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });

const Document = z.union([
  z.object({ missing: z.enum(["virsh", "libvirtd"]) }),
  z.object({
    missing: z.null(),
    version: z.string(),
    networks: z.object({ config: Base64, live: Base64, autostart: Base64, persistent: Base64 }),
    domains: z.object({ config: Base64, live: Base64 }),
    /** Lines of `<PCI address> <PF>/<number>`. */
    functions: Base64,
    /** Lines of `<bridge> <interface>`. */
    ports: Base64,
    vlans: Table.nullable(),
  }),
]);

const NOTHING = { version: "", networks: [], domains: [], bridges: {}, vlans: {} };

export function readLibvirtFacts(document: unknown): LibvirtFacts {
  const facts = Document.parse(document);
  if (facts.missing !== null) return { ...NOTHING, missing: facts.missing };
  const functions = new Map(pairs(facts.functions));
  const bridges: Record<string, string[]> = {};
  for (const [bridge, port] of pairs(facts.ports)) {
    const ports = Object.hasOwn(bridges, bridge) ? bridges[bridge] : undefined;
    if (ports) ports.push(port);
    else bridges[bridge] = [port];
  }
  const vlans = facts.vlans ? readVlans(facts.vlans) : {};
  return {
    missing: null,
    version: facts.version,
    networks: readNetworks(facts.networks, functions),
    domains: readDomains(facts.domains, functions).map((domain) => ({
      ...domain,
      live: domain.live.map((item) => withVlan(item, vlans)),
    })),
    bridges,
    vlans,
  };
}

function decode(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function pairs(text: string): [string, string][] {
  return lines(text).map((line) => {
    const at = line.indexOf(" ");
    return [line.slice(0, at), line.slice(at + 1)];
  });
}

const uuidOf = (element: Element) => find(element, "uuid")?.text ?? "";
const nameOf = (element: Element) => find(element, "name")?.text ?? "";

/** The environment in our own element of the metadata. */
function markOf(element: Element): string | null {
  const metadata = find(element, "metadata");
  return metadata?.children.find(({ namespace }) => namespace === METADATA)?.attributes.environment ?? null;
}

type Functions = ReadonlyMap<string, string>;

function readNetworks(
  text: { readonly config: string; readonly live: string; readonly autostart: string; readonly persistent: string },
  functions: Functions,
): FactNetwork[] {
  const live = new Map(readDocuments(text.live).map((element) => [uuidOf(element), element]));
  const autostart = new Set(lines(text.autostart));
  const persistent = new Set(lines(text.persistent));
  return readDocuments(text.config).map((element) => {
    const uuid = uuidOf(element);
    const now = live.get(uuid);
    const more = {
      environment: markOf(element) ?? "",
      active: now !== undefined,
      autostart: autostart.has(uuid),
      functions,
    };
    return {
      name: nameOf(element),
      mark: markOf(element),
      persistent: persistent.has(uuid),
      config: readNetwork(element, more),
      live: now ? readNetwork(now, more) : null,
    };
  });
}

function readDomains(text: { readonly config: string; readonly live: string }, functions: Functions): FactDomain[] {
  const live = readDocuments(text.live);
  const config = readDocuments(text.config);
  const running = new Map(live.map((element) => [uuidOf(element), element]));
  const persistent = new Set(config.map(uuidOf));
  const interfaces = (element: Element | undefined) =>
    element ? all(element, "interface").map((child) => readInterface(child, functions)) : [];
  return [...config, ...live.filter((element) => !persistent.has(uuidOf(element)))].map((element) => {
    const uuid = uuidOf(element);
    return {
      name: nameOf(element),
      persistent: persistent.has(uuid),
      running: running.has(uuid),
      mark: markOf(element),
      config: persistent.has(uuid) ? interfaces(element) : [],
      live: interfaces(running.get(uuid)),
    };
  });
}

/** Column values of OVSDB: a set is ["set", [..]], a set of one is the bare value. */
function readVlans({ headings, data }: z.infer<typeof Table>): Record<string, LibvirtVlan | null> {
  const column = (row: readonly unknown[], name: string) => row[headings.indexOf(name)];
  const numbers = (value: unknown) => {
    const items = Array.isArray(value) ? (value[1] as unknown[]) : [value];
    return items.filter((item): item is number => typeof item === "number");
  };
  return Object.fromEntries(
    data.map((row) => {
      const [tag] = numbers(column(row, "tag"));
      const trunks = numbers(column(row, "trunks"));
      const isNative = String(column(row, "vlan_mode")).startsWith("native");
      return [String(column(row, "name")), toVlan({ tag, trunks, isNative })];
    }),
  );
}

/** What a running port of Open vSwitch lets pass, whatever libvirt believes to have set. */
function withVlan(item: FactInterface, vlans: LibvirtFacts["vlans"]): FactInterface {
  const { target, interfaceid } = item.words;
  if (target === null || interfaceid === null || !Object.hasOwn(vlans, target)) return item;
  return { ...item, words: { ...item.words, vlan: vlans[target] ?? null } };
}

function toVlan(port: { tag: number | undefined; trunks: readonly number[]; isNative: boolean }): LibvirtVlan | null {
  const { tag, trunks, isNative } = port;
  if (tag !== undefined && !isNative) return { trunk: false, tags: `${tag}`, native: null };
  if (trunks.length === 0) return null;
  const ids = isNative && tag !== undefined ? [...trunks, tag] : trunks;
  const tags = formatRanges(mergeRanges(ids.map((id) => ({ first: id, last: id }))));
  return { trunk: true, tags, native: isNative ? (tag ?? null) : null };
}

/** Whether an interface is one of ours: only such an alias in a domain with our mark. */
export function isOurs({ alias }: FactInterface): boolean {
  return alias !== null && (alias.startsWith(CARD_ALIAS) || alias.startsWith(FUNCTION_ALIAS));
}

/** Only what carries our mark. Where the running state differs from what the next start brings, the running one is told. */
export function fromLibvirtFacts(facts: LibvirtFacts, environment: string): LibvirtWords {
  const own = facts.networks.filter(({ mark }) => mark === environment);
  const domains = facts.domains.filter(({ mark }) => mark === environment);
  return {
    networks: Object.fromEntries(own.map(({ name, config, live }) => [name, { ...config, ...live }])),
    domains: Object.fromEntries(domains.map((domain) => [domain.name, toDomain(domain, environment)])),
  };
}

function toDomain({ running, config, live }: FactDomain, environment: string): LibvirtDomainWords {
  const interfaces = config.filter(isOurs).flatMap((item): [string, LibvirtInterfaceWords][] => {
    const alias = item.alias ?? "";
    if (!running) return [[alias, item.words]];
    const now = live.find((candidate) => candidate.alias === alias);
    return now ? [[alias, both(item.words, now.words)]] : [];
  });
  // What only the running machine has is ours as well: it has to leave.
  const planned = new Set(config.map(({ alias }) => alias));
  const extra = live.filter((item) => isOurs(item) && !planned.has(item.alias));
  const named = [
    ...interfaces,
    ...extra.map(({ alias, words }): [string, LibvirtInterfaceWords] => [alias ?? "", words]),
  ];
  return { environment, interfaces: Object.fromEntries(named), order: named.map(([alias]) => alias) };
}

/** The running interface, but for what its XML does not tell: a virtual function from a pool names its pool no more. */
function both(config: LibvirtInterfaceWords, live: LibvirtInterfaceWords): LibvirtInterfaceWords {
  return live.type === config.type ? live : { ...config, mac: live.mac };
}
