// Between words and text: what the template's holes are filled with, and the way back from the text. Pure.
import { readHeading } from "../heading.js";
import { BOND_CONFIG, type OvsBond, type OvsPort, type OvsWords, toBondConfig } from "./words.js";

/** OVSDB's spelling of "no value". */
const NOTHING = "[]";

/** The data of templates/kvm/openvswitch.sh.hbs. */
export function toOvsView(words: OvsWords): object {
  const { machine, environment } = words;
  const placed = Object.entries(words.bridges).flatMap(([bridge, { ports }]) =>
    Object.entries(ports).map(([name, port]) => ({ bridge, name, environment, ...port, ...columns(port) })),
  );
  return {
    machine,
    environment,
    bridges: Object.entries(words.bridges).map(([name, bridge]) => ({ name, environment, ...bridge })),
    bonds: placed.flatMap((port) =>
      port.bond ? [{ ...port, ...bondColumns(port.bond), other_config: otherConfig(port.name, port.bond) }] : [],
    ),
    ports: placed.filter((port) => !port.bond),
    internal: placed.filter((port) => port.type === "internal").map((port) => port.name),
  };
}

function columns(port: OvsPort) {
  return {
    tag: port.tag === null ? NOTHING : String(port.tag),
    trunks: port.trunks === "" ? NOTHING : port.trunks,
    mtu_request: port.mtu_request === null ? NOTHING : String(port.mtu_request),
  };
}

function bondColumns({ bond_mode, lacp, bond_updelay, bond_downdelay }: OvsBond) {
  return { bond_mode, lacp, bond_updelay: String(bond_updelay), bond_downdelay: String(bond_downdelay) };
}

function otherConfig(port: string, bond: OvsBond): { port: string; key: string; value: string }[] {
  return BOND_CONFIG.flatMap((key) => {
    const value = bond[key];
    return value === null ? [] : [{ port, key, value }];
  });
}

/** The words of a text that the template made. */
export function fromOvsText(text: string): OvsWords {
  const { machine, environment } = readHeading(text) ?? { machine: "", environment: "" };
  const reader = new TextReader();
  for (const line of text.split("\n")) {
    const command = /^ {2}-- (.*?)(?: \\)?$/.exec(line)?.[1];
    if (command !== undefined) reader.command(command.split(" ").map(unquote));
  }
  return { machine, environment, bridges: reader.bridges };
}

/** Undoes the quoting of the `sh` helper for the values that occur: none of them holds a quote. */
function unquote(word: string): string {
  return word.replaceAll("'", "");
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

class TextReader {
  readonly bridges: Record<
    string,
    { datapath_type: string; fail_mode: string; ports: Record<string, Draft<OvsPort>> }
  > = {};
  private readonly ports = new Map<string, Draft<OvsPort>>();
  private readonly owners = new Map<string, Draft<OvsPort>>();

  command(words: readonly string[]): void {
    const [first, ...rest] = words[0] === "--may-exist" ? words.slice(1) : words;
    if (first === "add-br") this.bridges[rest[0] ?? ""] = { datapath_type: "", fail_mode: "", ports: {} };
    if (first === "add-bond" || first === "add-port") this.addPort(first === "add-bond", rest);
    if (first === "set") this.set(rest);
  }

  private addPort(isBond: boolean, [bridge = "", name = "", ...members]: readonly string[]): void {
    const bond = isBond
      ? { bond_mode: "", lacp: "", bond_updelay: 0, bond_downdelay: 0, ...toBondConfig(() => undefined) }
      : null;
    const port: Draft<OvsPort> = {
      interfaces: isBond ? members : [name],
      vlan_mode: "",
      tag: null,
      trunks: "",
      mtu_request: null,
      type: "",
      bond,
    };
    this.ports.set(name, port);
    for (const member of port.interfaces) this.owners.set(member, port);
    const owner = this.bridges[bridge];
    if (owner) owner.ports[name] = port;
  }

  private set([table, record = "", ...settings]: readonly string[]): void {
    for (const setting of settings) {
      const [column = "", value = ""] = split(setting);
      if (table === "Bridge")
        Object.assign(this.bridges[record] ?? {}, column.includes(":") ? {} : { [column]: value });
      if (table === "Port") setPort(this.ports.get(record), column, value);
      if (table === "Interface")
        Object.assign(
          this.owners.get(record) ?? {},
          column === "type" ? { type: value } : { mtu_request: toNumber(value) },
        );
    }
  }
}

function setPort(port: Draft<OvsPort> | undefined, column: string, value: string): void {
  if (!port || column.startsWith("external_ids:")) return;
  const bondColumn = column.replace("other_config:", "");
  if (port.bond && bondColumn.endsWith("delay")) port.bond = { ...port.bond, [bondColumn]: Number(value) };
  else if (port.bond && bondColumn in port.bond) port.bond = { ...port.bond, [bondColumn]: value };
  else if (column === "tag") port.tag = toNumber(value);
  else if (column === "trunks") port.trunks = value === NOTHING ? "" : value;
  else if (column === "vlan_mode") port.vlan_mode = value;
}

function toNumber(value: string): number | null {
  return value === NOTHING ? null : Number(value);
}

function split(setting: string): [string, string] {
  const at = setting.indexOf("=");
  return [setting.slice(0, at), setting.slice(at + 1)];
}
