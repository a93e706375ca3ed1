// Objects in vCenter in the report of a preview: their steps as the driver plans them, what takes something down first, and the words
// that change.
import { describe, expect, it } from "vitest";
import { toMarkdown } from "../../cli/markdown.js";
import { tell } from "../../cli/preview.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import type { Environment } from "../../providers/model/environment.js";
import { typeToken } from "../../providers/platforms/index.js";
import { type AnyVcenterDriver, VCENTER_DRIVERS } from "../../providers/platforms/vsphere/index.js";

const FILE = `environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30 }
hosts:
  esx-01:
    platform: vsphere
    uplinks: { vmnic0: , vmnic1: , vmnic2: , vmnic3: , vmnic4: { sriov: { numVfs: 4 } } }
    reboot: whenRequired
    virtualSwitches:
      vSwitch1: { uplinkTeam: { members: [vmnic0, vmnic1] }, portGroups: [app] }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [storage]
vms:
  db-01:
    host: esx-01
    ports: { app0: { portGroup: dvs0/storage } }
    vsphere: { powerOff: whenRequired }
`;

function parsed(text: string): Environment {
  const { environment, problems } = checkEnvironmentText(text, "e.yaml");
  if (!environment) throw new Error(JSON.stringify(problems));
  return environment;
}

function driverOf(name: string): AnyVcenterDriver {
  const driver = VCENTER_DRIVERS.find((each) => each.name === name);
  if (!driver) throw new Error(`no driver ${name}`);
  return driver;
}

/** The inputs of the first object of a driver, as the program registers them. */
function inputs(driver: AnyVcenterDriver, text: string): Record<string, unknown> {
  const [place] = driver.objects(parsed(text));
  if (!place) throw new Error(`no ${driver.kind}`);
  const { version: driverVersion } = driver;
  return { environment: "t", driverVersion, target: {}, configuration: driver.toWords(place.model), __provider: "x" };
}

interface Told {
  readonly driver: string;
  readonly op?: string;
  readonly before?: Record<string, unknown> | undefined;
  readonly after?: Record<string, unknown> | undefined;
}

function told({ driver, op = "update", before, after }: Told) {
  const type = typeToken(driverOf(driver));
  const state = (own: Record<string, unknown>) => ({ type, custom: true, inputs: own });
  const urn = `urn:pulumi:t::site::${type}::it`;
  const step = { op, urn, ...(before && { oldState: state(before) }), ...(after && { newState: state(after) }) };
  return tell({ stdout: JSON.stringify({ steps: [step] }, null, 2), stderr: "", code: 0 }, []);
}

function change(driver: string, head: (text: string) => string, base = FILE) {
  const [before, after] = [base, head(base)].map((text) => inputs(driverOf(driver), text));
  const { changes } = told({ driver, before, after });
  const [only] = changes;
  if (!only) throw new Error("nothing changes");
  return only;
}

const markdown = (changes: ReturnType<typeof told>["changes"]) =>
  toMarkdown({ id: "a/b", environment: "b", problems: [], errors: [], messages: [], others: [], below: [], changes });

describe("a distributed switch", () => {
  it("is the steps of its driver, in order, with the risk of each, and the worst as its own", () => {
    const toLag = (text: string) =>
      text
        .replace(
          "uplink1: vmnic2, uplink2: vmnic3 }",
          "uplink1: , uplink2: }\n    lags: { lag1: { nics: [vmnic2, vmnic3] } }",
        )
        .replace("[uplink1, uplink2], policy: source-port", "[lag1], mode: lacp");
    const { kind, disruption, steps, diff } = change("vsphereSwitch", toLag);
    expect({ kind, disruption }).toEqual({ kind: "distributed switch", disruption: "brief" });
    expect(steps.map(({ title, disruption: risk }) => `${risk}: ${title.replace(/[:,{].*/, "")}`)).toEqual([
      "none: LAG lag1 comes",
      "brief: port group storage",
      "brief: esx-01",
      "brief: esx-01",
      "brief: port group storage",
      "none: port groups to come",
    ]);
    expect(diff).toContain("+    vmnic2: lag1-0");
    expect(diff).toContain("-    vmnic2: uplink1");
  });

  it("that is new has its words and no steps: it disturbs nobody", () => {
    const after = inputs(driverOf("vsphereSwitch"), FILE);
    const { changes } = told({ driver: "vsphereSwitch", op: "create", after });
    expect(changes).toMatchObject([{ disruption: "none", steps: [], diff: expect.stringContaining("+uplinks:") }]);
  });
});

