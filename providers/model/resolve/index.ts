// From a valid spec to the model: names become references, ranges become machines, all problems at once. Pure.
import type { Environment, EnvironmentSpec } from "../environment.js";
import { checkNetwork, toNetwork } from "../network.js";
import type { Problem } from "../problem.js";
import type { PhysicalSwitch } from "../switchPort.js";
import { unknownName } from "../uplinkTeam.js";
import { resolveDistributedSwitches } from "./distributedSwitches.js";
import { resolveHostPorts } from "./hostPorts.js";
import { resolveHosts } from "./hosts.js";
import { closeLibvirt } from "./libvirt.js";
import { Claims, Scope } from "./scope.js";
import { closeUplink } from "./sriov.js";
import { resolveVirtualMachines } from "./virtualMachines.js";
import { resolveVmkernelPorts } from "./vmkernelPorts.js";

export function resolveEnvironment(spec: EnvironmentSpec): { environment: Environment; problems: Problem[] } {
  const scope = new Scope();
  for (const [name, network] of Object.entries(spec.networks ?? {})) {
    scope.add(...checkNetwork(network, ["networks", name]));
    scope.networks.set(name, toNetwork(name, network));
  }
  const switches = resolveSwitches(scope, spec);
  const hosts = resolveHosts(scope, spec);
  const distributedSwitches = resolveDistributedSwitches(scope, spec, hosts);
  const addresses = new Claims(scope, "IP address");
  resolveHostPorts(scope, [...hosts.kvm.values(), ...hosts.hyperv.values()], {
    addresses,
    interfaces: hosts.interfaces,
  });
  resolveVmkernelPorts(scope, hosts.esx.values(), { distributedSwitches, addresses });
  const virtualMachines = resolveVirtualMachines(scope, spec, { hosts, distributedSwitches, addresses });
  const environment: Environment = {
    name: spec.environment,
    networks: [...scope.networks.values()],
    switches,
    vsphereVersion: spec.vcenter?.version ?? "8.0",
    maxUnavailable: spec.maxUnavailable ?? 1,
    kvmHosts: [...hosts.kvm.values()].map(({ libvirt, declaredHostPorts: _, path: __, ...host }) => ({
      ...host,
      ...(libvirt ? { libvirt: closeLibvirt(scope, libvirt, host.uplinks) } : {}),
      uplinks: host.uplinks.map((uplink) => closeUplink(scope, uplink)),
    })),
    esxHosts: [...hosts.esx.values()].map(({ declaredVmkernelPorts: _, path: __, ...host }) => host),
    hypervHosts: [...hosts.hyperv.values()].map(({ declaredHostPorts: _, path: __, vmNames: ___, ...host }) => host),
    distributedSwitches,
    virtualMachines,
  };
  return { environment, problems: scope.problems };
}

function resolveSwitches(scope: Scope, spec: EnvironmentSpec): PhysicalSwitch[] {
  const all = spec.switches ?? {};
  return Object.entries(all).map(([name, { platform, mlag }]) => {
    const path = ["switches", name, "mlag"];
    const peer = mlag && Object.hasOwn(all, mlag.peer) ? all[mlag.peer] : undefined;
    if (mlag && !peer)
      scope.add(unknownName({ noun: "switch", name: mlag.peer, known: Object.keys(all), path: [...path, "peer"] }));
    if (mlag?.peer === name) {
      scope.error("reference", [...path, "peer"], {
        message: "the switch names itself as its peer",
        found: name,
        remedy: "Name the other switch of the pair.",
      });
    } else if (mlag && peer && (peer.mlag?.peer !== name || peer.mlag.domain !== mlag.domain)) {
      scope.error("reference", path, {
        message: `${mlag.peer} does not name ${name} as its peer in the same domain`,
        remedy: "Give both switches each other as peer and one domain.",
      });
    }
    return { name, platform, ...(mlag ? { mlag } : {}) };
  });
}
