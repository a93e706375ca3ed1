// The SOAP client against a simulated vCenter over TLS, with govc as an independent client that reads the same.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { type Vcenter as Simulated, startVcenter, stopVcenter } from "../../../lab/vcenterProcess.js";
import { connectVcenter } from "../../../providers/host/vim/connectVcenter.js";
import type { VimFault } from "../../../providers/host/vim/soapFault.js";
import type { Vcenter } from "../../../providers/host/vim/vcenter.js";
import type { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import type { PropertyQuery, Ref, VimNode } from "../../../providers/model/vim.js";

const NICS = ["vmnic0", "vmnic1"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
const inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: ["esx-01.example.net", "esx-02.example.net"].map((name) => ({ name, nics: NICS })),
};

let directory: string;
let simulated: Simulated;
let thumbprint: string;
let vcenter: Vcenter;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "multiport-vim-"));
  simulated = await startVcenter(directory, inventory, { report: () => {} });
  thumbprint = await thumbprintOf(simulated.server);
  vcenter = await connectVcenter({ ...simulated, thumbprint });
});

afterAll(async () => {
  await vcenter?.close();
  await stopVcenter(directory);
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

/** What govc prints, as JSON. */
function govc<T>(...args: readonly string[]): T {
  const env = { ...process.env, ...vcenterVariables(simulated), GOVC_PERSIST_SESSION: "false" };
  return JSON.parse(execFileSync("govc", args, { env, encoding: "utf8" })) as T;
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
function sessions(): string[] {
  const [found] = govc<[{ val: { _value: { key: string }[] } }]>(
    "object.collect",
    "-json",
    "SessionManager:SessionManager",
    "sessionList",
  );
  return found.val._value.map(({ key }) => key);
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
    expect(hosts.map(({ properties }) => properties.name)).toEqual(inventory.hosts.map(({ name }) => name));
    for (const { object, properties } of hosts) {
      const [found] = govc<[{ val: { _value: VimNode[] } }]>(
        "object.collect",
        "-json",
        `${object.type}:${object.value}`,
        "config.network.pnic",
      );
      expect(properties["config.network.pnic"]).toMatchObject(
        found.val._value.map(({ key, device, pci, mac }) => ({ key, device, pci, mac })),
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
    const [found] = govc<[{ val: string }]>("object.collect", "-json", "/dc1/network/dvs-one", "name");
    expect(found.val).toBe("dvs-one");
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
    const wrong = await connectVcenter({ ...simulated, thumbprint, password: "not-the-password" });
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
    const before = sessions().length;
    await Promise.all([1, 2, 3, 4].map(() => vcenter.retrieve(everywhere({ Folder: ["name"] }))));
    const key = await sessionOf(vcenter);
    expect(sessions().length).toBe(before + 1);
    const other = await connectVcenter({ ...simulated, thumbprint }, { idleSeconds: 60 });
    await other.call({
      object: other.ref("sessionManager"),
      method: "TerminateSession",
      arguments: { sessionId: [key] },
    });
    await other.close();
    const created = (await vcenter.run(await createSwitch("dvs-after"))) as Ref;
    expect(created.type).toBe("VmwareDistributedVirtualSwitch");
    expect(sessions()).not.toContain(key);
  });

  it("is logged out when idle, and comes back by itself", async () => {
    const short = await connectVcenter({ ...simulated, thumbprint }, { idleSeconds: 0.2 });
    const first = await sessionOf(short);
    expect(sessions()).toContain(first);
    await expect.poll(() => sessions(), { timeout: 5000 }).not.toContain(first);
    expect(await sessionOf(short)).not.toBe(first);
    await short.close();
  });
});
