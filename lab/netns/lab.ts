// Starting and stopping a lab. Both may be killed at any point and run again; two at once wait for each other. I/O.

import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { loadLock } from "../toolchain/bootstrapModule";
import { type Report, secondsSince } from "../toolchain/step";
import { type LabProcesses, makeCables, managementAddressOf, processOf, restoreCable } from "./cable";
import { doesAnswer, findMachine, startMachine, stopMachine } from "./machine";
import { findOuter, startOuter, stopOuter } from "./outer";
import type { ProcessRecord } from "./processRecord";
import { whyNotNetns } from "./requirements";
import { findLab, type NetnsLab } from "./runningLab";
import { hostsFile, prepareSsh, writeClientFiles } from "./sshFiles";
import { ensureRelay } from "./sshRelay";
import { type LabState, replaceFile, StateDirectory } from "./stateDirectory";
import { configureSwitch } from "./switchBridge";
import { checkTopology, type LabTopology, sshMachines, switchMachines } from "./topology";

/** Where a lab keeps its files, and what it is called. */
export interface NetnsOptions {
  /** Belongs to the lab alone: it is removed with the lab. */
  readonly directory: string;
  /** Shown in process lists, to tell labs apart. */
  readonly id: string;
  readonly report: Report;
}

/**
 * Starts a lab, or completes one: machines that run and answer are kept as they are, others are made again, and every cable
 * is plugged in. A lab whose start was interrupted, or that has another topology, is taken down first.
 */
export async function startNetns(topology: LabTopology, options: NetnsOptions): Promise<NetnsLab> {
  refuse(checkTopology(topology));
  refuse(whyNotNetns());
  const directory = new StateDirectory(resolve(options.directory));
  const { withLock } = await loadLock();
  const what = "starting or stopping the namespaces lab";
  return withLock(directory.lock, { what, report: options.report }, () => bringUp(topology, { ...options, directory }));
}

/** Ends all processes of the lab of this directory, in whatever state it is, and removes the directory. */
export async function stopNetns(options: { readonly directory: string; readonly report?: Report }): Promise<void> {
  const directory = new StateDirectory(resolve(options.directory));
  const { withLock } = await loadLock();
  const what = "starting or stopping the namespaces lab";
  await withLock(directory.lock, { what, report: options.report ?? (() => {}) }, () => takeDown(directory));
}

/** The lab of this directory; undefined when it does not run in full. */
export function openNetns(options: { readonly directory: string }): NetnsLab | undefined {
  return findLab(new StateDirectory(resolve(options.directory)));
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0)
    throw new Error(`the namespaces lab cannot start:\n${reasons.map((each) => `- ${each}`).join("\n")}`);
}

async function takeDown(directory: StateDirectory): Promise<void> {
  directory.make();
  await directory.forgetState();
  await stopOuter(directory);
  await directory.remove();
}

interface BringUp {
  readonly id: string;
  readonly report: Report;
  readonly directory: StateDirectory;
}

async function bringUp(topology: LabTopology, { id, report, directory }: BringUp): Promise<NetnsLab> {
  const began = Date.now();
  const former = findFormer(topology, { id, directory });
  if (former === undefined) await takeDown(directory);
  await directory.forgetState();
  for (const { name } of topology.machines) {
    directory.makeMachine(name);
    replaceFile(directory.ofMachine(name, "hosts"), hostsFile(topology));
  }
  const [outer] = await Promise.all([
    findOuter(directory) ?? startOuter(directory, id),
    prepareSsh(topology, directory),
  ]);
  const { lab, started } = await ensureMachines(topology, { outer, directory });
  await ensureCables(topology, lab, started);
  const sshPorts = await ensureRelays(topology, { outer, directory, former });
  writeClientFiles(topology, { directory, sshPorts });
  directory.writeState({ id, topology, sshPorts });
  const kept = topology.machines.length - started.size;
  report(`namespaces lab: ${started.size} machines started, ${kept} kept, in ${secondsSince(began)} s`);
  return mustBeThere(findLab(directory));
}

function mustBeThere(lab: NetnsLab | undefined): NetnsLab {
  if (lab === undefined) throw new Error("the namespaces lab came up, and a machine of it ended at once");
  return lab;
}

function findFormer(
  topology: LabTopology,
  { id, directory }: { readonly id: string; readonly directory: StateDirectory },
): LabState | undefined {
  const state = directory.readState();
  // What JSON does not keep, such as a property that is undefined, is no difference.
  const isSame = isDeepStrictEqual(state?.topology, JSON.parse(JSON.stringify(topology)));
  return isSame && state?.id === id && findOuter(directory) !== undefined ? state : undefined;
}

async function ensureMachines(
  topology: LabTopology,
  options: { readonly outer: ProcessRecord; readonly directory: StateDirectory },
): Promise<{ readonly lab: LabProcesses; readonly started: ReadonlySet<string> }> {
  const started = new Set<string>();
  const machines = await Promise.all(
    topology.machines.map(async (machine) => {
      const running = findMachine(machine.name, options.directory);
      if (running !== undefined && (await doesAnswer(running, machine.kind))) return [machine.name, running] as const;
      await stopMachine(machine.name, options.directory);
      started.add(machine.name);
      return [machine.name, await startMachine(machine, options)] as const;
    }),
  );
  return { lab: { outer: options.outer, machines: new Map(machines) }, started };
}

async function ensureCables(topology: LabTopology, lab: LabProcesses, started: ReadonlySet<string>): Promise<void> {
  if (started.size > 0) await makeCables(topology, lab, started);
  if (started.size < topology.machines.length)
    await Promise.all(topology.cables.map((cable) => restoreCable(lab, cable)));
  await Promise.all(switchMachines(topology).map((machine) => configureSwitch(machine, processOf(lab, machine.name))));
}

async function ensureRelays(
  topology: LabTopology,
  options: {
    readonly outer: ProcessRecord;
    readonly directory: StateDirectory;
    readonly former: LabState | undefined;
  },
): Promise<Readonly<Record<string, number>>> {
  const reached = sshMachines(topology).filter(({ behind }) => behind === undefined);
  const ports = await Promise.all(
    reached.map(async ({ name }) => {
      const target = { name, address: managementAddressOf(topology, name), port: options.former?.sshPorts[name] };
      return [name, await ensureRelay(target, options)] as const;
    }),
  );
  return Object.fromEntries(ports);
}
