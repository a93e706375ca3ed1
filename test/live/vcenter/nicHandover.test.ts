// A physical NIC that goes from a standard switch to a distributed one of the same file in one run, for real, and back in two;
// the management of the hosts keeps its own NIC. govc reads whose the NIC is.
import { beforeAll, expect, it } from "vitest";
import type { Project } from "../project.js";
import { deviceHosts, ESX } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

/** Which switch has vmnic3; each keeps another NIC. */
function environment(owner: "standard" | "distributed" | "neither"): string {
  const isStandard = owner === "standard";
  const uplinks = `uplink1: vmnic4, uplink2: ${owner === "distributed" ? "vmnic3" : ""}`;
  return `environment: t
networks: { app: { vlan: 10 }, web: { vlan: 20 } }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic2: , vmnic3: , vmnic4: }
    virtualSwitches:
      vSwitch1:
        uplinkTeam: { members: [vmnic2${isStandard ? ", vmnic3" : ""}], policy: source-port }
        portGroups: [app]
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { ${uplinks} }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [web]
`;
}

const site = useVcenter(deviceHosts, environment("standard"));
let project: Project;

beforeAll(async () => {
  project = site.project;
  await project.up();
});

interface StandardSwitch {
  readonly name: string;
  readonly spec: { readonly bridge?: { readonly nicDevice: readonly string[] } };
}
interface ProxySwitch {
  readonly dvsName: string;
  readonly spec: { readonly backing?: { readonly pnicSpec?: readonly { readonly pnicDevice: string }[] } };
}

/** The NICs of each switch of a host. */
async function owners(host: string): Promise<Record<string, string>> {
  const read = <T>(property: string) => site.read<readonly T[]>(`host/c1/${host}`, `config.network.${property}`);
  const standard = (await read<StandardSwitch>("vswitch")).map(
    ({ name, spec }) => [name, spec.bridge?.nicDevice ?? []] as const,
  );
  const distributed = (await read<ProxySwitch>("proxySwitch")).map(
    ({ dvsName, spec }) => [dvsName, (spec.backing?.pnicSpec ?? []).map(({ pnicDevice }) => pnicDevice)] as const,
  );
  return Object.fromEntries([...standard, ...distributed].map(([name, nics]) => [name, [...nics].sort().join(" ")]));
}

async function expectOwners(expected: Readonly<Record<string, string>>): Promise<void> {
  for (const host of ESX) expect(await owners(host)).toEqual({ vSwitch0: "vmnic0", ...expected });
  const { code, text } = await project.pulumi("preview", "--refresh", "--expect-no-changes");
  expect(code, text).toBe(0);
}

it("begins on the standard switch", async () => {
  await expectOwners({ vSwitch1: "vmnic2 vmnic3", dvs0: "vmnic4" });
});

it("goes to the distributed switch in one run", async () => {
  project.write(environment("distributed"));
  await project.up();
  await expectOwners({ vSwitch1: "vmnic2", dvs0: "vmnic3 vmnic4" });
});

it("does not come back in one run: that is refused with the way that works, and nothing is changed", async () => {
  project.write(environment("standard"));
  const refused = await project.pulumi("up", "--yes", "--skip-preview");
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain(
    "nothing was changed, because NIC vmnic3 is an uplink of distributed switch dvs0, and switch vSwitch1 needs it. Hosts are set before distributed switches: if dvs0 is in the file, run pulumi up once with vmnic3 on neither of the two, then with it on vSwitch1.",
  );
  expect(refused.text).not.toMatch(/^\s+at .+:\d+/m);
  for (const host of ESX)
    expect(await owners(host)).toEqual({ vSwitch0: "vmnic0", vSwitch1: "vmnic2", dvs0: "vmnic3 vmnic4" });
});

it("comes back in two", async () => {
  project.write(environment("neither"));
  await project.up();
  await expectOwners({ vSwitch1: "vmnic2", dvs0: "vmnic4" });
  project.write(environment("standard"));
  await project.up();
  await expectOwners({ vSwitch1: "vmnic2 vmnic3", dvs0: "vmnic4" });
});
