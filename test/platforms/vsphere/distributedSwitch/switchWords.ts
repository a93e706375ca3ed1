// Words of a distributed switch for tests, and what the steps of a plan make of them: a switch made of plain values.
import { mergeDeep } from "../../../../providers/model/merge.js";
import type { SwitchStep } from "../../../../providers/platforms/vsphere/distributedSwitch/steps.js";
import type {
  LagWords,
  PortGroupWords,
  SwitchWords,
} from "../../../../providers/platforms/vsphere/distributedSwitch/words.js";
import type { TeamingWords } from "../../../../providers/platforms/vsphere/uplinkTeam.js";

export const lag = (ports = 2): LagWords => ({
  ...{ role: "active", hash: "srcDestIpTcpUdpPortVlan", ports, timeout: "slow" },
  ...{ vlans: "as uplinks", netflow: "as uplinks" },
});

export const teaming = (active: readonly string[], standby: readonly string[] = []): TeamingWords => ({
  ...{ policy: "loadbalance_srcid", active, standby },
  ...{ beacon: false, failback: true, notifySwitches: true },
});

export const portGroup = (team: TeamingWords, vlan = 10): PortGroupWords => ({
  ...{ vlan, teaming: team, ingress: "off", egress: "off", blocked: false, netflow: false },
  ...{ binding: "static", ports: "as needed", overrides: [] },
  security: { promiscuous: false, macChanges: false, forgedTransmits: false },
});

interface Given extends Partial<Pick<SwitchWords, "uplinks" | "members" | "lags" | "privateVlans" | "alarms">> {
  readonly team?: TeamingWords;
  readonly groups?: Readonly<Record<string, PortGroupWords>>;
}

export function words({ team = teaming(["uplink1", "uplink2"]), groups, ...given }: Given = {}): SwitchWords {
  return {
    ...{ mtuBytes: 1500, discovery: "lldp both", multicast: "legacy", netflow: "off", switchAddress: "" },
    ...{ lacpApiVersion: "multipleLag", networkIoControl: true, traffic: {}, privateVlans: {}, lags: {}, alarms: {} },
    uplinks: ["uplink1", "uplink2"],
    members: {},
    healthCheck: { vlanMtu: "off", teaming: "off" },
    defaults: { teaming: team, security: { promiscuous: false, macChanges: false, forgedTransmits: false } },
    portGroups: groups ?? { app: portGroup(team) },
    ...given,
  };
}

/** The switch after a step, as vCenter has it. A port that two NICs are on, or an unknown one, is a fault as there. */
export function after(step: SwitchStep, before: SwitchWords): SwitchWords {
  switch (step.kind) {
    case "settings": {
      const { leavingPrivateVlans = {}, ...settings } = step.settings;
      const { privateVlans, ...rest } = settings;
      const map = Object.entries({ ...before.privateVlans, ...privateVlans });
      return {
        ...before,
        ...rest,
        privateVlans: Object.fromEntries(map.filter(([secondary]) => !Object.hasOwn(leavingPrivateVlans, secondary))),
      };
    }
    case "addLag":
    case "editLag":
      return { ...before, lags: { ...before.lags, [step.name]: step.lag } };
    case "removeLag": {
      const used = JSON.stringify([before.portGroups, before.defaults, before.members]).includes(`"${step.name}`);
      if (used) throw new Error(`${step.title}: the LAG is in use`);
      return { ...before, lags: without(before.lags, [step.name]) };
    }
    case "join":
    case "place": {
      for (const [host, placement] of Object.entries(step.hosts))
        checkPlacement(host, Object.values(placement), before);
      return { ...before, members: { ...before.members, ...step.hosts } };
    }
    case "leave":
      return { ...before, members: without(before.members, step.hosts) };
    case "portGroup":
      for (const name of [...step.portGroup.teaming.active, ...step.portGroup.teaming.standby]) checkName(name, before);
      return { ...before, portGroups: { ...before.portGroups, [step.name]: step.portGroup } };
    case "ioControl":
      return { ...before, networkIoControl: step.isEnabled };
    case "healthCheck":
      return { ...before, healthCheck: step.healthCheck };
    case "addAlarm":
      return { ...before, alarms: { ...before.alarms, [step.name]: true } };
    case "removeAlarm":
      return { ...before, alarms: without(before.alarms, [step.name]) };
    case "upgrade":
      return mergeDeep(before, { version: step.version } as SwitchWords);
    case "uplinkOverrides":
      return before;
  }
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

function checkName(name: string, { uplinks, lags }: SwitchWords): void {
  if (!uplinks.includes(name) && !Object.hasOwn(lags, name)) throw new Error(`there is no uplink ${name}`);
}

function checkPlacement(host: string, places: readonly string[], { uplinks, lags }: SwitchWords): void {
  if (new Set(places).size < places.length) throw new Error(`${host}: two NICs on one port: ${places.join(", ")}`);
  const known = [
    ...uplinks,
    ...Object.entries(lags).flatMap(([name, { ports }]) =>
      Array.from({ length: ports }, (_, port) => `${name}-${port}`),
    ),
  ];
  for (const place of places) if (!known.includes(place)) throw new Error(`${host} has no port ${place}`);
}

/** Port groups that have no NIC to send by on some host, although that host has NICs: `app on esx-01`. */
export function cutOff({ members, portGroups, lags }: SwitchWords): string[] {
  return Object.entries(members).flatMap(([host, placement]) =>
    Object.entries(portGroups).flatMap(
      ([
        name,
        {
          teaming: { active, standby },
        },
      ]) => {
        const uplinks = Object.values(placement).map((place) => {
          const [, group = place] = /^(.+)-\d+$/.exec(place) ?? [];
          return Object.hasOwn(lags, group) ? group : place;
        });
        return [...active, ...standby].some((uplink) => uplinks.includes(uplink)) ? [] : [`${name} on ${host}`];
      },
    ),
  );
}
