// Hosts: profiles and ranges filled in, uplinks and cables checked, virtual switches resolved. Pure.
import type { EnvironmentSpec } from "../environment.js";
import { type HostSpec, type KvmHost, type Uplink, withProfile } from "../host.js";
import type { Path } from "../problem.js";
import { toSshTarget } from "../ssh.js";
import { toCable } from "../switchPort.js";
import { checkUplinkTeam, toUplinkTeam, unknownName } from "../uplinkTeam.js";
import type { VirtualSwitch, VirtualSwitchSpec, VmPort } from "../virtualSwitch.js";
import { type OpenEsxHost, toEsxHost } from "./esxHosts.js";
import { type OpenLibvirt, openLibvirt } from "./libvirt.js";
import type { ReadHost } from "./readHost.js";
import {
  Claims,
  checkExpanded,
  claimMembers,
  expandMap,
  FITTING_RANGE,
  refuseKeys,
  type Scope,
  toPortGroups,
} from "./scope.js";
import { type OpenUplink, openUplinks } from "./sriov.js";

/** A KVM host whose virtual switches and virtual functions can still be given the ports of VMs. */
export interface OpenKvmHost extends KvmHost {
  readonly uplinks: readonly OpenUplink[];
  readonly virtualSwitches: readonly (VirtualSwitch & { readonly ports: VmPort[] })[];
  readonly libvirt?: OpenLibvirt;
}

export interface Hosts {
  readonly kvm: Map<string, OpenKvmHost>;
  readonly esx: Map<string, OpenEsxHost>;
  /** Interface names on KVM hosts, as `<host> <interface>`: uplinks and switches have theirs, VMs come later. */
  readonly interfaces: Claims;
  /** Declared hosts with faults of their own: what names them is not at fault. */
  readonly faulty: Set<string>;
}

/** Per key of the file: names that are the same for every member of a group are looked at once. */
export function resolveHosts(scope: Scope, spec: EnvironmentSpec): Hosts {
  const hosts: Hosts = {
    kvm: new Map(),
    esx: new Map(),
    interfaces: new Claims(scope, "interface name"),
    faulty: new Set(),
  };
  const switchPorts = new Claims(scope, "switch port");
  for (const { name, key, body: host } of expandMap(scope, "hosts", withProfiles(scope, spec))) {
    const path = ["hosts", key];
    const address = host.address ?? name;
    const fits =
      checkExpanded(scope, "name", name, path) && checkExpanded(scope, "address", address, [...path, "address"]);
    if (!fits || (host.profile !== undefined && !Object.hasOwn(spec.profiles ?? {}, host.profile))) {
      hosts.faulty.add(name);
      continue;
    }
    const uplinks = toUplinks(scope, { host, name, path, switchPorts, switches: spec.switches ?? {} });
    if (host.platform === "kvm")
      hosts.kvm.set(name, toKvmHost(scope, { host, name, address, uplinks, path }, hosts.interfaces));
    else if (host.platform === "vsphere") hosts.esx.set(name, toEsxHost(scope, { host, name, address, uplinks, path }));
    else {
      hosts.faulty.add(name);
      scope.error("schema", [...path, "platform"], {
        message: "a required value is missing",
        wanted: "kvm or vsphere",
        remedy: "Add platform to the host or to its profile.",
      });
    }
  }
  return hosts;
}

/** Before ranges are filled in: a profile may hold ranges too, as long as those of the groups that use it. */
function withProfiles(scope: Scope, { hosts = {}, profiles = {} }: EnvironmentSpec): Record<string, HostSpec> {
  const filled = Object.entries(hosts).map(([key, body]): [string, HostSpec] => {
    if (body.profile === undefined) return [key, body];
    if (Object.hasOwn(profiles, body.profile)) return [key, withProfile(body, profiles[body.profile])];
    const path = ["hosts", key, "profile"];
    scope.add(unknownName({ noun: "profile", name: body.profile, known: Object.keys(profiles), path }));
    return [key, body];
  });
  return Object.fromEntries(filled);
}

interface Cabling {
  readonly host: HostSpec;
  readonly name: string;
  readonly path: Path;
  readonly switchPorts: Claims;
  readonly switches: object;
}

