// The alarms of a distributed switch: their names, and the events that raise and clear them. Source: event catalogue of
// vCenter 8.0u3 and the vSphere API, AlarmSpec and EventAlarmExpression. Pure.
import type { SwitchAlarm } from "../../../model/distributedSwitch.js";
import type { VimObject } from "../../../model/vim.js";

interface Named {
  readonly config: { readonly name: string; readonly uuid: string };
}

/** The name that the alarm of a switch has in vCenter. Names are unique per vCenter, names of switches are not: hence part of its id. */
export const ALARM_NAMES: Readonly<Record<SwitchAlarm, (facts: Named) => string>> = {
  "uplink-redundancy": (facts) => name(facts, "uplink redundancy"),
  "vlan-mtu": (facts) => name(facts, "VLAN or MTU mismatch"),
  "lag-member": (facts) => name(facts, "LAG or member of a LAG down"),
};

function name({ config }: Named, what: string): string {
  return `multiport ${config.name} (${config.uuid.replace(/[^0-9a-f]/gi, "").slice(-8)}): ${what}`;
}

const DESCRIPTIONS: Readonly<Record<SwitchAlarm, string>> = {
  "uplink-redundancy": "A host lost an uplink of its switches, or the last one.",
  "vlan-mtu": "The health check of the switch found a VLAN or MTU that the physical switch does not pass.",
  "lag-member": "A link aggregation group of a host, or one of its ports, is down.",
};

type Status = "red" | "yellow" | "green";

/** Events of ESXi itself; vCenter knows them as EventEx with an id. */
const ESX = (id: string, status: Status): VimObject => ({
  $type: "EventAlarmExpression",
  eventType: "EventEx",
  eventTypeId: id,
  objectType: "HostSystem",
  status,
});

/** Events of vCenter, of one switch. */
const health = (type: string, status: Status, uuid: string): VimObject => ({
  $type: "EventAlarmExpression",
  comparisons: [{ attributeName: "switchUuid", operator: "equals", value: uuid }],
  eventType: type,
  eventTypeId: `vim.event.${type}`,
  objectType: "HostSystem",
  status,
});

function expressions(alarm: SwitchAlarm, uuid: string): VimObject[] {
  switch (alarm) {
    case "uplink-redundancy":
      return [
        ...["", "dvport."].flatMap((kind) => [
          ESX(`esx.problem.net.${kind}connectivity.lost`, "red"),
          ESX(`esx.problem.net.${kind}redundancy.lost`, "red"),
          ESX(`esx.problem.net.${kind}redundancy.degraded`, "yellow"),
          ESX(`esx.clear.net.${kind}connectivity.restored`, "green"),
          ESX(`esx.clear.net.${kind}redundancy.restored`, "green"),
        ]),
      ];
    case "vlan-mtu":
      return [
        health("MtuMismatchEvent", "red", uuid),
        health("UplinkPortMtuNotSupportEvent", "red", uuid),
        health("UplinkPortVlanUntrunkedEvent", "red", uuid),
        health("MtuMatchEvent", "green", uuid),
        health("UplinkPortMtuSupportEvent", "green", uuid),
        health("UplinkPortVlanTrunkedEvent", "green", uuid),
      ];
    case "lag-member":
      return [
        ESX("esx.problem.net.lacp.lag.transition.down", "red"),
        ESX("esx.problem.net.lacp.uplink.transition.down", "yellow"),
        ESX("esx.problem.net.lacp.uplink.disconnected", "yellow"),
        ESX("esx.problem.net.lacp.peer.noresponse", "yellow"),
        ESX("esx.clear.net.lacp.lag.transition.up", "green"),
        ESX("esx.clear.net.lacp.uplink.transition.up", "green"),
      ];
  }
}

/** AlarmSpec, in wire order. */
export function toAlarmSpec(alarm: SwitchAlarm, facts: Named): VimObject {
  return {
    $type: "AlarmSpec",
    name: ALARM_NAMES[alarm](facts),
    description: DESCRIPTIONS[alarm],
    enabled: true,
    expression: { $type: "OrAlarmExpression", expression: expressions(alarm, facts.config.uuid) },
    setting: { toleranceRange: 0, reportingFrequency: 300 },
  };
}
