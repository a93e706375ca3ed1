// The namespaces lab as its users see it: logging in, bonds that negotiate, cables, and that nothing is ever left behind. I/O.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { demoTopology } from "../../../lab/netns/demo";
import { execute, executeOrThrow, waitFor } from "../../../lab/netns/execute";
import { openNetns, startNetns, stopNetns } from "../../../lab/netns/lab";
import { whyNotNetns } from "../../../lab/netns/requirements";
import type { NetnsLab } from "../../../lab/netns/runningLab";
import { checkTopology, type LabTopology } from "../../../lab/netns/topology";

const scratch = mkdtempSync(join(tmpdir(), "multiport-netns-"));
const started = new Set<string>();
const report = () => {};

function start(topology: LabTopology, name: string): Promise<NetnsLab> {
  const directory = join(scratch, name);
  started.add(directory);
  return startNetns(topology, { directory, id: `test-${name}`, report });
}

afterAll(async () => {
  for (const directory of started) await stopNetns({ directory });
  rmSync(scratch, { recursive: true, force: true });
});

const ssh = (lab: NetnsLab, machine: string, ...command: readonly string[]) =>
  execute(["ssh", "-F", lab.sshConfig, "-o", "BatchMode=yes", machine, ...command], { timeoutSeconds: 20 });

/** One host with a bond, one guest: enough where the network is not the matter. */
const small: LabTopology = {
  machines: [
    { kind: "kvm", name: "host" },
    { kind: "guest", name: "guest", behind: "host", password: "wood and wire" },
  ],
  cables: [{ a: { machine: "guest", nic: "eth0" }, b: { machine: "host", nic: "guest-eth0" } }],
};

