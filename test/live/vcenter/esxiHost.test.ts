// ESXi hosts of the simulated vCenter, read and changed by govc: a client that others wrote, with the calls that it makes.
import { describe, expect, it } from "vitest";
import { demoInventory } from "../../../lab/demoInventory.js";
import { EsxHost } from "./esxHost.js";
import { useVcenter } from "./vcenterSite.js";

const site = useVcenter(demoInventory);
const host = new EsxHost(site);

/** Runs one of govc's commands that are about a host, on the first one. */
const govc = (command: string, ...args: readonly string[]) => site.govc(command, "-host", host.path, ...args);

/** One line of govc's listings, such as `Name: vSwitch1`, by its label; the last of several. */
const field = (text: string, label: string) => [...text.matchAll(new RegExp(`^ *${label}: *(.*)$`, "gm"))].at(-1)?.[1];

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
    expect((await site.govc("ls", "/dc1/network")).split("\n")).toContain("/dc1/network/storage");

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
    await site.govc("host.maintenance.enter", host.path);
    expect(await govc("host.info")).toMatch(/State: +Maintenance Mode/);
    expect(await host.read("runtime.inMaintenanceMode")).toBe(true);
    await expect(site.govc("host.maintenance.enter", host.path)).rejects.toThrow("govc host.maintenance.enter");
    await site.govc("host.maintenance.exit", host.path);
    expect(await host.read("runtime.inMaintenanceMode")).toBe(false);
  });

  it("has the SR-IOV ports and the device of the inventory", async () => {
    interface Info {
      readonly id: string;
      readonly passthruCapable: boolean;
      readonly maxVirtualFunctionSupported?: number;
    }
    const infos = await host.read<Info[]>("config.pciPassthruInfo");
    const sriov = infos.filter((info) => info.maxVirtualFunctionSupported !== undefined);
    expect(sriov.map((info) => [info.id, info.maxVirtualFunctionSupported])).toEqual([
      ["0000:86:00.0", 64],
      ["0000:af:00.0", 64],
    ]);
    expect(infos.find((info) => info.id === "0000:d8:00.0")?.passthruCapable).toBe(true);
    const nics = await host.read<{ device: string; pci: string }[]>("config.network.pnic");
    expect(nics.filter(({ pci }) => sriov.some(({ id }) => id === pci)).map(({ device }) => device)).toEqual([
      "vmnic4",
      "vmnic5",
    ]);
  });
});
