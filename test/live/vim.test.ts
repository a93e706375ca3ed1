// The SOAP client against a simulated vCenter over TLS, with govc as an independent client that reads the same.
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Vcenter as Simulated, startVcenter, stopVcenter } from "../../lab/vcenterProcess.js";
import { connectVcenter, type Vcenter } from "../../providers/host/vim/vcenter.js";

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
      const { raw } = new X509Certificate(socket.getPeerCertificate().raw);
      socket.destroy();
      resolve(createHash("sha256").update(raw).digest("hex"));
    });
    socket.once("error", reject);
  });
}

describe("reading", () => {
  it("reads hosts along the inventory in one question", async () => {
    const before = vcenter.roundTrips;
    const hosts = await vcenter.retrieve({
      properties: { HostSystem: ["name", "config.network.pnic"] },
      from: [vcenter.content.rootFolder ?? { type: "", value: "" }],
      isFromSkipped: true,
      along: [
        { name: "folder", type: "Folder", path: "childEntity", along: ["folder", "datacenter", "cluster"] },
        { name: "datacenter", type: "Datacenter", path: "hostFolder", along: ["folder"] },
        { name: "cluster", type: "ComputeResource", path: "host" },
      ],
    });
    expect(hosts.map(({ properties }) => properties.name)).toEqual(["esx-01.example.net", "esx-02.example.net"]);
    expect(hosts[0]?.object.type).toBe("HostSystem");
    expect(hosts[0]?.properties["config.network.pnic"]).toMatchObject([{ device: "vmnic0" }, { device: "vmnic1" }]);
    // One login and one question.
    expect(vcenter.roundTrips - before).toBe(2);
  });
});
