// Adapters of the management OS on a virtual switch: a port and a connection at once. Changes state.
import { addVirtualAdapter, freeAlias, removeAdapter } from "./adapters";
import type { Host } from "./host";
import { portDefaults } from "./ports";
import type { HostVnic, IpConfig, VirtualSwitch } from "./state";

export function vnicsOf(host: Host, one: VirtualSwitch): HostVnic[] {
  return host.state.vnics.filter(({ switchId }) => switchId === one.id);
}

/** SH-01, SH-03, VA-12. */
export function addVnic(
  host: Host,
  one: VirtualSwitch,
  { name, mac, ip }: { name: string; mac?: string; ip?: IpConfig },
): HostVnic {
  const adapter = addVirtualAdapter(host, "vnic", {
    alias: vnicAlias(name),
    mac: mac ?? host.newMac(),
    ...(ip ? { ip } : {}),
  });
  const vnic: HostVnic = { ...portDefaults(), id: host.newId(), name, switchId: one.id, adapter: adapter.guid };
  host.state.vnics.push(vnic);
  return vnic;
}

function vnicAlias(name: string): string {
  return `vEthernet (${name})`;
}

export function removeVnic(host: Host, vnic: HostVnic): void {
  removeAdapter(host, host.adapterOf(vnic.adapter));
  host.state.vnics = host.state.vnics.filter((one) => one !== vnic);
}

/** The alias follows the name. */
export function renameVnic(host: Host, vnic: HostVnic, name: string): void {
  vnic.name = name;
  const adapter = host.adapterOf(vnic.adapter);
  adapter.alias = freeAlias(host, vnicAlias(name));
}
