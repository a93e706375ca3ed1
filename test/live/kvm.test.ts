// KVM hosts and guests, for real: Pulumi's engine, SSH, Open vSwitch with LACP towards a switch, ifupdown in the guest.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import type { NetnsLab } from "../../lab/netns/runningLab.js";
import type { LabTopology } from "../../lab/netns/topology.js";
import { changedLines, Project } from "./project.js";

const PORTS = ["ens1f0", "ens2f0", "ens3f0"] as const;

const topology: LabTopology = {
  machines: [
    {
      kind: "switch",
      name: "tor",
      portChannels: [
        { name: "po1", members: ["p1", "p2", "p3"], lacp: "active", lacpRate: "fast", trunks: [10, 20, 30] },
      ],
      core: [
        { name: "core10", vlan: 10, address: "10.10.0.1/24" },
        { name: "core20", vlan: 20, address: "10.20.0.1/24" },
      ],
    },
    { kind: "kvm", name: "kvm-01" },
    { kind: "guest", name: "db-01" },
  ],
  cables: [
    ...PORTS.map((nic, index) => ({ a: { machine: "kvm-01", nic }, b: { machine: "tor", nic: `p${index + 1}` } })),
    { a: { machine: "db-01", nic: "app0", mac: "52:54:00:10:00:01" }, b: { machine: "kvm-01", nic: "db-01-app0" } },
  ],
};

const GUEST_FILE = "/etc/network/interfaces.d/multiport";
const THEIRS = "/etc/network/interfaces.d/theirs";

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  vlan = 10,
  carried = "",
  team = "members: [ens1f0, ens2f0], mode: lacp",
  address = "10.20.0.11/24",
  renderer = "ifupdown",
} = {}): string {
  return `
environment: t
networks:
  app: { ${carried || `vlan: ${vlan}`}, mtu: 1500 }
  storage: { vlan: 30, mtu: 1500 }
hosts:
  kvm-01:
    platform: kvm
    uplinks: { ens1f0: , ens2f0: , ens3f0: }
    virtualSwitches:
      vs0: { datapath: netdev, uplinkTeam: { ${team} }, portGroups: [app, storage] }
vms:
  db-01:
    host: kvm-01
    ports:
      app0: { portGroup: vs0/app, mac: "52:54:00:10:00:01", addresses: [10.10.0.11/24, ${address}] }
    guest: { os: linux, renderer: ${renderer} }
`;
}

let lab: NetnsLab;
let directory: string;
const variables: Record<string, string> = {};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-netns-"));
  lab = await startNetns(topology, { directory, id: `t${process.pid}`, report: () => {} });
  variables.MULTIPORT_SSH_CONFIG = lab.sshConfig;
});

afterAll(async () => {
  await stopNetns({ directory });
  rmSync(directory, { recursive: true, force: true });
});

async function on(machine: string, ...command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.run(machine, command);
  if (code !== 0) throw new Error(`${machine}: ${command.join(" ")}: ${code} ${stderr}`);
  return stdout.trim();
}

const vsctl = (...command: readonly string[]) => on("kvm-01", "ovs-vsctl", "--timeout=10", ...command);

/** Waits until a check holds; the last failure is thrown when it does not within the time. */
async function eventually(check: () => Promise<void>, seconds = 15): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Whether the guest reaches the switch's foot in VLAN 10 or 20. */
const ping = async (vlan = 10) => {
  const { code } = await lab.run("db-01", ["ping", "-c", "2", "-i", "0.2", "-W", "1", `10.${vlan}.0.1`]);
  return code === 0;
};

const negotiated = () =>
  eventually(async () => {
    const bonds = [await lab.bond("kvm-01", "vs0-uplinks"), await lab.bond("tor", "po1")];
    const members = bonds.flatMap(
      (bond) => bond?.members.filter((member) => member.lacp === "current" && member.isEnabled) ?? [],
    );
    expect(members.map((member) => member.name).sort()).toEqual(
      expect.arrayContaining(["ens1f0", "ens2f0", "p1", "p2"]),
    );
  });

