// A machine's changes come one after another: the wait for that of somebody else, which ends by itself. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { HostError } from "../host/host.js";
import { isLost } from "./machineAccess.js";
import { BusyError } from "./machineErrors.js";
import { afterDeadlineSeconds } from "./patience.js";

/** Tells the user what is going on meanwhile. */
export type Tell = (text: string) => void;

const PAUSE_MILLISECONDS = 2000;
/** A script says with this code that somebody was faster, or that it had to clear up first (EX_TEMPFAIL of sysexits.h). */
const TRY_AGAIN = 75;
const MAX_TRIES = 5;

export class Turn {
  private awaited: { readonly id: string; readonly until: number } | undefined;
  private tries = 0;

  constructor(
    /** How the user knows the machine. */
    private readonly machine: string,
    private readonly tell: Tell,
  ) {}

  /** Comes back when it may be tried again. Throws what it was given where waiting does not help, or not any longer. */
  async after(error: unknown): Promise<void> {
    if (!this.isWorthWaiting(error)) throw error;
    await sleep(PAUSE_MILLISECONDS);
  }

  private isWorthWaiting(error: unknown): boolean {
    if (error instanceof BusyError) return this.isPatientWith(error);
    // The change that is waited for may cut everybody's connection for a moment.
    if (isLost(error)) return this.awaited !== undefined && Date.now() < this.awaited.until;
    return error instanceof HostError && error.exitCode === TRY_AGAIN && ++this.tries < MAX_TRIES;
  }

  private isPatientWith({ change: { id, by, environment, since, seconds } }: BusyError): boolean {
    if (this.awaited?.id !== id) {
      this.awaited = { id, until: Date.now() + (seconds + afterDeadlineSeconds(seconds)) * 1000 };
      this.tell(
        `${this.machine}: waits for the change that ${by} began for environment ${environment} at ${since}; it ends within ${seconds} s of its beginning, or is put back`,
      );
    }
    return Date.now() < this.awaited.until;
  }
}
