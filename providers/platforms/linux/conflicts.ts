// Why a machine's network devices may not be changed: what is missing, what others have, and what would cut us off. Pure.

import { formatChange } from "../../model/change.js";
import { own } from "../own.js";
import { BUNDLES, type MissingTool } from "../packages.js";
import { isDhcpFor } from "./dhcp.js";
import { compareLinux } from "./disruption.js";
import type { FactLink, LinuxFacts } from "./facts.js";
import { markOf } from "./mark.js";
import { identityConflicts } from "./nicIdentity.js";
import { nameNow, renamingsOf } from "./nics.js";
import { controllerOf, devicesInOrder, kindOf } from "./stack.js";
import { inPlaceOfTeam } from "./teamd/inPlace.js";
import type { LinuxWords, RendererName } from "./words.js";

export interface Judged {
  readonly desired: LinuxWords;
  readonly actual: LinuxWords;
  readonly facts: LinuxFacts;
  readonly environment: string;
}

export function missingOfLinux({ renderer }: LinuxWords, { missing, tools, renderers }: LinuxFacts): MissingTool[] {
  const otherwise = `set renderer: ${inUse(renderers) ?? "networkd"}`;
  return [
    ...missing.map((tool) => ({ tool, ...BUNDLES.iproute2 })),
    ...(["netplan", "ifupdown"] as const)
      .filter((tool) => tool === renderer && !tools[tool])
      .map((tool) => ({ tool, ...BUNDLES[tool], otherwise })),
  ];
}

export function conflictsOf(judged: Judged): string[] {
  const { desired, facts } = judged;
  // Removing takes nothing but what is there; what it takes may be what we came in on.
  if (devicesInOrder(desired).length === 0) return managementConflicts(judged);
  return [
    ...rendererConflicts(desired.renderer, facts),
    ...identityConflicts(desired, facts),
    ...nics(desired).flatMap((name) => nicConflicts(name, judged)),
    ...misplacedNics(desired, facts),
    ...devices(desired).flatMap((name) => deviceConflicts(name, judged)),
    ...managementConflicts(judged),
  ];
}

/** NICs are there before us, and interfaces of Open vSwitch come with it. */
function nics(words: LinuxWords): string[] {
  const lower = [
    ...(words.ports ?? []),
    ...Object.values(words.bonds).flatMap(({ members }) => members),
    ...Object.values(words.bridges).flatMap(({ ports }) => Object.keys(ports)),
  ];
  return [...new Set(lower)].filter((name) => kindOf(words, name) === "nic").sort();
}

function devices(words: LinuxWords): string[] {
  return devicesInOrder(words).filter((name) => kindOf(words, name) !== "nic");
}

function nicConflicts(name: string, judged: Judged): string[] {
  const { desired, facts } = judged;
  const link = facts.links.get(nameNow(desired, facts, name));
  // Of a NIC that is known by what it is, its own conflict tells that it is missing.
  if (!link && own(desired.nics, name)) return [];
  if (!link) {
    const there = [...facts.links.keys()].filter((other) => facts.nics[other] !== undefined).sort();
    return [`there is no interface ${name}. The NICs here are ${there.join(", ") || "none"}. Correct the name`];
  }
  const { mtu = 0 } = desired.links[name] ?? {};
  const tooLarge = typeof link.max_mtu === "number" && link.max_mtu > 0 && mtu > link.max_mtu;
  const master = link.master ?? undefined;
  // Of a device of a name that is wanted its own conflict tells all.
  const isTaken = master !== undefined && !Object.hasOwn(desired.links, master) && !isOurs(master, judged);
  return [
    ...(tooLarge
      ? [
          `${name} takes packets of ${link.max_mtu} bytes at most, and ${mtu} are wanted [LB-27]. Set a smaller mtu of the networks`,
        ]
      : []),
    ...(isTaken
      ? [
          `${name} is a member of ${master}, which is not multiport's. Take it out there, or leave ${name} out of the environment${ofTeam(master, judged)}`,
        ]
      : []),
    ...stackedConflicts(link.ifname, judged),
  ];
}

/** A team device is one whose place a bond takes. */
function ofTeam(device: string, { desired, facts }: Judged): string {
  if (facts.links.get(device)?.linkinfo?.info_kind !== "team") return "";
  const ports = [...facts.links.values()].filter(({ master }) => master === device).map(({ ifname }) => ifname);
  return `. ${inPlaceOfTeam({ device, files: facts.teams, ports, isGuest: desired.ports !== undefined })}`;
}

/** What such a device takes of the NIC below it. The kernel asks it before a bond or bridge, or allows no two. */
const TAKES: Readonly<Record<string, string>> = {
  vlan: "gets the frames of its VLAN before the NIC does",
  ...Object.fromEntries(
    ["macvlan", "macvtap", "ipvlan", "ipvtap", "macsec"].map((kind) => [kind, "leaves no room for a bond or a bridge"]),
  ),
};

/** Devices of others that stand on a NIC which becomes an uplink. */
function stackedConflicts(nic: string, { desired, actual, facts, environment }: Judged): string[] {
  if (controllerOf(actual, nic) !== null) return [];
  const known = { ...desired.links, ...actual.links };
  return [...facts.links.values()].flatMap(({ ifname, link, ifalias, linkinfo }) => {
    const kind = linkinfo?.info_kind ?? "";
    const takes = Object.hasOwn(TAKES, kind) ? TAKES[kind] : undefined;
    if (link !== nic || !takes || ifalias === markOf(environment) || Object.hasOwn(known, ifname)) return [];
    return [
      `${ifname} stands on ${nic}, is a device of kind ${kind}, is not multiport's and ${takes}. Remove it where it is configured and in the kernel (ip link delete dev ${ifname}), or leave ${nic} out of the environment`,
    ];
  });
}

