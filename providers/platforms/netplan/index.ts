// Linux guests with netplan: the driver. One file of ours in /etc/netplan; other files there are never touched. Pure.
import { z } from "zod";
import type { Bond } from "../../model/bond.js";
import { compare } from "../../model/change.js";
import type { Path, Problem } from "../../model/problem.js";
import type { Guest, GuestPort } from "../../model/virtualMachine.js";
import type { Driver, Heading, Plan } from "../driver.js";
import { disruptionTable } from "../driver.js";
import { readFactsDocument } from "../factsDocument.js";
import { readHeading } from "../heading.js";
import { checkTeamSupport, requiredWord } from "../teamSupport.js";
import { NETPLAN_BONDS } from "./bond.js";
import { fromText } from "./fromText.js";
import { NETPLAN_FILE, type NetplanBond, type NetplanEthernet, type NetplanWords } from "./words.js";

/** What the facts script prints: our file as it stands (null: none), and the names of the others. */
const Facts = z.object({ text: z.string().nullable(), others: z.array(z.string()) });
export type NetplanFacts = z.infer<typeof Facts>;

function toWords(guest: Guest, heading: Heading): NetplanWords {
  const id = (port: GuestPort) => port.guestInterface ?? port.name;
  const idOf = (name: string) => {
    const port = guest.ports.find((candidate) => candidate.name === name);
    return port ? id(port) : name;
  };
  return {
    ...heading,
    ethernets: Object.fromEntries(guest.ports.map((port) => [id(port), toEthernet(port, guest.bonds)])),
    bonds: Object.fromEntries(guest.bonds.map((bond) => [bond.name, toBond(bond, idOf)])),
    strange: [],
  };
}

function toEthernet(port: GuestPort, bonds: readonly Bond[]): NetplanEthernet {
  const bond = bonds.find((candidate) => candidate.members.includes(port.name));
  return {
    // A name given for the guest means that the interface already has it.
    macaddress: port.guestInterface === undefined ? (port.mac ?? null) : null,
    mtu: bond?.mtuBytes ?? port.network.mtuBytes,
    addresses: port.addresses,
    gateway: port.gateway ?? null,
  };
}

function toBond(bond: Bond, idOf: (port: string) => string): NetplanBond {
  const word = requiredWord(NETPLAN_BONDS, bond);
  return {
    interfaces: bond.members.map(idOf),
    mtu: bond.mtuBytes,
    addresses: bond.addresses,
    gateway: bond.gateway ?? null,
    parameters: {
      ...word,
      "mii-monitor-interval": bond.monitorMilliseconds,
      primary: bond.primary === undefined ? null : idOf(bond.primary),
      "lacp-rate": bond.mode === "lacp" ? bond.lacpRate : null,
    },
  };
}

/** The data of templates/netplan/guest.yaml.hbs. */
function toView({ machine, environment, ethernets, bonds, strange }: NetplanWords): object {
  const named = <T>(map: Readonly<Record<string, T>>) =>
    Object.entries(map).map(([name, value]) => ({ name, ...value }));
  return {
    machine,
    environment,
    ethernets: named(ethernets),
    bonds: named(bonds).map(({ parameters, ...bond }) => ({
      ...bond,
      mode: parameters.mode,
      monitor: parameters["mii-monitor-interval"],
      primary: parameters.primary,
      lacpRate: parameters["lacp-rate"],
      hashPolicy: parameters["transmit-hash-policy"],
    })),
    hasEthernets: Object.keys(ethernets).length > 0,
    hasBonds: Object.keys(bonds).length > 0,
    strange,
  };
}

function plan(desired: NetplanWords, facts: NetplanFacts): Plan {
  const owner = readHeading(facts.text ?? "")?.environment;
  const isForeign = facts.text !== null && owner !== desired.environment;
  const whose = owner === undefined ? "was not written by multiport" : `belongs to environment ${owner}`;
  const conflicts = isForeign ? [`${NETPLAN_FILE} exists and ${whose}. Move it away, then try again`] : [];
  return { conflicts, removals: [], notes: [] };
}

function unsupported(guest: Guest, path: Path): Problem[] {
  return guest.bonds.flatMap((bond) =>
    checkTeamSupport(NETPLAN_BONDS, bond, { path: [...path, "bonds", bond.name], platform: "a Linux bond" }),
  );
}

/** Netplan files take effect when they are applied or at the next boot; the classes are those of that moment. */
const disruption = disruptionTable({
  mode: "outage",
  interfaces: "brief",
  addresses: "brief",
  gateway: "brief",
  mtu: "brief",
  primary: "brief",
});

function settings({ ethernets, bonds, strange }: NetplanWords) {
  return { ethernets, bonds, strange };
}

export const netplan: Driver<Guest, NetplanWords, NetplanFacts> = {
  name: "netplan",
  kind: "Linux guest",
  token: { module: "netplan", type: "Guest" },
  file: { property: "netplan", extension: "netplan.yaml", target: NETPLAN_FILE },
  templates: { config: "guest.yaml", facts: "facts.sh", apply: "apply.sh", remove: "remove.sh" },
  version: 1,
  machines: ({ virtualMachines }) =>
    virtualMachines.flatMap(({ guest }) =>
      guest?.renderer === "netplan" ? [{ machine: guest, path: ["vms", guest.name] }] : [],
    ),
  unsupported,
  toWords,
  toView,
  fromText,
  readFacts: (stdout) => readFactsDocument(Facts, stdout),
  fromFacts: (facts, heading) => {
    const text = facts.text ?? "";
    return readHeading(text)?.environment === heading.environment ? fromText(text) : undefined;
  },
  plan,
  planRemoval: (actual, facts) => plan(actual, facts),
  compare: (desired, actual) => compare(settings(desired), actual ? settings(actual) : {}, disruption),
};
