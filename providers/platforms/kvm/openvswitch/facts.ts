// What Open vSwitch says of itself: the JSON of templates/kvm/openvswitch/facts.sh.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { formatRanges, mergeRanges } from "../../../model/network.js";
import { checkFacts } from "../../factsDocument.js";
import { sortKeys } from "../../sortKeys.js";
import { type OvsBond, type OvsBridge, type OvsPort, type OvsWords, toBondConfig } from "./words.js";

/** One row of OVSDB with its values unwrapped. */
interface Row {
  readonly [column: string]: unknown;
}

export interface OvsFacts {
  /** `ovs-vsctl` where that is not installed, `ovsdb-server` where that does not answer: there is nothing of it. */
  readonly missing: "ovs-vsctl" | "ovsdb-server" | undefined;
  /** Interfaces of the kernel. */
  readonly links: readonly string[];
  readonly bridges: readonly FactBridge[];
}

export interface FactBridge {
  readonly name: string;
  readonly datapath_type: string;
  readonly fail_mode: string;
  /** The environment whose mark it carries; undefined: somebody else's. */
  readonly mark: string | undefined;
  readonly ports: readonly FactPort[];
}

export interface FactPort {
  readonly name: string;
  readonly mark: string | undefined;
  readonly port: OvsPort;
  /** What Open vSwitch says against an interface of the port, such as a missing NIC. */
  readonly errors: readonly string[];
}

/** A table as ovs-vsctl --format=json prints it. */
const Table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });
type Table = z.infer<typeof Table>;

const Lack = z.object({ missing: z.enum(["ovs-vsctl", "ovsdb-server"]).optional() });
const Document = z.object({
  links: z.array(z.object({ ifname: z.string() })),
  bridges: Table,
  ports: Table,
  interfaces: Table,
});

export function readOvsFacts(json: unknown): OvsFacts {
  const { missing } = checkFacts(Lack, json);
  if (missing !== undefined) return { missing, links: [], bridges: [] };
  const document = checkFacts(Document, json);
  const interfaces = byUuid(rows(document.interfaces));
  const ports = byUuid(rows(document.ports));
  return {
    missing,
    links: document.links.map((link) => link.ifname),
    bridges: rows(document.bridges).map((row) => ({
      name: text(row.name),
      datapath_type: text(row.datapath_type) || "system",
      fail_mode: text(row.fail_mode),
      mark: mark(row),
      // Every bridge has a port of its own name; it comes and goes with the bridge.
      ports: references(row.ports)
        .flatMap((id) => toPort(ports.get(id), interfaces))
        .filter((port) => port.name !== row.name),
    })),
  };
}

/** Only what carries our mark. */
export function fromOvsFacts(facts: OvsFacts, { environment }: { readonly environment: string }): OvsWords {
  const own = (item: { readonly mark: string | undefined }) => item.mark === environment;
  const bridges = facts.bridges
    .filter((bridge) => own(bridge) || bridge.ports.some(own))
    .map((bridge): [string, OvsBridge] => {
      const ports = Object.fromEntries(bridge.ports.filter(own).map(({ name, port }) => [name, port]));
      return [
        bridge.name,
        { datapath_type: bridge.datapath_type, fail_mode: bridge.fail_mode, ports: uplinksFirst(ports) },
      ];
    });
  return { bridges: sortKeys(Object.fromEntries(bridges)) };
}

/** Bonds before single ports, each by name: the order in which the template writes them. */
function uplinksFirst(ports: Record<string, OvsPort>): Record<string, OvsPort> {
  const sorted = Object.entries(sortKeys(ports));
  return Object.fromEntries([...sorted.filter(([, port]) => port.bond), ...sorted.filter(([, port]) => !port.bond)]);
}

function toPort(row: Row | undefined, interfaces: ReadonlyMap<string, Row>): FactPort[] {
  if (!row) return [];
  const members = references(row.interfaces).flatMap((id): Row[] => listOf(interfaces.get(id)));
  const names = members.map((member) => text(member.name)).sort();
  const mtus = [...new Set(members.map((member) => numberOrNull(member.mtu_request)))];
  return [
    {
      name: text(row.name),
      mark: mark(row),
      errors: members.flatMap((member) => (text(member.error) ? [text(member.error)] : [])),
      port: {
        interfaces: names,
        vlan_mode: text(row.vlan_mode),
        tag: numberOrNull(row.tag),
        trunks: formatRanges(mergeRanges(numbers(row.trunks).map((id) => ({ first: id, last: id })))),
        // Members of a bond that disagree are shown as no common value, so that the difference is seen.
        mtu_request: mtus.length === 1 ? (mtus[0] ?? null) : null,
        type: names.length === 1 ? interfaceType(members) : "",
        bond: names.length > 1 ? toBond(row) : null,
      },
    },
  ];
}

/** Every other type is an interface that is there already, or is made by somebody else. */
function interfaceType([member]: readonly Row[]): string {
  return text(member?.type) === "internal" ? "internal" : "";
}

function toBond(row: Row): OvsBond {
  const config = stringMap(row.other_config);
  return {
    // OVSDB leaves out what is default: ovs-vswitchd.conf.db(5) names active-backup and off.
    bond_mode: text(row.bond_mode) || "active-backup",
    lacp: text(row.lacp) || "off",
    bond_updelay: numberOrNull(row.bond_updelay) ?? 0,
    bond_downdelay: numberOrNull(row.bond_downdelay) ?? 0,
    ...toBondConfig((key) => config[key]),
  };
}

function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function rows({ headings, data }: Table): Row[] {
  return data.map((values) => Object.fromEntries(headings.map((heading, index) => [heading, values[index]])));
}

function byUuid(all: readonly Row[]): Map<string, Row> {
  return new Map(all.map((row) => [references(row._uuid)[0] ?? "", row]));
}

function mark(row: Row): string | undefined {
  return stringMap(row.external_ids).multiport;
}

/** OVSDB's JSON: a set is ["set", [..]] but a set of one is the bare value; an empty set is an empty ["set", []]. */
function items(value: unknown): unknown[] {
  if (Array.isArray(value) && value[0] === "set") return value[1] as unknown[];
  return [value];
}

function text(value: unknown): string {
  const [first] = items(value);
  return typeof first === "string" ? first : "";
}

function numbers(value: unknown): number[] {
  return items(value).filter((item): item is number => typeof item === "number");
}

function numberOrNull(value: unknown): number | null {
  return numbers(value)[0] ?? null;
}

function references(value: unknown): string[] {
  return items(value).flatMap((item) => (Array.isArray(item) && item[0] === "uuid" ? [String(item[1])] : []));
}

function stringMap(value: unknown): Record<string, string> {
  return Array.isArray(value) && value[0] === "map" ? Object.fromEntries(value[1] as [string, string][]) : {};
}
