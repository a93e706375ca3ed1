// SSH for real: Pulumi's engine, OpenSSH's server on the lab's machines; every way to log in, and what the user is told when it fails. I/O.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { managementAddressOf } from "../../lab/netns/cable.js";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import type { NetnsLab } from "../../lab/netns/runningLab.js";
import type { LabTopology } from "../../lab/netns/topology.js";
import { type Outcome, Project } from "./project.js";

const PASSWORD = "correct horse battery";
const MACHINES = ["kvm-01", "kvm-pw", "kvm-far"] as const;
type MachineName = (typeof MACHINES)[number];

const topology: LabTopology = {
  machines: [
    { kind: "switch", name: "tor", portChannels: [], core: [] },
    { kind: "kvm", name: "kvm-01" },
    { kind: "kvm", name: "kvm-pw", password: PASSWORD },
    { kind: "kvm", name: "kvm-far", behind: "kvm-01" },
    { kind: "guest", name: "db-01", behind: "kvm-01" },
  ],
  cables: [
    ...MACHINES.flatMap((machine, index) =>
      [1, 2].map((nic) => ({ a: { machine, nic: `ens${nic}f0` }, b: { machine: "tor", nic: `p${index}${nic}` } })),
    ),
    { a: { machine: "db-01", nic: "app0" }, b: { machine: "kvm-01", nic: "db-01-app0" } },
  ],
};

function environment(machine: MachineName, { ssh = "{}", vlan = 10 } = {}): string {
  return `
environment: t
networks: { app: { vlan: ${vlan} } }
hosts:
  ${machine}:
    platform: kvm
    ssh: ${ssh}
    uplinks: { ens1f0: , ens2f0: }
    virtualSwitches:
      vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0, ens2f0], policy: active-backup }, portGroups: [app] }
`;
}

let lab: NetnsLab;
let directory: string;
let project: Project;
let clientConfig: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-ssh-"));
  clientConfig = join(directory, "client_config");
  lab = await startNetns(topology, { directory: join(directory, "lab"), id: `s${process.pid}`, report: () => {} });
  project = await Project.create({
    inline: true,
    environment: environment("kvm-01"),
    variables: { SSH_AUTH_SOCK: "" },
    config: { "multiport:sshConfig": clientConfig },
  });
});

