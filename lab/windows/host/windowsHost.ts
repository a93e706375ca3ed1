// A simulated Windows host that answers SSH: started from a scenario, restarted, disturbed, looked into, stopped. I/O.
import { createHash } from "node:crypto";
import { generateKey } from "../../sshKey";
import type { RunPowerShell } from "../contract";
import { Cable } from "./cable";
import type { Fault } from "./faults";
import { WindowsMachine } from "./machine";
import type { Scenario } from "./scenario";
import { type Login, SshServer } from "./sshServer";
import type { HostState } from "./state";

export interface WindowsHostOptions {
  readonly scenario: Scenario;
  readonly login: Login;
  readonly runPowerShell: RunPowerShell;
  /** 0 or none: any free port. */
  readonly port?: number;
}

export class WindowsHost {
  static async start({ scenario, login, runPowerShell, port }: WindowsHostOptions): Promise<WindowsHost> {
    const key = generateKey();
    const machine = new WindowsMachine(scenario, runPowerShell);
    const server = await SshServer.start(machine, key.private, login);
    const cable = await Cable.open({
      target: server.port,
      port: port ?? 0,
      isOpen: () => machine.answers(),
      outage: machine.host.quirks.outage,
    });
    machine.onConnectionsLost(() => cable.cut());
    return new WindowsHost(machine, server, cable, key.public);
  }

  private constructor(
    readonly machine: WindowsMachine,
    private readonly server: SshServer,
    private readonly cable: Cable,
    /** A line as in known_hosts, without the host: `ssh-ed25519 AAAA..`. */
    readonly hostKey: string,
  ) {}

  get port(): number {
    return this.cable.port;
  }

  /** `SHA256:..`, as ssh-keygen has it. */
  get fingerprint(): string {
    const blob = Buffer.from(this.hostKey.split(" ")[1] ?? "", "base64");
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  }

  /** The inside of a VM. */
  guest(vm: string): WindowsMachine {
    return this.machine.guests.get(vm);
  }

  get state(): HostState {
    return this.machine.host.state;
  }

  /** Goes down now; SSH answers again when it has booted. */
  restart(): void {
    this.machine.restart();
  }

  inject(fault: Fault): void {
    this.machine.faults.add(fault);
  }

  /** Somebody pulls the cable of a NIC, or puts it back. */
  setLink(nic: string, linked: boolean): void {
    const hardware = this.machine.host.adapterNamed(nic)?.hardware;
    if (!hardware) throw new Error(`the host has no NIC "${nic}"`);
    hardware.linked = linked;
    hardware.linkChangedAt = this.machine.clock.now();
  }

  async stop(): Promise<void> {
    this.machine.stop();
    await this.cable.close();
    await this.server.stop();
  }
}
