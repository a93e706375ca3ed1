// What vCenter says of a distributed switch, its port groups, hosts and alarms: asked for in a number of round trips that
// grows with none of them. Pure.
import { z } from "zod";
import type { ObjectContent, Ref, VimTree } from "../../../model/vim.js";
import { inventoryWays, singleton } from "../inventoryQuery.js";
import { portSettingFields } from "../portFacts.js";
import type { Answer, Question, VcenterAbout } from "../vcenterDriver.js";
import { readFields, vimBoolean, vimInt, vimList, vimLong, vimObject, vimRef } from "../vimFields.js";
import type { SwitchTarget, SwitchWords } from "./words.js";

const numericRanges = vimList(vimObject({ start: vimInt, end: vimInt }));

const lagFields = vimObject({
  key: z.string(),
  name: z.string(),
  mode: z.string(),
  uplinkNum: vimInt,
  loadbalanceAlgorithm: z.string(),
  vlan: vimObject({ vlanId: numericRanges }).optional(),
  ipfix: vimObject({ ipfixEnabled: vimBoolean.optional() }).optional(),
  timeoutMode: z.string().optional(),
});

const memberFields = vimObject({
  config: vimObject({
    host: vimRef().optional(),
    backing: vimObject({
      pnicSpec: vimList(vimObject({ pnicDevice: z.string(), uplinkPortKey: z.string().optional() })),
    }).optional(),
  }),
});

const trafficFields = vimObject({
  key: z.string(),
  description: z.string().optional(),
  allocationInfo: vimObject({
    limit: vimLong.optional(),
    shares: vimObject({ shares: vimInt, level: z.string() }).optional(),
    reservation: vimLong.optional(),
  }),
});

const configFields = vimObject({
  uuid: z.string(),
  name: z.string(),
  configVersion: z.string(),
  description: z.string().optional(),
  contact: vimObject({ name: z.string().optional(), contact: z.string().optional() }).optional(),
  switchIpAddress: z.string().optional(),
  productInfo: vimObject({ version: z.string().optional() }),
  uplinkPortPolicy: vimObject({ uplinkPortName: vimList(z.string()) }),
  uplinkPortgroup: vimList(vimRef()),
  defaultPortConfig: portSettingFields,
  host: vimList(memberFields),
  networkResourceManagementEnabled: vimBoolean,
  infrastructureTrafficResourceConfig: vimList(trafficFields),
  pvlanConfig: vimList(vimObject({ primaryVlanId: vimInt, secondaryVlanId: vimInt, pvlanType: z.string() })),
  maxMtu: vimInt,
  linkDiscoveryProtocolConfig: vimObject({ protocol: z.string(), operation: z.string() }).optional(),
  ipfixConfig: vimObject({
    collectorIpAddress: z.string().optional(),
    collectorPort: vimInt.optional(),
    observationDomainId: vimLong.optional(),
    activeFlowTimeout: vimInt,
    idleFlowTimeout: vimInt,
    samplingRate: vimInt,
    internalFlowsOnly: vimBoolean,
  }).optional(),
  lacpGroupConfig: vimList(lagFields),
  lacpApiVersion: z.string().optional(),
  multicastFilteringMode: z.string().optional(),
  healthCheckConfig: vimList(
    vimObject({ $type: z.string().optional(), enable: vimBoolean.optional(), interval: vimInt.optional() }),
  ),
});

const overrideFields = vimObject({
  blockOverrideAllowed: vimBoolean.optional(),
  shapingOverrideAllowed: vimBoolean.optional(),
  vendorConfigOverrideAllowed: vimBoolean.optional(),
  livePortMovingAllowed: vimBoolean.optional(),
  portConfigResetAtDisconnect: vimBoolean.optional(),
  vlanOverrideAllowed: vimBoolean.optional(),
  uplinkTeamingOverrideAllowed: vimBoolean.optional(),
  securityPolicyOverrideAllowed: vimBoolean.optional(),
  ipfixOverrideAllowed: vimBoolean.optional(),
}).optional();

const groupFields = vimObject({
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  configVersion: z.string(),
  numPorts: vimInt,
  type: z.string(),
  defaultPortConfig: portSettingFields,
  policy: overrideFields,
  autoExpand: vimBoolean.optional(),
  uplink: vimBoolean.optional(),
});

