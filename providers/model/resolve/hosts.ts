// Hosts: profiles and ranges filled in, uplinks and cables checked, virtual switches resolved. Pure.
import type { EnvironmentSpec } from "../environment.js";
import { type HostSpec, withProfile } from "../host.js";
import type { Path } from "../problem.js";
import { toCable } from "../switchPort.js";
import type { Uplink } from "../uplink.js";
import { unknownName } from "../uplinkTeam.js";
import { type OpenEsxHost, toEsxHost } from "./esxHosts.js";
import { type OpenHypervHost, toHypervHost } from "./hypervHosts.js";
import { type OpenKvmHost, toKvmHost } from "./kvmHosts.js";
import { Claims, checkExpanded, expandMap, FITTING_RANGE, type Scope } from "./scope.js";
import { checkHostNames } from "./strictNames.js";

export interface Hosts {
  readonly kvm: Map<string, OpenKvmHost>;
  readonly esx: Map<string, OpenEsxHost>;
  readonly hyperv: Map<string, OpenHypervHost>;
  /**
   * Interface names on KVM hosts, as `<host> <interface>`, and on Hyper-V hosts, as `windowsKey` has them: uplinks, switches and host
   * ports have theirs, VMs come later.
   */
  readonly interfaces: Claims;
  /** Declared hosts with faults of their own: what names them is not at fault. */
  readonly faulty: Set<string>;
}

/** Per key of the file: names that are the same for every member of a group are looked at once. */
export function resolveHosts(scope: Scope, spec: EnvironmentSpec): Hosts {
  const hosts: Hosts = {
    kvm: new Map(),
    esx: new Map(),
    hyperv: new Map(),
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
    const read = { host, name, address, uplinks, path };
    if (host.platform !== "hyperv") checkHostNames(scope, host, path);
    if (host.platform === "kvm") hosts.kvm.set(name, toKvmHost(scope, read, hosts.interfaces));
    else if (host.platform === "vsphere") hosts.esx.set(name, toEsxHost(scope, read));
    else if (host.platform === "hyperv") hosts.hyperv.set(name, toHypervHost(scope, read, hosts.interfaces));
    else {
      hosts.faulty.add(name);
      scope.error("schema", [...path, "platform"], {
        message: "a required value is missing",
        wanted: "kvm, vsphere or hyperv",
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
