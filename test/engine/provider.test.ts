// The dynamic provider as the engine gets it: the compiled package, plain CommonJS, and the line of code that a state
// holds. Only the machine behind the connection is played.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import vm from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { renderTexts } from "../../providers/engine/render.js";
import type { Host, HostError as HostErrorClass } from "../../providers/host/host.js";
import { DRIVERS } from "../../providers/platforms/index.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { linuxGuests } from "../../providers/platforms/linuxGuest/index.js";
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
const words = toMachineWords(kvm, model, "t");
const { openvswitch = "" } = renderTexts(kvm, { words, heading: { machine: "kvm-01", environment: "t" } });
const inputs = {
  ssh: model.ssh,
  missingPackages: "install" as const,
  environment: "t",
  driverVersion: kvm.version,
  configuration: words,
  openvswitch,
};
const empty = recordedFacts("kvm", "empty-host");
const converged = recordedFacts("kvm", "lacp-bond");
const drifted = converged.replace('"active",["map"', '"passive",["map"');

/** A guest whose VM has a seed. */
const GUEST = `
environment: t
networks: { app: {} }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ens1: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1] }, portGroups: [app] } }
    libvirt: true
vms:
  db-01:
    host: kvm-01
    libvirt: { domain: database }
    ports: { app0: { portGroup: vs0/app, dhcp: ipv4 } }
    guest: { os: linux, cloudInit: {} }
`;