describe("an ESXi host", () => {
  const more = (text: string) => text.replace("numVfs: 4", "numVfs: 8");

  it("that would be restarted says so before everything else", () => {
    const restarted = change("esxHost", more);
    expect(restarted).toMatchObject({ kind: "ESXi host", disruption: "outage" });
    const text = markdown([restarted]);
    expect(text).toContain("**1 changed**; **1 with an outage**.");
    expect(text).toMatch(/### 🔴 Outages\n\n- `it`: `maintenance: .*`\n- `it`: `restart the host`\n/);
    expect(text.indexOf("### 🔴 Outages")).toBeLessThan(text.indexOf("| Machine |"));
    expect(text).toContain("🔴 outage: `restart the host`\n");
  });

  it("that is never restarted says what waits, and has no outage", () => {
    const base = FILE.replace("    reboot: whenRequired\n", "");
    const waiting = change("esxHost", more, base);
    expect(waiting).toMatchObject({ disruption: "none", notes: [expect.stringContaining("next restart")] });
    expect(markdown([waiting])).not.toContain("### 🔴 Outages");
    expect(markdown([waiting])).toMatch(/^ {2}- `what is asked of PCI devices is there after the next restart/m);
  });

  it("of which nothing was declared before is there all the same: its first settings may disturb", () => {
    const after = inputs(driverOf("esxHost"), FILE);
    const { changes } = told({ driver: "esxHost", op: "create", after });
    expect(changes).toMatchObject([{ action: "create", disruption: "outage" }]);
    expect(changes[0]?.steps.map(({ title }) => title)).toContain("restart the host");
  });
});

it("a VM that has to be off says so before everything else", () => {
  const toFunction = (text: string) =>
    text.replace("portGroup: dvs0/storage", "portGroup: dvs0/storage, vf: { from: [vmnic4] }");
  const changed = change("vsphereVm", toFunction);
  expect(changed).toMatchObject({ kind: "virtual machine", disruption: "outage" });
  expect(markdown([changed])).toMatch(/### 🔴 Outages\n\n- `it`: `shut the guest down, or power the VM off/);
});

describe("any of them", () => {
  const own = inputs(driverOf("esxHost"), FILE);

  it("has an unknown disruption where the state has another release's words", () => {
    const { changes } = told({
      driver: "esxHost",
      before: { ...own, driverVersion: 0, configuration: { x: 1 } },
      after: own,
    });
    expect(changes).toMatchObject([
      { disruption: "unknown", steps: [], summary: [{ title: "driverVersion: 0 → 1", disruption: "none" }] },
    ]);
  });

  it("that goes takes its traffic with it", () => {
    const { changes } = told({ driver: "esxHost", op: "delete", before: own });
    expect(changes).toMatchObject([{ disruption: "outage", diff: expect.stringMatching(/^-/m) }]);
  });

  it("that goes says how: what it loses, and a host that is restarted for it", () => {
    const { changes } = told({ driver: "esxHost", op: "delete", before: own });
    expect(changes[0]?.steps.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["switch vSwitch1: remove it", "PCI devices: no SR-IOV on vmnic4", "restart the host"]),
    );
    expect(markdown(changes)).toMatch(/### 🔴 Outages\n\n(?:- .*\n)*- `it`: `restart the host`/);
  });

  it.each([
    [
      "was there before loses what is ours, powered off for it",
      { name: "db-01" },
      expect.arrayContaining([expect.stringMatching(/^shut the guest down/)]),
    ],
    ["was made here goes as a whole", { name: "db-01", id: "vm-7" }, []],
  ])("a VM that %s", (_which, target, titles) => {
    const vm = inputs(
      driverOf("vsphereVm"),
      FILE.replace("portGroup: dvs0/storage }", "portGroup: dvs0/storage, vf: { from: [vmnic4] } }"),
    );
    const { changes } = told({ driver: "vsphereVm", op: "delete", before: { ...vm, target } });
    expect(changes[0]?.steps.map(({ title }) => title)).toEqual(titles);
  });

  it("says that it is applied again; the plan of an earlier run is no change", () => {
    const { changes } = told({
      driver: "esxHost",
      before: { ...own, plan: ["outage: restart the host"] },
      after: own,
    });
    expect(changes).toMatchObject([
      {
        disruption: "none",
        summary: [{ title: expect.stringContaining("applied again"), disruption: "none" }],
        diff: "",
      },
    ]);
  });
});
