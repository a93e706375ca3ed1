// A change that is cut off at every step: our process killed, or the SSH connection ended. Whatever was cut off, the host ends in
// its old or its new state by itself, and the next `up` says which and goes on. One host per case, all at the same time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import type { NetnsLab } from "../../lab/netns/runningLab.js";
import { apply, startApply } from "./applyRun.js";

const CONFIRM_SECONDS = 12;

/**
 * Where a change is held, by the program that the step runs next, and how the host may end when our process is killed there. The
 * script of a step that a host has received runs to its end without us: only what comes after it is missing.
 */
const STEPS = [
  { at: "reading facts", program: "ip", when: '[ ! -e "$change" ]', killed: ["old"] },
  { at: "the lock is taken, files are staged", program: "date", when: '[ ! -e "$change/armed" ]', killed: ["old"] },
  { at: "the way back is armed", program: "sync", when: "true", killed: ["old"] },
  {
    at: "changing",
    program: "ovs-vsctl",
    when: 'case "$*" in *multiport-change=*) true ;; *) false ;; esac',
    killed: ["old"],
  },
  { at: "changed, reading over the new connection", program: "ip", when: '[ -e "$change/outcome" ]', killed: ["old"] },
  {
    at: "confirming",
    program: "mv",
    when: 'case "$*" in *confirmed*) true ;; *) false ;; esac',
    killed: ["new"],
  },
] as const;

const CUTS = ["our process is killed", "the connection is cut"] as const;
/** The host on which nothing is cut off. */
const CALM = "calm";
const CASES = STEPS.flatMap((step, index) =>
  CUTS.map((cut, which) => ({
    ...step,
    cut,
    // Over a connection that is cut nothing more is sent, but a new one takes its place.
    ends: cut === "our process is killed" ? step.killed : ["old", "new"],
    host: `k${index}${which}`,
    name: `${cut}: ${step.at}`,
  })),
);
const HOSTS = [CALM, ...CASES.map(({ host }) => host)];
type Case = (typeof CASES)[number];

let lab: NetnsLab;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-netns-"));
  const topology = {
    machines: [
      { kind: "switch", name: "tor", portChannels: [], core: [] },
      ...HOSTS.map((name) => ({ kind: "kvm" as const, name })),
    ],
    cables: HOSTS.flatMap((host) =>
      ["e0", "e1"].map((nic) => ({ a: { machine: host, nic }, b: { machine: "tor", nic: `${host}${nic}` } })),
    ),
  } as const;
  lab = await startNetns(topology, { directory, id: `c${process.pid}`, report: () => {} });
});

const table: string[] = [];
afterAll(async () => {
  console.log(["| cut off | while | run | host ended | next run |", "|---|---|---|---|---|", ...table].join("\n"));
  await stopNetns({ directory });
  rmSync(directory, { recursive: true, force: true });
});

const environment = (host: string, vlan: number) => `
environment: t
networks: { app: { vlan: ${vlan} } }
hosts:
  ${host}:
    platform: kvm
    ssh: { confirmSeconds: ${CONFIRM_SECONDS} }
    uplinks: { e0: , e1: }
    virtualSwitches: { vs0: { datapath: netdev, uplinkTeam: { members: [e0, e1] }, portGroups: [app] } }
`;

async function on(host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.run(host, ["sh", "-c", script]);
  if (code !== 0) throw new Error(`${host}: ${script}: ${code} ${stderr}`);
  return stdout.trim();
}

const does = async (host: string, condition: string) => (await lab.run(host, ["sh", "-c", condition])).code === 0;

async function until(what: string, check: () => Promise<boolean>, seconds: number): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await check()); await sleep(50))
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
}

/** A program on the host that waits at its first call of this kind, until it may go on. */
async function hold({ host, program, when }: Case): Promise<void> {
  const real = await on(host, `command -v ${program}`);
  await on(
    host,
    `mkdir -p /usr/local/sbin; touch /tmp/hold; cat >/usr/local/sbin/${program} <<'SCRIPT'
#!/bin/sh
change=/var/lib/multiport/change
if [ -e /tmp/hold ] && ${when}; then
  touch /tmp/held
  while [ -e /tmp/hold ]; do sleep 0.05; done
fi
exec ${real} "$@"
SCRIPT
chmod 755 /usr/local/sbin/${program}`,
  );
}

const vlanOf = async (host: string) => on(host, "ovs-vsctl --timeout=10 get Port vs0-uplinks trunks");

/** Ends every SSH session of a host; its server goes on. */
const endSessions = (host: string) =>
  on(
    host,
    'for pid in $(pgrep -x sshd); do [ "$pid" = "$(cat /run/sshd.pid 2>/dev/null)" ] || kill -9 "$pid"; done; true',
  );

async function runCase(test: Case): Promise<{ ended: string; run: string; next: string }> {
  const { host } = test;
  await apply(environment(host, 10), lab.sshConfig);
  expect(await vlanOf(host)).toBe("[10]");
  await hold(test);
  const running = startApply(environment(host, 20), lab.sshConfig);
  await until("the step to be held", () => does(host, "[ -e /tmp/held ]"), 60);
  if (test.cut === "our process is killed") running.kill();
  else await endSessions(host);
  await on(host, "rm /tmp/hold");
  const outcome = await running.outcome;
  await until("the change to end", () => does(host, "[ ! -e /var/lib/multiport/change ]"), CONFIRM_SECONDS + 20);
  const vlan = await vlanOf(host);
  expect(["[10]", "[20]"]).toContain(vlan);
  const next = await apply(environment(host, 20), lab.sshConfig);
  expect(await vlanOf(host)).toBe("[20]");
  expect((await apply(environment(host, 20), lab.sshConfig)).changes).toEqual([]);
  return {
    ended: vlan === "[10]" ? "old" : "new",
    run: outcome === undefined ? "" : (outcome.error ?? "confirmed"),
    next: next.changes?.length === 0 ? "nothing to do" : next.notes?.join("; ") || "changed",
  };
}

it.concurrent.each(CASES)("$name", { timeout: 300_000 }, async (test) => {
  const { ended, run, next } = await runCase(test);
  table.push(`| ${test.cut} | ${test.at} | ${run} | ${ended} | ${next} |`);
  expect(test.ends).toContain(ended);
});

it.concurrent("takes four round trips over two connections where there is something to change, and one where there is not", async () => {
  const run = async (vlan: number) => {
    const { trips, connections } = await apply(environment(CALM, vlan), lab.sshConfig);
    return { trips, connections };
  };
  const seen = { create: await run(10), "no change": await run(10), change: await run(20) };
  console.log(`round trips over SSH: ${JSON.stringify(seen)}`);
  expect(seen).toEqual({
    create: { trips: 4, connections: 2 },
    "no change": { trips: 1, connections: 1 },
    change: { trips: 4, connections: 2 },
  });
});
