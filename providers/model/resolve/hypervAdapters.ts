// Network adapters of VMs on Hyper-V hosts: their port groups, guards, bandwidth and virtual functions. Pure.
import type { AdapterBandwidth, BandwidthMode, HypervSwitch, VmAdapter } from "../hypervHost.js";
import type { AdapterBandwidthSpec } from "../hypervPort.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import { type OpenHypervHost, windowsKey } from "./hypervHosts.js";
import { Claims, type Expanded, refuseKeys, type Scope } from "./scope.js";

/** Synthetic adapters of one VM. Source: Microsoft Learn, Plan for Hyper-V scalability. */
const MOST_ADAPTERS = { "2016": 8, "2019": 64, "2022": 64, "2025": 64 } as const;

/** Puts the ports of a VM on the switches of its host; unknown port groups were told already. */
export function addAdapters(scope: Scope, vm: Expanded<VirtualMachineSpec>, host: OpenHypervHost): void {
  const path = ["vms", vm.key, "ports"];
  const rename = "Rename one of them: Windows does not tell upper from lower case.";
  host.vmNames.take(windowsKey(vm.name), "another VM of the host", {
    path: ["vms", vm.key],
    shown: vm.name,
    remedy: rename,
  });
  const names = new Claims(scope, "adapter name");
  const bonded = Object.values(vm.body.bonds ?? {}).flatMap(({ members }) => members);
  const ports = Object.entries(vm.body.ports);
  if (ports.length > MOST_ADAPTERS[host.release])
    scope.error("unsupported", path, {
      message: `a VM on Windows Server ${host.release} has at most ${MOST_ADAPTERS[host.release]} network adapters`,
      found: ports.length,
      remedy: "Remove ports, or use a trunk.",
    });
  for (const [port, spec] of ports) {
    const at = [...path, port];
    names.take(windowsKey(port), "another port of the VM", { path: at, shown: port, remedy: rename });
    refuseForeign(scope, spec, at);
    const [switchName = "", groupName = ""] = (spec.portGroup ?? "").split("/");
    const owner = host.virtualSwitches.find((candidate) => candidate.name === switchName);
    const portGroup = owner?.portGroups.find((candidate) => candidate.name === groupName);
    if (!owner || !portGroup) continue;
    const { bandwidth, affinity } = spec.hyperv ?? {};
    checkBandwidth(scope, bandwidth, { owner, path: [...at, "hyperv", "bandwidth"] });
    checkAffinity(scope, affinity, { owner, path: [...at, "hyperv", "affinity"] });
    host.vmAdapters.push(toAdapter(spec, { vm: vm.name, port, owner, portGroup, isBonded: bonded.includes(port) }));
  }
}

function refuseForeign(scope: Scope, spec: VmPortSpec, path: Path): void {
  if (spec.vf !== undefined)
    scope.error("unsupported", [...path, "vf"], {
      message: "on Hyper-V the switch chooses the virtual function and its physical port",
      found: spec.vf,
      remedy: "Remove vf, set iov: true of the switch, and hyperv: { iov: {} } of the port.",
    });
  const keys = ["interface", "allowedMacs"] as const;
  refuseKeys(scope, { body: spec, keys, path, platform: "a port on a Hyper-V host" });
}

interface OnSwitch {
  readonly owner: HypervSwitch;
  readonly path: Path;
}

const MODE_OF = { minimumWeight: "weight", minimumKbps: "absolute" } as const satisfies Record<string, BandwidthMode>;

function checkBandwidth(scope: Scope, spec: AdapterBandwidthSpec = {}, { owner, path }: OnSwitch): void {
  for (const key of ["minimumWeight", "minimumKbps"] as const) {
    if (spec[key] === undefined || owner.bandwidthMode === MODE_OF[key]) continue;
    scope.error("unsupported", [...path, key], {
      message: `switch ${owner.name} has bandwidthMode ${owner.bandwidthMode}`,
      found: spec[key],
      wanted: `a switch with bandwidthMode ${MODE_OF[key]}`,
      remedy: `Remove ${key}, or set bandwidthMode: ${MODE_OF[key]} of the switch, which is made anew for it.`,
    });
  }
  const { minimumKbps, maximumKbps } = spec;
  if (minimumKbps === undefined || maximumKbps === undefined || minimumKbps <= maximumKbps) return;
  scope.error("schema", [...path, "minimumKbps"], {
    message: "more is kept for the adapter than it may send",
    found: minimumKbps,
    wanted: `at most ${maximumKbps}`,
    remedy: "Lower minimumKbps, or raise maximumKbps.",
  });
}

function checkAffinity(scope: Scope, affinity: string | undefined, { owner, path }: OnSwitch): void {
  if (affinity === undefined) return;
  if (owner.kind !== "set")
    scope.error("unsupported", path, {
      message: `switch ${owner.name} is of kind ${owner.kind}, and only a SET switch ties adapters to members of its team`,
      found: affinity,
      remedy: "Remove affinity, or use kind: set for the switch.",
    });
  else if (!owner.uplinkTeam?.members.includes(affinity))
    scope.add({
      ...unknownName({ noun: "member", name: affinity, known: owner.uplinkTeam?.members ?? [], path }),
      message: `the team of switch ${owner.name} has no member of this name`,
      remedy: "Name a member of the team, or remove affinity.",
    });
}

interface Placed {
  readonly vm: string;
  readonly port: string;
  readonly owner: HypervSwitch;
  readonly portGroup: PortGroup;
  readonly isBonded: boolean;
}

function toAdapter({ mac, hyperv = {} }: VmPortSpec, { vm, port, owner, portGroup, isBonded }: Placed): VmAdapter {
  const { iov, affinity } = hyperv;
  return {
    vm,
    name: port,
    switch: owner.name,
    portGroup,
    ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
    macSpoofing: portGroup.security.macChanges && portGroup.security.forgedTransmits,
    dhcpGuard: hyperv.dhcpGuard ?? false,
    routerGuard: hyperv.routerGuard ?? false,
    portMirroring: hyperv.portMirroring ?? "none",
    allowTeaming: hyperv.allowTeaming ?? isBonded,
    deviceNaming: hyperv.deviceNaming ?? false,
    bandwidth: toBandwidth(hyperv.bandwidth),
    iovWeight: iov ? (iov.weight ?? 100) : 0,
    iovQueuePairs: iov?.queuePairs ?? 1,
    ...(affinity === undefined ? {} : { affinity }),
  };
}

function toBandwidth({ minimumWeight, minimumKbps, maximumKbps }: AdapterBandwidthSpec = {}): AdapterBandwidth {
  return {
    ...(minimumWeight === undefined ? {} : { minimumWeight }),
    ...(minimumKbps === undefined ? {} : { minimumBitsPerSecond: minimumKbps * 1000 }),
    ...(maximumKbps === undefined ? {} : { maximumBitsPerSecond: maximumKbps * 1000 }),
  };
}
