// What a reviewer reads: a pull request in a scratch repository, its base deployed for real, its head previewed by the
// command as CI runs it, against the committed comment.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import type { LabTopology } from "../../lab/netns/topology.js";
import { vcenterVariables } from "../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter } from "../../lab/vcenterProcess.js";
import { Project } from "./project.js";

const MULTIPORT = join(__dirname, "..", "..", "dist", "cli", "main.js");
const GOLDEN = join(__dirname, "..", "golden", "pullRequest", "comment.md");

const HOSTS = ["kvm-01", "kvm-02", "kvm-03"] as const;
const NICS = ["ens1f0", "ens2f0", "ens3f0"] as const;

const topology: LabTopology = {
  machines: [
    {
      kind: "switch",
      name: "tor",
      portChannels: HOSTS.map((host) => ({
        name: `po-${host}`,
        members: NICS.map((nic) => `${host}-${nic.slice(3, 4)}`),
        lacp: "active",
        lacpRate: "fast",
        trunks: [10, 30],
      })),
      core: [],
    },
    ...HOSTS.map((name) => ({ kind: "kvm" as const, name })),
    { kind: "guest", name: "db-01" },
  ],
  cables: [
    ...HOSTS.flatMap((host) =>
      NICS.map((nic) => ({
        a: { machine: host, nic },
        b: { machine: "tor", nic: `${host}-${nic.slice(3, 4)}` },
      })),
    ),
    ...["app0", "sto0", "sto1"].map((nic, index) => ({
      a: { machine: "db-01", nic, mac: `52:54:00:10:00:0${index + 1}` },
      b: { machine: "kvm-01", nic: `db-01-${nic}` },
    })),
  ],
};

const inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: ["esx-01", "esx-02"].map((name) => ({
    name,
    nics: ["vmnic0", "vmnic1", "vmnic2", "vmnic3", "vmnic4"].map((device, index) => ({
      device,
      pci: `0000:3b:0${index}.0`,
      ...(device === "vmnic4" ? { sriov: { maxVirtualFunctions: 16 } } : {}),
    })),
  })),
};

const BASE = `environment: site
networks:
  app: { vlan: 10, subnet: 10.10.0.0/24, gateway: 10.10.0.1 }
  storage: { vlan: 30, subnet: 10.30.0.0/24, mtu: 9000 }
switches:
  tor-a: { platform: nxos, mlag: { peer: tor-b, domain: 10 } }
  tor-b: { platform: nxos, mlag: { peer: tor-a, domain: 10 } }
hosts:
  kvm-01:
    platform: kvm
    uplinks:
      ens1f0: { cable: "tor-a Ethernet1/1" }
      ens2f0: { cable: "tor-b Ethernet1/1" }
      ens3f0: { cable: "tor-b Ethernet1/2" }
    virtualSwitches:
      vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0, ens2f0], mode: lacp }, portGroups: [app, storage] }
  kvm-02:
    platform: kvm
    uplinks:
      ens1f0: { cable: "tor-a Ethernet1/3" }
      ens2f0: { cable: "tor-b Ethernet1/3" }
    virtualSwitches: &switches
      vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0, ens2f0], mode: lacp }, portGroups: [app, storage] }
  kvm-03:
    platform: kvm
    uplinks:
      ens1f0: { cable: "tor-a Ethernet1/4" }
      ens2f0: { cable: "tor-b Ethernet1/4" }
    virtualSwitches: *switches
  esx-01: &esx
    platform: vsphere
    uplinks: { vmnic2: , vmnic3: , vmnic4: { sriov: { numVfs: 0 } } }
    reboot: whenRequired
  esx-02: *esx
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01, esx-02]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [app]
vms:
  db-01:
    host: kvm-01
    ports:
      app0: { portGroup: vs0/app, guestInterface: app0, mac: "52:54:00:10:00:01", addresses: [10.10.0.11/24], gateway: 10.10.0.1 }
      sto0: { portGroup: vs0/storage, guestInterface: sto0, mac: "52:54:00:10:00:02", addresses: [10.30.0.11/24], routingTable: 130 }
      sto1: { portGroup: vs0/storage, guestInterface: sto1, mac: "52:54:00:10:00:03", addresses: [10.30.0.12/24], routingTable: 131 }
    guest: { os: linux, renderer: ifupdown }
`;

