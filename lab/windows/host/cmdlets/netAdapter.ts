// Get-, Set-, Rename-, Enable-, Disable- and Restart-NetAdapter.
import { interrupt, restartAdapter } from "../adapters";
import type { Call } from "../call";
import { cimError, invalidParameter } from "../errors";
import { connections, type Host } from "../host";
import { parseMac } from "../macAddress";
import type { Adapter } from "../state";
import { isSame } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { adapterObject } from "./netAdapterObject";

const CLASS = "MSFT_NetAdapter";

/** IP-24, IP-26: hidden ones are found only when asked for. */
export function adaptersOf(host: Host, call: Call, className = CLASS): Adapter[] {
  const all = connections(host, { hidden: call.flag("IncludeHidden") });
  const visible = call.flag("Physical") ? all.filter(({ kind }) => kind === "physical") : all;
  if (call.has("InputObject")) return again(call, className, all, { property: "Name", read: ({ alias }) => alias });
  return query(call, className, visible, {
    Name: ({ alias }) => alias,
    InterfaceDescription: ({ description }) => description,
    InterfaceIndex: ({ index }) => index,
  });
}

const getAdapter: HostCmdlet = (host, call) => {
  for (const adapter of adaptersOf(host, call)) call.bound.write(adapterObject(host, adapter));
};

function passThru(host: Host, call: Call, adapter: Adapter): void {
  if (call.flag("PassThru")) call.bound.write(adapterObject(host, adapter));
}

/** IP-25. */
const renameAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const name = call.text("NewName") ?? "";
  for (const adapter of adaptersOf(host, call)) {
    const isTaken = host.state.adapters.some((other) => other !== adapter && isSame(other.alias, name));
    if (isTaken)
      throw cimError(call.cmdlet, {
        id: "Windows System Error 183",
        message: "Cannot create a file when that file already exists.",
        category: "NotSpecified",
        target: `${CLASS}:ROOT/StandardCimv2/${CLASS}`,
      });
    adapter.alias = name;
    passThru(host, call, adapter);
  }
};

const enableAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const adapter of adaptersOf(host, call)) {
    if (!adapter.enabled) interrupt(host, adapter, host.times.nicRestart);
    adapter.enabled = true;
    passThru(host, call, adapter);
  }
};

/** It asks, as its page says. */
const disableAdapter: HostCmdlet = (host, call) => {
  const found = adaptersOf(host, call);
  if (found.length === 0 || !call.confirmed({ asks: true })) return;
  for (const adapter of found) {
    adapter.enabled = false;
    passThru(host, call, adapter);
  }
};

const restart: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const adapter of adaptersOf(host, call)) {
    if (adapter.enabled) restartAdapter(host, adapter);
    passThru(host, call, adapter);
  }
};

const setAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const adapter of adaptersOf(host, call)) {
    const mac = call.text("MacAddress");
    if (mac !== undefined) {
      const parsed = parseMac(mac);
      if (parsed === undefined) throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
      adapter.mac = parsed;
    }
    const vlan = call.number("VlanID");
    if (vlan !== undefined) setVlan(call, adapter, vlan);
    if (!call.flag("NoRestart")) restartAdapter(host, adapter);
    passThru(host, call, adapter);
  }
};

function setVlan(call: Call, adapter: Adapter, vlan: number): void {
  const property = adapter.advanced.find(({ keyword }) => keyword === "VlanID");
  if (!property || vlan > 4094) throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
  property.value = String(vlan);
}

export const NET_ADAPTER: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetAdapter": getAdapter,
  "Set-NetAdapter": setAdapter,
  "Rename-NetAdapter": renameAdapter,
  "Enable-NetAdapter": enableAdapter,
  "Disable-NetAdapter": disableAdapter,
  "Restart-NetAdapter": restart,
};
