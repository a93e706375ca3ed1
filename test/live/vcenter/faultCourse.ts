// One row of faults in one world: learns which calls there are, lets each go wrong once, and looks at what became of it. I/O.
import { expect } from "vitest";
import type { Row } from "./faultRows.js";
import { FaultState } from "./faultState.js";
import { FaultWorld, type Job, KINDS, type Kind } from "./faultWorld.js";
import { deviceHosts } from "./hosts.js";
import type { SoapCall } from "./vcenterSite.js";

/** What the courses of a row found. */
export interface Tally {
  pairs: number;
  /** The run had fewer calls than that one. */
  missed: number;
  /** Runs that came to their end in spite of what went wrong. */
  wentOn: number;
  readonly wrong: string[];
}

/**
 * Each call that changes something goes wrong once in each way, but for two ways that are to the client as another one is that takes
 * less time. Of the calls that only read, one of so many goes wrong in each way, and one of fewer is answered with a fault: they are the
 * same few questions again and again. MULTIPORT_FAULTS=all: every call in every way.
 */
const READ_SAMPLE = 96;
const READ_FAULT_SAMPLE = 24;
const LIKE_OTHERS: readonly Kind[] = ["dropBefore", "timeout"];
const EVERY = process.env.MULTIPORT_FAULTS === "all";

/** A world, and the states that the row's files lead to. */
export class Course {
  private readonly state: FaultState;
  private readonly wanted: readonly (Record<string, unknown> | undefined)[];
  private readonly ends: string[] = [];
  readonly calls: SoapCall[][] = [];

  static async start(row: Row): Promise<Course> {
    const world = await FaultWorld.start(deviceHosts);
    try {
      const course = new Course(world, row, await row.make(world.site));
      await course.learn();
      return course;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Starts several of the same; when one can't start, none is left. */
  static async startAll(row: Row, count: number): Promise<readonly Course[]> {
    const starts = await Promise.allSettled(Array.from({ length: count }, () => Course.start(row)));
    const courses = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const failed = starts.find((start) => start.status === "rejected");
    if (!failed) return courses;
    await Promise.all(courses.map((course) => course.stop()));
    throw failed.reason;
  }

  private constructor(
    readonly world: FaultWorld,
    { driver, files }: Row,
    target: object,
  ) {
    this.state = new FaultState(driver.provider(world));
    this.wanted = files.map((file) => (file === undefined ? undefined : driver.inputs(file, target)));
  }

  /** One round without faults: which calls there are, and what everything looks like after each change. */
  private async learn(): Promise<void> {
    for (const [index] of [...this.wanted, undefined].entries()) await this.change(index % this.wanted.length);
    for (const [index] of this.wanted.entries()) {
      const turn = (index + 1) % this.wanted.length;
      await this.world.site.forgetCalls();
      await this.change(turn);
      this.calls[turn] = await this.world.site.calls();
      this.ends[turn] = await this.world.snapshot();
    }
    await this.change(1 % this.wanted.length);
  }

  private async change(turn: number): Promise<void> {
    await this.world.logOut();
    const error = await this.state.up(this.wanted[turn]);
    if (error) throw error;
  }

  /** All that goes wrong on the way to a state, one after the other. */
  jobs(turn: number): Job[] {
    const calls = this.calls[turn] ?? [];
    const changing = calls.filter(({ mutating }) => mutating);
    const tasks = changing.filter(({ method }) => method.endsWith("_Task"));
    const reads = calls.flatMap(({ mutating }, index) => (mutating ? [] : [index + 1]));
    return (Object.keys(KINDS) as Kind[]).flatMap((kind, offset) => {
      const of = kind.startsWith("task") ? tasks : changing;
      const all =
        EVERY || !LIKE_OTHERS.includes(kind)
          ? of.map((_, index) => ({ kind, nth: index + 1, mutatingOnly: true }))
          : [];
      if (kind.startsWith("task") || kind === "killed") return all;
      const some = reads.filter(
        (_, index) => EVERY || (index + offset * 3 + turn) % (kind === "fault" ? READ_FAULT_SAMPLE : READ_SAMPLE) === 0,
      );
      return [...all, ...some.map((nth) => ({ kind, nth, mutatingOnly: false }))];
    });
  }

  /** Goes round until every job was done; others take jobs of the same lists. */
  async work(lists: readonly Job[][], tally: Tally): Promise<void> {
    const turns = this.wanted.map((_, index) => (index + 2) % this.wanted.length);
    while (lists.some(({ length }) => length > 0) && tally.wrong.length < 3) {
      for (const turn of turns) {
        const job = lists[turn]?.pop();
        if (!job) await this.change(turn);
        else await this.tally(turn, job, tally);
      }
    }
  }

  private async tally(turn: number, job: Job, tally: Tally): Promise<void> {
    const what = `${job.kind} of ${job.mutatingOnly ? "changing call" : "call"} ${job.nth} towards ${turn}`;
    try {
      const { told, wasHit } = await within(60, () => this.faulty(turn, job));
      tally.pairs += 1;
      if (!wasHit) tally.missed += 1;
      if (told === undefined) tally.wentOn += 1;
      else this.judge(told);
    } catch (error) {
      const found = (error as { actual?: unknown }).actual;
      tally.wrong.push(
        `${what}: ${error instanceof Error ? error.message : error} ${found ? JSON.stringify(found) : ""}`,
      );
    }
  }

  /** What the user reads. */
  private judge(told: string): void {
    expect(told).not.toContain(this.world.site.vcenter.password);
    expect(told).not.toMatch(/session\[|\n\s+at |undefined|\[object/);
    expect(told).toMatch(/[.]$/);
  }

  private async faulty(turn: number, job: Job): Promise<{ told: string | undefined; wasHit: boolean }> {
    const { world, state } = this;
    const news = this.wanted[turn];
    await world.logOut();
    await world.site.forgetCalls();
    await world.inject(job);
    const first = await state.up(news, { isForgotten: () => job.kind === "killed" && !world.isAlive });
    const wasHit = await world.calm();
    const hasChanged = (await world.site.changes()).some(({ injected }) => injected === undefined);
    if (first && news && hasChanged && job.kind !== "killed") expect(state.isKept, first.message).toBe(true);
    const second = await state.up(news);
    if (second) throw new Error(`${first?.message} THEN ${second.message}`);
    await world.site.forgetCalls();
    if (news) await state.again(news);
    const more = await world.site.changes();
    expect(more, first?.message).toEqual([]);
    expect(await state.refreshed(), first?.message).toEqual(news?.configuration);
    expect(differences(this.ends[turn] ?? "", await world.snapshot()), first?.message).toEqual([]);
    return { told: job.kind === "killed" ? undefined : first?.message, wasHit };
  }

  stop(): Promise<void> {
    return this.world.stop();
  }
}

/** Lines that the second text has otherwise, and how many there are. */
function differences(wanted: string, found: string): string[] {
  if (wanted === found) return [];
  const [before, after] = [wanted.split("\n"), found.split("\n")];
  const [gone, come] = [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))];
  const at = before.findIndex((line, index) => line !== after[index]);
  return [
    `line ${at}: ${before[at]?.trim()} became ${after[at]?.trim()}`,
    ...gone.map((line) => `- ${line}`),
    ...come.map((line) => `+ ${line}`),
  ];
}

async function within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}