/**
 * What the pull request does: another VLAN, an uplink moved, an address of a guest, a VM more, a host less; on vSphere the NICs go to a LAG, and the hosts get
 * virtual functions, for which they are restarted.
 */
const HEAD = BASE.replace("vlan: 10,", "vlan: 20,")
  .replace("10.30.0.12/24", "10.30.0.14/24")
  .replace("members: [ens1f0, ens2f0], mode: lacp", "members: [ens1f0, ens3f0], mode: lacp")
  .replace(
    "uplink1: vmnic2, uplink2: vmnic3 }",
    "uplink1: , uplink2: }\n    lags: { lag1: { nics: [vmnic2, vmnic3] } }",
  )
  .replace("[uplink1, uplink2], policy: source-port", "[lag1], mode: lacp")
  .replace("numVfs: 0", "numVfs: 8")
  .replace(/ {2}kvm-03:\n(?: {4}.*\n)+/, "")
  .concat(`  web-01:
    host: kvm-02
    ports:
      app0: { portGroup: vs0/app, mac: "52:54:00:10:00:04", addresses: [10.10.0.12/24], gateway: 10.10.0.1 }
      sto0: { portGroup: vs0/storage, mac: "52:54:00:10:00:05" }
      sto1: { portGroup: vs0/storage, mac: "52:54:00:10:00:06" }
    guest: { os: linux, renderer: netplan }
    bonds: { storage: { members: [sto0, sto1], addresses: [10.30.0.13/24] } }
`);

let directory: string;
let vcenterDirectory: string;
let project: Project;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-netns-"));
  const lab = await startNetns(topology, { directory, id: `p${process.pid}`, report: () => {} });
  vcenterDirectory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
  const vcenter = await startVcenter(vcenterDirectory, inventory, { report: () => {} });
  project = await Project.create({
    environment: BASE,
    stack: "site",
    variables: { MULTIPORT_SSH_CONFIG: lab.sshConfig, ...vcenterVariables(vcenter) },
  });
  git("init", "--quiet", "--initial-branch", "main");
  commit("site: as it is");
  await project.up();
  project.write(HEAD);
  commit("site: app on VLAN 20, uplink of kvm-01 moved, web-01 added, kvm-03 gone, LAG and SR-IOV");
});

afterAll(async () => {
  await stopNetns({ directory });
  await stopVcenter(vcenterDirectory);
  for (const folder of [directory, project.folder]) rmSync(folder, { recursive: true, force: true });
});

function git(...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: project.folder, encoding: "utf8" });
}

function commit(subject: string): void {
  git("add", "environment.yaml", "Pulumi.yaml", "stacks");
  git("commit", "--quiet", "--message", subject);
}

function preview(...args: readonly string[]) {
  return project.run(process.execPath, [MULTIPORT, "preview", project.stack, ...args]);
}

it("reads as committed", async () => {
  expect(git("log", "--oneline").trim().split("\n")).toHaveLength(2);
  const { code, stdout } = await preview("--markdown");
  await expect(stdout).toMatchFileSnapshot(GOLDEN);
  expect(code).toBe(0);
});

it("is short where the head is what is deployed", async () => {
  git("checkout", "--quiet", "HEAD~1");
  const { code, stdout } = await preview("--markdown");
  git("checkout", "--quiet", "main");
  expect(stdout).toBe(`<!-- multiport preview of multiport/site -->
## Network preview of \`site\`

**No machine changes.**

No lint findings.
`);
  expect(code).toBe(0);
});

it("says why it failed, and that CI failed, where the file is wrong", async () => {
  project.write(HEAD.replace("vlan: 20,", "vlan: 5000,"));
  const { code, stdout } = await preview("--markdown");
  git("checkout", "--quiet", "--", "environment.yaml");
  expect(code).toBe(1);
  expect(stdout).toContain("**The preview failed.**");
  expect(stdout).toMatch(/^- \*\*error\*\* `environment\.yaml:3:10: networks\.app\.vlan: /m);
  expect(stdout).not.toMatch(/^\s+at /m);
});

it("says what Pulumi says, where Pulumi itself refuses", async () => {
  const wrong = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
  const { code, stdout } = await project.run("env", [
    ...Object.entries(wrong).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    MULTIPORT,
    "preview",
    project.stack,
    "--markdown",
  ]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^### Errors\n\n- `.*incorrect passphrase`$/m);
});