const proxyFields = vimList(
  vimObject({
    dvsUuid: z.string(),
    uplinkPort: vimList(vimObject({ key: z.string(), value: z.string() })),
    hostLag: vimList(
      vimObject({ lagKey: z.string(), uplinkPort: vimList(vimObject({ key: z.string(), value: z.string() })) }),
    ),
  }),
);

const pnicFields = vimList(
  vimObject({ device: z.string(), linkSpeed: vimObject({ speedMb: vimInt, duplex: vimBoolean }).optional() }),
);

/** Of each kind of result the fields that tell of something wrong; no two kinds share one. */
const healthFields = vimObject({
  uplinkPortKey: z.string().optional(),
  untrunkedVlan: numericRanges,
  mtuMismatch: vimBoolean.optional(),
  vlanNotSupportSwitchMtu: numericRanges,
  teamingStatus: z.string().optional(),
});

export type HealthResult = z.output<typeof healthFields>;

const runtimeFields = vimObject({
  hostMemberRuntime: vimList(
    vimObject({
      host: vimRef(),
      status: z.string().optional(),
      healthCheckResult: vimList(healthFields),
    }),
  ),
}).optional();

const alarmFields = vimObject({ name: z.string(), enabled: vimBoolean });

export interface GroupFacts {
  readonly ref: Ref;
  readonly config: z.output<typeof groupFields>;
}

export interface HostFacts {
  readonly ref: Ref;
  readonly name: string;
  readonly nics: readonly { readonly device: string; readonly hasLink: boolean }[];
  /** Port keys of the host by port name: uplinks and LAG ports. */
  readonly ports: Readonly<Record<string, string>>;
  /** The switch's own word for how the host is doing; undefined when it is no member. */
  readonly status?: string;
  /** What the health check found on the host; none also before its first round. */
  readonly health: readonly HealthResult[];
}

export interface SwitchFacts {
  readonly ref: Ref;
  readonly config: z.output<typeof configFields>;
  readonly groups: readonly GroupFacts[];
  /** Members of the switch, and those hosts that the file names. */
  readonly hosts: readonly HostFacts[];
  readonly alarms: readonly { readonly ref: Ref; readonly name: string }[];
  readonly datacenter: Ref;
  readonly alarmManager: Ref;
  readonly apiVersion: string;
}

interface Asked {
  readonly target: SwitchTarget;
  readonly scope: SwitchWords;
  readonly about: VcenterAbout;
}

/** First who there is, then what is known of those that matter, then the alarms, if there are any to know of. */
export function askSwitch({ target, scope, about }: Asked, answers: readonly Answer[]): Question | undefined {
  switch (answers.length) {
    case 0:
      return { query: inventory(singleton(about.content, "rootFolder")) };
    case 1:
      return details(objects(answers[0]), { target, scope });
    case 2:
      return { call: getAlarms(objects(answers[0]), { target, about }) };
    case 3:
      return alarms(answers[2] as VimTree);
    default:
      return undefined;
  }
}

const SWITCH = "VmwareDistributedVirtualSwitch";

function inventory(root: Ref) {
  return {
    from: [root],
    along: inventoryWays({ hosts: true, networks: true }),
    properties: { Datacenter: ["name"], HostSystem: ["name"], [SWITCH]: ["uuid", "summary.hostMember"] },
  };
}

function objects(answer: Answer): readonly ObjectContent[] {
  return answer as readonly ObjectContent[];
}

function switchNamed(found: readonly ObjectContent[], { switchId }: SwitchTarget): ObjectContent | undefined {
  return found.find(({ object, properties }) => object.type === SWITCH && properties.uuid === switchId);
}

