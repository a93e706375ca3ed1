// The call of each step, arguments in wire order. Pure.
import type { Ref, VimCall, VimObject } from "../../../model/vim.js";
import type { HostFacts } from "./facts.js";
import { MARK_NAME } from "./mark.js";
import { fromAddress } from "./netmask.js";
import { toNetworkPolicy } from "./networkPolicy.js";
import type { DeviceSetting, HostStep, SwitchChange } from "./steps.js";
import type { PortGroupWords, SwitchWords, VmkernelWords } from "./words.js";

/** Ports of a switch when nobody says; the host grows them as needed. */
const NUM_PORTS = 128;
/** Moving many VMs off a host takes its time. */
const ENTER_SECONDS = 3600;
const EXIT_SECONDS = 600;

export function toHostCall(step: HostStep, facts: HostFacts): VimCall {
  switch (step.kind) {
    case "switches":
      return switchesCall(step.changes, facts);
    case "removeSwitch":
      return network(facts, "RemoveVirtualSwitch", { vswitchName: step.name });
    case "addPortGroup":
      return network(facts, "AddPortGroup", { portgrp: portGroupSpec(step.name, step.portGroup) });
    case "editPortGroup":
      return network(facts, "UpdatePortGroup", {
        pgName: step.name,
        portgrp: portGroupSpec(step.name, step.portGroup),
      });
    case "removePortGroup":
      return network(facts, "RemovePortGroup", { pgName: step.name });
    case "addVmkernel":
      return addVmkernelCall(step.port, facts);
    case "editVmkernel": {
      const place = step.isMoved ? vmkernelPlace(step.port, facts) : {};
      return network(facts, "UpdateVirtualNic", {
        device: step.device,
        nic: { ip: ipConfig(step.port.address), ...place, mtu: step.port.mtuBytes },
      });
    }
    case "removeVmkernel":
      return network(facts, "RemoveVirtualNic", { device: step.device });
    case "selectService":
    case "deselectService":
      return {
        object: known(facts.virtualNicManager, facts, "service manager of vmkernel ports"),
        method: step.kind === "selectService" ? "SelectVnicForNicType" : "DeselectVnicForNicType",
        arguments: { nicType: step.service, device: step.device },
      };
    case "devices":
      return passthru(facts, "UpdatePassthruConfig", { config: step.settings.map(deviceConfig) });
    case "refreshDevices":
      return passthru(facts, "Refresh", {});
    default:
      return restartCall(step.kind, facts);
  }
}

/** One switch is a call of its own; several change together or not at all. */
function switchesCall(changes: readonly SwitchChange[], facts: HostFacts): VimCall {
  const [change, ...others] = changes;
  if (!change || others.length > 0) {
    const vswitch = changes.map((each) => ({
      changeOperation: each.operation,
      name: each.name,
      spec: switchSpec(each, facts),
    }));
    return network(facts, "UpdateNetworkConfig", { config: { vswitch }, changeMode: "modify" });
  }
  const method = change.operation === "add" ? "AddVirtualSwitch" : "UpdateVirtualSwitch";
  return network(facts, method, { vswitchName: change.name, spec: switchSpec(change, facts) });
}

function switchSpec({ name, switch: words, uplinks }: SwitchChange, facts: HostFacts): VimObject {
  const actual = facts.switches.get(name);
  return {
    numPorts: actual?.numPorts ?? NUM_PORTS,
    // None at all takes the uplinks away: a bond of no NIC is refused.
    bridge: uplinks.length === 0 ? undefined : bondBridge(uplinks, words),
    policy: words && toNetworkPolicy({ ...words, teaming: uplinks.length === 0 ? undefined : words.teaming }),
    mtu: words?.mtuBytes ?? actual?.mtuBytes,
  };
}

