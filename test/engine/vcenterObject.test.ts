// The sequence of I/O with vCenter when somebody else takes the object away in the middle of it. A driver of one list, and a session
// that says what a vCenter says of objects that are gone.
import { describe, expect, it } from "vitest";
import { VcenterObject, type VcenterSession } from "../../providers/engine/vcenterObject.js";
import { VimFault } from "../../providers/host/vim/soapFault.js";
import type { ObjectContent, Ref } from "../../providers/model/vim.js";
import type { Step, VcenterDriver } from "../../providers/platforms/vsphere/vcenterDriver.js";

type Words = Readonly<Record<string, boolean>>;
interface GroupStep extends Step {
  readonly group: string;
}
type Target = Readonly<Record<string, never>>;

const THE_SWITCH: Ref = { type: "DistributedVirtualSwitch", value: "dvs-1" };
const ALL: Words = { app: true, storage: true };

/** A switch whose words are its port groups; the second question is asked of the switch that the first one found. */
const driver: VcenterDriver<never, Target, Words, Words, GroupStep> = {
  name: "test",
  kind: "switch",
  token: { module: "test", type: "Switch" },
  version: 1,
  objects: () => [],
  unsupported: () => [],
  toWords: (model) => model,
  title: () => 'switch "dvs0"',
  ask: (_at, answers) => {
    if (answers.length === 0) return { query: { properties: {}, from: [{ type: "Folder", value: "network" }] } };
    const [[found]] = answers as [readonly ObjectContent[]];
    return found && answers.length === 1 ? { query: { properties: {}, from: [found.object] } } : undefined;
  },
  toFacts: (_at, [, details]) =>
    (details as readonly ObjectContent[] | undefined)?.[0]?.properties as Words | undefined,
  fromFacts: (facts) => facts,
  plan: (desired, actual) => planOf(Object.keys(desired).filter((group) => !actual[group])),
  planRemoval: (actual) => planOf(Object.keys(actual)),
  toCall: ({ group }) => ({ object: THE_SWITCH, method: "Destroy_Task", arguments: { group } }),
};

function planOf(groups: readonly string[]) {
  const steps = groups.map((group): GroupStep => ({ title: `port group ${group}`, disruption: "none", group }));
  return { conflicts: [], steps, notes: [] };
}

/** Somebody deletes the switch right before the request of this number, from 1. */
function goneBefore(request: number) {
  const log: string[] = [];
  const groups = new Set(Object.keys(ALL));
  const isGone = (label: string) => log.push(label) >= request;
  const fault = (method: string) =>
    new VimFault(
      "vCenter",
      { object: THE_SWITCH, method },
      { message: "gone", detail: { $type: "ManagedObjectNotFound" } },
    );
  const session: VcenterSession = {
    content: {},
    apiVersion: "8.0.3.0",
    roundTrips: 0,
    retrieve: async ({ from: [of] }) => {
      const isSearch = of?.type === "Folder";
      const gone = isGone(isSearch ? "find" : "read");
      if (gone && !isSearch) throw fault("RetrievePropertiesEx");
      if (gone) return [];
      return [{ object: THE_SWITCH, properties: Object.fromEntries([...groups].map((group) => [group, "true"])) }];
    },
    run: async ({ method, arguments: { group } }) => {
      if (isGone(`remove ${group}`)) throw fault(method);
      groups.delete(String(group));
      return undefined;
    },
  };
  return { log, object: new VcenterObject(driver, async () => session) };
}

const WHOLE = ["find", "read", "remove app", "find", "read", "remove storage", "find", "read"];

describe("removal", () => {
  it("goes step by step", async () => {
    const { log, object } = goneBefore(Number.POSITIVE_INFINITY);
    const { steps } = await object.remove({}, ALL, () => {});
    expect(steps.map(({ title }) => title)).toEqual(["port group app", "port group storage"]);
    expect(log).toEqual(WHOLE);
  });

  it.each(WHOLE.map((request, index) => [index + 1, request]))(
    "is done when the object goes before request %i, %s",
    async (request) => {
      const { object } = goneBefore(Number(request));
      await expect(object.remove({}, ALL, () => {})).resolves.toMatchObject({ notes: [], isUnfinished: false });
    },
  );

  it("asks no more of an object that is gone", async () => {
    const { log, object } = goneBefore(4);
    const { steps } = await object.remove({}, ALL, () => {});
    expect(steps).toHaveLength(1);
    expect(log).toEqual(["find", "read", "remove app", "find"]);
  });
});

describe("change", () => {
  it("of an object that is gone says so, and that nothing was changed", async () => {
    const { object } = goneBefore(1);
    const wanted = { desired: { ...ALL, dmz: true }, scope: ALL, previous: ALL };
    await expect(object.apply({}, wanted, () => {})).rejects.toThrow(
      'switch "dvs0" is not in this vCenter. Run pulumi refresh to see what is, then pulumi up.',
    );
  });

  it("says after which step the object was gone", async () => {
    const { object } = goneBefore(4);
    const wanted = { desired: { ...ALL, dmz: true }, scope: ALL, previous: ALL };
    await expect(object.apply({}, wanted, () => {})).rejects.toThrow(
      'switch "dvs0": after "port group dmz", vCenter could not be read: switch "dvs0" is not in this vCenter.',
    );
  });
});

describe("reading", () => {
  it.each([1, 2])("finds nothing when the object goes before request %i", async (request) => {
    const { object } = goneBefore(request);
    await expect(object.read({}, ALL)).resolves.toBeUndefined();
  });
});
