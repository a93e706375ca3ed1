// The Task Scheduler: what is registered, when it runs, what came of it. Tasks outlive a restart; what runs does not.
import type { ObjectValue } from "../contract";
import type { Clock } from "./clock";

/** When a task runs by itself. Times are milliseconds since 1970, without their part of a second (ST-02). */
export type Trigger =
  | {
      readonly kind: "once";
      readonly at: number;
      readonly every?: number;
      readonly until?: number;
      readonly end?: number;
    }
  | { readonly kind: "boot"; readonly delay: number };

export interface TaskDefinition {
  readonly name: string;
  readonly path: string;
  readonly execute: string;
  readonly arguments: string;
  readonly triggers: readonly Trigger[];
  /** ST-01: needs nobody to be logged on. */
  readonly unattended: boolean;
  readonly startWhenAvailable: boolean;
  readonly demandStart: boolean;
  /** Milliseconds; undefined: without end. */
  readonly timeLimit: number | undefined;
  /** ST-03: gone that long after its end. */
  readonly deleteAfter: number | undefined;
  /** As it was registered, for those who read it. */
  readonly described: Readonly<Record<"action" | "principal" | "settings", ObjectValue>> & {
    readonly triggers: readonly ObjectValue[];
    readonly description: string;
  };
}

/** ST-07. */
export const RESULTS = { neverRun: 267011, running: 267009, terminated: 267014, noSuchFile: 2147942402 } as const;

type Named = Pick<TaskDefinition, "name" | "path">;

function keyOf({ name, path }: Named): string {
  return `${path}${name}`.toLowerCase();
}

export interface Task {
  readonly definition: TaskDefinition;
  enabled: boolean;
  lastRun: number | undefined;
  lastResult: number;
  missed: number;
  running: Run | undefined;
}

/** A process of a task. */
export interface Run {
  readonly ended: Promise<number>;
  kill(): void;
}

/** undefined: there is no such program. */
export type StartProcess = (execute: string, line: string) => Run | undefined;

export class TaskScheduler {
  private readonly tasks = new Map<string, Task>();
  private timers: (() => void)[] = [];
  private isOn = true;

  constructor(
    private readonly clock: Clock,
    private readonly start: StartProcess,
  ) {}

  all(): Task[] {
    return [...this.tasks.values()];
  }

  register(definition: TaskDefinition): Task {
    const task: Task = {
      definition,
      enabled: true,
      lastRun: undefined,
      lastResult: RESULTS.neverRun,
      missed: 0,
      running: undefined,
    };
    this.tasks.set(keyOf(definition), task);
    this.arm(task);
    return task;
  }

  /** A name is taken once per folder. */
  find(named: Named): Task | undefined {
    return this.tasks.get(keyOf(named));
  }

  /** What runs of it goes on (ST-08). */
  unregister(task: Task): void {
    this.tasks.delete(keyOf(task.definition));
  }

  /** ST-04: one instance at a time. */
  run(task: Task): void {
    if (!this.isOn || task.running || !task.definition.unattended) return;
    task.lastRun = this.clock.now();
    const run = this.start(task.definition.execute, task.definition.arguments);
    if (!run) {
      task.lastResult = RESULTS.noSuchFile;
      return;
    }
    task.running = run;
    task.lastResult = RESULTS.running;
    const { timeLimit } = task.definition;
    const callOff =
      timeLimit === undefined ? undefined : this.clock.at(this.clock.now() + timeLimit, () => this.stop(task));
    void run.ended.then((code) => {
      callOff?.();
      if (task.running !== run) return;
      task.running = undefined;
      task.lastResult = code;
    });
  }

  stop(task: Task): void {
    task.running?.kill();
    if (task.running) task.lastResult = RESULTS.terminated;
    task.running = undefined;
  }

  /** The machine goes down: nothing runs, nothing fires. */
  powerOff(): void {
    this.isOn = false;
    for (const callOff of this.timers) callOff();
    this.timers = [];
    for (const task of this.all()) {
      if (task.running) task.lastResult = RESULTS.terminated;
      task.running = undefined;
    }
  }

  /** ST-02: a time that has passed meanwhile is missed, unless the task is to start when available. */
  powerOn(downSince: number): void {
    this.isOn = true;
    for (const task of this.all()) {
      for (const trigger of task.definition.triggers) {
        if (trigger.kind === "boot") this.at(this.clock.now() + trigger.delay, task);
        else if (trigger.at >= downSince && trigger.at < this.clock.now()) this.catchUp(task);
      }
      this.arm(task);
    }
  }

  private catchUp(task: Task): void {
    if (task.definition.startWhenAvailable) this.at(this.clock.now(), task);
    else task.missed++;
  }

  private arm(task: Task): void {
    for (const trigger of task.definition.triggers) if (trigger.kind === "once") this.armOnce(task, trigger);
  }

  private armOnce(task: Task, trigger: Extract<Trigger, { kind: "once" }>): void {
    const next = nextTime(trigger, this.clock.now());
    if (next !== undefined) this.at(next, task, () => this.armOnce(task, trigger));
    const { deleteAfter } = task.definition;
    if (deleteAfter !== undefined && trigger.end !== undefined)
      this.timers.push(this.clock.at(trigger.end + deleteAfter, () => this.unregisterSame(task)));
  }

  private at(time: number, task: Task, afterwards: () => void = () => {}): void {
    this.timers.push(
      this.clock.at(time, () => {
        const isRegistered = this.find(task.definition) === task;
        if (!isRegistered || !task.enabled) return;
        this.run(task);
        afterwards();
      }),
    );
  }

  private unregisterSame(task: Task): void {
    if (this.find(task.definition) === task) this.unregister(task);
  }
}

/** The next time that it fires by itself after `now`; undefined: never again. */
export function nextTime(trigger: Trigger, now: number): number | undefined {
  if (trigger.kind === "boot") return undefined;
  const { at, every, until, end } = trigger;
  const next = at > now || every === undefined ? at : at + (Math.floor((now - at) / every) + 1) * every;
  const isOver = next <= now || (every !== undefined && until !== undefined && next > at + until);
  return isOver || (end !== undefined && next > end) ? undefined : next;
}