describe("the demo's lab", () => {
  let lab: NetnsLab;
  beforeAll(async () => {
    lab = await start(demoTopology, "demo");
    await bridge("kvm-01", ["db-01-app", "db-01-sto0"]);
    await bridge("kvm-02", ["web-01-app"]);
    await ssh(lab, "db-01", "ip address add 10.10.0.11/24 dev app0; ip address add 10.30.0.11/24 dev sto0");
    await ssh(lab, "web-01", "ip address add 10.10.0.12/24 dev app0");
    await bothNegotiated();
  });
  afterEach(async () => {
    for (const nic of ["ens1f0", "ens2f0"]) await lab.restore("kvm-01", nic);
    await bothNegotiated();
  });

  /** What the product would do to a host, as one line over SSH. */
  async function bridge(host: string, ports: readonly string[]): Promise<void> {
    const made = await ssh(
      lab,
      host,
      "ovs-vsctl --timeout=20 add-br vs0 -- set Bridge vs0 datapath_type=netdev",
      "-- add-bond vs0 team0 ens1f0 ens2f0 bond_mode=balance-tcp lacp=active other_config:lacp-time=fast trunks=10,30",
      ...ports.map((port) => `-- add-port vs0 ${port} tag=${port.includes("-sto") ? 30 : 10}`),
    );
    expect(made).toEqual({ code: 0, stdout: "", stderr: "" });
  }

  async function membersOf(machine: string, port: string): Promise<readonly string[]> {
    const facts = await lab.bond(machine, port);
    const members = facts?.members.filter(({ isEnabled, lacp }) => isEnabled && lacp === "current") ?? [];
    return facts?.lacp === "negotiated" ? members.map(({ name }) => name).sort() : [];
  }

  function bothNegotiated(): Promise<true> {
    return waitFor({ what: "both members on both ends", seconds: 20 }, async () => {
      const ends = [await membersOf("kvm-01", "team0"), await membersOf("tor", "po1")];
      return ends.every((members) => members.length === 2) ? true : undefined;
    });
  }

  const hasCarrier = async (machine: string, nic: string) =>
    (await lab.run(machine, ["ip", "-br", "link", "show", nic])).stdout.includes("LOWER_UP");

  /** Pings for a while; how many of how many came back. */
  async function ping(machine: string, address: string, count: number): Promise<number> {
    const { stdout } = await lab.run(machine, ["ping", "-q", "-i", "0.02", "-W", "1", "-c", `${count}`, address]);
    return Number(/(\d+) received/.exec(stdout)?.[1]);
  }

  /** Pings while something happens 0.5 s later; returns how many of 250, in 5 s, were lost. */
  async function lostWhile(action: () => Promise<void>): Promise<number> {
    const pinging = ping("db-01", "10.10.0.1", 250);
    await sleep(500);
    await action();
    return 250 - (await pinging);
  }

  test("a machine is reached by key over SSH, and is the one that its host key says", async () => {
    expect(await ssh(lab, "kvm-02", "hostname; id -un")).toEqual({ code: 0, stdout: "kvm-02\nroot\n", stderr: "" });
    const [first = "", second = ""] = readFileSync(lab.knownHosts, "utf8").split("\n");
    const wrong = join(scratch, "wrong_hosts");
    writeFileSync(wrong, `${first.split(" ")[0]} ${second.split(" ").slice(1).join(" ")}\n`);
    const refused = await ssh(lab, "kvm-01", "-o", `UserKnownHostsFile=${wrong}`, "true");
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain("Host key verification failed");
  });

  test("nobody gets in without the lab's key, or with a password where none is set", async () => {
    const port = lab.sshPort("kvm-01") ?? 0;
    const options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    const key = join(scratch, "other_key");
    await executeOrThrow(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    const refused = await execute([
      "ssh",
      ...options,
      "-o",
      "BatchMode=yes",
      "-i",
      key,
      "-p",
      `${port}`,
      "root@127.0.0.1",
    ]);
    expect(refused.stderr).toContain("Permission denied (publickey)");
  });

  test("an Open vSwitch made over SSH exists on that machine alone", async () => {
    const made = await ssh(
      lab,
      "kvm-01",
      "ovs-vsctl --timeout=10 add-br only-here -- set Bridge only-here datapath_type=netdev",
    );
    expect(made.code).toBe(0);
    expect((await ssh(lab, "kvm-01", "ovs-vsctl list-br")).stdout).toBe("only-here\nvs0\n");
    expect((await ssh(lab, "kvm-02", "ovs-vsctl list-br")).stdout).toBe("vs0\n");
    expect((await lab.run("kvm-02", ["ip", "link", "show", "only-here"])).code).not.toBe(0);
    await ssh(lab, "kvm-01", "ovs-vsctl --timeout=10 del-br only-here");
  });

  test("what is written on a machine is on that machine alone", async () => {
    const file = `/etc/netns-test-${process.pid}`;
    expect((await ssh(lab, "kvm-01", `echo here >${file}; pkill -0 sshd; cat ${file}`)).stdout).toBe("here\n");
    expect((await ssh(lab, "kvm-02", `cat ${file}`)).code).not.toBe(0);
    expect(existsSync(file)).toBe(false);
    const pids = (await ssh(lab, "kvm-01", "pgrep -c ovs-vswitchd")).stdout;
    expect(pids).toBe("1\n");
  });

  test("a bridge that asks for no datapath gets the system's, as everywhere: the lab changes nothing about that", async () => {
    const made = await ssh(
      lab,
      "kvm-01",
      "ovs-vsctl --timeout=10 add-br system0; ovs-vsctl get Bridge system0 datapath_type",
    );
    await ssh(lab, "kvm-01", "ovs-vsctl --timeout=10 del-br system0");
    expect(made.stdout).toBe('""\n');
  });

  test("LACP negotiates on both ends of a bond", async () => {
    expect(await membersOf("kvm-01", "team0")).toEqual(["ens1f0", "ens2f0"]);
    expect(await membersOf("tor", "po1")).toEqual(["a-e1-1", "b-e1-1"]);
    const ours = /partner sys_id: (\S+)/.exec((await lab.bond("kvm-01", "team0"))?.text ?? "")?.[1];
    const theirs = /^ {2}sys_id: (\S+)/m.exec((await lab.bond("tor", "po1"))?.text ?? "")?.[1];
    expect(ours).toBeDefined();
    expect(ours).toBe(theirs);
  });

  test("a guest reaches the switch and the other host's guest in its VLAN, and not in another", async () => {
    expect(await ping("db-01", "10.10.0.1", 5)).toBe(5);
    expect(await ping("db-01", "10.10.0.12", 5)).toBe(5);
    expect(await ping("db-01", "10.30.0.1", 5)).toBe(5);
    await ssh(lab, "kvm-01", "ovs-vsctl --timeout=10 set Port db-01-app tag=30");
    expect(await ping("db-01", "10.10.0.1", 5)).toBe(0);
    await ssh(lab, "kvm-01", "ovs-vsctl --timeout=10 set Port db-01-app tag=10");
    expect(await ping("db-01", "10.10.0.1", 5)).toBe(5);
  });

  test("TCP passes between guests, so checksums are right", async () => {
    const script = "exec 3<>/dev/tcp/10.10.0.12/22; read -r -t 3 line <&3; echo $line";
    expect((await lab.run("db-01", ["timeout", "5", "bash", "-c", script])).stdout).toMatch(/^SSH-2.0-/);
  });

  test("large frames pass only once every port on the way allows them", async () => {
    const jumbo = () =>
      lab.run("db-01", ["ping", "-q", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", "8000", "10.30.0.1"]);
    expect((await jumbo()).code).not.toBe(0);
    const allow = ["ens1f0", "ens2f0"].map((nic) => `-- set Interface ${nic} mtu_request=9000`);
    await ssh(lab, "kvm-01", "ovs-vsctl --timeout=10", ...allow);
    expect((await jumbo()).code).toBe(0);
  });

  test.each(["ens1f0", "ens2f0"])("the cable of %s pulled: its carrier is gone, and traffic goes on", async (nic) => {
    const lost = await lostWhile(() => lab.pull("kvm-01", nic));
    expect(await hasCarrier("kvm-01", nic)).toBe(false);
    expect(await membersOf("kvm-01", "team0")).toHaveLength(1);
    expect(await membersOf("tor", "po1")).toHaveLength(1);
    expect(lost).toBeLessThan(25);
  });

  test("both cables pulled: nothing passes", async () => {
    await lab.pull("kvm-01", "ens1f0");
    await lab.pull("kvm-01", "ens2f0");
    expect(await ping("db-01", "10.10.0.1", 5)).toBe(0);
  });

  test.each(["ens1f0", "ens2f0"])(
    "the cable of %s cut without a sign: its carrier stays, and LACP notices",
    async (nic) => {
      await lab.cut("kvm-01", nic);
      const began = Date.now();
      await waitFor({ what: "LACP to notice", seconds: 8 }, async () => {
        const ends = [await membersOf("kvm-01", "team0"), await membersOf("tor", "po1")];
        return ends.every((members) => members.length === 1) ? true : undefined;
      });
      expect(await hasCarrier("kvm-01", nic)).toBe(true);
      expect(Date.now() - began).toBeGreaterThan(1000);
      expect(await ping("db-01", "10.10.0.1", 20)).toBe(20);
    },
  );

  test("a guest's own ifupdown brings up what its file says", async () => {
    const file = "/etc/network/interfaces.d/test";
    const up = (address: string) =>
      ssh(
        lab,
        "web-01",
        `printf 'iface app0 inet static\\n address ${address}\\n' >${file}; ifup --force app0; ip -br address`,
      );
    expect((await up("10.10.0.13/24")).stdout).toMatch(/app0.* 10\.10\.0\.13\/24/);
    expect((await up("nonsense")).stderr).toContain("nonsense");
    await ssh(lab, "web-01", `rm ${file}; ip address del 10.10.0.13/24 dev app0`);
  });

  test("a second start keeps what answers, and makes a machine that died again with its cables", async () => {
    const before = new Map(demoTopology.machines.map(({ name }) => [name, lab.pid(name)]));
    const same = await start(demoTopology, "demo");
    expect(demoTopology.machines.map(({ name }) => same.pid(name))).toEqual([...before.values()]);
    expect((await ssh(same, "kvm-01", "ovs-vsctl list-br")).stdout).toBe("vs0\n");
    const port = lab.sshPort("kvm-01");
    process.kill(lab.pid("kvm-01"), "SIGKILL");
    lab = await start(demoTopology, "demo");
    expect(lab.pid("kvm-01")).not.toBe(before.get("kvm-01"));
    for (const name of ["tor", "kvm-02", "db-01", "web-01"]) expect(lab.pid(name)).toBe(before.get(name));
    expect(lab.sshPort("kvm-01")).toBe(port);
    expect((await ssh(lab, "kvm-01", "ovs-vsctl list-br")).stdout).toBe("");
    await bridge("kvm-01", ["db-01-app"]);
    // A new cable is a new NIC.
    await ssh(lab, "db-01", "ip address add 10.10.0.11/24 dev app0");
    await bothNegotiated();
    expect(await ping("db-01", "10.10.0.1", 5)).toBe(5);
  });

  test("the topology is that of stacks/demo.yaml", () => {
    const { vms } = parse(readFileSync(resolve("stacks/demo.yaml"), "utf8")) as {
      vms: Record<string, { host: string; ports: Record<string, { interface: string; mac: string }> }>;
    };
    const onKvm = Object.entries(vms).filter(([, { host }]) => host.startsWith("kvm-"));
    const ports = onKvm.flatMap(([guest, { host, ports }]) =>
      Object.entries(ports).map(([nic, port]) => [guest, nic, port.mac, host, port.interface].join(" ")),
    );
    const cables = demoTopology.cables
      .filter(({ b }) => b.machine !== "tor")
      .map(({ a, b }) => [a.machine, a.nic, a.mac, b.machine, b.nic].join(" "));
    expect(cables.sort()).toEqual(ports.sort());
  });
});

describe("other ways in", () => {
  test("a machine behind another has no port here, and is reached through the other", async () => {
    const lab = await start(small, "jump");
    expect(lab.sshPort("guest")).toBeUndefined();
    expect((await ssh(lab, "guest", "hostname")).stdout).toBe("guest\n");
    await lab.run("host", ["pkill", "-f", "sshd: .*listener"]);
    expect((await ssh(lab, "guest", "hostname")).code).toBe(255);
  });

  test("a machine with a password lets its owner in by it, and nobody by another", async () => {
    const direct: LabTopology = { machines: [{ kind: "guest", name: "guest", password: "wood and wire" }], cables: [] };
    const port = (await start(direct, "password")).sshPort("guest") ?? 0;
    const logIn = (password: string) =>
      new Promise<string>((done) => {
        const client = new Client();
        const end = (answer: string) => {
          done(answer);
          client.end();
        };
        client.on("ready", () => end("in")).on("error", (error) => end(error.message));
        client.connect({ host: "127.0.0.1", port, username: "root", password });
      });
    expect(await logIn("wood and wire")).toBe("in");
    expect(await logIn("another")).toBe("All configured authentication methods failed");
    expect(readFileSync("/etc/shadow", "utf8")).not.toMatch(/^root:\$6\$/m);
  });
});

/** All processes that now run in a PID namespace which this lab made, and their namespaces. */
function insideOf(lab: NetnsLab): { readonly pids: readonly string[]; readonly namespaces: ReadonlySet<string> } {
  const machines = lab.topology.machines.map(({ name }) => namespacesOf(`${lab.pid(name)}`));
  const namespaces = new Set(machines.flat().filter((each) => !namespacesOf("self").includes(each)));
  return { pids: processes().filter((pid) => namespacesOf(pid).some((each) => namespaces.has(each))), namespaces };
}

const processes = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name));

function namespacesOf(pid: string): readonly string[] {
  try {
    return ["pid", "net", "mnt", "uts"].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
  } catch {
    return [];
  }
}

/** The processes of any lab in this directory that can be told by their command line: the first one of each machine is. */
function processesOf(directory: string): readonly string[] {
  return processes().filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return pid !== `${process.pid}` && command.some((word) => word.startsWith(`${directory}/`));
    } catch {
      return false;
    }
  });
}

