// A Debian host with four NICs that have virtual functions, an IOMMU and a switch to plug them into, all emulated. I/O.
import { copyFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ExecuteOptions, type Outcome, waitFor } from "../netns/execute";
import type { ProcessRecord } from "../netns/processRecord";
import { ensureRelay } from "../netns/sshRelay";
import { StateDirectory } from "../netns/stateDirectory";
import { loadLock } from "../toolchain/bootstrapModule";
import { type Report, secondsSince } from "../toolchain/step";
import { bootSeconds, untilItGreets } from "./boot";
import { EmulatedCable } from "./cable";
import { EmulatedSwitch } from "./emulatedSwitch";
import { type CableNumber, cableNumbers, nicOf } from "./emulator";
import { startEmulator, stopEmulator } from "./emulatorProcess";
import { ensureImage, type Image } from "./image";
import { type KernelBond, parseKernelBond, readBondCommand } from "./kernelBond";
import { hostName, type LabFiles, labFiles } from "./labFiles";
import type { Leash } from "./leash";
import { sendQmp } from "./qmp";
import { startRack, stopRack } from "./rack";
import { whyNotQemu } from "./requirements";
import { Session } from "./session";
import { ensureSnapshot } from "./snapshot";
import { writeClientFiles } from "./sshFiles";

/** Where a host keeps its files, and what it is called in process lists. */
export interface QemuOptions {
  /** Belongs to the host alone: it is removed with it. */
  readonly directory: string;
  readonly id: string;
  readonly report: Report;
}

interface Parts {
  readonly directory: StateDirectory;
  readonly files: LabFiles;
  readonly image: Image;
  readonly snapshot: string;
  readonly rack: ProcessRecord;
  readonly leash: Leash;
  readonly report: Report;
}

/** A host that runs. One at a time is enough for two processors. */
export class QemuHost {
  /** The host's NICs; that of cable 1 is the first. */
  readonly nics = cableNumbers.map(nicOf);
  readonly switch: EmulatedSwitch;
  private session: Session | undefined;
  private port: number | undefined;

  private constructor(private readonly parts: Parts) {
    this.switch = new EmulatedSwitch(parts.rack);
  }

  /** Starts a host as it is after its first boot. The first start on a computer builds the image and boots it. */
  static async start(options: QemuOptions): Promise<QemuHost> {
    const reasons = whyNotQemu();
    if (reasons.length > 0)
      throw new Error(`the emulated host cannot start:\n${reasons.map((each) => `- ${each}`).join("\n")}`);
    const directory = new StateDirectory(resolve(options.directory));
    const image = await ensureImage(options);
    const snapshot = await ensureSnapshot(image, options);
    const began = Date.now();
    const files = labFiles(directory);
    const { withLock } = await loadLock();
    const what = "starting the emulated host";
    const host = await withLock(directory.lock, { what, report: options.report }, async () => {
      const { process: rack, leash } = await startRack(directory, options.id);
      return new QemuHost({ directory, files, image, snapshot, rack, leash, report: options.report });
    });
    await host.rollBack();
    options.report(`emulated host: started from its snapshot in ${secondsSince(began)} s`);
    return host;
  }

  /** Ends what a run that was killed left in a directory. */
  static async cleanUp(options: { readonly directory: string }): Promise<void> {
    await stopRack(new StateDirectory(resolve(options.directory)));
  }

  /** The port of 127.0.0.1 that leads to the host's SSH server. */
  get sshPort(): number {
    if (this.port === undefined) throw new Error("the emulated host was not started, or was stopped");
    return this.port;
  }

  /** For `ssh -F` and for MULTIPORT_SSH_CONFIG: the host is called lab there. */
  get sshConfig(): string {
    return this.parts.directory.sshConfig;
  }

  get knownHosts(): string {
    return this.parts.directory.knownHosts;
  }

  /** The private key that root accepts. */
  get identityFile(): string {
    return this.parts.image.identity;
  }

  /** Runs a shell command on the host; an exit code other than 0 is an outcome, not an error. */
  async run(command: string, options?: ExecuteOptions): Promise<Outcome> {
    this.session ??= await Session.open({ ...this.parts.image, port: this.sshPort });
    return this.session.run(command, options);
  }

