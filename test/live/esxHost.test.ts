// ESXi hosts, for real: Pulumi's engine, our provider, SOAP over TLS to a simulated vCenter, and govc as an independent
// client that reads what became of the declaration and changes what it should not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../lab/vcenterProcess.js";
import { Project } from "./project.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3", "vmnic4"].map((device, index) => ({
  device,
  pci: `0000:3b:00.${index}`,
}));
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS })) };

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  team = "members: [vmnic1, vmnic2], policy: source-port",
  more = "discovery: cdp-both",
  app = "{}",
  groups = "",
  switches = "",
  ports = "",
  uplinks = "",
} = {}): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30, mtu: 9000 }
  all: { vlans: [1-4094] }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks:
      vmnic1: { pci: "0000:3b:00.1" }
      vmnic2: {}
      vmnic3: {}
      vmnic4: {}
${uplinks}
    virtualSwitches:
      vSwitch1:
        uplinkTeam: { ${team} }
        ${more}
        portGroups:
          app: ${app}
          storage: { security: { promiscuous: true } }
          all: { uplinkTeam: { members: [vmnic2], policy: active-backup, failback: false } }
${groups}
${switches}
${ports}
`;
}

let vcenter: Vcenter;
let variables: Record<string, string>;

/** Gives the tests of a group a vCenter of their own: what one group leaves behind is nothing to the next. */
function useVcenter(): void {
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "multiport-esx-"));
    vcenter = await startVcenter(directory, inventory, { report: () => {}, control: true });
    variables = { ...vcenterVariables(vcenter), GOVC_PERSIST_SESSION: "false" };
  });
  afterAll(() => stopVcenter(directory));
}

/** Runs govc and returns what it printed. */
async function govc(project: Project, ...args: readonly string[]): Promise<string> {
  const { code, text, stdout } = await project.run("govc", args);
  if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
  return stdout.trim();
}

/** A property of a host, as govc reads it. */
async function read<T>(project: Project, property: string, host: string = ESX[0]): Promise<T> {
  const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/host/c1/${host}`, property));
  // govc wraps lists, and an empty one is null in its wrapping.
  return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
}

interface StandardSwitch {
  readonly name: string;
  readonly mtu: number;
  readonly spec: {
    readonly bridge?: {
      readonly nicDevice: string[];
      readonly linkDiscoveryProtocolConfig: { readonly protocol: string; readonly operation: string };
    };
    readonly policy: Policy;
  };
}

interface Policy {
  readonly security?: Record<string, boolean>;
  readonly nicTeaming?: {
    readonly policy?: string;
    readonly rollingOrder?: boolean;
    readonly nicOrder?: { readonly activeNic?: string[]; readonly standbyNic?: string[] };
  };
}

interface PortGroup {
  readonly spec: {
    readonly name: string;
    readonly vlanId: number;
    readonly vswitchName: string;
    readonly policy: Policy;
  };
}

async function vswitch(project: Project, name: string): Promise<StandardSwitch | undefined> {
  return (await read<StandardSwitch[]>(project, "config.network.vswitch")).find((each) => each.name === name);
}

async function portGroup(project: Project, name: string): Promise<PortGroup["spec"] | undefined> {
  return (await read<PortGroup[]>(project, "config.network.portgroup")).find(({ spec }) => spec.name === name)?.spec;
}

describe("a standard switch", () => {
  useVcenter();
  let project: Project;
  let before: string;
  const network = async () => JSON.stringify(await read(project, "config.network"));

  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
    before = await network();
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is only shown by a preview, with the steps on the way", async () => {
    const { text } = await project.must("preview", "--diff");
    expect(text).toMatch(/switch vSwitch1: add it with vmnic1, vmnic2, MTU 9000/);
    expect(text).toMatch(/port group app: add it to switch vSwitch1, VLAN 10/);
    expect(await network()).toBe(before);
  });

  it("is made as declared, with its port groups", async () => {
    await project.up();
    const found = await vswitch(project, "vSwitch1");
    expect(found?.mtu).toBe(9000);
    expect(found?.spec.bridge).toMatchObject({
      nicDevice: ["vmnic1", "vmnic2"],
      linkDiscoveryProtocolConfig: { protocol: "cdp", operation: "both" },
    });
    expect(found?.spec.policy.security).toEqual({ allowPromiscuous: false, macChanges: false, forgedTransmits: false });
    expect(await portGroup(project, "app")).toMatchObject({ vlanId: 10, vswitchName: "vSwitch1" });
    expect(await portGroup(project, "storage")).toMatchObject({ policy: { security: { allowPromiscuous: true } } });
    expect(await portGroup(project, "all")).toMatchObject({
      vlanId: 4095,
      policy: { nicTeaming: { policy: "failover_explicit", rollingOrder: true, nicOrder: { activeNic: ["vmnic2"] } } },
    });
  });

  it("stays untouched by a second up, and shows no difference to vCenter", async () => {
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("goes with all that is ours, and leaves the host as it was", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await vswitch(project, "vSwitch1")).toBeUndefined();
    expect(await network()).toBe(before);
  });
});