function whenNone(probe: () => readonly string[]): Promise<true> {
  return waitFor({ what: "what is left over to go", seconds: 5 }, () => (probe().length === 0 ? true : undefined));
}

describe("starting and stopping", () => {
  test("stop leaves no process, namespace, mount, interface or file", async () => {
    const lab = await start(small, "stop");
    const directory = join(scratch, "stop");
    const { pids, namespaces } = insideOf(lab);
    expect(pids.length).toBeGreaterThan(8);
    expect(processesOf(directory).length).toBeGreaterThan(2);
    const port = lab.sshPort("host") ?? 0;
    const background = "nohup sh -c 'sleep 1000; true' >/dev/null 2>&1 & echo begun";
    expect((await ssh(lab, "host", background)).stdout).toBe("begun\n");
    await stopNetns({ directory });
    await whenNone(() => processes().filter((pid) => namespacesOf(pid).some((each) => namespaces.has(each))));
    await whenNone(() => processesOf(directory));
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(directory);
    expect((await execute(["ip", "link", "show", "guest-eth0"])).code).not.toBe(0);
    expect((await execute(["bash", "-c", `</dev/tcp/127.0.0.1/${port}`])).code).not.toBe(0);
    expect(readdirSync(scratch).filter((name) => name.startsWith("stop"))).toEqual([]);
    await stopNetns({ directory });
  });

  test("two labs at once: what happens in one does not show in the other", async () => {
    const [one, two] = await Promise.all([start(small, "one"), start(small, "two")]);
    await ssh(one, "host", "ovs-vsctl --timeout=10 add-br vs0 -- set Bridge vs0 datapath_type=netdev");
    expect((await ssh(two, "host", "ovs-vsctl list-br")).stdout).toBe("");
    await stopNetns({ directory: join(scratch, "one") });
    expect((await ssh(two, "host", "hostname")).stdout).toBe("host\n");
    expect((await ssh(one, "host", "hostname")).code).toBe(255);
    expect(openNetns({ directory: join(scratch, "one") })).toBeUndefined();
    expect(openNetns({ directory: join(scratch, "two") })?.pid("host")).toBe(two.pid("host"));
  });

  test("two starts at once in one directory: the second finds what the first has made", async () => {
    const [first, second] = await Promise.all([start(small, "twice"), start(small, "twice")]);
    expect(second.pid("host")).toBe(first.pid("host"));
    expect(second.pid("guest")).toBe(first.pid("guest"));
  });

  test("another topology in the same directory takes the former lab's place", async () => {
    const former = await start(small, "other");
    const { namespaces } = insideOf(former);
    const { machines } = await start({ machines: [{ kind: "guest", name: "lone" }], cables: [] }, "other").then(
      ({ topology }) => topology,
    );
    expect(machines).toHaveLength(1);
    await whenNone(() => processes().filter((pid) => namespacesOf(pid).some((each) => namespaces.has(each))));
  });

  test("a process that has a recorded number, but is another, is left alone", async () => {
    const directory = join(scratch, "reused");
    await start(small, "reused");
    const bystander = spawn("sleep", ["100"], { stdio: "ignore" });
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    writeFileSync(join(directory, "outer.records"), `${bystander.pid} 1 ${boot}\n`, { flag: "a" });
    await stopNetns({ directory });
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });

  describe("killed", () => {
    const program = mkdtempSync(join(resolve("."), ".lab-netns-test-"));
    beforeAll(async () => {
      const options = ["--outDir", program, "--incremental", "false", "--tsBuildInfoFile", "null"];
      await execute(["npx", "--prefix", resolve("."), "tsc", "-p", resolve("tsconfig.lab.json"), ...options]);
    });
    afterAll(() => rmSync(program, { recursive: true, force: true }));

    function startApart(directory: string): ChildProcess {
      started.add(directory);
      const main = join(program, "lab", "netns", "main.js");
      return spawn(process.execPath, [main, "start", directory], { stdio: "ignore" });
    }

    const moments = [80, 120, 160, 200, 240, 280, 320, 360, 400, 500, 600];
    test.each(["SIGKILL", "SIGINT"] as const)(
      "by %s at any moment of a start, the next one comes up",
      async (signal) => {
        const directory = join(scratch, "killed");
        for (const moment of moments) {
          const child = startApart(directory);
          await sleep(moment);
          child.kill(signal);
        }
        const lab = await startNetns(demoTopology, { directory, id: "demo", report });
        expect((await ssh(lab, "db-01", "hostname")).stdout).toBe("db-01\n");
        await oneOfEach(directory);
        startApart(directory);
        await stopNetns({ directory });
        await startNetns(demoTopology, { directory, id: "demo", report });
        await stopNetns({ directory });
        await whenNone(() => processesOf(directory));
        expect(existsSync(directory)).toBe(false);
      },
    );

    // A machine is two processes with its folder in their command lines: unshare, and the first one inside.
    function oneOfEach(directory: string): Promise<true> {
      return waitFor({ what: "one process of each kind", seconds: 5 }, () => {
        const machines = processesOf(directory).length;
        return machines === 2 * (demoTopology.machines.length + 1) ? true : undefined;
      });
    }
  });
});