function toUplinks(scope: Scope, { host, name, path, switchPorts, switches }: Cabling): Uplink[] {
  const pciAddresses = new Claims(scope, "PCI address");
  return Object.entries(host.uplinks ?? {}).map(([uplinkName, uplink]) => {
    const at = [...path, "uplinks", uplinkName];
    const cable = uplink?.cable === undefined ? undefined : toCable(uplink.cable);
    if (cable && uplink?.cable) {
      if (!Object.hasOwn(switches, cable.switch)) {
        const known = Object.keys(switches);
        scope.add(unknownName({ noun: "switch", name: cable.switch, known, path: [...at, "cable"] }));
      }
      if (/[[\]]/.test(cable.port)) {
        scope.error("schema", [...at, "cable"], {
          message: "the range does not fit the group",
          found: uplink.cable,
          remedy: FITTING_RANGE,
        });
      } else
        switchPorts.take(uplink.cable, `uplink ${uplinkName} of ${name}`, {
          path: [...at, "cable"],
          remedy: "Give every cable a switch port of its own.",
        });
    }
    const pci = uplink?.pci?.toLowerCase();
    if (pci)
      pciAddresses.take(pci, `uplink ${uplinkName} of ${name}`, {
        path: [...at, "pci"],
        remedy: "Give every uplink its own PCI address.",
      });
    const numVfs = uplink?.sriov?.numVfs;
    return {
      name: uplinkName,
      ...(pci ? { pci } : {}),
      ...(cable ? { cable } : {}),
      ...(numVfs === undefined ? {} : { numVfs }),
    };
  });
}

/** Keys of a host that only ESXi has. */
const ESX_ONLY = ["vmkernelPorts", "passthrough", "reboot", "redundancyGroup"] as const satisfies (keyof HostSpec)[];
/** Keys of a virtual switch that only a standard switch of ESXi has. */
const STANDARD_SWITCH_ONLY = [
  "mtu",
  "discovery",
  "security",
  "shaping",
  "beaconIntervalSeconds",
  "adopt",
] as const satisfies (keyof VirtualSwitchSpec)[];

function toKvmHost(scope: Scope, { host, name, address, uplinks, path }: ReadHost, interfaces: Claims): OpenKvmHost {
  const teams = new Claims(scope, "uplink");
  const known = uplinks.map((uplink) => uplink.name);
  for (const uplink of known)
    interfaces.take(`${name} ${uplink}`, `an uplink of ${name}`, { path: [...path, "uplinks", uplink], remedy: "" });
  refuseKeys(scope, { body: host, keys: ESX_ONLY, path, platform: "a KVM host" });
  const virtualSwitches = Object.entries(host.virtualSwitches ?? {}).flatMap(([switchName, spec]) => {
    const at = [...path, "virtualSwitches", switchName];
    refuseKeys(scope, { body: spec, keys: STANDARD_SWITCH_ONLY, path: at, platform: "a KVM host" });
    const team = spec.uplinkTeam;
    if (!team) {
      scope.error("schema", [...at, "uplinkTeam"], {
        message: "a required value is missing",
        wanted: "a map with members",
        remedy: "Add uplinkTeam.",
      });
      return [];
    }
    interfaces.take(`${name} ${switchName}`, `virtual switch ${switchName}`, {
      path: at,
      shown: switchName,
      remedy: "Name the virtual switch differently: its bridge is an interface of the host too.",
    });
    scope.add(...checkUplinkTeam(team, known, [...at, "uplinkTeam"]));
    claimMembers(teams, team.members, { holder: `the team of ${switchName}`, path: at });
    const portGroups = toPortGroups(scope, spec.portGroups, { path: [...at, "portGroups"], uplinks: known });
    return [
      {
        name: switchName,
        datapath: spec.datapath ?? ("system" as const),
        uplinkTeam: toUplinkTeam(team),
        portGroups,
        ports: [],
      },
    ];
  });
  return {
    platform: "kvm",
    name,
    ssh: toSshTarget(name, address, host.ssh),
    uplinks: openUplinks(scope, uplinks, { host, switches: virtualSwitches, path }),
    virtualSwitches,
    ...(host.libvirt
      ? { libvirt: openLibvirt(scope, host.libvirt, { virtualSwitches, path: [...path, "libvirt"] }) }
      : {}),
  };
}
