// A change of a Hyper-V host that goes wrong: the host puts back what it had by itself, whatever fails and whenever. On the simulated
// host, whose network, tasks and restarts are real to those who reach it over SSH.
import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../../lab/windows/host/faults.js";
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { RevertedError } from "../../../providers/engine/machineErrors.js";
import { type HypervLab, startHyperv, stateOf } from "./windowsLab.js";

const SCENARIO: Scenario = {
  release: "2022",
  nics: [
    { name: "Ethernet", mac: "b49691000001", ip: { addresses: ["10.10.0.11/24"], gateway: "10.10.0.1" } },
    { name: "Ethernet 2", mac: "b49691000002" },
  ],
  vms: [{ name: "db-01", state: "Running" }],
  management: { address: "10.10.0.11", gateway: "10.10.0.1" },
  times: { rebind: 300, handBack: 600, boot: 3000, addressCheck: 300, interfaceReady: 100 },
};

interface Choice {
  readonly vlan?: number;
  readonly kind?: string;
  readonly address?: string;
  readonly gateway?: string;
}

const file = ({ vlan, kind = "absolute", address = "10.10.0.11", gateway = "10.10.0.1" }: Choice = {}) => `
environment: live
networks: { mgmt: { ${vlan === undefined ? "" : `vlan: ${vlan}`} }, app: { vlan: 20 } }
hosts:
  hv-01:
    platform: hyperv
    uplinks: { Ethernet: , Ethernet 2: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [Ethernet, Ethernet 2] }, bandwidthMode: ${kind}, portGroups: [mgmt, app] }
    hostPorts:
      mgmt0: { portGroup: vs0/mgmt, addresses: [${address}/24], gateway: ${gateway}, nameservers: [10.10.0.53] }
vms:
  db-01:
    host: hv-01
    ports:
      app0: { portGroup: vs0/app }
`;

let lab: HypervLab | undefined;
afterEach(async () => {
  expect(lab?.host.machine.failures).toEqual([]);
  await lab?.host.stop();
});

async function start(quirks: Scenario["quirks"] = {}): Promise<HypervLab> {
  lab = await startHyperv({ ...SCENARIO, quirks });
  return lab;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: unknown) => error as Error,
  );
}

/** The host says so itself, or who asked it afterwards. */
function expectPutBack(error: Error): void {
  if (!(error instanceof RevertedError)) expect(error.message).toMatch(/put back what it had/);
}

describe("has what it had before", () => {
  it.each([
    ["a wrong VLAN of the host's own adapter", file({ vlan: 99 })],
    ["a dead gateway", file({ gateway: "10.10.0.254" })],
  ])("after %s, when it is made", async (_, wrong) => {
    const { host, apply } = await start();
    const before = stateOf(host);
    const error = await failure(apply(wrong, 12));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toMatch(/no confirmation came in time\. With the new configuration it could not be reached/);
    expect(stateOf(host)).toEqual(before);
  });

  it.each<[string, Scenario["quirks"]]>([
    ["keeps hidden what is left of an adapter", { ghosts: true }],
    ["cuts connections when a NIC is bound anew", { outage: "cut", orphans: "running" }],
    ["forgets name servers on the way", { losesDns: true, dhcpComesBack: true }],
  ])("after a wrong VLAN, on a host that %s", async (_, quirks) => {
    const { host, apply } = await start(quirks);
    const before = stateOf(host);
    expectPutBack(await failure(apply(file({ vlan: 99 }), 12)));
    expect(stateOf(host)).toEqual(before);
  });

  it("after a wrong VLAN of an adapter that was right", async () => {
    const { host, apply } = await start();
    await apply(file());
    const before = stateOf(host);
    expect(await failure(apply(file({ vlan: 99 }), 12))).toBeInstanceOf(RevertedError);
    expect(stateOf(host)).toEqual(before);
    expect((await apply(file())).changes).toEqual([]);
  });

  const faults: readonly [string, Fault][] = [
    ["a cmdlet that fails", { cmdlet: "New-NetIPAddress", moment: "before", kind: "fail", message: "not today" }],
    ["a cmdlet that hangs", { cmdlet: "Add-VMNetworkAdapter", moment: "after", kind: "hang" }],
    ["a process that is ended", { cmdlet: "Set-VMNetworkAdapterVlan", moment: "before", kind: "kill" }],
    ["a loss of power when its switch is made", { cmdlet: "New-VMSwitch", moment: "after", kind: "reset" }],
    ["a loss of power before its address is set", { cmdlet: "New-NetIPAddress", moment: "before", kind: "reset" }],
  ];
  it.each(faults)("after %s, when it is made", async (_, fault) => {
    const { host, apply } = await start();
    const before = stateOf(host);
    host.inject(fault);
    expectPutBack(await failure(apply(file(), 12)));
    expect(stateOf(host)).toEqual(before);
    expect((await apply(file())).changes).not.toEqual([]);
  });

  it.each(faults)("after %s, when its switch is made anew", async (_, fault) => {
    const { host, apply } = await start();
    await apply(file());
    const before = stateOf(host);
    host.inject(fault);
    expectPutBack(await failure(apply(file({ kind: "weight" }), 12)));
    expect(stateOf(host)).toEqual(before);
    expect((await apply(file())).changes).toEqual([]);
  });
});

it("a connection that is cut says nothing about the change: it is confirmed over the next one", async () => {
  const { host, apply } = await start();
  host.inject({ cmdlet: "New-VMSwitch", moment: "after", kind: "cut" });
  expect((await apply(file())).changes).not.toEqual([]);
  expect((await apply(file())).changes).toEqual([]);
});

it("two changes at once: the second one waits until the first has ended, here by being put back", async () => {
  const { host, apply } = await start();
  host.inject({ cmdlet: "New-VMSwitch", moment: "before", kind: "hang" });
  const first = failure(apply(file(), 12));
  await expect
    .poll(() => host.machine.files.read("C:\\Program Files\\multiport\\change\\armed"), { timeout: 10_000 })
    .toBeDefined();
  const second = await apply(file());
  expectPutBack(await first);
  expect(second.changes).not.toEqual([]);
  expect(second.notes).toContainEqual(expect.stringMatching(/had been put back by the machine itself/));
  expect((await apply(file())).changes).toEqual([]);
});
