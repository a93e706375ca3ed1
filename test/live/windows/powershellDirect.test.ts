// A Windows guest that is reached through its Hyper-V host, by PowerShell Direct: SSH to the host, and from there into the VM. Set, looked at
// again, refused with a wrong password, and put back. On the simulated host: lab/windows/README.md says what that proves.
import { afterEach, describe, expect, it } from "vitest";
import type { WindowsMachine } from "../../../lab/windows/host/machine.js";
import type { ReleaseName } from "../../../lab/windows/host/releases.js";
import type { NicScenario, Quirks } from "../../../lab/windows/host/scenario.js";
import { WindowsHost } from "../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { Machine } from "../../../providers/engine/machine.js";
import type { Connect } from "../../../providers/engine/machineAccess.js";
import { RevertedError } from "../../../providers/engine/machineErrors.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import type { Host } from "../../../providers/host/host.js";
import { PowershellDirectHost } from "../../../providers/host/powershellDirect.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { windows } from "../../../providers/platforms/windows/index.js";
import { modelOf } from "../../model/given.js";
import { stateOf } from "./windowsLab.js";

const VM = "SQL Server 01";
const SSH_PASSWORD = "of the host alone";
/** What would end a text or be code in PowerShell. */
const PASSWORD = "p'a\u2019$(Get-Date)`\"ß";

const nic = (number: number): NicScenario => ({
  name: `Ethernet ${number}`,
  description: `Microsoft Hyper-V Network Adapter #${number}`,
  driver: "netvsc.sys",
  mac: `00155d10000${number}`,
  externalSwitch: true,
});

const file = (address = "10.10.0.31") => `
environment: live
networks:
  trunk: { vlans: [10, 30-39] }
  app: { vlan: 10, subnet: 10.10.0.0/24 }
hosts:
  hv-01:
    platform: hyperv
    uplinks: { N1: , N2: , N3: , N4: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [N1, N2] }, portGroups: [trunk] }
      vs1: { uplinkTeam: { members: [N3, N4] }, portGroups: [trunk] }
vms:
  ${VM}:
    host: hv-01
    guest: { os: windows, release: "2019", powershellDirect: {} }
    ports:
      Left: { portGroup: vs0/trunk, mac: "00:15:5d:10:00:02" }
      Right: { portGroup: vs1/trunk, mac: "00:15:5d:10:00:03" }
    bonds:
      Team 1:
        members: [Left, Right]
        interfaces: { app: { addresses: [${address}/24] } }
`;

interface Choice {
  readonly release?: ReleaseName;
  readonly quirks?: Partial<Quirks>;
  readonly state?: "Off" | "Running";
}

class Lab {
  /** All that a machine or the engine ever said. */
  readonly said: string[] = [];
  scripts = 0;
  password = PASSWORD;

  static async start({ release = "2022", quirks = {}, state = "Running" }: Choice = {}): Promise<Lab> {
    const guest = {
      computerName: "SQL01",
      release: "2019" as const,
      role: "server" as const,
      nics: [nic(1), nic(2), nic(3)],
      times: { rebind: 300, boot: 1500, addressCheck: 300, interfaceReady: 100, teamMember: 500 },
    };
    const host = await WindowsHost.start({
      scenario: {
        release,
        nics: [],
        vms: [{ name: VM, state, guest: { scenario: guest, user: "Administrator", password: PASSWORD } }],
        quirks,
      },
      login: { user: "root", password: SSH_PASSWORD },
      runPowerShell,
    });
    lab = new Lab(host);
    return lab;
  }

  private constructor(readonly host: WindowsHost) {}

  get guest(): WindowsMachine {
    return this.host.guest(VM);
  }

  get state(): object {
    return stateOf(this.guest.host);
  }

