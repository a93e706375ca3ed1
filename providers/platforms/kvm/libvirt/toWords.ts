// The model of a KVM host in the words of libvirt, and what of the model libvirt can't say. Pure.
import type { KvmHost } from "../../../model/host.js";
import type { LibvirtDomain, LibvirtPort } from "../../../model/libvirt.js";
import { formatRanges, mergeRanges, type Vlan } from "../../../model/network.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import { hashOf } from "../../../model/resolve/virtualFunctions.js";
import type { Shaping } from "../../../model/shaping.js";
import type { VirtualSwitch } from "../../../model/virtualSwitch.js";
import { untaggedVlan } from "../../linux/toWords.js";
import { sortKeys } from "../../sortKeys.js";
import {
  CARD_ALIAS,
  FUNCTION_ALIAS,
  type LibvirtBandwidth,
  type LibvirtDomainWords,
  type LibvirtInterfaceWords,
  type LibvirtNetworkWords,
  type LibvirtPortSettings,
  type LibvirtVlan,
  type LibvirtWords,
} from "./words.js";

export function toLibvirtWords(host: KvmHost, environment: string): LibvirtWords {
  const { networks = [], pools = [], domains = [] } = host.libvirt ?? {};
  const switches = new Map(host.virtualSwitches.map((vs) => [vs.name, vs]));
  const bridged = networks.flatMap(({ name, switch: vs }): [string, LibvirtNetworkWords][] => {
    const owner = switches.get(vs);
    return owner ? [[name, toNetwork(owner, environment)]] : [];
  });
  const pooled = pools.map(({ name, uplink, functions }): [string, LibvirtNetworkWords] => [
    name,
    {
      ...emptyNetwork(environment),
      forward: "hostdev",
      pf: uplink,
      functions: functions ? formatRanges(functions) : null,
    },
  ]);
  const names = new Map(networks.map(({ name, switch: vs }) => [vs, name]));
  const machines = domains.map((domain): [string, LibvirtDomainWords] => [
    domain.name,
    toDomain(domain, { environment, names, switches }),
  ]);
  return {
    networks: sortKeys(Object.fromEntries([...bridged, ...pooled])),
    domains: sortKeys(Object.fromEntries(machines)),
  };
}

function emptyNetwork(environment: string): LibvirtNetworkWords {
  return {
    environment,
    active: true,
    autostart: true,
    forward: "bridge",
    bridge: null,
    virtualport: null,
    pf: null,
    functions: null,
    portgroups: {},
  };
}

function toNetwork(owner: VirtualSwitch, environment: string): LibvirtNetworkWords {
  const portgroups = owner.portGroups.map((group): [string, LibvirtPortSettings] => [
    group.name,
    toSettings(group, owner),
  ]);
  return {
    ...emptyNetwork(environment),
    bridge: owner.name,
    virtualport: isOvs(owner) ? "openvswitch" : null,
    portgroups: sortKeys(Object.fromEntries(portgroups)),
  };
}

function isOvs({ kind }: VirtualSwitch): boolean {
  return kind === "openvswitch";
}

function toSettings({ network, shaping, security, given }: PortGroup, owner: VirtualSwitch): LibvirtPortSettings {
  return {
    vlan: toVlan(network.vlan, isOvs(owner) ? 0 : untaggedVlan(owner)),
    inbound: toBandwidth(shaping.egress),
    // Linux has no peak for what comes from a guest: libvirt would write it down and not set it.
    outbound: shaping.ingress ? { ...bandwidthOf(shaping.ingress), peak: null } : null,
    trustGuestRxFilters: given.includes("security") && security.macChanges,
  };
}

function toBandwidth(shaping: Shaping | undefined): LibvirtBandwidth | null {
  return shaping ? bandwidthOf(shaping) : null;
}

/** Whole kilobytes per second, at least one. */
function bandwidthOf({ averageKbps, peakKbps, burstKilobytes }: Shaping): LibvirtBandwidth {
  const kilobytes = (kbps: number) => Math.max(1, Math.round(kbps / 8));
  return { average: kilobytes(averageKbps), peak: kilobytes(peakKbps), burst: burstKilobytes };
}

/** `untagged` is what stands for frames without a tag: 0 on Open vSwitch, where a port without it would carry every VLAN. */
function toVlan(vlan: Vlan, untagged: number): LibvirtVlan {
  switch (vlan.kind) {
    case "untagged":
      return { trunk: false, tags: `${untagged}`, native: null };
    case "access":
      return { trunk: false, tags: `${vlan.id}`, native: null };
    case "trunk": {
      const native = vlan.native === undefined ? [] : [{ first: vlan.native, last: vlan.native }];
      return {
        trunk: true,
        tags: formatRanges(mergeRanges([...vlan.ranges, ...native])),
        native: vlan.native ?? null,
      };
    }
    case "private":
      throw new Error("a private VLAN was let through");
  }
}

