// Get- and Set-VMNetworkAdapterVlan, and the two of -VMNetworkAdapterIsolation.
import type { Call } from "../call";
import { hypervError } from "../errors";
import type { Host } from "../host";
import type { VlanSetting } from "../state";
import { isVlanId, vlanIds, vlanText } from "../vlanIds";
import type { HostCmdlet } from "./cmdlet";
import { allHostPorts, type Port, portsOf, switchOfPort, vmPorts } from "./portLookup";
import { isolationObject, vlanObject } from "./portObject";

const NAME = "VMNetworkAdapterName";

/** Without any name: of all, VMs and host. */
function portsOrAll(host: Host, call: Call): Port[] {
  const isNamed = ["VMNetworkAdapter", "ManagementOS", "VM", "VMName"].some((name) => call.has(name));
  return isNamed ? portsOf(host, call, NAME) : [...host.state.vms.flatMap(vmPorts), ...allHostPorts(host)];
}

const getVlan: HostCmdlet = (host, call) => {
  for (const port of portsOrAll(host, call)) call.bound.write(vlanObject(host, port));
};

/** VL-01: one of them per call, each with what it needs and nothing else. */
const MODES: Readonly<Record<VlanSetting["mode"], readonly string[]>> = {
  Untagged: [],
  Access: ["VlanId"],
  Trunk: ["AllowedVlanIdList", "NativeVlanId"],
  Isolated: ["PrimaryVlanId", "SecondaryVlanId"],
  Community: ["PrimaryVlanId", "SecondaryVlanId"],
  Promiscuous: ["PrimaryVlanId", "SecondaryVlanIdList"],
};

const setVlan: HostCmdlet = (host, call) => {
  const vlan = settingOf(call);
  if (!call.confirmed({ asks: false })) return;
  const ports = portsOf(host, call, NAME);
  refuseDuplicates(host, call, ports);
  for (const port of ports) {
    refuseUnconnected(host, call, port);
    // VL-05.
    if (port.port.isolation.mode !== "None")
      throw hypervError(
        call.cmdlet,
        "InvalidState",
        "Modifying features of the Ethernet connection failed.",
        "The isolation of the network adapter is set by the Isolation cmdlets.",
      );
    port.port.vlan = { ...vlan };
    if (call.flag("Passthru")) call.bound.write(vlanObject(host, port));
  }
};

/** VA-14. */
function refuseDuplicates(host: Host, call: Call, ports: readonly Port[]): void {
  const isTwin = (port: Port) =>
    port.kind === "host" && host.state.vnics.filter(({ name }) => name === port.port.name).length > 1;
  if (call.flag("ManagementOS") && call.has(NAME) && ports.some(isTwin))
    throw hypervError(call.cmdlet, "Unspecified", "Object reference not set to an instance of an object.");
}

/** VA-17. */
function refuseUnconnected(host: Host, call: Call, port: Port): void {
  if (switchOfPort(host, port)) return;
  throw hypervError(
    call.cmdlet,
    "InvalidState",
    "Modifying features of the Ethernet connection failed.",
    "The operation cannot be performed while the object is in its current state.",
  );
}

function settingOf(call: Call): VlanSetting {
  const modes = (Object.keys(MODES) as VlanSetting["mode"][]).filter((mode) => call.flag(mode));
  const [mode] = modes;
  const refuse = (reason: string) => hypervError(call.cmdlet, "InvalidParameter", reason);
  if (mode === undefined || modes.length > 1)
    throw refuse(`Exactly one of ${Object.keys(MODES).join(", ")} has to be given.`);
  const needed = MODES[mode];
  const others = [...new Set(Object.values(MODES).flat())].filter((name) => !needed.includes(name));
  for (const name of needed) if (!call.has(name)) throw refuse(`The parameter "${name}" is required with "${mode}".`);
  for (const name of others) if (call.has(name)) throw refuse(`The parameter "${name}" is not valid with "${mode}".`);
  return {
    mode,
    access: idOf(call, "VlanId"),
    native: idOf(call, "NativeVlanId", 0),
    allowed: listOf(call, "AllowedVlanIdList"),
    primary: idOf(call, "PrimaryVlanId"),
    secondary: idOf(call, "SecondaryVlanId"),
    secondaries: listOf(call, "SecondaryVlanIdList"),
  };
}

/** VL-02, UK-06. */
function idOf(call: Call, name: string, smallest = 1): number {
  const id = call.number(name);
  if (id === undefined) return 0;
  if (isVlanId(id) || (smallest === 0 && id === 0)) return id;
  throw hypervError(call.cmdlet, "InvalidParameter", `The VLAN id ${id} of "${name}" is not ${smallest} to 4094.`);
}

function listOf(call: Call, name: string): string {
  const text = call.text(name);
  if (text === undefined) return "";
  const ids = vlanIds(text);
  if (ids && ids.length > 0) return vlanText(ids);
  throw hypervError(call.cmdlet, "InvalidParameter", `"${text}" of "${name}" is no list of VLAN ids.`);
}

const getIsolation: HostCmdlet = (host, call) => {
  for (const port of portsOrAll(host, call)) call.bound.write(isolationObject(host, port));
};

const setIsolation: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const port of portsOf(host, call, NAME)) {
    refuseUnconnected(host, call, port);
    if (port.port.vlan.mode !== "Untagged")
      throw hypervError(
        call.cmdlet,
        "InvalidState",
        "Modifying features of the Ethernet connection failed.",
        "The VLAN of the network adapter is set by Set-VMNetworkAdapterVlan.",
      );
    const { isolation } = port.port;
    isolation.mode = call.text("IsolationMode") ?? isolation.mode;
    isolation.allowUntagged = call.flag("AllowUntaggedTraffic", isolation.allowUntagged);
    isolation.defaultId = call.number("DefaultIsolationID") ?? isolation.defaultId;
    isolation.multiTenantStack = call.text("MultiTenantStack") ?? isolation.multiTenantStack;
    if (call.flag("Passthru")) call.bound.write(isolationObject(host, port));
  }
};

export const VM_NETWORK_ADAPTER_VLAN: Readonly<Record<string, HostCmdlet>> = {
  "Get-VMNetworkAdapterVlan": getVlan,
  "Set-VMNetworkAdapterVlan": setVlan,
  "Get-VMNetworkAdapterIsolation": getIsolation,
  "Set-VMNetworkAdapterIsolation": setIsolation,
};
