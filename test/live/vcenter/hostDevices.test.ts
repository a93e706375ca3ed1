// SR-IOV and passthrough of ESXi hosts, with the restarts that they need, for real: Pulumi's engine, our provider, SOAP over TLS to
// a simulated vCenter, read by govc.
import { describe, expect, it } from "vitest";
import { EsxHost } from "./esxHost.js";
import { BRIDGE, deviceHosts, ESX, GPU, PF4 } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

/** Hosts that are restarted for virtual functions, or not. */
function devices({ numVfs = 4, reboot = "never", hosts = 1, passthrough = "[]" } = {}): string {
  const host = (number: number) => `
  esx-0${number}:
    platform: vsphere
    address: esx-0${number}.example.net
    uplinks: { vmnic4: { sriov: { numVfs: ${numVfs} } } }
    passthrough: ${passthrough}
    reboot: ${reboot}`;
  return `environment: t\nnetworks: {}\nhosts:${Array.from({ length: hosts }, (_, index) => host(index + 1)).join("")}\n`;
}

interface Device {
  readonly id: string;
  readonly numVirtualFunction?: number;
  readonly numVirtualFunctionRequested?: number;
  readonly passthruEnabled: boolean;
  readonly passthruActive: boolean;
}

describe("SR-IOV and passthrough", () => {
  const site = useVcenter(deviceHosts, devices());
  const host = new EsxHost(site);
  const device = async (id: string, of = host) =>
    (await of.read<Device[]>("config.pciPassthruInfo")).find((each) => each.id === id);
  const bootTime = () => host.read<string>("runtime.bootTime");
  const isInMaintenance = () => host.read<boolean>("runtime.inMaintenanceMode");
  const restarts = async () => (await site.changes()).filter(({ method }) => /^(Enter|Exit|Reboot)/.test(method));

  it("are refused for what the hardware can't, with all reasons at once", async () => {
    const file = devices({ numVfs: 17, passthrough: `["${BRIDGE}", "0000:00:00.0", "0000:3b:00.0"]` });
    const text = await site.refusal(file.replace("vmnic4:", "vmnic3: { sriov: { numVfs: 4 } }, vmnic4:"));
    for (const reason of [
      "NIC vmnic4 (0000:3b:04.0) has at most 16 virtual functions, and 17 are wanted",
      "NIC vmnic3 (0000:3b:03.0) can't do SR-IOV, and 4 virtual functions are wanted",
      "PCI device 0000:d9:00.0 can't be passed through",
      "the host has no PCI device 0000:00:00.0",
      "NIC vmnic0 (0000:3b:00.0) is an uplink of standard switch vSwitch0",
    ])
      expect(text).toContain(reason);
  });

  it("wait for a restart that others make, and say so, with reboot: never", async () => {
    site.project.write(devices({ passthrough: `["${GPU}"]` }));
    const booted = await bootTime();
    const { text } = await site.project.up();
    expect(text).toMatch(
      /waits for a restart of the host: 4 virtual functions of vmnic4 \(0 are there\), passthrough of 0000:d8:00.0/,
    );
    expect(await device(PF4)).toMatchObject({ numVirtualFunctionRequested: 4, numVirtualFunction: 0 });
    expect(await bootTime()).toBe(booted);
    await site.govc("host.maintenance.enter", host.path);
    await site.govc("host.shutdown", "-r", "-f", host.path);
    await expect.poll(bootTime, { timeout: 10_000, interval: 100 }).not.toBe(booted);
    await site.govc("host.maintenance.exit", host.path);
    expect((await site.project.up()).text).not.toContain("waits for a restart");
    expect(await device(PF4)).toMatchObject({ numVirtualFunction: 4 });
    expect(await device(GPU)).toMatchObject({ passthruActive: true });
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("are there at the end with reboot: whenRequired, which the preview says", async () => {
    site.project.write(devices({ numVfs: 8, reboot: "whenRequired", passthrough: `["${GPU}"]` }));
    const { text } = await site.project.must("preview", "--diff");
    expect(text).toMatch(/PCI devices: 8 virtual functions of vmnic4/);
    expect(text).toMatch(/outage: maintenance: put the host into maintenance mode/);
    expect(text).toMatch(/outage: restart the host/);
    await site.forgetCalls();
    await site.project.up();
    expect(await device(PF4)).toMatchObject({ numVirtualFunction: 8 });
    expect((await restarts()).map(({ method }) => method)).toEqual([
      "EnterMaintenanceMode_Task",
      "RebootHost_Task",
      "ExitMaintenanceMode_Task",
    ]);
    expect(await isInMaintenance()).toBe(false);
    await site.project.up("--expect-no-changes");
  });

  it("do not restart a host under VMs that nobody moves, nor one that is in somebody's maintenance", async () => {
    site.project.write(devices({ numVfs: 6, reboot: "whenRequired", passthrough: `["${GPU}"]` }));
    await site.govc("vm.create", "-host", host.path, "-on=true", "-g", "otherGuest64", "web-01");
    expect(await site.failingUp()).toContain("nobody moves the 1 VMs that run on it: web-01");
    await site.govc("vm.destroy", "web-01");
    await site.govc("host.maintenance.enter", host.path);
    expect(await site.failingUp()).toContain("the host is in maintenance mode, and multiport did not put it there");
    expect(await isInMaintenance()).toBe(true);
    await site.govc("host.maintenance.exit", host.path);
  });

  it("go on where a run was killed, and leave maintenance mode at the end", async () => {
    await site.forgetCalls();
    await site.project.cutOff(async () => (await restarts()).some(({ method }) => method === "RebootHost_Task"));
    expect(await isInMaintenance()).toBe(true);
    await site.project.up();
    expect(await device(PF4)).toMatchObject({ numVirtualFunction: 6 });
    expect(await isInMaintenance()).toBe(false);
    await site.project.up("--expect-no-changes");
  });

  it("are turned off when the resource goes", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await device(PF4)).toMatchObject({ numVirtualFunction: 0, numVirtualFunctionRequested: 0 });
    expect(await device(GPU)).toMatchObject({ passthruEnabled: false, passthruActive: false });
    expect(await isInMaintenance()).toBe(false);
  });

  it("restart the hosts of a group one after the other", async () => {
    site.project.write(devices({ reboot: "whenRequired", hosts: 2 }));
    await site.forgetCalls();
    await site.project.up();
    const order = (await restarts()).map(({ method, object }) => `${method} ${object}`);
    const [first, second] = [order[0]?.split(" ")[1], order[3]?.split(" ")[1]];
    expect(first).not.toBe(second);
    expect(order).toEqual(
      [first, second].flatMap((host) =>
        ["Enter", "Reboot", "Exit"].map((verb) => expect.stringMatching(new RegExp(`^${verb}.* ${host}$`))),
      ),
    );
    for (const name of ESX) expect(await device(PF4, new EsxHost(site, name))).toMatchObject({ numVirtualFunction: 4 });
  });
});