/** A guest that is asked what configures its network. */
const [OPEN] = modelOf(`
environment: t
networks: { app: {} }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ens1: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1] }, portGroups: [app] } }
vms:
  db-01:
    host: kvm-01
    ports: { a.0: { portGroup: vs0/app, mac: "52:54:00:00:00:01", dhcp: ipv4 } }
    guest: { os: linux, renderer: detect }
`).virtualMachines.flatMap(({ guest }) => guest ?? []);
if (!OPEN) throw new Error("no guest");

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
    vi.useFakeTimers();
    // Vitest's fake timers leave this module alone.
    const timers = load("node:timers/promises") as { setTimeout: (milliseconds: number) => Promise<unknown> };
    vi.spyOn(timers, "setTimeout").mockImplementation(
      (milliseconds) => new Promise((resolve) => globalThis.setTimeout(resolve, milliseconds)),
    );
  });
  afterAll(() => {
    ssh().connectSsh = original;
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** What becomes of it, with all its waiting done at once. */
  async function outcome<T>(running: Promise<T>): Promise<T> {
    running.catch(() => {});
    await vi.runAllTimersAsync();
    return running;
  }

  /** A provider whose machine is this one. */
  function given(options: FakeHostOptions, driver = "kvm"): { provider: Provider; host: FakeHost } {
    const { HostError } = load("./dist/providers/host/host.js") as { HostError: typeof HostErrorClass };
    const host = new FakeHost({ ...options, hostError: HostError });
    ssh().connectSsh = (): Promise<Host> => host.connect();
    return { provider: providerFromState(code(driver)), host };
  }

  async function created(): Promise<Properties> {
    return (await outcome(given({ before: empty, applied: converged }).provider.create(inputs))).outs;
  }

  it("creates: id of environment and machine, and a state without words or text twice or any secret", async () => {
    const { id, outs } = await outcome(given({ before: empty, applied: converged }).provider.create(inputs));
    expect(id).toBe("t/kvm-01");
    expect(outs).toEqual({
      ssh: model.ssh,
      missingPackages: "install",
      environment: "t",
      driverVersion: kvm.version,
      digest: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("keeps no setting that the file leaves out: Pulumi takes no undefined value, and a refresh would show a default", async () => {
    const { missingPackages: _, ...plain } = inputs;
    const { outs } = await outcome(given({ before: empty, applied: converged }).provider.create(plain));
    expect(Object.keys(outs).sort()).toEqual(["digest", "driverVersion", "environment", "ssh"]);
    const found = await outcome(given({ before: converged }).provider.read("t/kvm-01", outs));
    expect(
      Object.entries({ ...found.props, ...(found as { inputs?: object }).inputs }).filter(
        ([key]) => key === "missingPackages",
      ),
    ).toEqual([]);
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
    ["the words", { configuration: { openvswitch: { bridges: {} } } }, []],
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
    const turned = JSON.parse(JSON.stringify(inputs), (_key, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as Properties;
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(inputs));
    expect(await given({ before: converged }).provider.diff("t/kvm-01", outs, turned)).toMatchObject({
      changes: false,
    });
  });

  it("checks inputs of another release with a property and a remedy", async () => {
    const { provider } = given({ before: empty });
    expect((await provider.check({}, inputs)).failures ?? []).toEqual([]);
    const { failures } = await provider.check({}, { ...inputs, configuration: undefined, environment: 5 });
    expect(failures?.map(({ property }) => property)).toEqual(["environment", "configuration"]);
    expect(failures?.[0]?.reason).toMatch(/install the one that the program was written for/);
  });

  describe("a machine that is asked what it uses", () => {
    const configuration = toMachineWords(linuxGuests, OPEN, "t");
    const texts = renderTexts(linuxGuests, { words: configuration, heading: { machine: "db-01", environment: "t" } });
    const news: Properties = { ssh: OPEN.ssh, environment: "t", driverVersion: 1, configuration, ...texts };
    const using = (...names: string[]) => {
      const document = JSON.parse(recordedFacts("linux", "lacp-bridge")) as Record<string, unknown>;
      const none = { netplan: false, networkd: false, NetworkManager: false, ifupdown: false };
      const renderers = { ...none, ...Object.fromEntries(names.map((name) => [name, true])) };
      const port = { ifname: "a.0", address: "52:54:00:00:00:01", mtu: 1500 };
      const nics = { "a.0": { pci: "0000:01:00.0", driver: "virtio_net", assigned: "0" } };
      const nothing = { nics, links: [port], addresses: [], vlans: [], tables: [], rules: [], settings: [], teams: [] };
      return { layer: "linux", before: JSON.stringify({ ...document, ...nothing, renderers }) };
    };
    const linuxOf = ({ inputs: { configuration: found } }: { inputs: Properties }) =>
      (found as { linux: { renderer: string; detects?: true } }).linux;

    const asked = (options: FakeHostOptions) => given(options, "linuxGuest");

    it("shows its lines, and is not asked again", async () => {
      expect(news.linux).toMatch(
        /^==> files of the renderer in use, .*\n# Machine db-01, .*\n# interface a\.0: DHCP\n/,
      );
      const { provider, host } = asked(using("networkd"));
      const checked = await outcome(provider.check({}, news));
      expect(host.log).toEqual(["connect", "read facts", "close"]);
      expect(linuxOf(checked)).toMatchObject({ renderer: "networkd" });
      expect(linuxOf(checked)).not.toHaveProperty("detects");
      expect(checked.inputs.linux).toContain("==> /etc/systemd/network/");
      expect(checked.inputs.linux).not.toContain("files of the renderer in use");
      const next = asked(using("ifupdown"));
      expect(await outcome(next.provider.check(checked.inputs, news))).toEqual(checked);
      expect(next.host.log).toEqual([]);
      // What is known is judged all the same.
      const before = { ...checked.inputs, configuration: { linux: { ...linuxOf(checked), renderer: "ifupdown" } } };
      const { failures } = await outcome(next.provider.check(before, news));
      expect(failures).toEqual([{ property: "", reason: expect.stringContaining("(ifupdown was detected)") }]);
    });

    it("is shown as open where it can't be reached, and asked by up", async () => {
      const told = vi.spyOn(console, "log").mockImplementation(() => {});
      const away = asked({ ...using("networkd"), failures: [{ at: "connect", kind: "unreachable" }] });
      expect(await outcome(away.provider.check({}, news))).toEqual({ inputs: news });
      expect(told.mock.calls.flat().join("\n")).toMatch(/^k1: unreachable.* So it is not known yet what it uses/);
      told.mockRestore();
      await expect(outcome(away.provider.create(news))).rejects.toThrow(/^k1: unreachable/);
    });

    it("is asked by the change itself where no check could", async () => {
      const told = vi.spyOn(console, "log").mockImplementation(() => {});
      const { provider, host } = asked(using("networkd"));
      // It says the same after the change as before it: what is sent is looked at here, not how it ends.
      const error = await outcome(provider.create(news)).catch((caught: unknown) => caught);
      told.mockRestore();
      expect(host.log.slice(0, 3), String(error)).toEqual(["connect", "read facts", "apply linux"]);
      expect(host.scripts[1]).toContain("/etc/systemd/network/");
    });

    it("fails alone where what it says can't be read", async () => {
      const { failures } = await outcome(asked({ ...using("networkd"), before: "{}" }).provider.check({}, news));
      expect(failures).toEqual([
        {
          property: "",
          reason: expect.stringMatching(/^the facts of the network devices are incomplete at missing: /),
        },
      ]);
    });

    it.each([
      ["none is in use", using(), /none was detected\. Set up one of them, or set renderer/],
      [
        "the one in use can't write what is wanted",
        using("ifupdown"),
        /a\.0: ifupdown takes a\.0 for a VLAN device on a, by its name alone \(ifupdown was detected\)\. Use a name without a dot.* its id\.$/,
      ],
    ])("is an error where %s", async (_sentence, options, reason) => {
      const { failures } = await outcome(asked(options).provider.check({}, news));
      expect(failures).toEqual([{ property: "", reason: expect.stringMatching(reason) }]);
    });
  });

  it("reads drift as the words and the text that the machine has", async () => {
    const outs = await created();
    const { provider } = given({ before: drifted });
    const read = await provider.read("t/kvm-01", outs);
    expect(read.id).toBe("t/kvm-01");
    expect(read.inputs?.openvswitch).toBe(inputs.openvswitch.replace("lacp=active", "lacp=passive"));
    const drift = JSON.stringify(words).replace('"lacp":"active"', '"lacp":"passive"');
    expect(read.inputs?.configuration).toEqual(JSON.parse(drift));
    expect(await provider.diff("t/kvm-01", read.props, inputs)).toMatchObject({ changes: true, replaces: [] });
  });

  it("reads what is as wanted as no difference", async () => {
    const read = await given({ before: converged }).provider.read("t/kvm-01", await created());
    expect(read.inputs).toEqual(inputs);
    expect(await given({ before: converged }).provider.diff("t/kvm-01", read.props, inputs)).toMatchObject({
      changes: false,
    });
  });

  it("reads what is gone as gone", async () => {
    const outs = await created();
    expect(await given({ before: empty }).provider.read("t/kvm-01", outs)).toEqual({ id: "", props: {} });
  });

  it("deletes what is ours and nothing where nothing is", async () => {
    const outs = await created();
    const full = given({ before: converged, applied: empty });
    const told = vi.spyOn(console, "log").mockImplementation(() => {});
    await outcome(full.provider.delete("t/kvm-01", outs));
    expect(told.mock.calls).toEqual([["kvm-01: bridge vs0 stays because others use it: foreign0"]]);
    told.mockRestore();
    expect(full.host.log).toContain("confirm the change");
    const nothing = given({ before: empty });
    await nothing.provider.delete("t/kvm-01", outs);
    expect(nothing.host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("a machine that never answers again keeps its resource, and the next run differs", async () => {
    const { provider } = given({ before: empty, applied: converged, isUnreachableFor: Number.POSITIVE_INFINITY });
    const error = (await outcome(provider.create(inputs)).catch((caught: unknown) => caught)) as {
      id: string;
      properties: Properties;
      reasons: string[];
    };
    expect(error).toMatchObject({ id: "t/kvm-01", reasons: [expect.stringMatching(/^k1 /)] });
    expect(await provider.diff("t/kvm-01", error.properties, inputs)).toMatchObject({ changes: true, replaces: [] });
  });

  describe("a guest that can't be reached", () => {
    const [guest] = modelOf(GUEST).virtualMachines.flatMap((vm) => vm.guest ?? []);
    if (!guest) throw new Error("no guest");
    const { ssh: target, firstStart } = guest;
    const wanted = { ssh: target, firstStart, environment: "t", driverVersion: 1, configuration: {} };

    /** A provider whose guest does not answer, and whose host says so of the VM. */
    function waiting(answer: string): { provider: Provider; scripts: string[] } {
      const { HostError } = load("./dist/providers/host/host.js") as { HostError: typeof HostErrorClass };
      const scripts: string[] = [];
      ssh().connectSsh = async ({ name }: { name: string }): Promise<Host> => {
        if (name !== "kvm-01") throw new HostError("unreachable", `${name}: cannot be reached`);
        const run = async ({ script }: { script: string }) => {
          scripts.push(script);
          return { stdout: answer, stderr: "" };
        };
        return { label: name, run, close: async () => {} };
      };
      return { provider: providerFromState(code("linuxGuest")), scripts };
    }

    it("because its VM was never started is no failure, and the next run looks again", async () => {
      const told = vi.spyOn(console, "log").mockImplementation(() => {});
      const { provider, scripts } = waiting("no\n");
      const { id, outs } = await outcome(provider.create(wanted));
      expect(outs).toEqual({ ssh: target, firstStart, environment: "t", driverVersion: 1, digest: "" });
      expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: true, replaces: [] });
      expect((await outcome(provider.update(id, outs, wanted))).outs).toEqual(outs);
      expect(await outcome(provider.read(id, outs))).toEqual({ id, props: outs });
      await outcome(provider.delete(id, outs));
      expect(told.mock.calls).toHaveLength(4);
      expect(told.mock.calls[0]?.[0]).toBe(
        "db-01: its VM was not started yet, and has its seed. Start it on kvm-01 (virsh start database), and run pulumi up again when db-01 is there: what it has is compared then.",
      );
      expect(scripts[0]).toContain("domain=database");
      told.mockRestore();
    });

    it.each(["yes\n", "unknown\n", ""])("is one where the host says %j of its VM", async (answer) => {
      const { provider } = waiting(answer);
      await expect(outcome(provider.create(wanted))).rejects.toThrow("db-01: cannot be reached");
      const { firstStart: _, ...without } = wanted;
      await expect(outcome(waiting("no").provider.create(without))).rejects.toThrow("db-01: cannot be reached");
    });
  });

  it.each<[string, FakeHostOptions]>([
    ["refused the change", { before: empty, failures: [{ at: "apply openvswitch", kind: "command" }] }],
    ["put back what it had", { before: empty, applied: drifted }],
  ])("a machine that %s keeps nothing", async (_sentence, options) => {
    const { provider, host } = given(options);
    const error = (await outcome(provider.create(inputs)).catch((caught: unknown) => caught)) as Properties;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toHaveProperty("id");
    expect(host.log).toContain("apply openvswitch");
  });
});
