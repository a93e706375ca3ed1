// The way of a distributed switch from what is there to what is wanted, in steps that each keep every host connected. Pure.
import { type Change, compare, type Disruption, formatStep } from "../../../model/change.js";
import { disruptionTable } from "../../driver.js";
import { isCreationMark } from "../creation.js";
import type { TeamingWords } from "../uplinkTeam.js";
import type { VcenterPlan } from "../vcenterDriver.js";
import type { SwitchFacts } from "./facts.js";
import { healthNotes } from "./healthResults.js";
import { type Members, memberConflicts, planJoining, planLeaving, planMoves } from "./memberSteps.js";
import { crossings, lagNames } from "./placement.js";
import type { Settings, SwitchStep } from "./steps.js";
import { lagInTeam, teamConflicts, teamWhileCrossing } from "./teamSteps.js";
import type { PortGroupWords, SwitchWords } from "./words.js";

/** What traffic notices of a setting of the switch or of a port group. */
const disruption = disruptionTable({
  mtuBytes: "brief",
  uplinks: "brief",
  privateVlans: "brief",
  vlan: "brief",
  active: "brief",
  standby: "brief",
  policy: "brief",
  macChanges: "brief",
  forgedTransmits: "brief",
  blocked: "outage",
  binding: "brief",
});

export function planSwitch(desired: SwitchWords, actual: SwitchWords, facts?: SwitchFacts): VcenterPlan<SwitchStep> {
  const members: Members = { desired, actual, crossing: crossings(desired, actual), ...(facts ? { facts } : {}) };
  const { leaving, notes: later } = leavingPrivateVlans(members);
  return {
    conflicts: [
      ...versionConflicts(members),
      ...uplinkConflicts(members),
      ...teamConflicts(desired, actual),
      ...memberConflicts(members),
    ],
    steps: [
      ...planVersion(members),
      ...planSettings(members),
      ...planIoControl(members),
      ...planLags(members),
      ...planJoining(members),
      ...planStaging(members),
      ...planMoves(members),
      ...planTeams(members),
      ...planLeaving(members),
      ...planRemovals(members, leaving),
      ...planHealthCheck(members),
      ...planAlarms(members),
    ],
    notes: [...later, ...(facts ? healthNotes(facts) : [])],
    isUnfinished: later.length > 0,
  };
}

