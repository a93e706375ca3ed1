// Every setting of a distributed switch and of a port group: a step is planned for it, and what the call of the step says comes back as
// the same word. A setting that is forgotten in one of the files between does not compile here, or fails.
import { describe, expect, it } from "vitest";
import type { ObjectContent, VimObject, VimTree } from "../../../../providers/model/vim.js";
import { toSwitchCall } from "../../../../providers/platforms/vsphere/distributedSwitch/calls.js";
import { type SwitchFacts, toSwitchFacts } from "../../../../providers/platforms/vsphere/distributedSwitch/facts.js";
import { fromSwitchFacts } from "../../../../providers/platforms/vsphere/distributedSwitch/fromFacts.js";
import { planSwitch } from "../../../../providers/platforms/vsphere/distributedSwitch/plan.js";
import type { PortGroupWords, SwitchWords } from "../../../../providers/platforms/vsphere/distributedSwitch/words.js";
import { overTheWire } from "../overTheWire.js";
import { portGroup, teaming, words } from "./switchWords.js";

const SWITCH = "VmwareDistributedVirtualSwitch";
const GROUP = "DistributedVirtualPortgroup";
const target = { name: "dvs0", datacenter: "dc1", switchId: "50 1f" };
const about = { content: { alarmManager: { type: "AlarmManager", value: "AlarmManager" } }, apiVersion: "8.0.3.0" };

/** What no call of ours sets. */
const CONFIG = {
  productInfo: { version: "8.0.3" },
  ...{ uuid: target.switchId, name: target.name, configVersion: "1", networkResourceManagementEnabled: "true" },
  ipfixConfig: { activeFlowTimeout: "60", idleFlowTimeout: "15", samplingRate: "0", internalFlowsOnly: "false" },
};
const GROUP_CONFIG = { key: "dvportgroup-2", name: "app", configVersion: "1", numPorts: "8" };

/** The facts of a switch whose config and port group's config are these. */
function factsOf(config: object, group: object): SwitchFacts {
  const object = { type: SWITCH, value: "dvs-1" };
  const inventory = [
    { object: { type: "Datacenter", value: "datacenter-1" }, properties: { name: target.datacenter } },
    { object, properties: { uuid: target.switchId } },
  ] as unknown as ObjectContent[];
  const details = [
    { object, properties: { config: { ...CONFIG, ...config } } },
    { object: { type: GROUP, value: "dvportgroup-2" }, properties: { config: { ...GROUP_CONFIG, ...group } } },
  ] as unknown as ObjectContent[];
  const facts = toSwitchFacts({ target, about }, [inventory, details, undefined, undefined]);
  if (!facts) throw new Error("no switch");
  return facts;
}

const BASE = words({ team: teaming(["uplink1"]) });
/** Specification and configuration have the same names for all that is set in one call, but for the map of private VLANs. */
const config = (spec: VimTree | undefined): object => {
  const { pvlanConfigSpec, ...rest } = spec as { pvlanConfigSpec?: { pvlanEntry: object } | { pvlanEntry: object }[] };
  const entries = [pvlanConfigSpec ?? []].flat().map(({ pvlanEntry }) => pvlanEntry);
  return { ...rest, ...(entries.length > 0 ? { pvlanConfig: entries } : {}) };
};
const START = factsOf(
  { maxMtu: "1500", uplinkPortPolicy: {}, defaultPortConfig: {} },
  { type: "earlyBinding", defaultPortConfig: {} },
);

/** What comes back after all calls of the plan were told, settings and port groups. */
function told(desired: SwitchWords, actual: SwitchWords): SwitchWords {
  let [own, group] = [{}, {}] as [object, object];
  for (const step of planSwitch(desired, actual).steps) {
    const { arguments: sent } = toSwitchCall(step, START);
    if (step.kind === "settings") own = { ...own, ...config(overTheWire(sent.spec as VimObject)) };
    if (step.kind === "portGroup") group = { ...group, ...(overTheWire(sent.spec as VimObject) as object) };
  }
  const base = { maxMtu: "1500", uplinkPortPolicy: {}, defaultPortConfig: {}, infrastructureTrafficResourceConfig: [] };
  return fromSwitchFacts(
    factsOf({ ...base, ...own }, { ...{ type: "earlyBinding", defaultPortConfig: {} }, ...group }),
    desired,
  );
}

/** Members, LAGs, port groups, alarms, health check, Network I/O Control and the version have calls of their own. */
type Setting = Exclude<
  keyof SwitchWords,
  "members" | "lags" | "portGroups" | "alarms" | "healthCheck" | "networkIoControl" | "version"
>;
const SETTINGS: Record<Setting, Partial<SwitchWords>> = {
  mtuBytes: { mtuBytes: 9000 },
  discovery: { discovery: "cdp listen" },
  multicast: { multicast: "snooping" },
  uplinks: { uplinks: ["uplink1", "uplink2", "uplink3"] },
  netflow: {
    netflow: {
      ...{ collector: "192.0.2.1", port: 2055, observationDomain: 7, activeTimeoutSeconds: 120 },
      ...{ idleTimeoutSeconds: 30, samplingRate: 4, internalFlowsOnly: true },
    },
  },
  switchAddress: { switchAddress: "192.0.2.9" },
  lacpApiVersion: { lacpApiVersion: "singleLag" },
  traffic: { traffic: { vmotion: { shares: 77, limitMbps: 4000, reservationMbps: 500 } } },
  defaults: {
    defaults: {
      teaming: {
        ...teaming(["uplink2"], ["uplink1"]),
        policy: "failover_explicit",
        failback: false,
        notifySwitches: false,
      },
      security: { promiscuous: true, macChanges: true, forgedTransmits: true },
    },
  },
  privateVlans: { privateVlans: { 200: "promiscuous of 200", 201: "isolated of 200" } },
  contact: { contact: { name: "Network team", contact: "noc@example.net" } },
};

describe("a setting of a switch comes back as it was told", () => {
  it.each(Object.entries(SETTINGS))("%s", (key, change) => {
    const desired = { ...BASE, ...change };
    expect(told(desired, BASE)[key as Setting]).toEqual(desired[key as Setting]);
  });
});

const GROUP_SETTINGS: Record<keyof PortGroupWords, Partial<PortGroupWords>> = {
  vlan: { vlan: "100-199" },
  teaming: { teaming: { ...teaming(["uplink2"], ["uplink1"]), policy: "failover_explicit", failback: false } },
  security: { security: { promiscuous: true, macChanges: false, forgedTransmits: true } },
  ingress: { ingress: { averageKbps: 1000, peakKbps: 2000, burstKilobytes: 64 } },
  egress: { egress: { averageKbps: 1000, peakKbps: 2000, burstKilobytes: 64 } },
  blocked: { blocked: true },
  netflow: { netflow: true },
  binding: { binding: "ephemeral" },
  ports: { ports: 64 },
  overrides: { overrides: ["blocked", "security", "vlan"] },
};

describe("a setting of a port group comes back as it was told", () => {
  it.each(Object.entries(GROUP_SETTINGS))("%s", (_key, change) => {
    const wanted = { ...portGroup(teaming(["uplink1"])), ...change };
    const desired = { ...BASE, portGroups: { app: wanted } };
    expect(told(desired, BASE).portGroups.app).toEqual(wanted);
  });
});
