// The SOAP client against a simulated vCenter over TLS, with govc as an independent client that reads the same.
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectVcenter } from "../../../providers/host/vim/connectVcenter.js";
import type { VimFault } from "../../../providers/host/vim/soapFault.js";
import type { Vcenter } from "../../../providers/host/vim/vcenter.js";
import type { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import type { PropertyQuery, Ref, VimNode } from "../../../providers/model/vim.js";
import { ESX, plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

const site = useVcenter(plainHosts);
let thumbprint: string;
let vcenter: Vcenter;

beforeAll(async () => {
  thumbprint = await thumbprintOf(site.vcenter.server);
  vcenter = await connectVcenter({ ...site.vcenter, thumbprint });
});

afterAll(async () => {
  await vcenter?.close();
});

/** What the console of a real vCenter would show. */
function thumbprintOf(server: string): Promise<string> {
  const [host = "", port] = server.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      const { fingerprint256 } = new X509Certificate(socket.getPeerCertificate().raw);
      socket.destroy();
      resolve(fingerprint256);
    });
    socket.once("error", reject);
  });
}

/** All objects of the types below the root folder. */
function everywhere(properties: PropertyQuery["properties"]): PropertyQuery {
  return {
    properties,
    from: [vcenter.ref("rootFolder")],
    isFromSkipped: true,
    along: [
      { name: "folder", type: "Folder", path: "childEntity", along: ["folder", "hosts", "networks", "cluster"] },
      { name: "hosts", type: "Datacenter", path: "hostFolder", along: ["folder"] },
      { name: "networks", type: "Datacenter", path: "networkFolder", along: ["folder"] },
      { name: "cluster", type: "ComputeResource", path: "host" },
    ],
  };
}

async function networkFolder(): Promise<Ref> {
  const [datacenter] = await vcenter.retrieve(everywhere({ Datacenter: ["networkFolder"] }));
  return datacenter?.properties.networkFolder as Ref;
}

const createSwitch = async (name: string) => ({
  object: await networkFolder(),
  method: "CreateDVS_Task",
  arguments: { spec: { configSpec: { $type: "VMwareDVSConfigSpec", name } } },
});

async function failure<T extends VcenterError>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise;
  } catch (error) {
    return error as T;
  }
  throw new Error("it did not fail");
}

/** The key of the session that a client uses. */
async function sessionOf(client: Vcenter): Promise<string> {
  const from = [client.ref("sessionManager")];
  const [manager] = await client.retrieve({ properties: { SessionManager: ["currentSession"] }, from });
  const session = (manager?.properties.currentSession ?? {}) as VimNode;
  return String(session.key);
}

/** The keys of all sessions that vCenter has, as govc lists them: its own is among them. */
async function sessions(): Promise<string[]> {
  const found = await site.collect<{ key: string }[]>("SessionManager:SessionManager", "sessionList");
  return found.map(({ key }) => key);
}

describe("reading", () => {
  it("reads hosts along the inventory in one question, as govc reads them one by one", async () => {
    await vcenter.close();
    const before = vcenter.roundTrips;
    const hosts = await vcenter.retrieve(
      everywhere({ HostSystem: ["name", "config.network.pnic", "summary.rebootRequired"] }),
    );
    // One login and one question.
    expect(vcenter.roundTrips - before).toBe(2);
    expect(hosts.map(({ properties }) => properties.name)).toEqual(ESX);
    for (const { object, properties } of hosts) {
      const found = await site.collect<VimNode[]>(`${object.type}:${object.value}`, "config.network.pnic");
      expect(properties["config.network.pnic"]).toMatchObject(
        found.map(({ key, device, pci, mac }) => ({ key, device, pci, mac })),
      );
      expect(properties["summary.rebootRequired"]).toBe("false");
    }
  });

  it("speaks the version that vCenter has, and knows which fields came later", () => {
    expect(vcenter.about.apiVersion).toBe("7.0.3.0");
    expect([vcenter.has("7.0.2.0"), vcenter.has("8.0.0.1")]).toEqual([true, false]);
  });

  it("says which property of which object cannot be read", async () => {
    const fault = await failure<VimFault>(
      vcenter.retrieve({ properties: { Folder: ["nonsense"] }, from: [vcenter.ref("rootFolder")] }),
    );
    expect(fault.kind).toBe("fault");
    expect(fault.faultType).toBe("InvalidProperty");
    expect(fault.message).toContain("nonsense");
  });
});

