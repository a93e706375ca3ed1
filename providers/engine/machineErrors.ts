// How a change of a machine can end otherwise than wanted, in words for the user. Pure.
import type { Change } from "../model/change.js";
import type { About } from "./machineFacts.js";

/** Something stands in the way on the machine; nothing was changed. */
export class ConflictError extends Error {
  constructor(machine: string, conflicts: readonly string[]) {
    super(`${machine}: nothing was changed, because ${conflicts.join("; and ")}.`);
    this.name = "ConflictError";
  }
}

/** Somebody else changes the machine; nothing was changed. */
export class BusyError extends ConflictError {
  constructor(
    machine: string,
    readonly change: About,
  ) {
    const { by, environment, since } = change;
    super(machine, [
      `another change is under way, begun by ${by} for environment ${environment} at ${since}. Wait until it has ended: without a confirmation the machine puts back what it had`,
    ]);
    this.name = "BusyError";
  }
}

/** The change was begun and did not hold: the machine has what it had before. */
export class RevertedError extends Error {
  constructor(
    machine: string,
    reason: string,
    readonly changes: readonly Change[] = [],
  ) {
    super(`${machine}: the machine has what it had before: the change was put back, because ${reason}`);
    this.name = "RevertedError";
  }
}

/** The machine was told to change, and what it has now is not known: the resource is there all the same. */
export abstract class TouchedError extends Error {}

/** The machine did not answer any more after the change, nor after the time in which it puts back what it had. */
export class UnverifiedError extends TouchedError {
  constructor(
    machine: string,
    /** `state`: the file on the machine that tells how its last change ended. */
    { cause, seconds, state }: { readonly cause: Error; readonly seconds: number; readonly state: string },
  ) {
    super(
      `${machine}: the change was sent, but whether it took effect is not known, because the machine could not be reached again. ${cause.message} Without a confirmation it puts back what it had ${seconds} s after the change began, also when it restarts. When it answers again, run pulumi refresh to see what it has, then pulumi up; if it does not, look at its console: ${state} tells how the change ended.`,
    );
    this.name = "UnverifiedError";
  }
}
