// The health check of a distributed switch, for real: set by our provider over SOAP, its results read back on refresh and told, and
// never taken for a change.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import { Project } from "../project.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
const ESX = ["esx-01.example.net", "esx-02.example.net"];

const FILE = `environment: t
networks:
  app: { vlan: 10 }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [app]
    mtu: 9000
    healthCheck: {}
`;

let directory: string;
let vcenter: Vcenter;
let project: Project;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-health-"));
  const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS })) };
  vcenter = await startVcenter(directory, inventory, { report: () => {}, control: true });
  project = await Project.create({ environment: FILE, variables: vcenterVariables(vcenter) });
});

afterAll(async () => {
  await stopVcenter(directory);
  for (const folder of [directory, project.folder]) rmSync(folder, { recursive: true, force: true });
});

/** Puts a port of a physical switch behind a NIC of each host. */
async function setPhysicalPorts(device: string, port: { readonly vlans: string[]; readonly mtu: number }) {
  for (const host of ESX) {
    const answer = await fetch(`${vcenter.control}/physical`, {
      method: "POST",
      body: JSON.stringify({ host, device, ...port }),
    });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  }
}

it("tells on refresh what vCenter found, once for all hosts, and sees no change in it", async () => {
  await setPhysicalPorts("vmnic2", { vlans: ["0-20"], mtu: 1500 });
  await setPhysicalPorts("vmnic3", { vlans: ["0-9"], mtu: 9000 });
  await project.up();
  // vCenter finds out later than it is told to look.
  await sleep(1000);
  const { text } = await project.must("refresh", "--yes", "--skip-preview");
  expect(text).toContain(`${ESX.join(", ")}: VLAN 10 does not pass packets of 9000 bytes on uplink1 (vmnic2)`);
  expect(text).toContain(`${ESX.join(", ")}: VLAN 10 is not trunked on uplink2 (vmnic3)`);
  // Pulumi prints a line of a resource more than once.
  expect(new Set(text.match(/VLAN \d+ (?:is not trunked|does not pass)/g)).size).toBe(2);
  await project.must("preview", "--expect-no-changes");
});

it("tells nothing once the check is off", async () => {
  project.write(FILE.replace("healthCheck: {}", "healthCheck: { vlanMtu: false, teaming: false }"));
  const { text } = await project.up();
  expect(text).not.toMatch(/is not trunked|does not pass/);
});
