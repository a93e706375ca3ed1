// The plan of a distributed switch: what comes in which order, what is refused, and that from every place on the way the rest
// of the way leads to what is wanted without a host that is cut off.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeDeep } from "../../../../providers/model/merge.js";
import { planSwitch } from "../../../../providers/platforms/vsphere/distributedSwitch/plan.js";
import type { SwitchWords } from "../../../../providers/platforms/vsphere/distributedSwitch/words.js";
import { after, cutOff, lag, portGroup, teaming, words } from "./switchWords.js";

const STANDALONE = words({ members: { h1: { a: "uplink1", b: "uplink2" }, h2: { a: "uplink1", b: "uplink2" } } });
const LAG_TEAM = teaming(["lag1"]);
const ON_LAG = words({
  lags: { lag1: lag() },
  team: LAG_TEAM,
  members: { h1: { a: "lag1-0", b: "lag1-1" }, h2: { a: "lag1-0", b: "lag1-1" } },
});

/** The words that a run sees: of what is there, all that was or is declared. */
const seen = (actual: SwitchWords, scope: SwitchWords): SwitchWords => ({
  ...actual,
  lags: pick(actual.lags, scope.lags),
  members: pick(actual.members, scope.members),
});

function pick<T>(from: Readonly<Record<string, T>>, keys: object): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => Object.hasOwn(keys, key)));
}

/** Does step after step as the engine does, and looks at every state on the way. */
function carryOut(desired: SwitchWords, start: SwitchWords, look: (state: SwitchWords) => void): SwitchWords {
  const scope = mergeDeep(start, desired);
  let state = start;
  for (let count = 0; count < 200; count += 1) {
    const { conflicts, steps } = planSwitch(desired, seen(state, scope));
    if (conflicts.length > 0) throw new Error(conflicts.join("; "));
    const [first] = steps;
    if (!first) return state;
    state = after(first, state);
    look(state);
  }
  throw new Error("the plan has no end");
}

const kinds = (desired: SwitchWords, actual: SwitchWords) => planSwitch(desired, actual).steps.map(({ kind }) => kind);

describe("the order of a plan", () => {
  it.each<[string, SwitchWords, SwitchWords, readonly string[]]>([
    ["nothing to do", STANDALONE, STANDALONE, []],
    [
      "traffic to a LAG: standby first, NICs one by one, then active",
      ON_LAG,
      STANDALONE,
      ["addLag", "portGroup", "place", "place", "place", "place", "portGroup", "settings"],
    ],
    [
      "traffic back from a LAG, which goes last",
      STANDALONE,
      ON_LAG,
      ["portGroup", "place", "place", "place", "place", "portGroup", "settings", "removeLag"],
    ],
    [
      "a host that joins a switch with a LAG gets its LAG ports after it has joined",
      ON_LAG,
      { ...ON_LAG, members: { h1: ON_LAG.members.h1 ?? {} } },
      ["join", "place"],
    ],
    ["a host that leaves", { ...STANDALONE, members: {} }, STANDALONE, ["leave"]],
    [
      "a private VLAN comes before the port group that carries it",
      words({ privateVlans: { 200: "promiscuous of 200" }, groups: { app: portGroup(teaming(["uplink1"]), 20) } }),
      words({ groups: { app: portGroup(teaming(["uplink1"]), 10) } }),
      ["settings", "portGroup"],
    ],
  ])("%s", (_sentence, desired, actual, expected) => {
    expect(kinds(desired, actual)).toEqual(expected);
  });

  it("gives traffic that is no longer declared what a new switch has, once", () => {
    const vmotion = { shares: "low", limitMbps: 5000, reservationMbps: 0 } as const;
    const usual = { shares: "normal", limitMbps: "unlimited", reservationMbps: 0 };
    const [step] = planSwitch(words(), { ...words(), traffic: { vmotion } }).steps;
    expect(step).toMatchObject({ kind: "settings", settings: { traffic: { vmotion: usual } } });
    expect(
      kinds(words(), { ...words(), traffic: { vmotion: { ...vmotion, shares: "normal", limitMbps: "unlimited" } } }),
    ).toEqual([]);
  });

  it("sets a contact that the file names, and leaves one alone that it does not", () => {
    const contact = { name: "Network team", contact: "noc@example.net, 4711" };
    const titles = (desired: SwitchWords, actual: SwitchWords) =>
      planSwitch(desired, actual).steps.map(({ title, disruption }) => [title, disruption]);
    const set = "the switch: contact.name Network team, contact.contact noc@example.net, 4711";
    expect(titles({ ...words(), contact }, words())).toEqual([[set, "none"]]);
    expect(titles({ ...words(), contact }, { ...words(), contact: {} })).toEqual([[set, "none"]]);
    expect(titles({ ...words(), contact: { name: "Network team" } }, { ...words(), contact })).toEqual([
      ["the switch: contact.contact noc@example.net, 4711 -> nothing", "none"],
    ]);
    expect(titles(words(), { ...words(), contact })).toEqual([]);
    expect(titles({ ...words(), contact }, { ...words(), contact })).toEqual([]);
  });

  it("tells port groups in one batch, since each has a version of its own", () => {
    const groups = { app: portGroup(LAG_TEAM), db: portGroup(LAG_TEAM) };
    const { steps } = planSwitch({ ...ON_LAG, portGroups: groups }, ON_LAG);
    expect(steps).toEqual([]);
    const changed = { ...ON_LAG, portGroups: { app: portGroup(LAG_TEAM, 7) } };
    expect(planSwitch(changed, ON_LAG).steps.map(({ batch }) => batch)).toEqual(["port groups"]);
  });
});

