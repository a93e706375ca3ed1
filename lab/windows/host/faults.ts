// Faults to order: at the n-th call that a name fits, before or after it is done.
import { HostError } from "./errors";
import { matches } from "./wildcard";

export interface Fault {
  /** A cmdlet of the host, by wildcards: `New-VMSwitch`, `Set-*`, `*`. */
  readonly cmdlet: string;
  readonly moment: "before" | "after";
  /** From 1. Default 1. */
  readonly call?: number;
  /**
   * fail: an error record; hang: the process never goes on; kill: the process is gone;
   * cut: every SSH connection is lost; reset: the machine loses power and starts again.
   */
  readonly kind: "fail" | "hang" | "kill" | "cut" | "reset";
  readonly message?: string;
}

interface Waiting {
  readonly fault: Fault;
  seen: number;
}

export class Faults {
  private waiting: Waiting[] = [];

  add(fault: Fault): void {
    this.waiting.push({ fault, seen: 0 });
  }

  clear(): void {
    this.waiting = [];
  }

  get left(): readonly Fault[] {
    return this.waiting.map(({ fault }) => fault);
  }

  /** Counts a call, and takes out the faults that are due at it. */
  due(cmdlet: string): { before: readonly Fault[]; after: readonly Fault[] } {
    const due: Fault[] = [];
    for (const entry of this.waiting.filter(({ fault }) => matches(fault.cmdlet, cmdlet))) {
      entry.seen++;
      if (entry.seen === (entry.fault.call ?? 1)) due.push(entry.fault);
    }
    this.waiting = this.waiting.filter(({ fault }) => !due.includes(fault));
    return {
      before: due.filter(({ moment }) => moment === "before"),
      after: due.filter(({ moment }) => moment === "after"),
    };
  }
}

/** What a cmdlet that is told to fail says. */
export function orderedError(cmdlet: string, { message }: Fault): HostError {
  return new HostError({
    message: message ?? "The operation failed because the lab was told to let it fail.",
    category: "NotSpecified",
    id: `OperationFailed,${cmdlet}`,
    exception: "Exception",
  });
}