test("what keeps the lab from starting is said in words", () => {
  expect(whyNotNetns()).toEqual([]);
  const path = process.env.PATH;
  process.env.PATH = "/nowhere";
  const reasons = whyNotNetns();
  process.env.PATH = path;
  expect(reasons).toContainEqual(
    expect.stringMatching(/^ovs-vsctl, .*not found\. .*apt-get install openvswitch-switch$/),
  );
});

test("a topology that cannot be built is refused with every reason", async () => {
  const wrong: LabTopology = {
    machines: [
      { kind: "guest", name: "a b", behind: "nobody" },
      { kind: "guest", name: "c" },
      { kind: "guest", name: "c" },
    ],
    cables: [
      { a: { machine: "c", nic: "Ethernet1/1" }, b: { machine: "d", nic: "e0" } },
      { a: { machine: "c", nic: "e1" }, b: { machine: "c", nic: "e1" } },
    ],
  };
  expect(checkTopology(wrong)).toEqual([
    '"a b" is not a host name',
    'machine "c" is there twice',
    'c: "Ethernet1/1" cannot name a NIC (1-15 characters, not mgmt0 or lo)',
    "two cables end in c e1",
    'no machine "d"; there are a b, c, c',
    'no machine "nobody"; there are a b, c, c',
  ]);
  await expect(start(wrong, "wrong")).rejects.toThrow(/cannot start:\n- "a b" is not a host name/);
});
