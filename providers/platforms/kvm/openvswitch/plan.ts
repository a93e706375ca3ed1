// What stands in the way on a KVM host, what has to leave before the configuration can be put in place, and the way back. Pure.
import { type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { BUNDLES, type MissingTool } from "../../packages.js";
import type { FactBridge, FactPort, OvsFacts } from "./facts.js";
import { toOvsConfig } from "./view.js";
import { BOND_CONFIG, type OvsPort, type OvsWords } from "./words.js";

type Command = readonly string[];

export function planOvs(desired: OvsWords, { actual, facts, heading }: Now<OvsWords, OvsFacts>): LayerPlan {
  if (isNothing(desired) && isNothing(actual)) return NOTHING_TO_DO;
  const { environment } = heading;
  const unreadable = ovsUnreadable(facts);
  const conflicts = unreadable === undefined ? obstacles(desired, facts, environment) : [unreadable];
  if (conflicts.length > 0) return { ...NOTHING_TO_DO, conflicts };
  const there = leave(desired, facts, environment);
  const back = leave(actual, afterwards(desired, facts, environment), environment);
  return {
    ...NOTHING_TO_DO,
    notes: [...there.notes, ...beginsLacp(desired, actual)],
    after: [
      {
        template: "kvm/openvswitch/apply.sh",
        data: { removals: there.removals, config: toOvsConfig(desired, heading) },
      },
    ],
    revertAfter: [
      {
        template: "kvm/openvswitch/revert.sh",
        data: { removals: back.removals, config: toOvsConfig(actual, heading) },
      },
    ],
  };
}

export function missingOfOvs(_: OvsWords, { missing }: OvsFacts): MissingTool[] {
  return missing === "ovs-vsctl" ? [{ tool: missing, ...BUNDLES.openvswitch }] : [];
}

export function ovsUnreadable({ missing }: OvsFacts): string | undefined {
  return missing === "ovsdb-server"
    ? "Open vSwitch does not answer on the host. Look at: systemctl status openvswitch-switch (Debian) or openvswitch"
    : undefined;
}

function isNothing({ bridges }: OvsWords): boolean {
  return Object.keys(bridges).length === 0;
}

function obstacles(desired: OvsWords, facts: OvsFacts, environment: string): string[] {
  return [
    ...bridgeConflicts(desired, facts, environment),
    ...portConflicts(desired, placedPorts(facts), environment),
    ...missingUplinks(desired, facts),
  ];
}

/** The host goes first: many switches block a port until LACP is negotiated. */
function beginsLacp(desired: OvsWords, actual: OvsWords): string[] {
  return desiredPorts(desired).flatMap(({ bridge, name, port: { bond } }) => {
    const before = Object.hasOwn(actual.bridges, bridge) ? actual.bridges[bridge]?.ports[name]?.bond : undefined;
    const speaksAlready = before !== null && before !== undefined && before.lacp !== "off";
    if (!bond || bond.lacp === "off" || speaksAlready) return [];
    const until =
      bond["lacp-fallback-ab"] === "true"
        ? "works as active-backup until the switch answers. Change the switch ports after the host"
        : "passes nothing until the switch answers. Set lacpFallback: true and change the switch ports after the host, or change both in one maintenance window";
    return [`${name} of bridge ${bridge} begins to speak LACP and ${until} [OV-07]`];
  });
}

/** What has to leave for these words to be true, in the order in which it can. */
function leave(desired: OvsWords, facts: OvsFacts, environment: string): { removals: Command[]; notes: string[] } {
  const own = placedPorts(facts).filter((port) => port.mark === environment);
  const leaving = own.filter((port) => !stays(port, desired));
  const staying = own.filter((port) => stays(port, desired));
  const kept = new Set(staying.flatMap((port) => port.port.interfaces));
  const adjusted = staying.flatMap((port) => adjustPort(port, { desired, kept }));
  const { removals, notes } = removeBridges(facts, {
    desired,
    environment,
    leaving: new Set(leaving.map((port) => port.name)),
  });
  return { removals: [...leaving.map(deletePort), ...removals, ...adjusted], notes };
}

/** What the host would say when these words have become true: the way back starts there. */
function afterwards(words: OvsWords, facts: OvsFacts, environment: string): OvsFacts {
  const bridges = Object.entries(words.bridges).map(([name, { datapath_type, fail_mode, ports }]): FactBridge => {
    const own = Object.entries(ports).map(
      ([port, value]): FactPort => ({ name: port, mark: environment, port: value, errors: [] }),
    );
    const others = facts.bridges
      .find((bridge) => bridge.name === name)
      ?.ports.filter((port) => port.mark !== environment);
    return { name, datapath_type, fail_mode, mark: environment, ports: [...own, ...(others ?? [])] };
  });
  return {
    ...facts,
    bridges: [...bridges, ...facts.bridges.filter(({ name }) => !Object.hasOwn(words.bridges, name))],
  };
}

interface PlacedPort extends FactPort {
  readonly bridge: string;
}

function placedPorts(facts: OvsFacts): PlacedPort[] {
  return facts.bridges.flatMap((bridge) => bridge.ports.map((port) => ({ ...port, bridge: bridge.name })));
}

function desiredPorts(words: OvsWords): { bridge: string; name: string; port: OvsPort }[] {
  return Object.entries(words.bridges).flatMap(([bridge, { ports }]) =>
    Object.entries(ports).map(([name, port]) => ({ bridge, name, port })),
  );
}

function bridgeConflicts(desired: OvsWords, facts: OvsFacts, environment: string): string[] {
  return facts.bridges
    .filter((bridge) => Object.hasOwn(desired.bridges, bridge.name) && bridge.mark !== environment)
    .map(
      (bridge) =>
        `bridge ${bridge.name} exists and is ${owner(bridge)}. Give the virtual switch another name, or remove the bridge`,
    );
}

function portConflicts(desired: OvsWords, placed: readonly PlacedPort[], environment: string): string[] {
  const wanted = desiredPorts(desired);
  return placed
    .filter((port) => port.mark !== environment)
    .flatMap((port) => {
      const taken = wanted.filter(
        ({ name, port: { interfaces } }) =>
          name === port.name || interfaces.some((member) => port.port.interfaces.includes(member)),
      );
      const where = `port ${port.name} of bridge ${port.bridge}`;
      return taken.map(
        ({ name }) =>
          `${where} is ${owner(port)} and holds what port ${name} needs. Remove it there, or leave the interface out of the environment`,
      );
    });
}

function owner(item: Pick<FactBridge, "mark">): string {
  return item.mark === undefined ? "not multiport's" : `environment ${item.mark}'s`;
}

/** Only uplinks have to be there: the interface of a VM may come later, when the VM starts. */
function missingUplinks(desired: OvsWords, facts: OvsFacts): string[] {
  const uplinks = desiredPorts(desired).flatMap(({ port }) => (port.bond ? port.interfaces : []));
  const missing = uplinks.filter((name) => !facts.links.includes(name));
  const there = facts.links.filter((name) => name !== "lo" && !name.startsWith("ovs-"));
  return missing.map(
    (name) => `the host has no interface ${name}. It has ${there.join(", ") || "none"}. Correct the uplink's name`,
  );
}

/** A port that only has to be adjusted: same bridge, same kind, and a bond that keeps a member. */
function stays(actual: PlacedPort, desired: OvsWords): boolean {
  const wanted = wantedPort(actual, desired);
  if (!wanted || (wanted.bond === null) !== (actual.port.bond === null)) return false;
  if (wanted.type !== actual.port.type) return false;
  return wanted.interfaces.some((member) => actual.port.interfaces.includes(member));
}

function wantedPort({ bridge, name }: PlacedPort, desired: OvsWords): OvsPort | undefined {
  const ports = Object.hasOwn(desired.bridges, bridge) ? desired.bridges[bridge]?.ports : undefined;
  return ports && Object.hasOwn(ports, name) ? ports[name] : undefined;
}

interface Adjustment {
  readonly desired: OvsWords;
  /** Interfaces that exist all through the transaction: those of ports that stay. */
  readonly kept: ReadonlySet<string>;
}

function adjustPort(actual: PlacedPort, { desired, kept }: Adjustment): Command[] {
  const wanted = wantedPort(actual, desired);
  const [now, then] = [actual.port.bond, wanted?.bond];
  if (!wanted || !now || !then) return [];
  const isMoved = wanted.interfaces.some((member) => !actual.port.interfaces.includes(member));
  const isLeft = actual.port.interfaces.some((member) => !wanted.interfaces.includes(member));
  const unset = BOND_CONFIG.filter((key) => now[key] !== null && then[key] === null);
  return [
    ...(isMoved || isLeft ? setMembers(actual.name, wanted.interfaces, kept) : []),
    ...unset.map((key) => ["remove", "Port", actual.name, "other_config", key]),
  ];
}

// Not del-bond-iface and add-bond-iface: ovs-vsctl does not see their effect in the same transaction, and then refuses the
// add-bond of the configuration as naming other members than the port has.
function setMembers(port: string, members: readonly string[], kept: ReadonlySet<string>): Command[] {
  const named = members.map((member) =>
    kept.has(member)
      ? [`--id=@${member}`, "get", "Interface", member]
      : [`--id=@${member}`, "create", "Interface", `name=${member}`],
  );
  return [...named, ["set", "Port", port, `interfaces=${members.map((member) => `@${member}`).join(",")}`]];
}

function deletePort(port: PlacedPort): Command {
  return ["--if-exists", "del-port", port.bridge, port.name];
}

/** A bridge of ours that others have put ports on stays for them, without our mark. */
function removeBridges(
  facts: OvsFacts,
  { desired, environment, leaving }: { desired: OvsWords; environment: string; leaving: ReadonlySet<string> },
): { removals: Command[]; notes: string[] } {
  const removals: Command[] = [];
  const notes: string[] = [];
  for (const bridge of facts.bridges) {
    if (bridge.mark !== environment || Object.hasOwn(desired.bridges, bridge.name)) continue;
    const foreign = bridge.ports.filter((port) => !leaving.has(port.name)).map((port) => port.name);
    if (foreign.length === 0) removals.push(["--if-exists", "del-br", bridge.name]);
    else {
      removals.push(["remove", "Bridge", bridge.name, "external_ids", "multiport"]);
      notes.push(`bridge ${bridge.name} stays because others use it: ${foreign.join(", ")}`);
    }
  }
  return { removals, notes };
}
