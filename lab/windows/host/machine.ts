// The machine: what it runs, with its disk, its clock and its tasks; going down and coming up again.
import {
  type BoundCall,
  type Cmdlet,
  type Machine,
  type ProcessResult,
  type RemoteSession,
  type RunPowerShell,
  UNSUPPORTED_EXIT,
  type Value,
} from "../contract";
import { Call } from "./call";
import { type Clock, RealClock } from "./clock";
import { type Found, findCmdlet } from "./cmdlets/modules";
import { isPowerShell, splitArguments } from "./commandLine";
import { HostError } from "./errors";
import { type Fault, Faults, orderedError } from "./faults";
import { MemoryFiles } from "./files";
import { Guests, sessionBroken } from "./guests";
import type { Host } from "./host";
import { answersSsh } from "./reach";
import type { Scenario } from "./scenario";
import { finishReturns, restartState, startHost } from "./start";
import { type Run, TaskScheduler } from "./taskScheduler";

/** A powershell.exe that runs, or did. */
export interface Process {
  readonly pid: number;
  /** How it ended; undefined: it was killed, or its machine went down. */
  readonly ended: Promise<ProcessResult | undefined>;
  kill(): void;
}

export type Written = (stream: "stdout" | "stderr", text: string) => void;

/** A call of a cmdlet of the host, for those who look on. */
export interface CallRecord {
  readonly pid: number;
  readonly cmdlet: string;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly at: number;
}

const ENVIRONMENT = {
  COMPUTERNAME: "",
  USERNAME: "Administrator",
  USERPROFILE: "C:\\Users\\Administrator",
  ProgramData: "C:\\ProgramData",
  ProgramFiles: "C:\\Program Files",
  SystemRoot: "C:\\Windows",
  windir: "C:\\Windows",
  TEMP: "C:\\Windows\\Temp",
  TMP: "C:\\Windows\\Temp",
};

/** From the order to the power going off. */
const POWER_MS = 5000;

interface Running {
  readonly kill: () => void;
}

export class WindowsMachine {
  readonly files = new MemoryFiles();
  readonly faults = new Faults();
  readonly tasks: TaskScheduler;
  readonly host: Host;
  /** The insides of its VMs. */
  readonly guests: Guests;
  readonly calls: CallRecord[] = [];
  /** Scripts of tasks that the lab could not run: what it does not model, and not what a host would refuse. */
  readonly failures: string[] = [];
  /** Whether it has power: SSH listens somewhat later. */
  isOn = true;
  private downSince = 0;
  private nextPid = 4000;
  private readonly running = new Map<number, Running>();
  private readonly onCut = new Set<(why: "cut" | "power") => void>();

  constructor(
    scenario: Scenario,
    private readonly runPowerShell: RunPowerShell,
    readonly clock: Clock = new RealClock(scenario.speed),
  ) {
    this.host = startHost(scenario, clock);
    this.tasks = new TaskScheduler(clock, (execute, line) => this.startTask(execute, line));
    this.guests = new Guests(this.host, (inside) => new WindowsMachine(inside, runPowerShell, clock));
    for (const [path, text] of Object.entries(scenario.files ?? {})) this.files.write(path, Buffer.from(text));
  }

  /** Told whenever every connection is lost at once. */
  onConnectionsLost(listener: (why: "cut" | "power") => void): void {
    this.onCut.add(listener);
  }

  /** Whether a client on the management network gets through. */
  answers(): boolean {
    if (!this.isOn || this.clock.now() < this.host.state.bootedAt) return false;
    finishReturns(this.host);
    return answersSsh(this.host);
  }

  get processIds(): readonly number[] {
    return [...this.running.keys()];
  }

  /** `written` is told what the process writes while it runs; the result has all of it. */
  start(args: readonly string[], input: string, written: Written = () => {}): Process {
    const pid = this.nextPid;
    this.nextPid += 4;
    let kill = () => {};
    const killed = new Promise<undefined>((resolve) => {
      kill = () => {
        this.running.delete(pid);
        resolve(undefined);
      };
    });
    this.running.set(pid, { kill });
    const isAlive = () => this.running.has(pid);
    const told: Written = (stream, text) => {
      if (isAlive()) written(stream, text);
    };
    const result = this.runPowerShell({ ...this.seenBy(pid, isAlive), written: told }, args, input);
    const ended = Promise.race([result, killed]).finally(() => this.running.delete(pid));
    return { pid, ended, kill };
  }

  /** taskkill: false when there is no such process. */
  kill(pid: number): boolean {
    const process = this.running.get(pid);
    process?.kill();
    return process !== undefined;
  }

  /** By order, as Restart-Computer does it, or by loss of power: for what a host keeps it is the same. */
  restart(): void {
    this.powerOff();
    this.powerOn();
  }

  powerOff(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.downSince = this.clock.now();
    for (const process of [...this.running.values()]) process.kill();
    this.tasks.powerOff();
    this.guests.follow(this.isOn);
    for (const listener of this.onCut) listener("power");
  }

