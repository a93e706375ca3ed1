// The health check of a distributed switch, for real: set by our provider over SOAP, its results read back on refresh and told, and
// never taken for a change.
import { expect, it } from "vitest";
import { ESX, plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

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

const site = useVcenter(plainHosts, FILE);

/** Puts a port of a physical switch behind a NIC of each host. */
async function setPhysicalPorts(device: string, port: { readonly vlans: string[]; readonly mtu: number }) {
  for (const host of ESX) await site.control("POST", "/physical", { host, device, ...port });
}

/** How many hosts vCenter has found out about. */
async function checkedHosts(): Promise<number> {
  interface Member {
    readonly healthCheckResult?: readonly object[];
  }
  const members = await site.read<Member[]>("network/dvs0", "runtime.hostMemberRuntime");
  return members.filter(({ healthCheckResult = [] }) => healthCheckResult.length > 0).length;
}

it("tells on refresh what vCenter found, once for all hosts, and sees no change in it", async () => {
  await setPhysicalPorts("vmnic2", { vlans: ["0-20"], mtu: 1500 });
  await setPhysicalPorts("vmnic3", { vlans: ["0-9"], mtu: 9000 });
  await site.project.up();
  // vCenter finds out later than it is told to look.
  await expect.poll(checkedHosts).toBe(ESX.length);
  const { text } = await site.project.must("refresh", "--yes", "--skip-preview");
  expect(text).toContain(`${ESX.join(", ")}: VLAN 10 does not pass packets of 9000 bytes on uplink1 (vmnic2)`);
  expect(text).toContain(`${ESX.join(", ")}: VLAN 10 is not trunked on uplink2 (vmnic3)`);
  // Pulumi prints a line of a resource more than once.
  expect(new Set(text.match(/VLAN \d+ (?:is not trunked|does not pass)/g)).size).toBe(2);
  await site.project.must("preview", "--expect-no-changes");
});

it("tells nothing once the check is off", async () => {
  site.project.write(FILE.replace("healthCheck: {}", "healthCheck: { vlanMtu: false, teaming: false }"));
  const { text } = await site.project.up();
  expect(text).not.toMatch(/is not trunked|does not pass/);
});
