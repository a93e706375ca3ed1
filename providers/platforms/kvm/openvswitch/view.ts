// From words to text: what the template's holes are filled with. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { BOND_CONFIG, type OvsBond, type OvsPort, type OvsWords } from "./words.js";

/** OVSDB's spelling of "no value". */
const NOTHING = "[]";

/** The configuration as a script. */
export function toOvsConfig(words: OvsWords, heading: Heading): Filled {
  return { template: "kvm/openvswitch/openvswitch.sh", data: toOvsView(words, heading) };
}

function toOvsView(words: OvsWords, { machine, environment }: Heading): object {
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