afterAll(async () => {
  await stopNetns({ directory: join(directory, "lab") });
  rmSync(project.folder, { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
});

/** The client configuration of one test: options that come before the lab's own, which are in force where these are silent. */
function configure(options = ""): void {
  writeFileSync(clientConfig, `${options}\nMatch all\nInclude ${lab.sshConfig}\n`);
}

/** A client configuration with nothing of the lab's key. */
function configureWithoutKey(machine: MachineName, options = ""): void {
  const where = `HostName 127.0.0.1\nPort ${lab.sshPort(machine)}\nUser root\nIdentityFile none`;
  writeFileSync(
    clientConfig,
    `${options}\n${where}\nUserKnownHostsFile ${lab.knownHosts}\nGlobalKnownHostsFile none\n`,
  );
}

async function bridges(machine: MachineName): Promise<string> {
  return (await lab.run(machine, ["ovs-vsctl", "--timeout=10", "list-br"])).stdout.trim();
}

/** A run that has to fail: with words for the user alone, and without a resource that is not there. */
async function failure(...args: readonly string[]): Promise<Outcome> {
  const outcome = await project.pulumi(...args);
  expect(outcome.code, outcome.text).not.toBe(0);
  expect(outcome.text).not.toMatch(/\n\s+at |node_modules|HostError|undefined|unhandled/i);
  expect(outcome.text).not.toContain(PASSWORD);
  // The progress of a run repeats first lines; what is told in the end is told once.
  const told = outcome.text.slice(outcome.text.indexOf("Diagnostics:")).match(/kvm-\w+ \([^)]*\): /g);
  expect(told, outcome.text).toHaveLength(1);
  return outcome;
}

async function failedUp(machine: MachineName): Promise<string> {
  const { text } = await failure("up", "--yes", "--skip-preview");
  expect(await bridges(machine)).toBe("");
  expect(project.state()).not.toContain("dynamic/kvm:Host");
  return text;
}

async function upAndDown(machine: MachineName): Promise<string> {
  const { text } = await project.up();
  expect(await bridges(machine)).toBe("vs0");
  const state = project.state();
  const down = await project.must("destroy", "--yes", "--skip-preview");
  expect(await bridges(machine)).toBe("");
  return text + state + down.text;
}

describe("logging in", () => {
  it("with a key that the client configuration names", async () => {
    configure();
    project.write(environment("kvm-01"));
    await upAndDown("kvm-01");
  });

  it("with a key that the environment file names, and only that", async () => {
    configureWithoutKey("kvm-01");
    project.write(environment("kvm-01", { ssh: `{ identityFile: "${lab.identityFile}" }` }));
    await upAndDown("kvm-01");
  });

  it("with a key of the agent", async () => {
    const socket = join(directory, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await new Promise((resolve) => agent.stdout.once("data", resolve));
      execFileSync("ssh-add", ["-q", lab.identityFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      configureWithoutKey("kvm-01", `IdentityAgent ${socket}`);
      project.write(environment("kvm-01"));
      await upAndDown("kvm-01");
    } finally {
      agent.kill();
    }
  });

  it("with nothing that fits is refused, and says how a password is given", async () => {
    configureWithoutKey("kvm-pw");
    project.write(environment("kvm-pw"));
    const text = await failedUp("kvm-pw");
    expect(text).toContain("user root could not log in. Offered: nothing");
    expect(text).toContain("The machine accepts: publickey, password");
    expect(text).toContain("pulumi config set --secret multiport:sshPassword");
  });

  it("with a password, a secret that is seen nowhere", async () => {
    configureWithoutKey("kvm-pw");
    project.write(environment("kvm-pw"));
    await project.must("config", "set", "--secret", "multiport:sshPassword", PASSWORD);
    try {
      const seen = await upAndDown("kvm-pw");
      expect(seen).not.toContain(PASSWORD);
      expect(readFileSync(join(project.folder, "stacks", "Pulumi.t.yaml"), "utf8")).not.toContain(PASSWORD);
    } finally {
      await project.must("config", "rm", "multiport:sshPassword");
    }
  });

  it.each([
    ["the client configuration's ProxyJump", "", "{}"],
    ["ssh.jump of the environment file", "Host kvm-far\n  ProxyJump none\n", "{ jump: kvm-01 }"],
  ])("behind a jump host, by %s", async (_name, options, ssh) => {
    configure(options);
    project.write(environment("kvm-far", { ssh }));
    await upAndDown("kvm-far");
  });
});

/** kvm-01 with a guest that is reached through it, and all that it takes in the file. */
const throughHost = () => `
environment: t
networks: { app: { vlan: 10 } }
hosts:
  kvm-01:
    platform: kvm
    address: 127.0.0.1
    ssh: { port: ${lab.sshPort("kvm-01")}, user: root, identityFile: "${lab.identityFile}" }
    uplinks: { ens1f0: , ens2f0: }
    virtualSwitches:
      vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0, ens2f0], policy: active-backup }, portGroups: [app] }
vms:
  db-01:
    host: kvm-01
    ports: { app0: { portGroup: vs0/app, guestInterface: app0, addresses: [10.10.0.11/24] } }
    guest:
      os: linux
      renderer: ifupdown
      address: ${managementAddressOf(topology, "db-01")}
      ssh: { user: root, identityFile: "${lab.identityFile}", via: host }
`;

describe("a guest", () => {
  it("is reached through its host, as the file alone reaches that", async () => {
    writeFileSync(clientConfig, `IdentityFile none\nUserKnownHostsFile ${lab.knownHosts}\nGlobalKnownHostsFile none\n`);
    project.write(throughHost());
    await project.up();
    const files = async () => (await lab.run("db-01", ["ls", "/etc/network/interfaces.d"])).stdout.trim();
    expect(await files()).toBe("multiport");
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await files()).toBe("");
  });
});

describe("host keys", () => {
  const fingerprint = (machine: MachineName) => {
    const lines = execFileSync("ssh-keygen", ["-lf", lab.knownHosts], { encoding: "utf8" }).split("\n");
    return lines.find((line) => line.includes(` ${machine},`))?.split(" ")[1] ?? "";
  };

  it("that are unknown are refused with the fingerprint; with it in the file they are accepted", async () => {
    configure("UserKnownHostsFile /dev/null\nStrictHostKeyChecking no");
    project.write(environment("kvm-01"));
    const text = await failedUp("kvm-01");
    expect(text).toContain(`its host key ssh-ed25519 ${fingerprint("kvm-01")} is not known.`);
    expect(text).toContain(`ssh-keyscan -p ${lab.sshPort("kvm-01")} 127.0.0.1`);
    expect(text).toContain(`set ssh.hostKey: "${fingerprint("kvm-01")}" for kvm-01 in the environment file`);
    project.write(environment("kvm-01", { ssh: `{ hostKey: "${fingerprint("kvm-01")}" }` }));
    await upAndDown("kvm-01");
  });

  it("that changed are refused, by known_hosts and by the environment file", async () => {
    const other = readFileSync(lab.knownHosts, "utf8")
      .split("\n")
      .find((line) => line.startsWith("kvm-pw,"));
    const file = join(directory, "known_hosts");
    writeFileSync(file, `[127.0.0.1]:${lab.sshPort("kvm-01")} ${other?.split(" ").slice(1).join(" ")}\n`);
    configure(`UserKnownHostsFile ${file}`);
    project.write(environment("kvm-01"));
    const text = await failedUp("kvm-01");
    expect(text).toContain(`${file}:1 (ssh-ed25519). Somebody may be answering in its place.`);
    configure();
    project.write(environment("kvm-01", { ssh: `{ hostKey: "${fingerprint("kvm-pw")}" }` }));
    expect(await failedUp("kvm-01")).toContain(`but the environment file says ${fingerprint("kvm-pw")}`);
  });
});

describe("what fails is told once, in words", () => {
  it("a machine that cannot be reached", async () => {
    configure("Host kvm-01\n  Port 1\n  HostName 127.0.0.1");
    project.write(environment("kvm-01"));
    expect(await failedUp("kvm-01")).toContain(
      "kvm-01 (127.0.0.1:1): cannot be reached: nothing listens on port 1 of 127.0.0.1 (connection refused). Check that its SSH server runs, and ssh.port.",
    );
  });

  it("a step that fails, in create, update, refresh and destroy", async () => {
    configure();
    project.write(environment("kvm-01"));
    const program = (await lab.run("kvm-01", ["sh", "-c", "command -v ovs-vsctl"])).stdout.trim();
    const hide = () => lab.run("kvm-01", ["mv", program, `${program}.away`]);
    const show = () => lab.run("kvm-01", ["mv", `${program}.away`, program]);
    const said =
      /kvm-01 \(127\.0\.0\.1:\d+\): nothing was changed, because ovs-vsctl is not installed\. Install it \(apt-get install openvswitch-switch\)/;
    await hide();
    try {
      expect((await failure("up", "--yes", "--skip-preview")).text).toMatch(said);
      expect(project.state()).not.toContain("dynamic/kvm:Host");
      await show();
      expect(await bridges("kvm-01")).toBe("");
      await project.up();
      await hide();
      project.write(environment("kvm-01", { vlan: 20 }));
      expect((await failure("up", "--yes", "--skip-preview")).text).toMatch(said);
      expect((await failure("refresh", "--yes", "--skip-preview")).text).toMatch(said);
      expect((await failure("destroy", "--yes", "--skip-preview")).text).toMatch(said);
    } finally {
      await show();
    }
    expect(project.state()).toContain("dynamic/kvm:Host");
    await project.up();
    expect((await lab.run("kvm-01", ["ovs-vsctl", "get", "port", "vs0-uplinks", "trunks"])).stdout).toContain("20");
    await project.must("destroy", "--yes", "--skip-preview");
  });
});
