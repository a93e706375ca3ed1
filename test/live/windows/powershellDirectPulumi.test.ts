// A guest behind PowerShell Direct as a user has it: the file, the real engine, the password as a secret of the stack, which is in no state
// and no output.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WindowsHost } from "../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { Project } from "../project.js";

const PASSWORD = "only $(in) the 'stack'";

const file = () => `
environment: t
networks:
  app: { vlan: 10, subnet: 10.10.0.0/24 }
hosts:
  hv-01:
    platform: hyperv
    release: "2022"
    address: 127.0.0.1
    ssh: { port: ${host.port}, user: root, hostKey: "${host.fingerprint}" }
    uplinks: { N1: , N2: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [N1, N2] }, portGroups: [app] }
vms:
  db-01:
    host: hv-01
    guest: { os: windows, powershellDirect: { user: admin, confirmSeconds: 60 } }
    ports: { app0: { portGroup: vs0/app, guestInterface: Ethernet, addresses: [10.10.0.31/24] } }
`;

let host: WindowsHost;
let project: Project;
const said: string[] = [];
beforeAll(async () => {
  const inside = {
    release: "2022" as const,
    role: "server" as const,
    nics: [{ name: "Ethernet", mac: "00155d100001" }],
  };
  host = await WindowsHost.start({
    scenario: {
      release: "2022",
      nics: [
        { name: "N1", mac: "b49691000001" },
        { name: "N2", mac: "b49691000002" },
      ],
      vms: [{ name: "db-01", state: "Running", guest: { scenario: inside, user: "admin", password: PASSWORD } }],
    },
    login: { user: "root", password: "of the host" },
    runPowerShell,
  });
  project = await Project.create({ environment: file(), config: { "multiport:sshPassword": "secret:of the host" } });
});
afterAll(async () => {
  expect([...host.machine.failures, ...host.guest("db-01").failures]).toEqual([]);
  rmSync(project.folder, { recursive: true, force: true });
  await host.stop();
});

it("says which setting is missing, before the guest is sent anything", async () => {
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(text).toContain("db-01: it is reached by PowerShell Direct, and the stack has no password for it.");
  expect(host.guest("db-01").calls).toEqual([]);
});

it("is set with it, a second time there is nothing to do, and the password is nowhere", async () => {
  await project.must("config", "set", "--secret", "multiport:guestPassword", PASSWORD);
  said.push((await project.must("up", "--yes", "--skip-preview", "--diff")).text);
  const [nic] = host.guest("db-01").host.state.adapters.filter(({ alias }) => alias === "Ethernet");
  expect(nic?.ip.addresses.map(({ ip }) => ip)).toEqual(["10.10.0.31"]);
  const { text } = await project.must("preview", "--refresh", "--diff");
  expect(text).not.toMatch(/to (create|update|replace)/);
  said.push(text, (await project.must("stack", "export")).stdout);
  expect(said.join()).toContain("powershellDirect");
  expect(said.join()).not.toContain("the 'stack'");
});