function details(found: readonly ObjectContent[], { target, scope }: Omit<Asked, "about">): Question | undefined {
  const dvs = switchNamed(found, target);
  if (!dvs) return undefined;
  const members = readFields(vimList(vimRef()), dvs.properties["summary.hostMember"], "summary of the switch");
  const isMember = (host: Ref) => members.some(({ value }) => value === host.value);
  const hosts = found.filter(
    ({ object, properties }) =>
      object.type === "HostSystem" && (isMember(object) || Object.hasOwn(scope.members, String(properties.name))),
  );
  return {
    query: {
      from: [dvs.object, ...hosts.map(({ object }) => object)],
      along: [{ type: SWITCH, path: "portgroup" }],
      properties: {
        [SWITCH]: ["config", "runtime"],
        DistributedVirtualPortgroup: ["config"],
        HostSystem: ["name", "config.network.pnic", "config.network.proxySwitch"],
      },
    },
  };
}

/** Alarms are defined on the datacenter: the events that they wait for are those of hosts. */
function getAlarms(found: readonly ObjectContent[], { target, about }: Omit<Asked, "scope">) {
  const entity = datacenterNamed(found, target);
  return { object: singleton(about.content, "alarmManager"), method: "GetAlarm", arguments: { entity } };
}

function datacenterNamed(found: readonly ObjectContent[], { name, datacenter }: SwitchTarget): Ref {
  const at = found.find(({ object, properties }) => object.type === "Datacenter" && properties.name === datacenter);
  if (!at) throw new Error(`distributed switch "${name}": there is no datacenter "${datacenter}" in this vCenter`);
  return at.object;
}

function alarms(answer: VimTree): Question | undefined {
  const from = readFields(vimList(vimRef()), answer, "list of alarms");
  return from.length > 0 ? { query: { from, properties: { Alarm: ["info"] } } } : undefined;
}

/** Undefined: vCenter has no such switch. */
export function toSwitchFacts(
  { target, about }: Omit<Asked, "scope">,
  answers: readonly Answer[],
): SwitchFacts | undefined {
  const [inventoryAnswer, detailsAnswer, , alarmsAnswer] = answers;
  const dvs = switchNamed(objects(inventoryAnswer), target);
  if (!dvs || detailsAnswer === undefined) return undefined;
  const found = objects(detailsAnswer);
  const own = found.find(({ object }) => object.type === SWITCH);
  const config = readFields(configFields, own?.properties.config, `${SWITCH} config`);
  const runtime = readFields(runtimeFields, own?.properties.runtime, `${SWITCH} runtime`);
  const runtimes = new Map(runtime?.hostMemberRuntime.map((member) => [member.host.value, member]));
  return {
    ref: dvs.object,
    config,
    groups: found
      .filter(({ object }) => object.type === "DistributedVirtualPortgroup")
      .map(({ object, properties }) => ({
        ref: object,
        config: readFields(groupFields, properties.config, `${object.type} config`),
      })),
    hosts: found
      .filter(({ object }) => object.type === "HostSystem")
      .map((host) => toHostFacts(host, config.uuid, runtimes.get(host.object.value))),
    alarms: objects(alarmsAnswer ?? []).map(({ object, properties }) => ({
      ref: object,
      name: readFields(alarmFields, properties.info, "Alarm info").name,
    })),
    datacenter: datacenterNamed(objects(inventoryAnswer), target),
    alarmManager: singleton(about.content, "alarmManager"),
    apiVersion: about.apiVersion,
  };
}

type Runtime = NonNullable<z.output<typeof runtimeFields>>["hostMemberRuntime"][number];

/** `runtime` is what the switch says of the host; undefined when it is no member. */
function toHostFacts({ object, properties }: ObjectContent, uuid: string, runtime: Runtime | undefined): HostFacts {
  const pnics = readFields(pnicFields, properties["config.network.pnic"], "HostSystem config.network.pnic");
  const proxies = readFields(proxyFields, properties["config.network.proxySwitch"], "HostSystem proxySwitch");
  const proxy = proxies.find(({ dvsUuid }) => dvsUuid === uuid);
  const ports = [...(proxy?.uplinkPort ?? []), ...(proxy?.hostLag ?? []).flatMap(({ uplinkPort }) => uplinkPort)];
  return {
    ref: object,
    name: String(properties.name),
    nics: pnics.map(({ device, linkSpeed }) => ({ device, hasLink: linkSpeed !== undefined })),
    ports: Object.fromEntries(ports.map(({ key, value }) => [value, key])),
    ...(runtime ? { status: runtime.status ?? "unknown" } : {}),
    health: runtime?.healthCheckResult ?? [],
  };
}
