// vmkernel ports of ESXi hosts, for real: Pulumi's engine, our provider, SOAP over TLS to a simulated vCenter, read by govc.
import { describe, expect, it } from "vitest";
import { EsxHost, environment } from "./esxHost.js";
import { deviceHosts, ESX } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

interface Provider {
  create(inputs: object): Promise<{ readonly id: string; readonly outs: object }>;
  read(id: string, outputs: object): Promise<{ readonly props: object }>;
  delete(id: string, outputs: object): Promise<void>;
}

/** The methods of the resource as the dynamic provider has them, in this process. */
function compiledProvider(variables: Record<string, string>): Provider {
  Object.assign(process.env, variables);
  return require("../../../dist/providers/engine/provider.js").providers.esxHost;
}

describe("vmkernel ports", () => {
  const ports = (text: string) => `    vmkernelPorts:\n${text}`;
  const vmotion = (address: string, more = "services: [vmotion]") =>
    `      vmotion: { portGroup: vSwitch1/storage, address: ${address}, ${more} }\n`;

  const site = useVcenter(deviceHosts, environment({ ports: ports(vmotion("10.32.0.11/24")) }));
  const host = new EsxHost(site);

  interface Vnic {
    readonly device: string;
    readonly portgroup: string;
    readonly spec: { readonly mtu: number; readonly ip: { readonly ipAddress: string; readonly subnetMask: string } };
  }
  const vnics = () => host.read<Vnic[]>("config.network.vnic");
  const selected = async (device: string) =>
    (await host.read<{ nicType: string; selectedVnic?: string[] }[]>("config.virtualNicManagerInfo.netConfig"))
      .filter(({ selectedVnic }) => selectedVnic?.some((key) => key.endsWith(`-${device}`)))
      .map(({ nicType }) => nicType);

  it("are made with address, MTU and services", async () => {
    await site.project.up();
    expect((await vnics()).map(({ device }) => device)).toEqual(["vmk0", "vmk1"]);
    expect((await vnics())[1]).toMatchObject({
      portgroup: "storage",
      spec: { mtu: 9000, ip: { ipAddress: "10.32.0.11", subnetMask: "255.255.255.0" } },
    });
    expect(await selected("vmk1")).toEqual(["vmotion"]);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keep their device when address, MTU, services and port group change", async () => {
    const moved = vmotion("10.32.0.12/20", "mtu: 1500, services: [vSphereProvisioning, faultToleranceLogging]");
    site.project.write(environment({ ports: ports(moved.replace("/storage", "/app")) }));
    await site.project.up();
    expect((await vnics())[1]).toMatchObject({
      device: "vmk1",
      portgroup: "app",
      spec: { mtu: 1500, ip: { ipAddress: "10.32.0.12", subnetMask: "255.255.240.0" } },
    });
    expect(await selected("vmk1")).toEqual(["faultToleranceLogging", "vSphereProvisioning"]);
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("are made on a distributed port group, when the host has it", async () => {
    const port = {
      switch: "dvs0",
      switchKind: "distributed",
      portGroup: "dvs-vmotion",
      address: "10.33.0.11/24",
      mtuBytes: 1500,
      services: ["vmotion"],
      stack: "defaultTcpipStack",
    };
    const nothing = { nics: {}, switches: {}, portGroups: {}, sriov: {}, passthrough: {}, reboot: "never" };
    const inputs = {
      environment: "t",
      driverVersion: 1,
      target: { address: ESX[0] },
      configuration: { ...nothing, vmkernelPorts: { vmotion: port } },
    };
    // Without an SDK for the switch itself, which govc makes: our provider as the engine loads it.
    const provider = compiledProvider(site.variables);
    await expect(provider.create(inputs)).rejects.toThrow("the host has no distributed port group dvs0/dvs-vmotion");
    await site.govc("dvs.create", "dvs0");
    await site.govc("dvs.add", "-dvs", "dvs0", "-pnic", "vmnic5", ESX[0]);
    await site.govc("dvs.portgroup.add", "-dvs", "dvs0", "-vlan", "33", "dvs-vmotion");
    const { id, outs } = await provider.create(inputs);
    const made = (await vnics()).find(({ spec }) => spec.ip.ipAddress === "10.33.0.11");
    expect(await selected(made?.device ?? "")).toEqual(["vmotion"]);
    expect((await provider.read(id, outs)).props).toEqual(outs);
    await provider.delete(id, outs);
    expect((await vnics()).some(({ spec }) => spec.ip.ipAddress === "10.33.0.11")).toBe(false);
  });

  it("leave before the port group and the switch that they are on", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect((await vnics()).map(({ device }) => device)).toEqual(["vmk0"]);
    expect(await host.vswitch("vSwitch1")).toBeUndefined();
  });
});