  /** Runs a shell command that has to succeed; returns what it printed, without the newline at the end. */
  async runOrThrow(command: string, options?: ExecuteOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0) throw new Error(`host: ${command}: exit code ${code}\n${stdout}${stderr}`.trimEnd());
    return stdout.trimEnd();
  }

  cable(number: CableNumber): EmulatedCable {
    return new EmulatedCable(number, { qmpSocket: this.parts.files.qmpSocket, rack: this.parts.rack });
  }

  /**
   * The host again as after its first boot, disk and memory, and all cables plugged in; the switch stays as it is. A new QEMU
   * loads the snapshot: one that runs sometimes hangs for half a minute while it does.
   */
  async rollBack(): Promise<void> {
    const { files, image, snapshot, rack } = this.parts;
    this.hangUp();
    await stopEmulator(files);
    await copyFile(snapshot, files.overlay);
    await startEmulator({ image, files, rack, loadSnapshot: true });
    for (const number of cableNumbers) await this.cable(number).plug();
    await this.untilReachable(60);
    await this.setClock();
  }

  /** Restarts the host in order, and waits until it is up again. Its disk stays. */
  async reboot(): Promise<void> {
    const before = await this.surelyBootId();
    await this.run("systemctl --no-block reboot");
    await this.untilBootedAfter(before);
  }

  /** Presses the reset button: what the host had not written to its disk yet is lost. Waits until it is up again. */
  async reset(): Promise<void> {
    const before = await this.surelyBootId();
    await sendQmp(this.parts.files.qmpSocket, "system_reset");
    await this.untilBootedAfter(before);
  }

  /** Ends the host and the switch, and removes all files of theirs. */
  async stop(): Promise<void> {
    this.hangUp();
    this.port = undefined;
    this.parts.leash.release();
    await stopRack(this.parts.directory);
  }

  /** A bond of the host's kernel; undefined while there is none of this name. */
  async bond(name: string): Promise<KernelBond | undefined> {
    const { code, stdout } = await this.run(readBondCommand(name));
    return code === 0 ? parseKernelBond(stdout) : undefined;
  }

  /**
   * Another way in, over the host's NICs instead of its management port: the host is called lab in the client configuration whose
   * path is returned. The host has to answer at the address when it is asked for; `source` is an address of the switch.
   */
  async wayOver(address: string, source?: string): Promise<string> {
    const { rack, directory, image } = this.parts;
    const name = `over-${address}`;
    directory.makeMachine(name);
    const port = await ensureRelay(
      { name, address, port: undefined, ...(source === undefined ? {} : { source }) },
      { outer: rack, directory },
    );
    return writeClientFiles({
      sshConfig: directory.ofMachine(name, "ssh_config"),
      knownHosts: directory.ofMachine(name, "known_hosts"),
      image,
      port,
    });
  }

  private hangUp(): void {
    this.session?.close();
    this.session = undefined;
  }

  private async untilReachable(seconds: number): Promise<void> {
    const { rack, directory, image } = this.parts;
    await untilItGreets({ ...this.parts, seconds });
    // The relay belongs to the rack: it outlives QEMU and every boot of the host.
    if (this.port !== undefined) return;
    const target = { name: hostName, address: "127.0.0.1", port: undefined };
    this.port = await ensureRelay(target, { outer: rack, directory });
    writeClientFiles({ sshConfig: directory.sshConfig, knownHosts: directory.knownHosts, image, port: this.port });
  }

  private bootId(): Promise<string> {
    return this.runOrThrow("cat /proc/sys/kernel/random/boot_id");
  }

  /** Under load a channel was once seen to close without an exit code; asking costs nothing. */
  private async surelyBootId(): Promise<string> {
    return this.bootId().catch(() => {
      this.hangUp();
      return this.bootId();
    });
  }

  // A host that goes down still greets for a while.
  private async untilBootedAfter(before: string): Promise<void> {
    this.hangUp();
    await waitFor({ what: "the emulated host to boot again", seconds: bootSeconds }, async () => {
      await this.untilReachable(bootSeconds);
      const isNew = await this.bootId().then(
        (id) => id !== before,
        () => false,
      );
      if (!isNew) this.hangUp();
      return isNew ? true : undefined;
    });
    await this.run("systemctl is-system-running --wait; udevadm settle", { timeoutSeconds: 180 });
    await this.setClock();
  }

  // The snapshot's time is that of the first boot.
  private async setClock(): Promise<void> {
    await this.runOrThrow(`date --set=@${Date.now() / 1000}`);
  }
}
