// ESXi hosts: standard switches, SR-IOV and passthrough; their vmkernel ports come with the distributed switches. Pure.
import { DEFAULT_GROUP, type EsxHost, type HostSpec } from "../host.js";
import type { Path } from "../problem.js";
import type { VmkernelPort } from "../vmkernelPort.js";
import type { ReadHost } from "./readHost.js";
import { Claims, refuseKeys, type Scope } from "./scope.js";
import { checkPortGroupNames, toStandardSwitch } from "./standardSwitches.js";

/** An ESXi host whose vmkernel ports are found once the distributed switches are known. */
export interface OpenEsxHost extends EsxHost {
  readonly vmkernelPorts: VmkernelPort[];
  /** What the file says of them, and where. */
  readonly declaredVmkernelPorts: NonNullable<HostSpec["vmkernelPorts"]>;
  readonly path: Path;
}

/** Hosts that name no group of their own belong to this one. */

export function toEsxHost(scope: Scope, { host, name, address, uplinks, path }: ReadHost): OpenEsxHost {
  refuseSsh(scope, host, path);
  refuseKeys(scope, {
    body: host,
    keys: ["renderer", "missingPackages", "hostPorts", "libvirt", "release"],
    path,
    platform: "an ESXi host",
  });
  for (const [uplink, body] of Object.entries(host.uplinks ?? {}))
    if (body?.sriov)
      refuseKeys(scope, {
        body: body.sriov,
        keys: ["match", "vfs", "vf"],
        path: [...path, "uplinks", uplink, "sriov"],
        platform: "a vSphere host",
      });
  const teams = new Claims(scope, "uplink");
  const known = uplinks.map((uplink) => uplink.name);
  const standardSwitches = Object.entries(host.virtualSwitches ?? {}).map(([switchName, spec]) =>
    toStandardSwitch(scope, { name: switchName, spec, known, teams, path: [...path, "virtualSwitches", switchName] }),
  );
  checkPortGroupNames(scope, standardSwitches, path);
  return {
    platform: "vsphere",
    name,
    address,
    uplinks,
    standardSwitches,
    vmkernelPorts: [],
    declaredVmkernelPorts: host.vmkernelPorts ?? {},
    passthrough: toPassthrough(scope, host.passthrough ?? [], path),
    reboot: host.reboot ?? "never",
    redundancyGroup: host.redundancyGroup ?? DEFAULT_GROUP,
    path,
  };
}

function refuseSsh(scope: Scope, host: HostSpec, path: Path): void {
  if (host.ssh === undefined) return;
  scope.error("unsupported", [...path, "ssh"], {
    message: "ssh of a vSphere host is not supported",
    remedy: "Remove it: the host is managed through vCenter.",
  });
}

function toPassthrough(scope: Scope, devices: readonly string[], path: Path): string[] {
  const claims = new Claims(scope, "PCI device");
  return devices.map((device, index) => {
    const pci = device.toLowerCase();
    claims.take(pci, "an earlier entry", { path: [...path, "passthrough", index], remedy: "Name every device once." });
    return pci;
  });
}
