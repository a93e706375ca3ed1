// A small model of OVSDB and of what ovs-vsctl does to it, as far as our transactions go; it refuses what ovs-vsctl refuses.
import type { FactBridge, FactPort, OvsFacts } from "../../../providers/platforms/kvm/openvswitch/facts.js";
import {
  type BOND_CONFIG,
  type OvsBond,
  type OvsPort,
  toBondConfig,
} from "../../../providers/platforms/kvm/openvswitch/words.js";
import type { Filled } from "../../../providers/platforms/layer.js";

interface Bridge {
  readonly name: string;
  datapath_type: string;
  fail_mode: string;
  mark: string | undefined;
  readonly ports: Map<string, Port>;
}

type Port = { -readonly [Key in keyof FactPort]: FactPort[Key] };
type Command = readonly string[];

/** What the template's holes are filled with: the part of the configuration that is written out command by command. */
interface View {
  readonly environment: string;
  readonly bridges: readonly { name: string; datapath_type: string; fail_mode: string }[];
  readonly bonds: readonly ViewBond[];
  readonly ports: readonly ViewPort[];
  /** Interfaces that Open vSwitch makes itself. */
  readonly internal: readonly string[];
}
interface ViewBond extends ViewPort, Pick<OvsBond, "bond_mode" | "lacp"> {
  readonly bond_updelay: string;
  readonly bond_downdelay: string;
  readonly other_config: readonly Setting[];
}
interface Setting {
  readonly key: string;
  readonly value: string;
}
interface ViewPort {
  readonly bridge: string;
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly vlan_mode: string;
  readonly tag: string;
  readonly trunks: string;
  readonly mtu_request: string;
}

/** What the host says after the transaction that a script of the plan holds. */
export function transact(facts: OvsFacts, script: Filled | undefined): OvsFacts {
  if (!script) throw new Error("the plan has no transaction");
  const { removals, config } = script.data as { removals: readonly Command[]; config: Filled };
  const database = new Database(facts);
  for (const command of removals) database.run(command);
  database.configure(config.data as View);
  return { ...facts, bridges: database.facts() };
}

class Database {
  private readonly bridges = new Map<string, Bridge>();
  /** Rows that `--id=@name` stands for in this transaction. */
  private readonly named = new Map<string, string>();
  /** Rows of interfaces: one that no port holds any more is there until the transaction ends, unless its port was deleted. */
  private readonly interfaces: Set<string>;

  constructor(facts: OvsFacts) {
    for (const { ports, ...bridge } of facts.bridges)
      this.bridges.set(bridge.name, { ...bridge, ports: new Map(ports.map((port) => [port.name, { ...port }])) });
    this.interfaces = new Set(this.ports().flatMap(({ port }) => port.interfaces));
  }

  facts(): FactBridge[] {
    this.checkInterfaces();
    return [...this.bridges.values()].map((bridge) => ({ ...bridge, ports: [...bridge.ports.values()] }));
  }

  run(command: Command): void {
    const [verb = "", ...rest] = command.filter((word) => word !== "--if-exists");
    const [first = "", name = "", column = "", key = ""] = rest;
    if (verb.startsWith("--id=@")) this.name(verb.slice(5), rest);
    else if (verb === "del-port") this.deletePort(first, name);
    else if (verb === "del-br") this.deleteBridge(first);
    else if (verb === "set" && first === "Port") this.setMembers(name, column);
    else if (verb === "remove" && first === "Bridge" && key === "multiport") this.bridge(name).mark = undefined;
    else if (verb === "remove" && first === "Port" && column === "other_config") this.unset(name, key);
    else throw new Error(`the model does not know ${command.join(" ")}`);
  }

