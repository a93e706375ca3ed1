// The one place that sequences I/O with vCenter, the same for every kind of object: read, plan, one step, read again.
import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectContent, PropertyQuery, VimCall, VimTree } from "../model/vim.js";
import type { Answer, Step, VcenterAbout, VcenterDriver, VcenterPlan } from "../platforms/vsphere/vcenterDriver.js";
import { isEngineAlive } from "./engineAlive.js";
import { TouchedError } from "./machineErrors.js";
import { isGone, isPassing } from "./passingFailure.js";

/** What the engine needs of a session. */
export interface VcenterSession extends VcenterAbout {
  /** Requests made so far by all who share the session. */
  readonly roundTrips: number;
  /** A call that changes nothing, or a task to its end. */
  run(call: VimCall): Promise<VimTree | undefined>;
  retrieve(query: PropertyQuery): Promise<readonly ObjectContent[]>;
}

/** Something stands in the way in vCenter; nothing was changed. */
export class VcenterConflictError extends Error {
  constructor(title: string, conflicts: readonly string[]) {
    super(`${title}: nothing was changed, because ${conflicts.join("; and ")}.`);
    this.name = "VcenterConflictError";
  }
}

/** The object that the resource sets is not in vCenter. */
export class MissingObjectError extends Error {
  constructor(title: string) {
    super(`${title} is not in this vCenter. Run pulumi refresh to see what is, then pulumi up.`);
    this.name = "MissingObjectError";
  }
}

/** Some steps were done and one failed: the object is there, not as wanted. */
export class StepError extends TouchedError {
  constructor(title: string, { done, step, reason }: { done: readonly Step[]; step: Step; reason: string }) {
    const before =
      done.length === 0
        ? "Nothing was changed before"
        : `${done.length} ${done.length === 1 ? "step was" : "steps were"} done before`;
    super(`${title}: ${step.title}: ${reason} ${before}. The next pulumi up goes on from what vCenter has then.`);
    this.name = "StepError";
  }
}

/** What there is could not be read after something was changed: the object is there, not known to be as wanted. */
export class UnreadError extends TouchedError {
  constructor(title: string, step: Step, reason: string) {
    super(
      `${title}: after "${step.title}", vCenter could not be read: ${reason} The next pulumi up goes on from what vCenter has then.`,
    );
    this.name = "UnreadError";
  }
}

/** vCenter took a step, and what it says does not change. */
export class NoProgressError extends TouchedError {
  constructor(title: string, step: Step) {
    super(
      `${title}: ${step.title}: vCenter took it, but what reads back is as before. Look at the recent tasks of the object, and for other tools that set it; then run pulumi up again.`,
    );
    this.name = "NoProgressError";
  }
}

/** The engine that asked for the change is gone; what is left of it is the next run's. */
export class AbandonedError extends TouchedError {
  constructor(title: string, done: readonly Step[]) {
    super(
      `${title}: Pulumi ended while ${done.length} steps were done. The next pulumi up goes on from what vCenter has then.`,
    );
    this.name = "AbandonedError";
  }
}

/** How long vCenter may take until it shows what it was told, and how often a passing failure is tried again. */
const SETTLE_MILLISECONDS = [0, 200, 500, 1000, 2000, 4000];
const PASSING_MILLISECONDS = [200, 1000, 3000];
const WAIT_MILLISECONDS = 1000;
/** A step that has to be done again so often is being undone by somebody else. */
const MOST_REPETITIONS = 3;
/** Objects come and go while they are read; one look more for each that goes. */
const MOST_LOOKS = 3;

/** What a run did. */
export interface Done {
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
  readonly isUnfinished: boolean;
}

export class VcenterObject<Model, Target extends object, W extends object, Facts, S extends Step> {
  constructor(
    private readonly driver: VcenterDriver<Model, Target, W, Facts, S>,
    private readonly connect: () => Promise<VcenterSession>,
  ) {}

  /** Makes vCenter say what is wanted. `scope` names all that is or was declared. Calls nothing when it already does. */
  async apply(target: Target, { desired, scope, previous }: Wanted<W>, told: (step: Step) => void): Promise<Done> {
    return this.carryOut(target, {
      scope,
      told,
      plan: (facts) => this.driver.plan(desired, this.driver.fromFacts(facts, scope), facts, previous),
    });
  }

  /** What vCenter has of all that `scope` names, the last run's words; undefined when the object is not there. */
  async read(target: Target, scope: W): Promise<Found<W> | undefined> {
    const facts = await this.facts(await this.connect(), target, scope);
    if (!facts) return undefined;
    const words = this.driver.fromFacts(facts, scope);
    return { words, notes: this.driver.plan(scope, words, facts, scope).notes };
  }

  /** Takes away what `scope` names. An object that is gone, before or in the middle of it, needs nothing more. */
  async remove(target: Target, scope: W, told: (step: Step) => void): Promise<Done> {
    return this.carryOut(target, {
      scope,
      told,
      mayBeGone: true,
      plan: (facts) => this.driver.planRemoval(this.driver.fromFacts(facts, scope), { target, facts }),
    });
  }

