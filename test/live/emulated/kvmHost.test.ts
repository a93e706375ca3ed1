// A KVM host on a real kernel whose only way in leads over the NICs that are changed: the management address moves into a bond and a
// bridge over the same SSH, and every mistake that cuts the host off undoes itself, also where the host is reset in the middle. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import type { LinuxRenderer } from "../../../providers/model/linuxRenderer.js";
import { type ApplyOutcome, type ApplyRun, apply, startApply } from "../applyRun.js";
import { sampled, whyNotEmulated } from "../emulated.js";
import { IN_USE } from "../rendererInUse.js";

const reasons = whyNotEmulated("the host that is reached over the NICs that change");

/** Where the host is reset: the step, and the program that is held when it comes to it. */
const RESETS = [
  ["the way back is armed", "sync", "true"],
  ["changing", "networkctl", "true"],
  ["changed, not confirmed", "ip", '[ -e "$change/outcome" ]'],
] as const;

const ADDRESS = "10.99.0.2";
const CONFIRM_SECONDS = 60;

/** The other renderers, and the program of each that is held in the middle of the change. */
const OTHERS = [
  ["netplan", "networkctl"],
  ["NetworkManager", "nmcli"],
  ["ifupdown", "ifup"],
] as const;

interface Choice {
  readonly renderer?: LinuxRenderer;
  readonly team?: string;
  readonly vlan?: number;
  readonly gateway?: string;
}

/** Two NICs as a bond below a bridge, and the management address on it, without a tag unless there is one. */
const environment = ({
  renderer = "networkd",
  team = "members: [enp1s0, enp2s0]",
  vlan,
  gateway = "10.99.0.1",
}: Choice = {}) => `environment: t
networks: { mgmt: { ${vlan === undefined ? "" : `vlan: ${vlan}`} }, app: { vlan: 10 } }
hosts:
  lab:
    platform: kvm
    renderer: ${renderer}
    ssh: { confirmSeconds: ${CONFIRM_SECONDS} }
    uplinks: { enp1s0: , enp2s0: }
    virtualSwitches:
      br0: { kind: linux-bridge, uplinkTeam: { ${team} }, portGroups: [mgmt, app] }
    hostPorts:
      ${vlan === undefined ? "br0" : "mgmt"}: { portGroup: br0/mgmt, addresses: [${ADDRESS}/24], gateway: ${gateway} }
`;

/** As somebody had set the host up by hand: the address on one NIC. */
const BY_HAND = `cat >/etc/systemd/network/50-hand.network <<'FILE'
[Match]
Name=enp1s0
[Network]
Address=${ADDRESS}/24
Gateway=10.99.0.1
LinkLocalAddressing=no
FILE
networkctl reload`;

/** The host, and the switch that two of its cables end in. */
async function startHost(scratch: string): Promise<QemuHost> {
  const host = await QemuHost.start({
    directory: join(scratch, "lab"),
    id: "kvmhost",
    report: (line) => console.log(line),
  });
  await host.switch.setUp({
    ports: ["p1", "p2"].map((name) => ({ name, native: 99, trunks: [10] })),
    core: [{ name: "core99", vlan: 99, address: "10.99.0.1/24" }],
  });
  return host;
}

/**
 * The devices of the host's kernel that a change is about, with their states. Not their MAC addresses: at boot a bond has that of the NIC
 * which joins it first.
 */
const devicesOf = (host: QemuHost) =>
  host.runOrThrow("for kind in bond bridge vlan; do ip -br link show type $kind | awk '{ print $1, $2 }'; done");

/** Resets the host where a change has come to a program, and waits until the host has put an end to the change. */
async function reset(
  host: QemuHost,
  { program, when, change }: { readonly program: string; readonly when: string; readonly change: () => ApplyRun },
): Promise<void> {
  await host.runOrThrow(`real=$(command -v ${program}); mkdir -p /usr/local/sbin; cat >/usr/local/sbin/${program} <<SCRIPT
#!/bin/sh
change=/var/lib/multiport/change
if [ -e /run/hold ] && ${when.replaceAll("$", "\\$")}; then
  ${program === "sync" ? ":" : "/usr/bin/sync"}
  touch /run/held
  while :; do sleep 1; done
fi
exec $real "\\$@"
SCRIPT
chmod 755 /usr/local/sbin/${program}; touch /run/hold`);
  const running = change();
  for (const deadline = Date.now() + 120_000; (await host.run("[ -e /run/held ]")).code !== 0; await sleep(300))
    if (Date.now() > deadline) throw new Error("the step was not held");
  running.kill();
  await host.reset();
  const isUnderWay = async () => (await host.run("[ -e /var/lib/multiport/change ]")).code === 0;
  for (const deadline = Date.now() + 180_000; await isUnderWay(); await sleep(1000))
    if (Date.now() > deadline) throw new Error("the change did not end");
  await host.runOrThrow(`rm -f /usr/local/sbin/${program}`);
}