  readonly connect: Connect = async ({ name, powershellDirect }) => {
    if (!powershellDirect) throw new Error("the target does not say how");
    const reached = {
      ...powershellDirect.host,
      address: "127.0.0.1",
      port: this.host.port,
      user: "root",
      hostKey: this.host.fingerprint,
    };
    const hypervisor = await connectSsh(reached, { password: SSH_PASSWORD }, { configFile: "/dev/null" });
    const heard: Host = {
      label: hypervisor.label,
      close: () => hypervisor.close(),
      run: async (command) => {
        this.scripts++;
        this.said.push(command.script, command.step);
        const output = await hypervisor.run(command);
        this.said.push(output.stdout, output.stderr);
        return output;
      },
    };
    return new PowershellDirectHost({
      vm: name,
      user: powershellDirect.user,
      password: this.password,
      hypervisor: heard,
    });
  };

  apply(spec = file(), confirmSeconds = 30) {
    this.scripts = 0;
    const { name: environment, virtualMachines } = modelOf(spec);
    const [machine] = virtualMachines.flatMap(({ windowsGuest }) => windowsGuest ?? []);
    if (!machine) throw new Error("no guest in the file");
    return new Machine(windows, this.connect).apply({
      environment,
      ssh: { ...machine.ssh, confirmSeconds },
      words: toMachineWords(windows, machine, environment),
      missingPackages: "refuse",
    });
  }

  async failure(promise: Promise<unknown>): Promise<Error> {
    const error = await promise.then(
      () => new Error("it succeeded"),
      (reason: Error) => reason,
    );
    this.said.push(error.message, String(error.stack));
    return error;
  }
}

let lab: Lab | undefined;
afterEach(async () => {
  const calls = [lab?.host.machine, lab?.guest].flatMap((machine) => machine?.calls ?? []);
  expect(JSON.stringify([lab?.said, calls.map(({ parameters }) => [...parameters])])).not.toContain("Get-Date");
  expect(lab?.guest.failures).toEqual([]);
  await lab?.host.stop();
  lab = undefined;
});

const TEAM = {
  teams: [{ name: "Team 1", mode: "SwitchIndependent" }],
  addresses: { "Team 1 - VLAN 10": ["10.10.0.31/24"] },
};

describe("a guest behind PowerShell Direct", () => {
  it("has its team, and a second look changes nothing", async () => {
    const one = await Lab.start();
    await one.apply();
    expect(one.state).toMatchObject(TEAM);
    expect((await one.apply()).changes).toEqual([]);
    expect(one.scripts).toBe(1);
  });

  it("is left alone with a wrong password, which no message has", async () => {
    const one = await Lab.start();
    one.password = `${PASSWORD}x`;
    const error = await one.failure(one.apply());
    expect(error).toMatchObject({ kind: "authentication" });
    expect(error.message).toMatch(
      /^SQL Server 01 \(PowerShell Direct through hv-01 \(127\.0\.0\.1:\d+\)\): read facts: .* user Administrator .*multiport:guestPassword/,
    );
    expect(one.guest.calls).toEqual([]);
  });

  it.each(["2016", "2022"] as const)("is told to be off, by a host of release %s", async (release) => {
    const one = await Lab.start({ release, state: "Off" });
    const error = await one.failure(one.apply());
    expect(error).toMatchObject({ kind: "unreachable" });
    expect(error.message).toContain("the VM does not run (Off). Start it (Start-VM).");
  });

  it("is missed where the host has no such VM", async () => {
    const one = await Lab.start();
    const error = await one.failure(one.apply(file().replace("SQL Server 01", "SQL Server 02")));
    expect(error).toMatchObject({ kind: "invalid" });
    expect(error.message).toContain('the host has no VM "SQL Server 02"');
  });

  it.each(["broken", "credential"] as const)("that restarts in the middle has what it had (%s)", async (notReady) => {
    const one = await Lab.start({ quirks: { guestNotReady: notReady } });
    const before = one.state;
    one.guest.faults.add({ cmdlet: "New-NetLbfoTeam", moment: "after", kind: "reset" });
    const error = await one.failure(one.apply());
    expect(error).toBeInstanceOf(RevertedError);
    expect(one.state).toEqual(before);
    await one.apply();
    expect(one.state).toMatchObject(TEAM);
  });
});
