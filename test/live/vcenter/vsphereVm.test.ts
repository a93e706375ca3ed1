// VMs that others made, for real: Pulumi's engine, our provider, SOAP over TLS to a simulated vCenter, and govc as an independent
// client that makes VMs, reads what became of the declaration and changes what it should not.
import { beforeAll, describe, expect, it } from "vitest";
import { ESX, GPU } from "./hosts.js";
import type { VcenterSite } from "./vcenterSite.js";
import {
  ALL_PORTS,
  changedVms,
  type Device,
  environment,
  useMachines,
  VirtualMachine,
  WHOLE,
} from "./virtualMachine.js";

/** Makes a VM as others would. */
function makeVm(site: VcenterSite, name = "db-01", ...args: readonly string[]): Promise<string> {
  const at = ["-on=false", "-host", ESX[0], "-ds", "datastore1", "-g", "otherGuest", "-m", "512"];
  return site.govc("vm.create", ...at, "-net.adapter", "vmxnet3", "-net", "app", ...args, name);
}

describe("a VM that others made", () => {
  const site = useMachines(environment({ hasVm: false }));
  const db = new VirtualMachine(site);

  beforeAll(async () => {
    await site.project.up();
    await makeVm(site);
    await site.govc("vm.power", "-on", "db-01");
  }, 120_000);

  it("is refused while it runs and may not be powered off: nothing is changed, and the message says what to do", async () => {
    site.project.write(environment({ vsphere: `{ passthrough: ["${GPU}"] }` }));
    const refused = await site.failingUp();
    expect(refused).toContain('VM "db-01": nothing was changed, because VM db-01 runs, and has to be off for:');
    expect(refused).toContain("set vsphere.powerOff of the VM to whenRequired");
    expect(await db.hardware()).toEqual(["unmarked VirtualVmxnet3 app"]);
    expect(await db.power()).toBe("poweredOn");
  });

  it("gets its cards, virtual functions and device, and is on again; the card of others stays first", async () => {
    site.project.write(environment());
    const { text } = await site.project.must("preview", "--diff");
    expect(text).toContain("outage: shut the guest down, or power the VM off when VMware Tools do not run");
    expect(text).toContain("port sto0: add a virtual function of vmnic4 on dvs0/storage");
    await site.project.up();
    expect(await db.hardware()).toEqual(["unmarked VirtualVmxnet3 app", ...WHOLE]);
    expect(await db.power()).toBe("poweredOn");
    expect(await db.read("config.memoryReservationLockedToMax")).toBe(true);
    expect(await db.notes()).toEqual({
      "multiport.passthrough": `t ${GPU}`,
      "multiport.memoryLocked": "t 0",
    });
  });

  it("stays untouched by a second up, and shows no difference", async () => {
    const before = await db.read("config.changeVersion");
    await site.project.up("--expect-no-changes");
    expect(await changedVms(site)).toEqual([]);
    expect(await db.read("config.changeVersion")).toBe(before);
  });

  it("shows what others changed on its cards, and puts it back without a power-off", async () => {
    const [, app0] = await db.devices();
    await site.govc("vm.network.change", "-vm", "db-01", "-net", "web", app0?.name ?? "");
    expect((await db.hardware())[1]).toBe("multiport:t/app0 VirtualVmxnet3 web");
    const { text } = await site.project.must("preview", "--refresh", "--diff");
    expect(text).toContain("brief interruption: port app0: change port group dvs0/web to dvs0/app");
    const { text: told } = await site.project.up("--refresh");
    expect(told).not.toContain("shut the guest down");
    expect(await db.hardware()).toEqual(["unmarked VirtualVmxnet3 app", ...WHOLE]);
    expect(await db.power()).toBe("poweredOn");
  });

  it("is asked to shut down where VMware Tools run, and functions leave and come again around a new ordinary card", async () => {
    await site.govc("vm.change", "-vm", "db-01", "-e", "SET.guest.toolsRunningStatus=guestToolsRunning");
    const macs = (all: readonly Device[]) => all.map(({ externalId, macAddress }) => [externalId, macAddress]).sort();
    const before = macs(await db.devices());
    site.project.write(environment({ ports: `${ALL_PORTS}\n      new0: { portGroup: dvs0/web }` }));
    const { text } = await site.project.must("preview", "--diff");
    expect(text).toContain(
      "port sto0: take a virtual function of vmnic4 on dvs0/storage out while ordinary cards change",
    );
    const { text: told } = await site.project.up();
    const steps = [...told.matchAll(/VM "db-01": (.*)$/gm)].map(([, step]) => step);
    expect(new Set(steps)).toEqual(
      new Set([
        "note on the VM that it is on",
        "shut the guest down",
        "note on the VM that its guest was asked",
        "port sto0: take a virtual function of vmnic4 on dvs0/storage out while ordinary cards change",
        "port sto1: take a virtual function of vmnic5 on dvs0/storage out while ordinary cards change",
        "port new0: add a vmxnet3 card on dvs0/web",
        "port sto0: add a virtual function of vmnic4 on dvs0/storage",
        "port sto1: add a virtual function of vmnic5 on dvs0/storage",
        "power the VM on",
        "clear the notes on the VM",
      ]),
    );
    const after = macs(await db.devices());
    expect(after.filter(([port]) => port !== "multiport:t/new0")).toEqual(before);
    expect(new Set(await db.hardware())).toEqual(
      new Set(["unmarked VirtualVmxnet3 app", "multiport:t/new0 VirtualVmxnet3 web", ...WHOLE]),
    );
    expect(await db.power()).toBe("poweredOn");
    expect(Object.keys(await db.notes()).sort()).toEqual(["multiport.memoryLocked", "multiport.passthrough"]);
  });

  it("is finished by the next run when pulumi is killed while the VM is off", async () => {
    site.project.write(environment());
    await site.inject({
      ...{ userAgent: "multiport", method: "ReconfigVM_Task", nth: 5 },
      ...{ kind: "timeoutAfter", seconds: 120 },
    });
    await site.project.cutOff(async () => (await site.pendingFaults()).length === 0);
    expect(await db.power()).toBe("poweredOff");
    await site.project.up();
    expect(new Set(await db.hardware())).toEqual(new Set(["unmarked VirtualVmxnet3 app", ...WHOLE]));
    expect(await db.power()).toBe("poweredOn");
    expect(Object.keys(await db.notes()).sort()).toEqual(["multiport.memoryLocked", "multiport.passthrough"]);
  });

  it("is refused on a host that it is not on, and where two have its name", async () => {
    const second = `  db-02:\n    host: esx-01\n    vsphere: {}\n    ports: { app0: { portGroup: dvs0/app } }`;
    site.project.write(environment({ vms: second }));
    await makeVm(site, "db-02", "-host", ESX[1]);
    expect(await site.failingUp()).toContain(
      `VM db-02 is on ${ESX[1]}, and the file has it on ${ESX[0]}: move it there`,
    );
    await site.govc("folder.create", "/dc1/vm/old");
    await makeVm(site, "db-03", "-host", ESX[1], "-folder", "/dc1/vm/old");
    await site.govc("vm.change", "-vm", "db-03", "-name", "db-02");
    expect(await site.failingUp()).toContain(`/dc1/vm/db-02 on ${ESX[1]}, /dc1/vm/old/db-02 on ${ESX[1]}`);
  });

  it("keeps the card of others when all that was declared goes", async () => {
    site.project.write(environment({ hasVm: false }));
    await site.project.up();
    expect(await db.hardware()).toEqual(["unmarked VirtualVmxnet3 app"]);
    expect(await db.power()).toBe("poweredOn");
    expect(await db.read("config.memoryReservationLockedToMax")).toBe(false);
    expect(await db.notes()).toEqual({});
  });
});