interface Around {
  readonly environment: string;
  /** Networks in libvirt by virtual switch. */
  readonly names: ReadonlyMap<string, string>;
  readonly switches: ReadonlyMap<string, VirtualSwitch>;
}

function toDomain(domain: LibvirtDomain, around: Around): LibvirtDomainWords {
  const interfaces = domain.ports.flatMap((port): [string, LibvirtInterfaceWords][] => {
    const alias = `${CARD_ALIAS}${port.name}`;
    const hasBoth = port.card !== undefined && port.function !== undefined;
    return [
      ...toCard(domain, port, around).map((card): [string, LibvirtInterfaceWords] => [
        alias,
        { ...card, teaming: hasBoth ? "persistent" : null },
      ]),
      ...toFunction(port).map((own): [string, LibvirtInterfaceWords] => [
        `${FUNCTION_ALIAS}${port.name}`,
        { ...own, teaming: hasBoth ? `transient ${alias}` : null },
      ]),
    ];
  });
  return {
    environment: around.environment,
    interfaces: Object.fromEntries(interfaces),
    order: interfaces.map(([alias]) => alias),
  };
}

function toCard(
  { vm }: LibvirtDomain,
  { name, mac, network, link, card }: LibvirtPort,
  { environment, names, switches }: Around,
): LibvirtInterfaceWords[] {
  const owner = switches.get(card?.switch ?? "");
  if (!card || !owner) return [];
  return [
    {
      type: "network",
      network: names.get(card.switch) ?? null,
      portgroup: card.portGroup.name,
      function: null,
      mac,
      target: card.interface,
      model: card.model,
      queues: card.queues ?? null,
      link,
      mtu: network.mtuBytes,
      isolated: card.isolated,
      interfaceid: isOvs(owner) ? interfaceId(`${environment}/${vm}/${name}`) : null,
      teaming: null,
      // Not left to the port group: update-device of libvirt 9 would take the VLAN of an interface that has none of its own away.
      ...toSettings(card.portGroup, owner),
    },
  ];
}

function toFunction({ mac, network: { vlan }, function: own }: LibvirtPort): LibvirtInterfaceWords[] {
  if (!own) return [];
  return [
    {
      type: "hostdev",
      network: null,
      portgroup: null,
      function: `${own.uplink}/${own.index}`,
      mac,
      target: null,
      model: null,
      queues: null,
      link: null,
      mtu: null,
      isolated: false,
      interfaceid: null,
      teaming: null,
      // What has a list of VLANs leaves the tags to the guest, as a function without a VLAN does.
      vlan: vlan.kind === "access" ? toVlan(vlan, 0) : null,
      inbound: null,
      outbound: null,
      trustGuestRxFilters: false,
    },
  ];
}

/** The same id for the same port, always: with another one libvirt refuses to change a running interface. A UUID of version 8. */
function interfaceId(name: string): string {
  const digits = [0, 1, 2, 3].map((part) => hashOf(`${part} ${name}`).toString(16).padStart(8, "0")).join("");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}

/** Everything about a host that libvirt has no place for. */
export function libvirtUnsupported(host: KvmHost, path: Path): Problem[] {
  const switches = new Set(host.libvirt?.networks.map((network) => network.switch));
  const domains = host.libvirt?.domains ?? [];
  return [
    ...host.virtualSwitches
      .filter(({ name }) => switches.has(name))
      .flatMap(({ name, portGroups }) =>
        portGroups.flatMap((group) => checkPeak(group, [...path, "virtualSwitches", name, "portGroups", group.name])),
      ),
    ...domains.flatMap(({ vm, ports }) =>
      ports.flatMap((port) => checkIsolated(port, host, ["vms", vm, "ports", port.name])),
    ),
  ];
}

function checkPeak({ shaping: { ingress } }: PortGroup, path: Path): Problem[] {
  if (!ingress || ingress.peakKbps === ingress.averageKbps) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: [...path, "shaping", "ingress", "peakKbps"],
      message: "libvirt has no peak for what a VM sends: Linux limits it by average and burst alone",
      found: `${ingress.peakKbps}`,
      remedy: "Remove peakKbps, or raise averageKbps.",
    },
  ];
}

function checkIsolated({ card }: LibvirtPort, { virtualSwitches }: KvmHost, path: Path): Problem[] {
  const owner = virtualSwitches.find(({ name }) => name === card?.switch);
  if (!card?.isolated || !owner || !isOvs(owner)) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: [...path, "libvirt", "isolated"],
      message: "libvirt isolates ports of Linux bridges only, and refuses it on Open vSwitch",
      found: "true",
      remedy: "Remove isolated.",
    },
  ];
}
