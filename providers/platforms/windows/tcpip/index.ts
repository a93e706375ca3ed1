// IP settings of Windows: addresses, routes, name servers and MTU of the interfaces of a machine. The layer. Pure.

import { compare, type Disruption } from "../../../model/change.js";
import type { Path } from "../../../model/problem.js";
import { type Layer, type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { listed } from "../../phrases.js";
import { isSame } from "../isSame.js";
import { connectionOf, nicConflicts } from "../nic.js";
import { fromTcpipFacts, interfaceOf, readTcpipFacts, type TcpipFacts } from "./facts.js";
import { configure, leave, restore } from "./view.js";
import { NOTHING, type TcpipWords } from "./words.js";

const SETTINGS: Readonly<Record<string, Disruption>> = {
  IPAddress: "brief",
  DefaultGateway: "brief",
  Dhcp: "brief",
  NlMtuBytes: "brief",
};

function disruptionOf(path: Path): Disruption {
  // What is reached by a route is not while that changes.
  if (path.includes("Routes")) return "brief";
  const setting = String(path.at(-1));
  return Object.hasOwn(SETTINGS, setting) ? (SETTINGS[setting] ?? "none") : "none";
}

function plan(desired: TcpipWords, { actual, facts, heading }: Now<TcpipWords, TcpipFacts>): LayerPlan {
  const leaving = (before: TcpipWords, after: TcpipWords) =>
    leave(
      Object.keys(before.interfaces)
        .filter((name) => !Object.hasOwn(after.interfaces, name))
        .map((name) => connectionOf(facts.nics, name) ?? name),
    );
  return {
    ...NOTHING_TO_DO,
    conflicts: Object.entries(desired.interfaces).flatMap(([name, { HardwareInterface }]) =>
      HardwareInterface ? nicConflicts(facts.nics, name) : [],
    ),
    // Adapters that left have given away their addresses by now.
    after: [...leaving(actual, desired), ...(isNothing(desired) ? [] : [configure(desired, heading)])],
    revertAfter: [
      ...leaving(desired, actual),
      ...(isNothing(actual) ? [] : [configure(actual, heading)]),
      ...restore(others(facts, desired)),
    ],
  };
}

/** Interfaces with settings of their own that are not in our words: a change of what lies below may take them. */
function others(facts: TcpipFacts, desired: TcpipWords): TcpipWords["interfaces"] {
  const own = Object.keys(desired.interfaces).map((name) => connectionOf(facts.nics, name) ?? name);
  const names = [...new Set(facts.interfaces.map(({ InterfaceAlias }) => InterfaceAlias))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const word = own.some((one) => isSame(one, name)) ? undefined : interfaceOf(facts, name);
      return word && word.IPAddress.length > 0 && !name.startsWith("Loopback") ? [[name, word]] : [];
    }),
  );
}

function isNothing({ interfaces }: TcpipWords): boolean {
  return Object.keys(interfaces).length === 0;
}

/** `toWords`: which interfaces of a machine are ours to set, and how. */
export function tcpip<Model>(toWords: (model: Model) => TcpipWords): Layer<Model, TcpipWords, TcpipFacts> {
  return {
    name: "tcpip",
    extension: "tcpip.ps1",
    nothing: NOTHING,
    outline: ({ interfaces }) =>
      Object.entries(interfaces).map(
        ([name, { IPAddress, Dhcp }]) =>
          `interface ${name}: ${listed([...IPAddress, ...(Dhcp === "Enabled" ? ["DHCP"] : [])])}`,
      ),
    facts: "windows/tcpip/facts.ps1",
    ownFiles: [],
    unsupported: () => [],
    toWords,
    sections: (words, heading) => (isNothing(words) ? [] : [{ target: "TCP/IP", ...configure(words, heading) }]),
    readFacts: readTcpipFacts,
    missing: () => [],
    unreadable: () => undefined,
    fromFacts: fromTcpipFacts,
    plan,
    compare: (desired, actual) => compare(desired, actual, disruptionOf),
    unhealthy: (words, facts) =>
      Object.keys(words.interfaces).flatMap((name) =>
        facts.addresses
          .filter(
            ({ InterfaceAlias, AddressState }) =>
              isSame(InterfaceAlias, connectionOf(facts.nics, name) ?? name) && AddressState === "Duplicate",
          )
          .map(
            ({ IPAddress }) =>
              `${IPAddress} of ${name} is used by another machine of its network. Look which one answers for it`,
          ),
      ),
  };
}