  powerOn(): void {
    if (this.isOn) return;
    this.isOn = true;
    restartState(this.host);
    this.guests.follow(this.isOn);
    const { downSince } = this;
    this.clock.at(this.host.state.bootedAt, () => {
      if (this.isOn && this.clock.now() >= this.host.state.bootedAt) this.tasks.powerOn(downSince);
    });
  }

  cutConnections(): void {
    for (const listener of this.onCut) listener("cut");
  }

  /** Ends everything that the lab runs for it. */
  stop(): void {
    this.isOn = false;
    for (const process of [...this.running.values()]) process.kill();
    this.tasks.powerOff();
    this.guests.stop();
  }

  /** A process that serves a session of PowerShell Direct. */
  serve(): RemoteSession {
    const pid = this.nextPid;
    this.nextPid += 4;
    const close = () => void this.running.delete(pid);
    const lost = new Promise<never>((_, reject) => {
      const kill = () => {
        close();
        reject(sessionBroken());
      };
      this.running.set(pid, { kill });
    });
    // Whoever has closed it does not wait for it any more.
    lost.catch(() => {});
    return { machine: this.seenBy(pid, () => this.running.has(pid)), lost, close };
  }

  private startTask(execute: string, line: string): Run | undefined {
    if (!isPowerShell(execute)) return undefined;
    const process = this.start(splitArguments(line), "");
    const ended = process.ended.then(
      (result) => {
        if (result?.exitCode === UNSUPPORTED_EXIT) this.failures.push(`task: ${result.stderr}`);
        return result?.exitCode ?? 1;
      },
      (error: unknown) => {
        this.failures.push(`task: ${String(error)}`);
        return 1;
      },
    );
    return { ended, kill: process.kill };
  }

  /** What a process with this number sees of it, for those who call cmdlets without a script. */
  seen(pid: number): Machine {
    return this.seenBy(pid, () => this.isOn);
  }

  private seenBy(pid: number, isAlive: () => boolean): Machine {
    const never = () => new Promise<never>(() => {});
    return {
      cmdlet: (name) => this.cmdletFor(name, pid, isAlive),
      hasModule: (name) => this.host.hasModule(name),
      release: Number(this.host.state.release),
      processId: pid,
      files: this.files,
      environment: { ...ENVIRONMENT, COMPUTERNAME: this.host.state.computerName },
      now: () => new Date(this.clock.now()),
      sleep: async (milliseconds) => {
        await this.clock.sleep(milliseconds);
        if (!isAlive()) await never();
      },
      beforeCall: async () => {
        if (!isAlive()) await never();
      },
      start: (program, args, input) => (isPowerShell(program) ? this.start(splitArguments(args), input) : undefined),
      enter: (vm, login) => this.guests.enter(vm, login),
    };
  }

  private cmdletFor(name: string, pid: number, isAlive: () => boolean): Cmdlet | undefined {
    const found = findCmdlet(name);
    if (!found || !this.host.hasModule(found.module)) return undefined;
    return async (bound) => {
      const { before, after } = this.faults.due(found.name);
      try {
        await this.befall(before, pid, found.name, isAlive);
        this.calls.push({ pid, cmdlet: found.name, parameters: bound.parameters, at: this.clock.now() });
        finishReturns(this.host);
        this.guests.follow(this.isOn);
        await this.carryOut(found, bound);
        this.guests.follow(this.isOn);
        await this.befall(after, pid, found.name, isAlive);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        bound.error(error.record);
      }
    };
  }

  /** A parameter that a cmdlet leaves alone is one that the model does not have: better no answer than half of one. */
  private async carryOut(found: Found, bound: BoundCall): Promise<void> {
    let hasFailed = false;
    const call = new Call({
      ...bound,
      write: (value) => bound.write(value),
      error: (record) => {
        hasFailed = true;
        bound.error(record);
      },
      warning: (text) => bound.warning(text),
    });
    await found.run(this.host, call, { tasks: this.tasks, power: (action) => this.power(action) });
    if (!hasFailed && !call.flag("WhatIf") && call.ignored.length > 0)
      throw new Error(`the lab's host does not know -${call.ignored.join(", -")} of ${found.name}`);
  }

  private async befall(faults: readonly Fault[], pid: number, cmdlet: string, isAlive: () => boolean): Promise<void> {
    for (const fault of faults) {
      if (fault.kind === "fail") throw orderedError(cmdlet, fault);
      if (fault.kind === "cut") this.cutConnections();
      if (fault.kind === "kill") this.kill(pid);
      if (fault.kind === "reset") this.restart();
      if (fault.kind === "hang" || !isAlive()) await new Promise<never>(() => {});
    }
  }

  /** The order is answered before it is carried out. */
  private power(action: "restart" | "stop"): void {
    this.clock.at(this.clock.now() + POWER_MS, () => (action === "restart" ? this.restart() : this.powerOff()));
  }
}
