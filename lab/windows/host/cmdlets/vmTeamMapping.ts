// Get-, Set- and Remove-VMNetworkAdapterTeamMapping.
import { hypervError } from "../errors";
import type { HostCmdlet } from "./cmdlet";
import { portsOf, switchOfPort } from "./portLookup";
import { mappingObject } from "./portObject";

const getMapping: HostCmdlet = (host, call) => {
  for (const port of portsOf(host, call)) {
    const mapping = mappingObject(host, port);
    if (mapping) call.bound.write(mapping);
  }
};

/** TM-01. */
const setMapping: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const name = call.text("PhysicalNetAdapterName") ?? "";
  for (const port of portsOf(host, call, "VMNetworkAdapterName")) {
    const one = switchOfPort(host, port);
    const nic = host.adapterNamed(name);
    const isMember = one?.team !== undefined && nic !== undefined && one.uplinks.includes(nic.guid);
    if (!isMember)
      throw hypervError(
        call.cmdlet,
        nic ? "InvalidParameter" : "ObjectNotFound",
        "Failed to map the network adapter to a team member.",
        `Physical network adapter '${name}' is no member of the team of the virtual switch.`,
      );
    if (port.port.mapping)
      throw hypervError(
        call.cmdlet,
        "InvalidState",
        "Failed to map the network adapter to a team member.",
        "The network adapter is already mapped.",
      );
    port.port.mapping = { adapter: nic.guid, disableOnFailover: call.text("DisableOnFailover") ?? "None" };
    const mapping = mappingObject(host, port);
    if (call.flag("Passthru") && mapping) call.bound.write(mapping);
  }
};

/** Where there is no mapping it is an error (a choice). */
const removeMapping: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const port of portsOf(host, call)) {
    if (!port.port.mapping)
      throw hypervError(call.cmdlet, "ObjectNotFound", "The network adapter is not mapped to a team member.");
    port.port.mapping = undefined;
  }
};

export const VM_TEAM_MAPPING: Readonly<Record<string, HostCmdlet>> = {
  "Get-VMNetworkAdapterTeamMapping": getMapping,
  "Set-VMNetworkAdapterTeamMapping": setMapping,
  "Remove-VMNetworkAdapterTeamMapping": removeMapping,
};
