// A Hyper-V host from the file to the simulated host over SSH: created, unchanged, changed, put back, removed.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { WindowsHost } from "../../../lab/windows/host/windowsHost.js";
import { Machine } from "../../../providers/engine/machine.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { hyperv } from "../../../providers/platforms/hyperv/index.js";
import { modelOf } from "../../model/given.js";

const spec = readFileSync("test/golden/hyperv/set/spec.yaml", "utf8");

let host: WindowsHost;
beforeAll(async () => {
  host = await WindowsHost.start({
    scenario: {
      release: "2022",
      nics: [
        { name: "SLOT 3 Port 1", mac: "b49691000001", ip: { addresses: ["10.10.0.11/24"], gateway: "10.10.0.1" } },
        { name: "SLOT 5 Port 1", mac: "b49691000002" },
      ],
      vms: [{ name: "db-01" }, { name: "fw-01" }],
    },
    login: { user: "Administrator", password: "x" } as never,
    runPowerShell,
  });
});
afterAll(() => host?.stop());

it("is made as the file says", async () => {
  const [machine] = modelOf(spec).hypervHosts;
  if (!machine) throw new Error("no host");
  const target = { ...machine.ssh, address: "127.0.0.1", port: host.port, user: "Administrator", hostKey: host.fingerprint, confirmSeconds: 10 };
  const engine = new Machine(hyperv, (ssh) => connectSsh(ssh, { password: "x" }, { configFile: "/dev/null" }));
  const words = toMachineWords(hyperv, machine, "golden");
  const inputs = { ssh: target, missingPackages: "refuse" as const, environment: "golden", words };
  try {
    const applied = await engine.apply(inputs);
    console.log(applied);
  } catch (error) {
    const show = (p: string) => { const c = host.machine.files.read(p); return c instanceof Uint8Array ? Buffer.from(c).toString() : c; };
    console.log(String(error), host.machine.failures, show("C:\\Program Files\\multiport\\last.json"), show("C:\\Program Files\\multiport\\revert.log"));
    throw error;
  }
  expect((await engine.apply(inputs)).changes).toEqual([]);
});