function isOurs(name: string, { desired, actual, facts, environment }: Judged): boolean {
  if (facts.links.get(name)?.ifalias === markOf(environment)) return true;
  // Adopted: it is as it is wanted, or is the datapath that carries what Open vSwitch has.
  return name === "ovs-system" || isEqual(name, desired, actual);
}

/** Everything that a device is in our words. */
function isEqual(name: string, desired: LinuxWords, actual: LinuxWords): boolean {
  const all = (words: LinuxWords) =>
    JSON.stringify([words.bonds[name], words.bridges[name], words.vlans[name], words.links[name]]);
  return Object.hasOwn(actual.links, name) && all(desired) === all(actual);
}

/** A device of our name that others made stays as it is, and is taken over where that is what is wanted. */
function deviceConflicts(name: string, judged: Judged): string[] {
  const link = judged.facts.links.get(name);
  if (!link || isOurs(name, judged)) return [];
  return [
    `${name} exists, ${describe(link)}, is not multiport's and is not as it is wanted${differences(name, judged)}. Give ours another name, make it equal so that it is taken over, or remove it${ofTeam(name, judged)}`,
  ];
}

/** Where the device is at least of the kind that is wanted. */
function differences(device: string, { desired, actual }: Judged): string {
  const found = compareLinux(desired, actual).filter(
    ({ path: [, name, ...setting] }) => name === device && setting.length > 0,
  );
  const texts = found.map((change) => formatChange({ ...change, path: change.path.slice(2) }));
  return texts.length === 0 ? "" : ` (${texts.join("; ")})`;
}

function describe(link: FactLink): string {
  const kind = link.linkinfo?.info_kind;
  const [, whose] = /^multiport (\S+)$/.exec(link.ifalias ?? "") ?? [];
  const article = kind ? `is a device of kind ${kind}` : "is a NIC";
  return whose === undefined ? article : `${article} of environment ${whose}`;
}

/** The address that we came in on has to be somewhere afterwards. */
function managementConflicts({ desired, actual, facts }: Judged): string[] {
  if (facts.ssh === "") return [];
  const isManagement = (address: string) => address.split("/")[0] === facts.ssh;
  const held = [...facts.addresses, ...facts.leases];
  const [holder] = held.find(([, addresses]) => addresses.some(isManagement)) ?? [];
  if (holder === undefined) return [];
  const name = renamingsOf(desired, facts).find(({ from }) => from === holder)?.to ?? holder;
  const isTouched = Object.hasOwn(desired.links, name) || Object.hasOwn(actual.links, holder);
  const isKept = Object.values(desired.links).some(({ addresses }) => addresses.some(isManagement));
  const isLease = facts.leases.get(holder)?.some(isManagement) ?? false;
  const wanted = own(desired.links, name);
  if (!isTouched || isKept || (isLease && wanted && isDhcpFor(facts.ssh, wanted))) return [];
  const loses = `${holder} has ${facts.ssh}, the address of this very SSH connection, and would lose it`;
  return [
    devicesInOrder(desired).length > 0
      ? `${loses}. Give an interface of the file that address, or leave ${holder} out of the environment`
      : `${loses}: nothing of the file gives the machine that address any more. Reach the machine at another address, or let it keep what it has and take it out of the state (pulumi state delete)`,
  ];
}

/** As people call them. */
export const NAMES: Readonly<Record<RendererName, string>> = {
  netplan: "netplan",
  networkd: "systemd-networkd",
  NetworkManager: "NetworkManager",
  ifupdown: "ifupdown",
};

/** Two that both take a device at the next boot are one too many. */
function rendererConflicts(wanted: RendererName | null, { renderers }: LinuxFacts): string[] {
  if (wanted === null) return [];
  const other = inUse(renderers);
  if (wanted === "networkd" && !renderers.networkd)
    return [
      `systemd-networkd does not run. Start it (systemctl enable --now systemd-networkd), or set renderer: ${other ?? "netplan"}`,
    ];
  if (wanted === "NetworkManager" && !renderers.NetworkManager)
    return [
      `NetworkManager does not run. Start it (systemctl enable --now NetworkManager), or set renderer: ${other ?? "netplan"}`,
    ];
  if (other === undefined || other === wanted || renderers[wanted]) return [];
  return [
    `the network of the machine is configured by ${NAMES[other]}, not by ${NAMES[wanted]}. Set renderer: ${other}, or change the machine over first`,
  ];
}

/** networkd often runs beside another: that alone says nothing. */
export function inUse(renderers: LinuxFacts["renderers"]): RendererName | undefined {
  const order = ["netplan", "ifupdown", "NetworkManager"] as const;
  return order.find((name) => renderers[name]);
}

/** A NIC that is not the device that the file names by its PCI address. */
function misplacedNics({ pci: wanted = {} }: LinuxWords, facts: LinuxFacts): string[] {
  return Object.entries(wanted).flatMap(([name, pci]) => {
    const found = facts.nics[name]?.pci;
    if (found === undefined || found === pci) return [];
    const there = Object.entries(facts.nics).find(([, nic]) => nic.pci === pci)?.[0];
    const where = there === undefined ? "which no interface here has" : `which is ${there}`;
    return [`${name} is the device ${found} and not ${pci}, ${where}. Correct the name or the pci`];
  });
}
