// The model of a KVM host in the words of the port guard, and what of the model nftables can't say. Pure.
import type { KvmHost } from "../../../model/host.js";
import type { SecurityPolicy } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import type { VirtualSwitch, VmPort } from "../../../model/virtualSwitch.js";
import { sortKeys } from "../../sortKeys.js";
import { type GuardedPort, type NftablesWords, NO_GUARD } from "./words.js";

export function toNftablesWords(host: KvmHost): NftablesWords {
  const ports = host.virtualSwitches.flatMap(guardedPorts).map((port) => [port.interface, toPort(port)] as const);
  if (ports.length === 0) return NO_GUARD;
  return { unit: "enabled", ports: sortKeys(Object.fromEntries(ports)) };
}

/** Only where the file says it: what has no security is as the switch itself makes it. */
function guardedPorts({ ports }: VirtualSwitch): readonly VmPort[] {
  return ports.filter(({ portGroup: { given, security } }) => given.includes("security") && isGuard(security));
}

function isGuard({ promiscuous, forgedTransmits }: SecurityPolicy): boolean {
  return !promiscuous || !forgedTransmits;
}

function toPort({ macs, portGroup: { security } }: VmPort): GuardedPort {
  const { promiscuous, macChanges, forgedTransmits } = security;
  const isLearning = !promiscuous && macChanges;
  return {
    own: [...macs].sort(),
    ingress: forgedTransmits ? (isLearning ? "learn" : "any") : "own",
    egress: promiscuous ? "any" : isLearning ? "learnt" : "own",
  };
}

export function nftablesUnsupported(host: KvmHost, path: Path): Problem[] {
  return host.virtualSwitches.flatMap((virtualSwitch) => {
    const at = [...path, "virtualSwitches", virtualSwitch.name];
    const groups = virtualSwitch.portGroups.filter(({ given }) => given.includes("security"));
    return [
      ...groups.flatMap((group) => checkPolicy(group.security, [...at, "portGroups", group.name, "security"])),
      ...(virtualSwitch.datapath === "netdev"
        ? groups.map(({ name }) => inUserSpace([...at, "portGroups", name]))
        : []),
      ...guardedPorts(virtualSwitch).flatMap(checkPort),
    ];
  });
}

/** A guest that changes its MAC address just sends from another one. */
function checkPolicy({ macChanges, forgedTransmits }: SecurityPolicy, path: Path): Problem[] {
  if (!macChanges || forgedTransmits) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: [...path, "macChanges"],
      message: "a Linux host can't tell a changed MAC address from a forged one",
      found: "true, with forgedTransmits false",
      remedy: "Set forgedTransmits: true as well, or name the addresses in allowedMacs of the VM port.",
    },
  ];
}

function inUserSpace(path: Path): Problem {
  return {
    rule: "unsupported",
    severity: "error",
    path: [...path, "security"],
    message: "Open vSwitch with its datapath in user space takes frames before nftables sees them",
    found: "datapath: netdev",
    remedy: "Use datapath: system, or remove security.",
  };
}

function checkPort({ vm, port, macs }: VmPort): Problem[] {
  if (macs.length > 0) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: ["vms", vm, "ports", port],
      message: "the security of its port group goes by the port's MAC address, and it has none",
      remedy: "Add mac.",
    },
  ];
}