describe("tasks", () => {
  it("waits for one and returns its result, which govc finds", async () => {
    const created = (await vcenter.run(await createSwitch("dvs-one"))) as Ref;
    expect(created.type).toBe("VmwareDistributedVirtualSwitch");
    expect(await site.read("network/dvs-one", "name")).toBe("dvs-one");
  });

  it("says why one failed, with names in place of ids", async () => {
    await vcenter.run(await createSwitch("dvs-two"));
    const fault = await failure<VimFault>(vcenter.run(await createSwitch("dvs-two")));
    expect(fault.faultType).toBe("DuplicateName");
    expect(fault.message).toBe(
      `${vcenter.label}: CreateDVS_Task of Folder "network" failed: The name 'dvs-two' already exists (DuplicateName).`,
    );
  });

  it("waits for twenty at once", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `dvs-many-${index}`);
    const created = await Promise.all(names.map(async (name) => vcenter.run(await createSwitch(name))));
    expect(new Set(created.map((ref) => (ref as Ref).value)).size).toBe(20);
    const there = await vcenter.retrieve(everywhere({ DistributedVirtualSwitch: ["name"] }));
    expect(there.map(({ properties }) => properties.name)).toEqual(expect.arrayContaining(names));
  });

  it("refuses a call that vCenter does not know, in its words", async () => {
    const fault = await failure<VimFault>(
      vcenter.call({
        object: await networkFolder(),
        method: "CreateDVS_Task",
        arguments: { specification: { name: "x" } },
      }),
    );
    expect(fault.faultType).toBe("InvalidRequest");
    expect(fault.message).toContain("specification");
  });
});

describe("sessions", () => {
  it("refuses a wrong password in plain words without the password, and asks only once", async () => {
    const wrong = await connectVcenter({ ...site.vcenter, thumbprint, password: "not-the-password" });
    const errors = await Promise.all([1, 2, 3].map(() => failure(wrong.retrieve(everywhere({ Folder: ["name"] })))));
    errors.push(await failure(wrong.retrieve(everywhere({ Folder: ["name"] }))));
    // The question who answers, and one login: a locked account is nobody's wish.
    expect(wrong.roundTrips).toBe(2);
    for (const error of errors) {
      expect(error.kind).toBe("login");
      expect(error.message).toContain('refused the login of "administrator@vsphere.local"');
      expect(JSON.stringify(error) + error.stack).not.toContain("not-the-password");
    }
  });

  it("is one for all who ask, and logs in anew when vCenter ended it: also for a change", async () => {
    await vcenter.close();
    const before = (await sessions()).length;
    await Promise.all([1, 2, 3, 4].map(() => vcenter.retrieve(everywhere({ Folder: ["name"] }))));
    const key = await sessionOf(vcenter);
    expect((await sessions()).length).toBe(before + 1);
    const other = await connectVcenter({ ...site.vcenter, thumbprint }, { idleSeconds: 60 });
    await other.call({
      object: other.ref("sessionManager"),
      method: "TerminateSession",
      arguments: { sessionId: [key] },
    });
    await other.close();
    const created = (await vcenter.run(await createSwitch("dvs-after"))) as Ref;
    expect(created.type).toBe("VmwareDistributedVirtualSwitch");
    expect(await sessions()).not.toContain(key);
  });

  it("is logged out when idle, and comes back by itself", async () => {
    const short = await connectVcenter({ ...site.vcenter, thumbprint }, { idleSeconds: 0.2 });
    const first = await sessionOf(short);
    expect(await sessions()).toContain(first);
    await expect.poll(() => sessions(), { timeout: 5000 }).not.toContain(first);
    expect(await sessionOf(short)).not.toBe(first);
    await short.close();
  });
});
