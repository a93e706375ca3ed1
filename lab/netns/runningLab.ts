// A lab that runs, as its users see it: where to log in, what to run, which cable to pull. I/O.
import { type BondFacts, readBond } from "./bondFacts";
import { cutCable, type LabProcesses, processOf, pullCable, restoreCable } from "./cable";
import type { ExecuteOptions, Outcome } from "./execute";
import { executeOn, findMachine } from "./machine";
import { findOuter } from "./outer";
import type { LabState, StateDirectory } from "./stateDirectory";
import { findCable, type LabTopology } from "./topology";

/** A running lab. Cables are named by any of their two ends. */
export class NetnsLab {
  constructor(
    private readonly directory: StateDirectory,
    private readonly state: LabState,
    private readonly processes: LabProcesses,
  ) {}

  get id(): string {
    return this.state.id;
  }

  get topology(): LabTopology {
    return this.state.topology;
  }

  /** For `ssh -F` and for programs that read OpenSSH's client configuration. */
  get sshConfig(): string {
    return this.directory.sshConfig;
  }

  get knownHosts(): string {
    return this.directory.knownHosts;
  }

  /** The private key that every machine accepts for root. */
  get identityFile(): string {
    return this.directory.identity;
  }

  /** The port of 127.0.0.1 that leads to a machine; undefined for one that is behind another. */
  sshPort(machine: string): number | undefined {
    return this.state.sshPorts[machine];
  }

  /** The machine's first process: `nsenter --target PID --mount --net --uts --pid` enters the machine. */
  pid(machine: string): number {
    return processOf(this.processes, machine).pid;
  }

  /** Runs a program on a machine, past SSH; an exit code other than 0 is an outcome, not an error. */
  run(machine: string, command: readonly string[], options?: ExecuteOptions): Promise<Outcome> {
    return executeOn(processOf(this.processes, machine), command, options);
  }

  /** A bond of a host, or a port channel of the switch, as its Open vSwitch sees it; undefined while there is none. */
  bond(machine: string, port: string): Promise<BondFacts | undefined> {
    return readBond(processOf(this.processes, machine), port);
  }

  /** Takes the cable out: its end at the switch (or at the host, for a guest's cable) goes down, the other loses carrier. */
  pull(machine: string, nic: string): Promise<void> {
    return pullCable(this.processes, findCable(this.topology, machine, nic));
  }

  /** Both ends keep their carrier, and nothing arrives any more. */
  cut(machine: string, nic: string): Promise<void> {
    return cutCable(this.processes, findCable(this.topology, machine, nic));
  }

  /** Undoes `pull` and `cut`. */
  restore(machine: string, nic: string): Promise<void> {
    return restoreCable(this.processes, findCable(this.topology, machine, nic));
  }
}

/** The lab of this directory as its last complete start left it; undefined when it does not run, or a machine is missing. */
export function findLab(directory: StateDirectory): NetnsLab | undefined {
  const state = directory.readState();
  const outer = findOuter(directory);
  if (state === undefined || outer === undefined) return undefined;
  const machines = new Map(
    state.topology.machines.flatMap(({ name }) => {
      const process = findMachine(name, directory);
      return process === undefined ? [] : [[name, process] as const];
    }),
  );
  if (machines.size < state.topology.machines.length) return undefined;
  return new NetnsLab(directory, state, { outer, machines });
}
