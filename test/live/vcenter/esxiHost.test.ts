// ESXi hosts of the simulated vCenter, read and changed by govc: a client that others wrote, with the calls that it makes.
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoInventory } from "../../../lab/demoInventory.js";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter } from "../../../lab/vcenterProcess.js";

const HOST = "/dc1/host/c1/esx-01.example.net";
const directory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
let variables: Record<string, string>;

/** Runs govc on the first host and returns what it printed. */
async function govc(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...variables, GOVC_PERSIST_SESSION: "false", GOVC_HOST: HOST };
  const { stdout } = await promisify(execFile)("govc", args, { env });
  return stdout;
}

/** One line of govc's listings, such as `Name: vSwitch1`, by its label; the last of several. */
const field = (text: string, label: string) => [...text.matchAll(new RegExp(`^ *${label}: *(.*)$`, "gm"))].at(-1)?.[1];

/** A property of the host, or of one of its systems. */
async function read<T>(path: string, object = HOST): Promise<T> {
  const [found] = JSON.parse(await govc("object.collect", "-json", object, path));
  return ("_value" in Object(found.val) ? found.val._value : found.val) as T;
}

beforeAll(async () => {
  const vcenter = await startVcenter(directory, demoInventory, { report: () => {} });
  variables = vcenterVariables(vcenter);
}, 120_000);
afterAll(() => stopVcenter(directory));

describe("an ESXi host of the simulated vCenter", () => {
  it("lets govc add a switch and a port group, give a service to a vmkernel NIC, and read all of it", async () => {
    await govc("host.vswitch.add", "-mtu", "9000", "-nic", "vmnic2", "vSwitch1");
    await govc("host.portgroup.add", "-vswitch", "vSwitch1", "-vlan", "30", "storage");
    const switches = await govc("host.vswitch.info");
    expect(field(switches, "Name")).toBe("vSwitch1");
    expect(field(switches, "MTU")).toBe("9000");
    expect(field(switches, "Pnic")).toBe("vmnic2");
    expect(field(switches, "Portgroup")).toBe("storage");
    const groups = await govc("host.portgroup.info");
    expect(field(groups, "Name")).toBe("storage");
    expect(field(groups, "VLAN ID")).toBe("30");
    expect(field(groups, "Virtual switch")).toBe("vSwitch1");
    await govc("host.portgroup.change", "-vlan-id", "31", "storage");
    expect(field(await govc("host.portgroup.info"), "VLAN ID")).toBe("31");
    expect(await govc("ls", "/dc1/network")).toContain("/dc1/network/storage\n");

    await govc("host.vnic.service", "-enable", "vmotion", "vmk0");
    const vnics = await govc("host.vnic.info");
    expect(field(vnics, "Device")).toBe("vmk0");
    expect(field(vnics, "Network label")).toBe("Management Network");
    expect(field(vnics, "Enabled services")).toContain("vmotion");
    expect(field(vnics, "Enabled services")).toContain("management");

    await govc("host.portgroup.remove", "storage");
    await govc("host.vswitch.remove", "vSwitch1");
    expect(field(await govc("host.vswitch.info"), "Name")).toBe("vSwitch0");
    await expect(govc("host.vswitch.remove", "vSwitch0")).rejects.toThrow("is in use");
    await expect(govc("host.vswitch.add", "-nic", "vmnic0", "vSwitch1")).rejects.toThrow("'vmnic0' is in use");
  });

  it("goes into maintenance mode and out of it", async () => {
    await govc("host.maintenance.enter", HOST);
    expect(await govc("host.info", HOST)).toMatch(/State: +Maintenance Mode/);
    expect(await read("runtime.inMaintenanceMode")).toBe(true);
    await expect(govc("host.maintenance.enter", HOST)).rejects.toThrow("govc host.maintenance.enter");
    await govc("host.maintenance.exit", HOST);
    expect(await read("runtime.inMaintenanceMode")).toBe(false);
  });

  it("has the SR-IOV ports and the device of the inventory", async () => {
    interface Info {
      readonly id: string;
      readonly passthruCapable: boolean;
      readonly maxVirtualFunctionSupported?: number;
    }
    const infos = await read<Info[]>("config.pciPassthruInfo");
    const sriov = infos.filter((info) => info.maxVirtualFunctionSupported !== undefined);
    expect(sriov.map((info) => [info.id, info.maxVirtualFunctionSupported])).toEqual([
      ["0000:86:00.0", 64],
      ["0000:af:00.0", 64],
    ]);
    expect(infos.find((info) => info.id === "0000:d8:00.0")?.passthruCapable).toBe(true);
    const nics = await read<{ device: string; pci: string }[]>("config.network.pnic");
    expect(nics.filter(({ pci }) => sriov.some(({ id }) => id === pci)).map(({ device }) => device)).toEqual([
      "vmnic4",
      "vmnic5",
    ]);
  });
});