describe("what is refused, before anything is done", () => {
  it.each<[string, SwitchWords, SwitchWords, RegExp]>([
    [
      "the only NIC of a host",
      { ...ON_LAG, members: { h1: { a: "lag1-0" } } },
      { ...STANDALONE, members: { h1: { a: "uplink1" } } },
      /^host h1 has only a with link on the switch, and moving a to lag1-0 takes it away for a moment: .* in steps/,
    ],
    [
      "one LAG to another",
      { ...ON_LAG, lags: { lag2: lag() }, members: { h1: { a: "lag2-0", b: "lag2-1" } } },
      { ...ON_LAG, members: { h1: { a: "lag1-0", b: "lag1-1" } } },
      /^host h1 would move a from lag1-0 to lag2-0, b from lag1-1 to lag2-1: a NIC can't go from one LAG straight/,
    ],
    [
      "a port group from one LAG to another",
      words({ lags: { lag1: lag(), lag2: lag() }, team: LAG_TEAM, groups: { app: portGroup(teaming(["lag2"])) } }),
      words({ lags: { lag1: lag(), lag2: lag() }, team: LAG_TEAM }),
      /^port group app can't go from lag1 straight to lag2/,
    ],
    [
      "an uplink out of the middle",
      { ...STANDALONE, uplinks: ["uplink2"] },
      STANDALONE,
      /^the uplinks of the switch are uplink1, uplink2, and the file wants uplink2/,
    ],
    ["a lower version", { ...STANDALONE, version: "7.0.0" }, { ...STANDALONE, version: "8.0.0" }, /can't be lowered/],
  ])("%s", (_sentence, desired, actual, expected) => {
    expect(planSwitch(desired, actual).conflicts).toEqual([expect.stringMatching(expected)]);
  });
});

/** Where the NICs of a host are: standalone, on the LAG, or some here and some there. */
const placementOf = (onLag: readonly boolean[]) =>
  Object.fromEntries(onLag.map((isOnLag, index) => [`nic${index}`, isOnLag ? `lag1-${index}` : `uplink${index + 1}`]));
const uplinks = ["uplink1", "uplink2", "uplink3"];

/** Every state in which a run may have been cut off on its way to a LAG or back. */
const midway = fc
  .record({
    hosts: fc.array(fc.array(fc.boolean(), { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    team: fc.constantFrom(teaming(uplinks, ["lag1"]), teaming(["uplink1", "uplink2"], ["lag1"])),
  })
  .map(({ hosts, team }) =>
    words({
      uplinks,
      lags: { lag1: lag(3) },
      team,
      members: Object.fromEntries(hosts.map((onLag, index) => [`h${index}`, placementOf(onLag)])),
    }),
  );

const wholly = (state: SwitchWords, isOnLag: boolean): SwitchWords => ({
  ...words({
    uplinks,
    lags: isOnLag ? { lag1: lag(3) } : {},
    team: isOnLag ? LAG_TEAM : teaming(uplinks),
  }),
  members: Object.fromEntries(
    Object.entries(state.members).map(([host, nics]) => [host, placementOf(Object.keys(nics).map(() => isOnLag))]),
  ),
});

describe("from wherever a run was cut off", () => {
  it.each([
    ["to the LAG", true],
    ["back to standalone uplinks", false],
  ])("%s: the rest of the way ends there, and on it no port group is cut off on any host", (_way, isOnLag) => {
    fc.assert(
      fc.property(midway, (state) => {
        const desired = wholly(state, isOnLag);
        // What a team with the LAG as standby leaves unused is cut off already: not the plan's doing.
        const before = new Set(cutOff(state));
        const end = carryOut(desired, state, (next) => {
          expect(cutOff(next).filter((each) => !before.has(each))).toEqual([]);
        });
        expect(end).toEqual(desired);
      }),
      { numRuns: 500 },
    );
  });

  it("never takes two NICs of a host from their uplinks in one step", () => {
    fc.assert(
      fc.property(midway, (state) => {
        const desired = wholly(state, true);
        let last = state;
        carryOut(desired, state, (next) => {
          for (const [host, nics] of Object.entries(next.members)) {
            const changed = Object.keys(nics).filter((nic) => last.members[host]?.[nic] !== nics[nic]);
            expect(changed.length).toBeLessThanOrEqual(1);
          }
          last = next;
        });
      }),
      { numRuns: 200 },
    );
  });
});