describe("a host and its guest", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create({ environment: environment({ renderer: "detect" }), variables, inline: true });
  });
  afterAll(async () => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("are shown before: the guest is asked what configures its network", async () => {
    const none = await project.pulumi("preview");
    expect(none.text).toMatch(/'db-01' has a problem: db-01 \(.*none of netplan, ifupdown, .* is in use there/);
    await on("db-01", "sh", "-c", `echo 'iface dummy7 inet manual' >${THEIRS}`);
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain(`==> ${GUEST_FILE} <==`);
    expect(text).toContain('renderer: "ifupdown"');
  });

  it("are made as declared: LACP negotiates on both ends, the guest reaches the switch", async () => {
    await project.up();
    await negotiated();
    await eventually(async () => expect(await ping()).toBe(true));
    expect(await on("db-01", "ip", "-br", "address", "show", "app0")).toMatch(/ 10\.10\.0\.11\/24 10\.20\.0\.11\/24/);
  });

  it("stay untouched by a second up, on the host too", async () => {
    const before = await vsctl("get", "Open_vSwitch", ".", "next_cfg");
    const { text } = await project.up("--expect-no-changes");
    expect(text).toMatch(/\d+ unchanged/);
    expect(await vsctl("get", "Open_vSwitch", ".", "next_cfg")).toBe(before);
  });

  it("are the same when the file says what was detected", async () => {
    project.write(environment());
    await project.must("preview", "--expect-no-changes");
  });

  it("show a changed VLAN as exactly its lines, and take it", async () => {
    project.write(environment({ vlan: 20 }));
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain("~ pulumi-nodejs:dynamic/kvm:Host: (update)");
    expect(text).not.toContain("linux:Guest: (");
    const mark = "external_ids:multiport=t \\";
    expect(changedLines(text)).toEqual([
      `- -- set Port vs0-uplinks vlan_mode=trunk tag='[]' trunks=10,30 ${mark}`,
      `+ -- set Port vs0-uplinks vlan_mode=trunk tag='[]' trunks=20,30 ${mark}`,
      `- -- set Port db-01-app0 vlan_mode=access tag=10 trunks='[]' ${mark}`,
      `+ -- set Port db-01-app0 vlan_mode=access tag=20 trunks='[]' ${mark}`,
    ]);
    await project.up();
    await eventually(async () => expect(await ping(20)).toBe(true));
    expect(await ping(10)).toBe(false);
    project.write(environment());
    await project.up();
    await eventually(async () => expect(await ping(10)).toBe(true));
    expect(await ping(20)).toBe(false);
  });

  it("show a moved uplink, and move it without making the bond anew", async () => {
    const uuid = await vsctl("get", "Port", "vs0-uplinks", "_uuid");
    project.write(environment({ team: "members: [ens1f0, ens3f0], mode: lacp" }));
    const { text } = await project.must("preview", "--diff");
    expect(changedLines(text)).toEqual([
      "- -- --may-exist add-bond vs0 vs0-uplinks ens1f0 ens2f0 \\",
      "+ -- --may-exist add-bond vs0 vs0-uplinks ens1f0 ens3f0 \\",
      "- -- set Interface ens2f0 mtu_request=1500 \\",
      "+ -- set Interface ens3f0 mtu_request=1500 \\",
    ]);
    await project.up();
    expect(await vsctl("get", "Port", "vs0-uplinks", "_uuid")).toBe(uuid);
    expect((await vsctl("list-ifaces", "vs0")).split("\n")).toEqual(expect.arrayContaining(["ens1f0", "ens3f0"]));
    expect(await vsctl("list-ifaces", "vs0")).not.toContain("ens2f0");
    project.write(environment());
    await project.up();
    await negotiated();
  });

  it("show drift line by line, and put it right", async () => {
    await vsctl(
      "set",
      "port",
      "db-01-app0",
      "tag=99",
      "--",
      "set",
      "port",
      "vs0-uplinks",
      "bond_mode=balance-slb",
      "other_config:bond-primary=ens1f0",
    );
    await on("db-01", "sed", "-i", "s/mtu 1500/mtu 1400/", GUEST_FILE);
    await on("db-01", "ip", "address", "del", "10.20.0.11/24", "dev", "app0");
    const drift = await project.pulumi("preview", "--refresh", "--diff", "--expect-no-changes");
    expect(drift.code).not.toBe(0);
    expect(changedLines(drift.text)).toEqual([
      // The words of Open vSwitch, then the text that they become; and the same of the guest, whose text is its file as it stands there.
      '- bond-primary: "ens1f0"',
      "- -- set Port vs0-uplinks bond_mode=balance-slb lacp=active bond_updelay=0 bond_downdelay=0 \\",
      "+ -- set Port vs0-uplinks bond_mode=balance-tcp lacp=active bond_updelay=0 bond_downdelay=0 \\",
      "- -- set Port vs0-uplinks other_config:bond-primary=ens1f0 \\",
      "- -- set Port db-01-app0 vlan_mode=access tag=99 trunks='[]' external_ids:multiport=t \\",
      "+ -- set Port db-01-app0 vlan_mode=access tag=10 trunks='[]' external_ids:multiport=t \\",
      '+ [1]: "10.20.0.11/24"',
      "- mtu 1400",
      "+ mtu 1500",
    ]);
    await project.up("--refresh");
    expect(await vsctl("get", "port", "vs0-uplinks", "other_config")).not.toContain("bond-primary");
    const { code } = await project.pulumi("preview", "--refresh", "--expect-no-changes");
    expect(code).toBe(0);
  });

  it.each([
    ["policy: source-mac", "balance-slb", "off"],
    ["mode: lacp, policy: source-mac", "balance-slb", "active"],
    ["policy: active-backup", "active-backup", "off"],
    ["mode: lacp, policy: active-backup", "active-backup", "active"],
    ["mode: lacp", "balance-tcp", "active"],
  ])("change to %s in place", async (team, bondMode, lacp) => {
    project.write(environment({ team: `members: [ens1f0, ens2f0], ${team}` }));
    await project.up();
    expect(await vsctl("get", "port", "vs0-uplinks", "bond_mode", "lacp")).toBe(`${bondMode}\n${lacp}`);
    if (lacp === "active") await negotiated();
    if (team === "mode: lacp") await eventually(async () => expect(await ping()).toBe(true));
  });

  it.each([
    ["vlans: [20, 50], native: 10", "native-untagged", "10", true],
    ["vlans: [10, 20]", "trunk", "[]", false],
    [`vlan: 10`, "access", "10", true],
  ])(
    "carry a port group with %s: untagged frames of the guest go where they belong",
    async (carried, mode, tag, passes) => {
      project.write(environment({ carried }));
      await project.up();
      expect(await vsctl("get", "port", "db-01-app0", "vlan_mode", "tag")).toBe(`${mode}\n${tag}`);
      if (passes) await eventually(async () => expect(await ping()).toBe(true));
      else expect(await ping()).toBe(false);
      await project.must("preview", "--refresh", "--expect-no-changes");
    },
  );

  it("keep their file and their addresses when somebody else's file configures the port too", async () => {
    const before = await on("db-01", "cat", GUEST_FILE);
    await on("db-01", "sh", "-c", `echo 'iface app0 inet dhcp' >${THEIRS}`);
    project.write(environment({ address: "10.20.0.12/24" }));
    const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(text).toMatch(/db-01.*apply linux: exit code \d+/);
    expect(text).toContain(`${THEIRS} line 1: iface app0 inet dhcp`);
    expect(text).not.toMatch(/^\s+at /m);
    expect(await on("db-01", "cat", GUEST_FILE)).toBe(before);
    await on("db-01", "rm", THEIRS);
    await project.up();
    const addresses = await on("db-01", "ip", "-br", "address", "show", "app0");
    expect(addresses).toContain("10.20.0.12/24");
    expect(addresses).not.toContain("10.20.0.11/24");
    expect(await on("db-01", "cat", GUEST_FILE)).toContain("10.20.0.12/24");
  });

  it("carry on when a cable is pulled, and say so themselves", async () => {
    await negotiated();
    const active =
      (await lab.bond("kvm-01", "vs0-uplinks"))?.text.match(/member (\S+): enabled\n\s+active member/)?.[1] ?? "ens1f0";
    await lab.pull("kvm-01", active);
    try {
      await eventually(async () => {
        const bond = await lab.bond("kvm-01", "vs0-uplinks");
        expect(bond?.members.find((member) => member.name === active)?.isEnabled).toBe(false);
        expect(bond?.members.filter((member) => member.isEnabled)).toHaveLength(1);
      });
      expect(await ping()).toBe(true);
    } finally {
      await lab.restore("kvm-01", active);
    }
    await negotiated();
  });

  it("keep what others made, through changes and through destroy", async () => {
    await vsctl(
      "add-br",
      "other",
      "--",
      "set",
      "bridge",
      "other",
      "datapath_type=netdev",
      "external_ids:owner=somebody",
    );
    await vsctl(
      "add-port",
      "vs0",
      "theirs",
      "--",
      "set",
      "interface",
      "theirs",
      "type=internal",
      "--",
      "set",
      "port",
      "theirs",
      "tag=77",
    );
    await vsctl("set", "port", "vs0-uplinks", "other_config:bond-hash-basis=7", "external_ids:note=hello");
    await on("db-01", "sh", "-c", `echo 'iface dummy7 inet manual' >${THEIRS}`);
    project.write(environment({ vlan: 20 }));
    await project.up();
    expect(await vsctl("get", "port", "vs0-uplinks", "other_config:bond-hash-basis", "external_ids:note")).toBe(
      '"7"\nhello',
    );
    const { text } = await project.must("destroy", "--yes", "--skip-preview");
    expect(text).toContain("bridge vs0 stays because others use it: theirs");
    expect((await vsctl("list-br")).split("\n")).toEqual(["other", "vs0"]);
    expect(await vsctl("list-ports", "vs0")).toBe("theirs");
    expect(await vsctl("get", "port", "theirs", "tag")).toBe("77");
    expect(await vsctl("get", "bridge", "other", "external_ids:owner")).toBe("somebody");
    expect(await on("db-01", "ls", "/etc/network/interfaces.d")).toBe("theirs");
    expect(await on("db-01", "ip", "-br", "-4", "address", "show", "app0")).not.toContain("10.10.0.11");
    await vsctl("del-br", "vs0", "--", "del-br", "other");
  });
});
