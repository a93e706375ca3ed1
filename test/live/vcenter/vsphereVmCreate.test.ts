// VMs that are declared here, for real: Pulumi's engine, the vSphere provider's own code and ours, SOAP over TLS to a simulated
// vCenter, and govc as an independent client that reads what became of the declaration.
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { GPU } from "./hosts.js";
import { changedVms, environment, useMachines, VirtualMachine, WHOLE } from "./virtualMachine.js";

describe("a VM that is declared here", () => {
  const create = "create: { memoryMegabytes: 512, datastore: datastore1 }";
  const declared = (given: Parameters<typeof environment>[0] = {}) =>
    environment({ vsphere: `{ ${create}, passthrough: ["${GPU}"] }`, ...given });

  const site = useMachines(declared());
  const db = new VirtualMachine(site);

  it("is made with its switch in one run, with the cards that are declared and no other", async () => {
    await site.project.must("preview");
    await site.project.up();
    expect(await db.hardware()).toEqual(WHOLE);
    expect(await db.power()).toBe("poweredOn");
    expect(await db.read("config.memoryAllocation.reservation")).toBe(512);
    expect(await db.notes()).toMatchObject({ "multiport.passthrough": `t ${GPU}` });
  });

  it("stays untouched by a second up, and shows no difference", async () => {
    await site.project.up("--expect-no-changes");
    expect(await changedVms(site)).toEqual([]);
  });

  it("gains a card while it runs and may not be powered off, and loses it", async () => {
    const web = new VirtualMachine(site, "web-01");
    const few = `\n      app0: { portGroup: dvs0/app }`;
    const more = "create: { memoryMegabytes: 512, datastore: datastore1 }";
    const plain = `  web-01:\n    host: esx-02\n    vsphere: { ${more} }\n    ports:${few}`;
    site.project.write(declared({ vms: plain }));
    await site.project.up();
    expect(await web.hardware()).toEqual(["multiport:t/app0 VirtualVmxnet3 app"]);
    site.project.write(declared({ vms: `${plain}\n      web0: { portGroup: dvs0/web }` }));
    await site.project.up();
    expect(await web.hardware()).toEqual([
      "multiport:t/app0 VirtualVmxnet3 app",
      "multiport:t/web0 VirtualVmxnet3 web",
    ]);
    site.project.write(declared({ vms: plain }));
    await site.project.up();
    expect(await web.hardware()).toEqual(["multiport:t/app0 VirtualVmxnet3 app"]);
    expect(await web.power()).toBe("poweredOn");
  });

  it("has the seed of its guest from its first start on, and keeps that one", async () => {
    const seeded = new VirtualMachine(site, "db-02");
    const plain = (address: string) => `  db-02:
    host: esx-02
    vsphere: { create: { memoryMegabytes: 512, datastore: datastore1 } }
    guest: { os: linux, address: 127.0.0.1, ssh: { port: 9 }, cloudInit: { hostname: db-02 } }
    ports: { app0: { portGroup: dvs0/app, mac: "00:50:56:10:00:21", addresses: [${address}/24] } }`;
    const guestinfo = async () => {
      const options = await seeded.read<{ key: string; value: string }[]>("config.extraConfig");
      return Object.fromEntries(options.map(({ key, value }) => [key, value]));
    };
    site.project.write(declared({ vms: plain("10.10.0.21") }));
    // Nothing answers in a VM of the simulator: its guest alone fails.
    const { stdout } = await site.project.pulumi("up", "--yes", "--skip-preview");
    expect(stdout).toContain("db-02 (127.0.0.1:9): cannot be reached");
    const keys = await guestinfo();
    expect(keys["guestinfo.metadata.encoding"]).toBe("base64");
    const text = (key: string) => Buffer.from(keys[`guestinfo.${key}`] ?? "", "base64").toString("utf8");
    expect(parse(text("metadata"))).toMatchObject({
      "instance-id": "multiport-t-db-02",
      "local-hostname": "db-02",
      network: { version: 2, ethernets: { app0: { addresses: ["10.10.0.21/24"] } } },
    });
    expect(text("userdata")).toMatch(/^#cloud-config\n[\s\S]*60-multiport.yaml/);
    site.project.write(declared({ vms: plain("10.10.0.22") }));
    await site.project.pulumi("up", "--yes", "--skip-preview");
    expect(await guestinfo()).toEqual(keys);
  });

  it("goes with the program", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await site.govc("find", "/dc1/vm")).not.toContain("db-01");
  });
});