function bondBridge(uplinks: readonly string[], words: SwitchWords | undefined): VimObject {
  const [protocol = "cdp", operation = "listen"] = words?.discovery?.split(" ") ?? [];
  return {
    $type: "HostVirtualSwitchBondBridge",
    nicDevice: uplinks,
    beacon: { interval: words?.beaconIntervalSeconds ?? 1 },
    linkDiscoveryProtocolConfig: { protocol, operation },
  };
}

function portGroupSpec(name: string, words: PortGroupWords): VimObject {
  return { name, vlanId: words.vlan, vswitchName: words.switch, policy: toNetworkPolicy(words) };
}

function addVmkernelCall(port: VmkernelWords, facts: HostFacts): VimCall {
  const place = vmkernelPlace(port, facts);
  return network(facts, "AddVirtualNic", {
    // The name of a standard port group; empty beside a distributed port.
    portgroup: port.switchKind === "standard" ? port.portGroup : "",
    nic: {
      ip: ipConfig(port.address),
      distributedVirtualPort: place.distributedVirtualPort,
      mtu: port.mtuBytes,
      netStackInstanceKey: port.stack,
    },
  });
}

function vmkernelPlace(port: VmkernelWords, facts: HostFacts): VimObject {
  if (port.switchKind === "standard") return { portgroup: port.portGroup };
  const group = facts.distributedPortGroups.find((each) => each.name === port.portGroup && each.switch === port.switch);
  return { distributedVirtualPort: { switchUuid: group?.switchUuid ?? "", portgroupKey: group?.key } };
}

function ipConfig(address: string): VimObject {
  if (address === "dhcp") return { dhcp: true };
  const { address: ipAddress, netmask } = fromAddress(address);
  return { dhcp: false, ipAddress, subnetMask: netmask };
}

/** The base class wants to be told that the device is not given away whole. */
function deviceConfig(setting: DeviceSetting): VimObject {
  if ("numVfs" in setting)
    return {
      $type: "HostSriovConfig",
      id: setting.pci,
      passthruEnabled: false,
      sriovEnabled: setting.numVfs > 0,
      numVirtualFunction: setting.numVfs,
    };
  return { $type: "HostPciPassthruConfig", id: setting.pci, passthruEnabled: setting.isPassthrough };
}

type RestartKind = "defineMark" | "mark" | "unmark" | "enterMaintenance" | "restart" | "exitMaintenance" | "wait";

function restartCall(kind: RestartKind, facts: HostFacts): VimCall {
  const fields = () => known(facts.customFieldsManager, facts, "manager of custom attributes");
  const setMark = (value: string): VimCall => ({
    object: fields(),
    method: "SetField",
    arguments: { entity: facts.ref, key: facts.mark.key, value },
  });
  switch (kind) {
    case "defineMark":
      return {
        object: fields(),
        method: "AddCustomFieldDef",
        arguments: { name: MARK_NAME, moType: "HostSystem" },
      };
    case "mark":
      return setMark(facts.bootTime);
    case "unmark":
      return setMark("");
    case "enterMaintenance":
      return ofHost(facts, "EnterMaintenanceMode_Task", { timeout: ENTER_SECONDS, evacuatePoweredOffVms: false });
    case "restart":
      return ofHost(facts, "RebootHost_Task", { force: false });
    case "exitMaintenance":
      return ofHost(facts, "ExitMaintenanceMode_Task", { timeout: EXIT_SECONDS });
    case "wait":
      throw new Error("a wait is no call");
  }
}

function ofHost({ ref }: HostFacts, method: string, content: VimObject): VimCall {
  return { object: ref, method, arguments: content };
}

function network(facts: HostFacts, method: string, content: VimObject): VimCall {
  return { object: known(facts.networkSystem, facts, "network system"), method, arguments: content };
}

function passthru(facts: HostFacts, method: string, content: VimObject): VimCall {
  return { object: known(facts.passthruSystem, facts, "PCI passthrough system"), method, arguments: content };
}

function known(ref: Ref | undefined, { name }: HostFacts, noun: string): Ref {
  if (!ref) throw new Error(`vCenter does not show the ${noun} of ${name}. Check that the user may see it`);
  return ref;
}