describe.skipIf(reasons.length > 0)("a host that is reached over the NICs that change", { timeout: 600_000 }, () => {
  let scratch: string;
  let host: QemuHost;
  let way: string;
  const table: string[] = [];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-kvmhost-"));
    host = await startHost(scratch);
    // Whoever manages the host sits behind its gateway.
    await host.switch.runScript("ip addr add 10.98.0.1/32 dev lo");
    await host.runOrThrow(BY_HAND);
    await answers();
    way = await host.wayOver(ADDRESS, "10.98.0.1");
  }, 900_000);
  afterAll(async () => {
    console.log(["| case | run | host ended | after |", "|---|---|---|---|", ...table].join("\n"));
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const doesAnswer = async () =>
    (await host.switch.run(["ping", "-c", "1", "-W", "2", "-I", "10.98.0.1", ADDRESS], { timeoutSeconds: 10 })).code ===
    0;

  async function answers(seconds = 90): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !(await doesAnswer()); await sleep(500))
      if (Date.now() > deadline) throw new Error(`${ADDRESS} does not answer within ${seconds} s`);
  }

  const run = async (choice: Choice = {}): Promise<ApplyOutcome> => {
    const outcome = await startApply(environment(choice), way).outcome;
    if (outcome === undefined) throw new Error("the run printed nothing");
    return outcome;
  };

  const devices = () => devicesOf(host);

  it("moves its address into the bond and the bridge over the same SSH", async () => {
    const outcome = await run();
    expect(outcome.message ?? "").toBe("");
    expect(await devices()).toMatch(/^br0-bond .*\nbr0 /);
    await answers();
    expect((await run()).changes).toEqual([]);
  });

  it.each([
    ["a wrong VLAN of the management port", { vlan: 98 }],
    ["a bond that never negotiates", { team: "members: [enp1s0, enp2s0], mode: lacp, minLinks: 2" }],
    ["a dead gateway", { gateway: "10.99.0.77" }],
  ] as const)("has what it had before after %s", async (name, choice) => {
    const before = await devices();
    const began = Date.now();
    const { error, message } = await run(choice);
    const seconds = Math.round((Date.now() - began) / 1000);
    expect(error).toBe("RevertedError");
    await answers();
    expect(await devices()).toBe(before);
    const next = await run();
    expect(next.changes).toEqual([]);
    table.push(
      `| ${name} | ${message?.split("because ")[1]?.slice(0, 90)} | old, after ${seconds} s | nothing to do |`,
    );
  });

  it.each(sampled(RESETS, ([step]) => step === "changing", "resets"))(
    "has what it had before when it is reset while: %s",
    async (name, program, when) => {
      const before = await devices();
      await reset(host, { program, when, change: () => startApply(environment({ vlan: 10 }), way) });
      await answers();
      expect(await devices()).toBe(before);
      const next = await run();
      expect(next.changes).toEqual([]);
      table.push(`| reset: ${name} | | old | nothing to do |`);
    },
  );
});

describe.skipIf(reasons.length > 0).each(sampled(OTHERS, () => false, "renderers other than networkd at a reset"))(
  "a host by %s",
  { timeout: 600_000 },
  (renderer, program) => {
    let scratch: string;
    let host: QemuHost;
    const up = (vlan?: number) =>
      startApply(environment({ renderer, ...(vlan === undefined ? {} : { vlan }) }), host.sshConfig);

    beforeAll(async () => {
      scratch = mkdtempSync(join(tmpdir(), "multiport-kvmhost-"));
      host = await startHost(scratch);
      await host.runOrThrow(IN_USE[renderer]);
      await apply(environment({ renderer }), host.sshConfig);
    }, 900_000);
    afterAll(async () => {
      await host?.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    it("has what it had before when it is reset while it changes", async () => {
      const before = await devicesOf(host);
      // Its check asks the same programs, before there is anything to put back.
      await reset(host, { program, when: '[ -e "$change/apply.pid" ]', change: () => up(10) });
      expect(await devicesOf(host)).toBe(before);
      expect((await up().outcome)?.changes).toEqual([]);
    });
  },
);