function versionConflicts({ desired, actual }: Members): string[] {
  if (desired.version === undefined || !actual.version || compareVersions(desired.version, actual.version) >= 0)
    return [];
  return [
    `the switch has version ${actual.version} and the file wants ${desired.version}: a version can't be lowered. Set version: ${actual.version}, or leave it out`,
  ];
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function planVersion({ desired, actual }: Members): SwitchStep[] {
  if (desired.version === undefined || desired.version === actual.version) return [];
  return [
    {
      kind: "upgrade",
      version: desired.version,
      title: `the switch becomes version ${desired.version}${actual.version ? `, from ${actual.version}` : ""}`,
      disruption: "none",
    },
  ];
}

/** vCenter tells uplinks apart by their place in the list: a name in the middle can't go while NICs are on the others. */
function uplinkConflicts({ desired, actual }: Members): string[] {
  const isInUse = Object.values(actual.members).some((nics) => Object.keys(nics).length > 0);
  if (!isInUse || startsWith(desired.uplinks, actual.uplinks) || startsWith(actual.uplinks, desired.uplinks)) return [];
  return [
    `the uplinks of the switch are ${actual.uplinks.join(", ")}, and the file wants ${desired.uplinks.join(", ")}: while NICs are on it, uplinks are only added or removed at the end. Keep their names and order, and leave one that is not needed empty (${actual.uplinks[0]}:)`,
  ];
}

function startsWith(list: readonly string[], start: readonly string[]): boolean {
  return start.every((name, index) => list[index] === name);
}

/** All settings of the switch itself that can be set before anything moves, in one call. */
function planSettings({ desired, actual, facts }: Members): SwitchStep[] {
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = {};
  const changes: Change[] = [];
  const take = <K extends keyof Settings & keyof SwitchWords>(key: K, value: SwitchWords[K], present = actual[key]) => {
    const found = compare({ [key]: value }, { [key]: present }, disruption);
    if (found.length === 0) return;
    changes.push(...found);
    Object.assign(settings, { [key]: value });
  };
  for (const key of ["mtuBytes", "discovery", "multicast", "netflow", "switchAddress", "lacpApiVersion"] as const)
    take(key, desired[key]);
  if (desired.contact) take("contact", desired.contact, actual.contact ?? {});
  // Uplinks that are no longer wanted go when no NIC is on them any more.
  if (!startsWith(actual.uplinks, desired.uplinks)) take("uplinks", desired.uplinks);
  take("traffic", { ...undeclared(actual.traffic), ...desired.traffic });
  take("privateVlans", { ...actual.privateVlans, ...desired.privateVlans });
  const defaults = firstDefaults({ desired, actual });
  if (defaults) take("defaults", defaults);
  if (changes.length > 0) return [settingsStep("the switch", settings, changes)];
  return isCreationMark(facts?.config.description)
    ? [{ kind: "settings", settings, title: "the switch: made", disruption: "none" }]
    : [];
}

/** Traffic that is no longer declared gets again what vCenter gives a new switch. */
function undeclared(traffic: SwitchWords["traffic"]): SwitchWords["traffic"] {
  return Object.fromEntries(
    Object.keys(traffic).map((name) => [
      name,
      { shares: name === "virtualMachine" ? "high" : "normal", limitMbps: "unlimited", reservationMbps: 0 },
    ]),
  );
}

/** The default of the switch may name a LAG only once there is one. */
function firstDefaults({ desired, actual }: Pick<Members, "desired" | "actual">): SwitchWords["defaults"] | undefined {
  const lag = lagInTeam(desired.defaults.teaming, lagNames(desired));
  if (lag === undefined) return isKnown(desired.defaults.teaming, actual) ? undefined : desired.defaults;
  // New uplinks have other names than those that the default still names.
  if (isKnown(actual.defaults.teaming, desired)) return undefined;
  return {
    ...desired.defaults,
    teaming: { ...desired.defaults.teaming, policy: "loadbalance_srcid", active: desired.uplinks, standby: [] },
  };
}

function isKnown({ active, standby }: SwitchWords["defaults"]["teaming"], { uplinks, lags }: SwitchWords): boolean {
  return [...active, ...standby].every((name) => uplinks.includes(name) || Object.hasOwn(lags, name));
}

/** A team is told as a whole: its uplinks and LAGs are what one looks for. */
function formatChanges(changes: readonly Change[], wanted: TeamingWords, present: TeamingWords): string {
  const isTeam = ({ path }: Change) => path.includes("active") || path.includes("standby");
  const others = changes.filter((change) => !isTeam(change)).map(formatStep);
  const team = changes.some(isTeam) ? [`${formatTeam(present)} -> ${formatTeam(wanted)}`] : [];
  return [...team, ...others].join(", ");
}

/** `uplink1 uplink2, standby lag1` */
function formatTeam({ active, standby }: TeamingWords): string {
  const names = active.join(" ") || "no uplink";
  return standby.length > 0 ? `${names}, standby ${standby.join(" ")}` : names;
}

function settingsStep(of: string, settings: Settings, changes: readonly Change[]): SwitchStep {
  return {
    kind: "settings",
    settings,
    title: `${of}: ${changes.map(formatStep).join(", ")}`,
    disruption: worst(changes),
  };
}

function worst(changes: readonly Change[]): Disruption {
  const order: readonly Disruption[] = ["none", "brief", "outage"];
  return changes.reduce<Disruption>(
    (most, change) => (order.indexOf(change.disruption) > order.indexOf(most) ? change.disruption : most),
    "none",
  );
}

function planIoControl({ desired, actual }: Members): SwitchStep[] {
  if (desired.networkIoControl === actual.networkIoControl) return [];
  const isEnabled = desired.networkIoControl;
  return [
    { kind: "ioControl", isEnabled, title: `Network I/O Control goes ${isEnabled ? "on" : "off"}`, disruption: "none" },
  ];
}

function planLags({ desired, actual, facts }: Members): SwitchStep[] {
  const steps: SwitchStep[] = [];
  const needs = Object.values(desired.lags).some(
    ({ vlans, netflow }) => vlans !== "as uplinks" || netflow !== "as uplinks",
  );
  if (needs && (!facts || !uplinkGroupsAllow(facts, desired)))
    steps.push({ kind: "uplinkOverrides", title: "the uplinks allow settings of a LAG's own", disruption: "none" });
  for (const [name, lag] of Object.entries(desired.lags)) {
    const before = Object.hasOwn(actual.lags, name) ? actual.lags[name] : undefined;
    if (!before) {
      const title = `LAG ${name} comes: ${lag.ports} ports, ${lag.role}, ${lag.timeout}, ${lag.hash}`;
      steps.push({ kind: "addLag", name, lag, title, disruption: "none" });
      continue;
    }
    const changes = compare(lag, before, () => "brief");
    if (changes.length === 0) continue;
    const title = `LAG ${name}: ${changes.map(formatStep).join(", ")}`;
    steps.push({ kind: "editLag", name, lag, title, disruption: "brief" });
  }
  return steps;
}

/** Whether all uplink port groups let a LAG have VLANs and NetFlow of its own. */
function uplinkGroupsAllow({ groups, config }: SwitchFacts, { lags }: SwitchWords): boolean {
  const vlan = Object.values(lags).some(({ vlans }) => vlans !== "as uplinks");
  const netflow = Object.values(lags).some((lag) => lag.netflow !== "as uplinks");
  return groups
    .filter(({ ref }) => config.uplinkPortgroup.some(({ value }) => value === ref.value))
    .every(
      ({ config: { policy } }) => (!vlan || policy?.vlanOverrideAllowed) && (!netflow || policy?.ipfixOverrideAllowed),
    );
}

/** The port groups as they have to be while NICs cross: everything else about them is set already. */
function planStaging(members: Members): SwitchStep[] {
  const { desired, actual, crossing } = members;
  if (crossing.length === 0) return [];
  const lags = lagNames(desired, actual);
  return portGroupSteps(members, (wanted, present) => {
    const teaming = teamWhileCrossing({ desired: wanted.teaming, actual: present.teaming }, { crossing, lags });
    return teaming && { ...wanted, teaming };
  });
}

function planTeams(members: Members): SwitchStep[] {
  const { desired, actual, crossing } = members;
  const lags = lagNames(desired, actual);
  const defaults = compare({ defaults: desired.defaults }, { defaults: actual.defaults }, disruption);
  const staged = crossing.length > 0;
  return [
    ...portGroupSteps(members, (wanted) => wanted, { isLast: true, ...(staged ? { after: lags } : {}) }),
    ...(defaults.length > 0 ? [defaultsStep(members, defaults)] : []),
  ];
}

function defaultsStep({ desired: { defaults }, actual }: Members, changes: readonly Change[]): SwitchStep {
  const title = `port groups to come: ${formatChanges(changes, defaults.teaming, actual.defaults.teaming)}`;
  return { kind: "settings", settings: { defaults }, title, disruption: "none" };
}

function portGroupSteps(
  { desired, actual, crossing, facts }: Members,
  target: (wanted: PortGroupWords, present: PortGroupWords) => PortGroupWords | undefined,
  { after, isLast = false }: { readonly after?: readonly string[]; readonly isLast?: boolean } = {},
): SwitchStep[] {
  return Object.entries(desired.portGroups).flatMap(([name, wanted]): SwitchStep[] => {
    const found = Object.hasOwn(actual.portGroups, name) ? actual.portGroups[name] : undefined;
    // Made by another resource, in the same run: a preview can't know it yet.
    if (!found) return [];
    const lags = after ?? [];
    const teaming = after && teamWhileCrossing({ desired: wanted.teaming, actual: found.teaming }, { crossing, lags });
    const present = teaming ? { ...wanted, teaming } : found;
    const portGroup = target(wanted, present);
    if (!portGroup) return [];
    const changes = compare(portGroup, present, disruption);
    const isMarked =
      isLast && facts?.groups.some(({ config }) => config.name === name && isCreationMark(config.description));
    if (changes.length === 0 && !isMarked) return [];
    const title = `port group ${name}: ${formatChanges(changes, portGroup.teaming, present.teaming) || "made"}`;
    return [{ kind: "portGroup", name, portGroup, title, disruption: worst(changes), batch: "port groups" }];
  });
}

interface Leaving {
  readonly leaving: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** A private VLAN stays in the map while any port group carries it: the one that goes is removed after this resource. */
function leavingPrivateVlans({ desired, actual, facts }: Members): Leaving {
  const gone = Object.entries(actual.privateVlans).filter(
    ([secondary]) => !Object.hasOwn(desired.privateVlans, secondary),
  );
  const used = gone.flatMap(([secondary, meaning]) => {
    const users = facts ? usersOf(Number(secondary), facts) : [];
    return users.length > 0 ? [{ secondary, meaning, users }] : [];
  });
  // A primary goes with the last of those that belong to it.
  const staying = new Set([
    ...used.flatMap(({ secondary, meaning }) => [secondary, primaryOf(meaning)]),
    ...Object.values(desired.privateVlans).map(primaryOf),
  ]);
  return {
    leaving: Object.fromEntries(gone.filter(([secondary]) => !staying.has(secondary))),
    notes: used.map(
      ({ secondary, users }) =>
        `private VLAN ${secondary} stays in the map of the switch as long as port group ${users.join(", ")} has it; the pulumi up after that takes it away`,
    ),
  };
}

/** The primary of "isolated of 200". */
function primaryOf(meaning: string): string {
  return meaning.split(" of ").at(-1) ?? "";
}

function usersOf(secondary: number, { groups }: SwitchFacts): string[] {
  return groups.flatMap(({ config }) => (config.defaultPortConfig.vlan?.pvlanId === secondary ? [config.name] : []));
}

/** What no NIC and no port group needs any more. */
function planRemovals({ desired, actual }: Members, leaving: Readonly<Record<string, string>>): SwitchStep[] {
  const steps: SwitchStep[] = [];
  for (const name of Object.keys(actual.lags)) {
    if (Object.hasOwn(desired.lags, name)) continue;
    steps.push({ kind: "removeLag", name, title: `LAG ${name} goes`, disruption: "none" });
  }
  const isShorter = startsWith(actual.uplinks, desired.uplinks) && actual.uplinks.length > desired.uplinks.length;
  const settings: Settings = {
    ...(isShorter ? { uplinks: desired.uplinks } : {}),
    ...(Object.keys(leaving).length > 0 ? { leavingPrivateVlans: leaving } : {}),
  };
  const changes = [
    ...(isShorter ? compare({ uplinks: desired.uplinks }, { uplinks: actual.uplinks }) : []),
    ...compare({}, { privateVlans: leaving }).filter(() => Object.keys(leaving).length > 0),
  ];
  if (changes.length > 0) steps.push({ ...settingsStep("no longer needed", settings, changes), disruption: "none" });
  return steps;
}

function planHealthCheck({ desired: { healthCheck }, actual }: Members): SwitchStep[] {
  const changes = compare({ healthCheck }, { healthCheck: actual.healthCheck });
  if (changes.length === 0) return [];
  return [{ kind: "healthCheck", healthCheck, title: changes.map(formatStep).join(", "), disruption: "none" }];
}

function planAlarms({ desired, actual }: Members): SwitchStep[] {
  const added = Object.keys(desired.alarms).filter((name) => !Object.hasOwn(actual.alarms, name));
  const gone = Object.keys(actual.alarms).filter((name) => !Object.hasOwn(desired.alarms, name));
  return [
    ...added.map((name): SwitchStep => ({ kind: "addAlarm", name, title: `alarm ${name} comes`, disruption: "none" })),
    ...gone.map((name): SwitchStep => ({ kind: "removeAlarm", name, title: `alarm ${name} goes`, disruption: "none" })),
  ];
}
