// Linux guests with netplan: the driver. One file of ours in /etc/netplan; other files there are never touched. Pure.
import { z } from "zod";
import type { Bond } from "../../model/bond.js";
import { compare } from "../../model/change.js";
import type { Path, Problem } from "../../model/problem.js";
import type { Guest, GuestPort } from "../../model/virtualMachine.js";
import { type Driver, disruptionTable } from "../driver.js";
import { checkFacts } from "../factsDocument.js";
import type { Heading } from "../heading.js";
import { type Layer, type LayerPlan, NOTHING_TO_DO } from "../layer.js";
import { BUNDLES } from "../packages.js";
import { checkTeamSupport, requiredWord } from "../teamSupport.js";
import { NETPLAN_BONDS } from "./bond.js";
import { fromText } from "./fromText.js";
import { NETPLAN_FILE, type NetplanBond, type NetplanEthernet, type NetplanWords } from "./words.js";

/** What the facts script prints: a tool that the guest lacks. */
const Facts = z.object({ missing: z.string().nullable() });
type NetplanFacts = z.infer<typeof Facts>;

export function toNetplanWords(guest: Guest): NetplanWords {
  const id = (port: GuestPort) => port.guestInterface ?? port.name;
  const idOf = (name: string) => {
    const port = guest.ports.find((candidate) => candidate.name === name);
    return port ? id(port) : name;
  };
  return {
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
    gateway: port.gateways[0] ?? null,
  };
}

function toBond(bond: Bond, idOf: (port: string) => string): NetplanBond {
  const word = requiredWord(NETPLAN_BONDS, bond);
  return {
    interfaces: bond.members.map(idOf),
    mtu: bond.mtuBytes,
    addresses: bond.addresses,
    gateway: bond.gateways[0] ?? null,
    parameters: {
      ...word,
      "mii-monitor-interval": bond.monitorMilliseconds,
      primary: bond.primary === undefined ? null : idOf(bond.primary),
      "fail-over-mac-policy": bond.policy === "active-backup" && bond.failOverMac !== "none" ? bond.failOverMac : null,
      "lacp-rate": bond.mode === "lacp" ? bond.lacpRate : null,
    },
  };
}

/** The data of templates/netplan/guest.yaml.hbs. */
function toView({ ethernets, bonds }: NetplanWords, { machine, environment }: Heading): object {
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
      failOverMac: parameters["fail-over-mac-policy"],
      lacpRate: parameters["lacp-rate"],
      hashPolicy: parameters["transmit-hash-policy"],
    })),
    hasEthernets: Object.keys(ethernets).length > 0,
    hasBonds: Object.keys(bonds).length > 0,
  };
}

const NOTHING: NetplanWords = { ethernets: {}, bonds: {}, strange: [] };

function isNothing({ ethernets, bonds }: NetplanWords): boolean {
  return Object.keys(ethernets).length + Object.keys(bonds).length === 0;
}

/** The file is checked and put in place, not applied: running state stays as it is until the next boot or `netplan apply`. */
function plan(desired: NetplanWords): LayerPlan {
  if (isNothing(desired)) return NOTHING_TO_DO;
  return { ...NOTHING_TO_DO, check: [{ template: "netplan/check.sh", data: {} }] };
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
  "fail-over-mac-policy": "outage",
});

export const netplanLayer: Layer<Guest, NetplanWords, NetplanFacts> = {
  name: "netplan",
  extension: "netplan.yaml",
  nothing: NOTHING,
  facts: "netplan/facts.sh",
  ownFiles: [NETPLAN_FILE],
  unsupported,
  toWords: toNetplanWords,
  sections: (words, heading) =>
    isNothing(words)
      ? []
      : [
          {
            target: NETPLAN_FILE,
            path: NETPLAN_FILE,
            mode: "0600",
            template: "netplan/guest.yaml",
            data: toView(words, heading),
          },
        ],
  readFacts: (document) => checkFacts(Facts, document),
  // The file tells, with or without netplan.
  missing: (words, { missing }) =>
    missing === null || isNothing(words) ? [] : [{ tool: missing, ...BUNDLES.netplan }],
  unreadable: () => undefined,
  fromFacts: (_facts, { files }) => {
    const text = files[NETPLAN_FILE];
    return text === undefined ? NOTHING : fromText(text);
  },
  plan,
  compare: (desired, actual) => compare(desired, actual, disruption),
  unhealthy: () => [],
};

export const netplan: Driver<Guest> = {
  name: "netplan",
  kind: "Linux guest",
  token: { module: "netplan", type: "Guest" },
  version: 2,
  shell: "sh",
  layers: [netplanLayer],
  machines: ({ virtualMachines }) =>
    virtualMachines.flatMap(({ guest }) =>
      guest?.renderer === "netplan" ? [{ machine: guest, path: ["vms", guest.name] }] : [],
    ),
};