  configure(view: View): void {
    for (const { name, datapath_type, fail_mode } of view.bridges) {
      const bridge = this.bridges.get(name) ?? { name, datapath_type, fail_mode, mark: undefined, ports: new Map() };
      this.bridges.set(name, Object.assign(bridge, { datapath_type, fail_mode, mark: view.environment }));
    }
    for (const bond of view.bonds) {
      const port = this.addPort(bond, view.environment);
      const config = new Map(bond.other_config.map(({ key, value }) => [key, value]));
      const had = port.port.bond;
      // Keys that the configuration does not name stay as they are.
      const { bond_mode, lacp } = bond;
      const delays = { bond_updelay: Number(bond.bond_updelay), bond_downdelay: Number(bond.bond_downdelay) };
      const settings = toBondConfig(
        (key) => config.get(key) ?? had?.[key as (typeof BOND_CONFIG)[number]] ?? undefined,
      );
      port.port = { ...port.port, bond: { bond_mode, lacp, ...delays, ...settings } };
    }
    for (const single of view.ports) this.addPort(single, view.environment);
    for (const name of view.internal) {
      const port = this.port(name);
      port.port = { ...port.port, type: "internal" };
    }
  }

  private name(id: string, [verb, table, word = ""]: Command): void {
    const name = word.replace(/^name=/, "");
    if (table !== "Interface" || (verb === "get" && !this.interfaces.has(name)))
      throw new Error(`no row "${name}" in table ${table}`);
    this.named.set(id, name);
  }

  private deleteBridge(name: string): void {
    for (const port of this.bridges.get(name)?.ports.keys() ?? []) this.deletePort(name, port);
    this.bridges.delete(name);
  }

  private deletePort(bridge: string, name: string): void {
    const port = this.bridges.get(bridge)?.ports.get(name);
    for (const member of port?.port.interfaces ?? []) this.interfaces.delete(member);
    this.bridges.get(bridge)?.ports.delete(name);
  }

  private setMembers(name: string, assignment: string): void {
    const members = assignment
      .replace(/^interfaces=/, "")
      .split(",")
      .map((id) => this.named.get(id) ?? expectNever(`${id} is not named`));
    const port = this.port(name);
    port.port = { ...port.port, interfaces: members };
  }

  private unset(name: string, key: string): void {
    const port = this.port(name);
    if (port.port.bond) port.port = { ...port.port, bond: { ...port.port.bond, [key]: null } };
  }

  /** `--may-exist` forgives only the same port at the same place. */
  private addPort(view: ViewPort, environment: string): Port {
    const { name, vlan_mode } = view;
    const there = this.ports().find((port) => port.name === name);
    const bridge = this.bridge(view.bridge);
    if (there && bridge.ports.get(name) !== there) throw new Error(`port ${name} is on another bridge`);
    if (there && sorted(there.port.interfaces) !== sorted(view.interfaces))
      throw new Error(`port ${name} has other interfaces than ${view.interfaces}`);
    const value: OvsPort = {
      interfaces: view.interfaces,
      vlan_mode,
      tag: view.tag === "[]" ? null : Number(view.tag),
      trunks: view.trunks === "[]" ? "" : view.trunks,
      mtu_request: view.mtu_request === "[]" ? null : Number(view.mtu_request),
      type: there?.port.type ?? "",
      bond: there?.port.bond ?? null,
    };
    const port = Object.assign(there ?? { name, errors: [] }, { mark: environment, port: value });
    bridge.ports.set(name, port);
    return port;
  }

  private ports(): Port[] {
    return [...this.bridges.values()].flatMap(({ ports }) => [...ports.values()]);
  }

  private bridge(name: string): Bridge {
    return this.bridges.get(name) ?? expectNever(`no bridge ${name}`);
  }

  private port(name: string): Port {
    return this.ports().find((port) => port.name === name) ?? expectNever(`no port ${name}`);
  }

  private checkInterfaces(): void {
    const all = this.ports().flatMap(({ port }) => port.interfaces);
    const twice = all.filter((name, index) => all.indexOf(name) !== index);
    if (twice.length > 0) throw new Error(`interface ${twice} would be in two ports`);
  }
}

function sorted(names: readonly string[]): string {
  return [...names].sort().join();
}

function expectNever(message: string): never {
  throw new Error(message);
}