  private async carryOut(target: Target, work: Work<W, Facts, S>): Promise<Done> {
    const title = this.driver.title(target);
    const done: S[] = [];
    let tried: S | undefined;
    let failures = 0;
    let waited = 0;
    let repeated = 0;
    for (;;) {
      const { session, facts } = await this.looked(target, { ...work, title, tried });
      if (!facts) return { steps: done, notes: [], isUnfinished: false };
      const { conflicts, steps, notes, isUnfinished = false } = work.plan(facts);
      if (conflicts.length > 0) throw this.inTheWay(title, conflicts, done);
      const [first] = steps;
      if (!first) return { steps: done, notes, isUnfinished };
      if (first.waitSeconds !== undefined) {
        if (waited >= first.waitSeconds * 1000)
          throw new StepError(title, {
            done,
            step: first,
            reason: `it took longer than ${first.waitSeconds} seconds.`,
          });
        waited += WAIT_MILLISECONDS;
        await sleep(WAIT_MILLISECONDS);
        continue;
      }
      waited = 0;
      if (isRepeated(first, done)) {
        repeated += 1;
        if (repeated > MOST_REPETITIONS) throw new NoProgressError(title, first);
        await this.settle(target, { ...work, title, step: first });
      } else {
        for (const step of batchOf(steps)) {
          if (!(await isEngineAlive())) throw new AbandonedError(title, done);
          work.told(step);
          tried = step;
          try {
            await session.run(this.driver.toCall(step, facts));
            done.push(step);
            failures = 0;
          } catch (error) {
            const wait = isPassing(error) ? PASSING_MILLISECONDS[failures] : undefined;
            if (wait === undefined) throw new StepError(title, { done, step, reason: sentence(error) });
            failures += 1;
            await sleep(wait);
            break;
          }
        }
      }
    }
  }

  /** Waits until a step that was taken shows; vCenter hears from its hosts later than it answers. */
  private async settle(target: Target, { plan, step, ...work }: Work<W, Facts, S> & { title: string; step: S }) {
    const longer = Math.max(0, (step.settleSeconds ?? 0) - sum(SETTLE_MILLISECONDS) / 1000);
    const waits = [...SETTLE_MILLISECONDS, ...new Array<number>(Math.ceil(longer)).fill(WAIT_MILLISECONDS)];
    for (const wait of waits) {
      await sleep(wait);
      const { facts } = await this.looked(target, { ...work, plan, tried: step });
      if (!facts || plan(facts).steps[0]?.title !== step.title) return;
    }
    throw new NoProgressError(work.title, step);
  }

  /** From the first step on a failure leaves something that was changed. No facts: the object is gone, and may be. */
  private async looked(
    target: Target,
    { scope, mayBeGone, title, tried }: Work<W, Facts, S> & { title: string; tried: S | undefined },
  ) {
    try {
      const session = await this.connect();
      const facts = await this.facts(session, target, scope);
      if (!facts && !mayBeGone) throw new MissingObjectError(title);
      return { session, facts };
    } catch (error) {
      throw tried === undefined ? error : new UnreadError(title, tried, sentence(error));
    }
  }

  private async facts(session: VcenterSession, target: Target, scope: W): Promise<Facts | undefined> {
    for (let left = MOST_LOOKS; ; left -= 1) {
      try {
        return await this.answered(session, target, scope);
      } catch (error) {
        // It went away after a first answer named it: the next look does without it.
        if (left === 1 || !isGone(error)) throw error;
      }
    }
  }

  private async answered(session: VcenterSession, target: Target, scope: W): Promise<Facts | undefined> {
    const answers: Answer[] = [];
    for (;;) {
      const question = this.driver.ask({ target, scope, about: session }, answers);
      if (!question) return this.driver.toFacts({ target, scope, about: session }, answers);
      answers.push("query" in question ? await session.retrieve(question.query) : await session.run(question.call));
    }
  }

  private inTheWay(title: string, conflicts: readonly string[], done: readonly S[]): Error {
    const [conflict = ""] = conflicts;
    const [step] = done.slice(-1);
    if (!step) return new VcenterConflictError(title, conflicts);
    return new StepError(title, { done, step, reason: `after it something stands in the way: ${conflict}.` });
  }
}

/** What is wanted; `scope` names all that is or was declared, `previous` is what the last run wanted. */
interface Wanted<W> {
  readonly desired: W;
  readonly scope: W;
  readonly previous: W | undefined;
}

/** What vCenter has, and what there is to tell about it. */
export interface Found<W> {
  readonly words: W;
  readonly notes: readonly string[];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

interface Work<W, Facts, S extends Step> {
  readonly scope: W;
  /** With the object gone there is nothing left to do. */
  readonly mayBeGone?: boolean;
  readonly plan: (facts: Facts) => VcenterPlan<S>;
  readonly told: (step: S) => void;
}

/** The last step of all, seen as the next one again. */
function isRepeated(step: Step, done: readonly Step[]): boolean {
  return done.some(({ title }) => title === step.title);
}

function batchOf<S extends Step>(steps: readonly S[]): readonly S[] {
  const [first] = steps;
  if (!first) return [];
  if (first.batch === undefined) return [first];
  const end = steps.findIndex(({ batch }) => batch !== first.batch);
  return end < 0 ? steps : steps.slice(0, end);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
