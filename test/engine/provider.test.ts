// The dynamic provider as the engine gets it: the compiled package, plain CommonJS, and the line of code that a state
// holds. Only the machine behind the connection is played.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import vm from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { renderMachine } from "../../providers/engine/render.js";
import { toTextProperty } from "../../providers/engine/textProperty.js";
import type { Host, HostError as HostErrorClass } from "../../providers/host/host.js";
import { DRIVERS } from "../../providers/platforms/index.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { modelOf } from "../model/given.js";
import { recordedFacts, recordedSpec } from "../recorded.js";
import { FakeHost, type FakeHostOptions } from "./fakeHost.js";

const root = join(__dirname, "../..");
const dist = join(root, "dist/providers");
/** Node's own require, from inside the package: what the test runner transforms is not what the engine runs. */
const load = createRequire(join(root, "package.json"));

type Properties = Record<string, unknown>;
interface Provider {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures?: { property: string; reason: string }[] }>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(news: Properties): Promise<{ id: string; outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  read(id: string, props: Properties): Promise<{ id: string; props: Properties; inputs?: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
  configure(request: object): Promise<void>;
}

beforeAll(() => {
  if (!existsSync(join(dist, "engine/provider.js"))) throw new Error("dist/ is missing. Build it with: npm run build");
});

/** The provider in the way that Pulumi's dynamic provider process gets it from a state. */
function providerFromState(code: string): Provider {
  const exports: { handler?: () => Provider } = {};
  // A context of its own: code that captured anything, or leaned on a global, would not run.
  vm.runInNewContext(code, { exports, require: load });
  if (!exports.handler) throw new Error("the code exports no handler");
  return exports.handler();
}

const code = (driver: string): string =>
  (load("./dist/providers/engine/resource.js") as { providerCode(driver: string): string }).providerCode(driver);

const [model] = modelOf(recordedSpec("kvm", "lacp-bond")).kvmHosts;
if (!model) throw new Error("no host");
const inputs = {
  ssh: model.ssh,
  environment: "t",
  driverVersion: kvm.version,
  openvswitch: toTextProperty(kvm.file, renderMachine(kvm, model, { machine: "kvm-01", environment: "t" })),
};
const empty = recordedFacts("kvm", "empty-host");
const converged = recordedFacts("kvm", "lacp-bond");
const drifted = converged.replace('"active",["map"', '"passive",["map"');

describe("the code in a state", () => {
  it.each(DRIVERS.map(({ name }) => name))(
    "of %s is small, captures nothing, and finds the package by its name",
    (driver) => {
      expect(Buffer.byteLength(code(driver))).toBeLessThan(2048);
      const provider = providerFromState(code(driver)) as unknown as Record<string, unknown>;
      for (const method of ["check", "diff", "create", "update", "read", "delete", "configure"])
        expect(typeof provider[method], method).toBe("function");
    },
  );

  it("finds the package by the names that a user's program has for it", () => {
    expect(load.resolve("multiport/provider")).toBe(join(dist, "engine/provider.js"));
    expect(load.resolve("multiport")).toBe(join(dist, "index.js"));
    expect(Object.keys(load("multiport/provider") as object)).toContain("providers");
  });

  it("is built from the sources that stand here", () => {
    const source = readFileSync(join(root, "providers/platforms/kvm/index.ts"), "utf8");
    const version = Number(/version: (\d+)/.exec(source)?.[1]);
    const built = (load("./dist/providers/platforms/kvm/index.js") as { kvm: { version: number } }).kvm.version;
    expect(built, "dist/ is older than the sources. Build it with: npm run build").toBe(version);
  });
});

describe("the provider", () => {
  const ssh = () => load("./dist/providers/host/ssh.js") as { connectSsh: unknown };
  let original: unknown;
  beforeAll(() => {
    original = ssh().connectSsh;
  });
  afterAll(() => {
    ssh().connectSsh = original;
  });

  /** A provider whose machine is this one. */
  function given(options: FakeHostOptions): { provider: Provider; host: FakeHost } {
    const { HostError } = load("./dist/providers/host/host.js") as { HostError: typeof HostErrorClass };
    const host = new FakeHost({ ...options, hostError: HostError });
    ssh().connectSsh = (): Promise<Host> => host.connect();
    return { provider: providerFromState(code("kvm")), host };
  }

  async function created(): Promise<Properties> {
    return (await given({ before: empty, applied: converged }).provider.create(inputs)).outs;
  }

  it("creates: id of environment and machine, and a state without the text twice or any secret", async () => {
    const { id, outs } = await given({ before: empty, applied: converged }).provider.create(inputs);
    expect(id).toBe("t/kvm-01");
    expect(outs).toEqual({
      ssh: model.ssh,
      environment: "t",
      driverVersion: kvm.version,
      digest: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("sees no difference after create, nor when only code of ours is another", async () => {
    const { provider } = given({ before: converged });
    const outs = await created();
    expect(await provider.diff("t/kvm-01", outs, inputs)).toMatchObject({ changes: false, replaces: [] });
    expect(
      await provider.diff("t/kvm-01", { ...outs, __provider: "old" }, { ...inputs, __provider: "new" }),
    ).toMatchObject({ changes: false, replaces: [] });
  });

  it.each([
    ["the text", { openvswitch: inputs.openvswitch.replace("tag=10", "tag=11") }, []],
    ["where the machine is", { ssh: { ...model.ssh, address: "elsewhere" } }, []],
    ["the driver's version", { driverVersion: kvm.version + 1 }, []],
    ["the environment, which alone replaces", { environment: "u" }, ["environment"]],
  ])("sees a change of %s", async (_sentence, change, replaces) => {
    const outs = await created();
    const { provider } = given({ before: converged });
    expect(await provider.diff("t/kvm-01", outs, { ...inputs, ...change })).toEqual({
      changes: true,
      replaces,
      deleteBeforeReplace: true,
    });
  });

  it("the order of settings is no change", async () => {
    const outs = await created();
    const turned = Object.fromEntries(Object.entries(inputs).reverse());
    expect(await given({ before: converged }).provider.diff("t/kvm-01", outs, turned)).toMatchObject({
      changes: false,
    });
  });

  it("checks inputs of another release with a property and a remedy", async () => {
    const { provider } = given({ before: empty });
    expect((await provider.check({}, inputs)).failures ?? []).toEqual([]);
    const { failures } = await provider.check({}, { ...inputs, openvswitch: "", environment: 5 });
    expect(failures?.map(({ property }) => property)).toEqual(["environment", "openvswitch"]);
    expect(failures?.[0]?.reason).toMatch(/install the one that the program was written for/);
  });

  it("reads drift as the text that the machine has", async () => {
    const outs = await created();
    const { provider } = given({ before: drifted });
    const read = await provider.read("t/kvm-01", outs);
    expect(read.id).toBe("t/kvm-01");
    expect(read.inputs?.openvswitch).toBe(inputs.openvswitch.replace("lacp=active", "lacp=passive"));
    expect(await provider.diff("t/kvm-01", read.props, inputs)).toMatchObject({ changes: true, replaces: [] });
  });

  it("reads what is gone as gone", async () => {
    const outs = await created();
    expect(await given({ before: empty }).provider.read("t/kvm-01", outs)).toEqual({ id: "", props: {} });
  });

  it("deletes what is ours and nothing where nothing is", async () => {
    const outs = await created();
    const full = given({ before: converged, removed: empty });
    const told = vi.spyOn(console, "log").mockImplementation(() => {});
    await full.provider.delete("t/kvm-01", outs);
    expect(told.mock.calls).toEqual([["kvm-01: bridge vs0 stays because others use it: foreign0"]]);
    told.mockRestore();
    expect(full.host.log).toContain("remove openvswitch");
    const nothing = given({ before: empty });
    await nothing.provider.delete("t/kvm-01", outs);
    expect(nothing.host.log).toEqual(["connect", "read facts", "close"]);
  });

  it.each([
    ["reads back otherwise", { before: empty, applied: drifted }],
    [
      "was cut off after the change was sent",
      {
        before: empty,
        applied: converged,
        failures: [{ at: "apply openvswitch", kind: "cut", takesEffect: true } as const],
      },
    ],
  ])(
    "a machine that %s keeps its resource, and the next run differs",
    { timeout: 15_000 },
    async (_sentence, options) => {
      const { provider } = given(options);
      const error = (await provider.create(inputs).catch((caught: unknown) => caught)) as {
        id: string;
        properties: Properties;
        reasons: string[];
      };
      expect(error).toMatchObject({ id: "t/kvm-01", reasons: [expect.stringMatching(/^k1 /)] });
      expect(await provider.diff("t/kvm-01", error.properties, inputs)).toMatchObject({ changes: true, replaces: [] });
    },
  );

  it("a machine that refused the change keeps nothing", async () => {
    const { provider } = given({ before: empty, failures: [{ at: "apply openvswitch", kind: "command" }] });
    const error = (await provider.create(inputs).catch((caught: unknown) => caught)) as Properties;
    expect(error).not.toHaveProperty("id");
  });
});
