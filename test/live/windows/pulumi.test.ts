// A Hyper-V host as a user has it: the file, the real engine, its dynamic provider in a process of its own, and SSH to the simulated host.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project } from "../project.js";
import { type HypervLab, startHyperv, stateOf } from "./windowsLab.js";

const file = (vlan: number) => `
environment: t
networks:
  mgmt: {}
  app: { vlan: ${vlan} }
hosts:
  hv-01:
    platform: hyperv
    release: "2022"
    address: 127.0.0.1
    ssh: { port: ${lab.host.port}, user: Administrator, hostKey: "${lab.host.fingerprint}" }
    uplinks: { SLOT 3 Port 1: , SLOT 5 Port 1: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [SLOT 3 Port 1, SLOT 5 Port 1] }, portGroups: [mgmt, app] }
    hostPorts:
      mgmt0: { portGroup: vs0/mgmt, addresses: [10.10.0.11/24], gateway: 10.10.0.1 }
vms:
  db-01:
    host: hv-01
    ports: { app0: { portGroup: vs0/app } }
`;

let lab: HypervLab;
let project: Project;
let before: object;
beforeAll(async () => {
  lab = await startHyperv({
    release: "2022",
    nics: [
      { name: "SLOT 3 Port 1", mac: "b49691000001", ip: { addresses: ["10.10.0.11/24"], gateway: "10.10.0.1" } },
      { name: "SLOT 5 Port 1", mac: "b49691000002" },
    ],
    vms: [{ name: "db-01", state: "Running" }],
    management: { address: "10.10.0.11", gateway: "10.10.0.1" },
  });
  before = stateOf(lab.host);
  project = await Project.create({
    environment: file(20),
    config: { "multiport:sshPassword": "secret:correct horse" },
  });
});
afterAll(async () => {
  expect(lab.host.machine.failures).toEqual([]);
  rmSync(project.folder, { recursive: true, force: true });
  await lab.host.stop();
});

it("previews without the host, is made, and a second up changes nothing", async () => {
  const preview = await project.must("preview", "--diff");
  expect(preview.text).toContain("pulumi-nodejs:dynamic/hyperv:Host: (create)");
  expect((await project.must("up", "--yes", "--skip-preview")).text).toMatch(/\+ \d+ created/);
  const again = await project.must("up", "--yes", "--skip-preview");
  expect(again.text).toMatch(/\d+ unchanged/);
  expect(again.text).not.toMatch(/updated|created/);
});

it("shows what somebody changed as the lines of the script, and has it back", async () => {
  await lab.byHand("Set-VMNetworkAdapterVlan -VMName db-01 -VMNetworkAdapterName app0 -Access -VlanId 99");
  const { text } = await project.must("preview", "--refresh", "--diff");
  expect(text).toContain("-VMNetworkAdapterName 'app0' -Access -VlanId 99");
  expect(text).toContain("-VMNetworkAdapterName 'app0' -Access -VlanId 20");
  await project.must("up", "--yes", "--skip-preview", "--refresh");
  expect(await lab.drift(file(20))).toEqual([]);
});

it("shows one changed VLAN as one line", async () => {
  project.write(file(30));
  const { text } = await project.must("preview", "--diff");
  const changed = text.split("\n").filter((line) => /^ *[-+] .*Set-|^ *[-+] *\w/.test(line) && /VlanId/.test(line));
  expect(changed.map((line) => line.replace(/\s+/g, " ").trim())).toEqual(
    expect.arrayContaining([
      "- Set-VMNetworkAdapterVlan -VMName 'db-01' -VMNetworkAdapterName 'app0' -Access -VlanId 20",
      "+ Set-VMNetworkAdapterVlan -VMName 'db-01' -VMNetworkAdapterName 'app0' -Access -VlanId 30",
    ]),
  );
  await project.must("up", "--yes", "--skip-preview");
});

it("keeps the password out of state and output", async () => {
  const { stdout } = await project.must("stack", "export");
  expect(stdout).not.toContain("correct horse");
});

it("leaves nothing behind", async () => {
  await project.must("destroy", "--yes", "--skip-preview");
  expect(stateOf(lab.host)).toEqual(before);
});
