// A change from its sending to its end: a new connection, a look at what the machine has, and the confirmation; or the way back. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../host/host.js";
import { type Change, formatChange } from "../model/change.js";
import type { SshTarget } from "../model/ssh.js";
import type { MachineModel, MachineWords } from "../platforms/driver.js";
import { differences, type Wanted } from "./changePlan.js";
import { isLost, type MachineAccess } from "./machineAccess.js";
import { RevertedError, UnverifiedError } from "./machineErrors.js";
import { type MachineFacts, remarksOf } from "./machineFacts.js";
import { LAST_CHANGE, machineScript } from "./machineScript.js";
import { recordOf, wordsFor } from "./machineWords.js";
import { afterDeadlineSeconds, wayBackSeconds } from "./patience.js";

// A platform's own daemon takes a moment to show what it was told, and LACP some seconds to agree. The pauses between two looks.
const SETTLE_MILLISECONDS = [0, 200, 500, 1000, 2000];
/** What is left of the machine's patience for the last look and the confirmation. */
const RESERVE_MILLISECONDS = 10_000;
const RECONNECT_PAUSE_MILLISECONDS = 1000;

/** A change that was sent. */
export interface Sent {
  readonly id: string;
  readonly wanted: Wanted;
  /** When the machine puts back what it had, by our clock. */
  readonly deadline: number;
  /** How the user knows the machine. */
  readonly label: string;
  /** How long it waits for the confirmation. */
  readonly seconds: number;
}

export class Settlement<Model extends MachineModel> {
  constructor(
    private readonly access: MachineAccess<Model>,
    private readonly sent: Sent,
  ) {}

  /** Over as many connections as it takes: one that is lost says nothing about the change. Gives what is to be told when it was confirmed. */
  async finish(ssh: SshTarget): Promise<readonly string[]> {
    for (;;) {
      try {
        return await this.access.withHost(this.reconnect(ssh), (host) => this.settle(host));
      } catch (error) {
        if (!isLost(error)) throw error;
        if (this.isOver()) throw this.unverified(error);
        await sleep(RECONNECT_PAUSE_MILLISECONDS);
      }
    }
  }

  /** The proof that the machine lets us in: tried until it would have put back everything by itself. */
  private async reconnect(ssh: SshTarget): Promise<Host> {
    for (;;) {
      try {
        return await this.access.connect(ssh);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (!isLost(error) || this.isOver()) throw this.unverified(error);
        await sleep(RECONNECT_PAUSE_MILLISECONDS);
      }
    }
  }

  /** Looks until the machine has what is wanted and all of it works, and confirms; or has it put back what it had. */
  private async settle(host: Host): Promise<readonly string[]> {
    const { wanted, id, deadline } = this.sent;
    for (let look = 0; ; look++) {
      await sleep(SETTLE_MILLISECONDS[look] ?? SETTLE_MILLISECONDS.at(-1));
      const facts = await this.look(host);
      if (facts.change?.id !== id) {
        this.end(host, facts);
        return [];
      }
      if (facts.isPuttingBack) {
        await this.awaitEnd(host, this.unended());
        return [];
      }
      const isLast = look >= SETTLE_MILLISECONDS.length - 1;
      const changes = differences(this.access.driver, wanted, facts);
      const ailing = changes.length > 0 ? [] : this.unhealthy(wanted.words, facts);
      if (changes.length === 0 && ailing.length === 0) {
        const remarks = remarksOf(this.access.driver, facts, wanted.words);
        // Some of it passes by itself.
        if (remarks.length > 0 && !isLast) continue;
        await this.confirm(host);
        return remarks;
      }
      if (!isLast || (ailing.length > 0 && Date.now() < deadline - RESERVE_MILLISECONDS)) continue;
      await this.putBack(host, changes.length > 0 ? "what read back differed from what was wanted" : "it did not work");
      throw new RevertedError(host.label, mismatch(changes, ailing), changes);
    }
  }

  /** A machine that can't tell any more what it has did not take the change well. */
  private async look(host: Host): Promise<MachineFacts> {
    try {
      return await this.facts(host);
    } catch (error) {
      if (isLost(error) || !(error instanceof Error)) throw error;
      await this.putBack(host, "what it had could not be read");
      throw new RevertedError(host.label, `what it had then could not be read. ${error.message}`);
    }
  }

  private async confirm(host: Host): Promise<void> {
    const { id, wanted } = this.sent;
    const { environment } = wanted.heading;
    try {
      await this.access.run(host, {
        step: "confirm the change",
        script: machineScript(this.access.driver.shell, "confirm", { id, environment, ...recordOf(wanted.words) }),
      });
    } catch (error) {
      if (isLost(error) || !(error instanceof Error)) throw error;
      await this.awaitEnd(host, error);
    }
  }

  /** A machine that refuses the confirmation has begun to put back what it had: how that ended is told when it has ended. */
  private async awaitEnd(host: Host, refusal: Error): Promise<void> {
    const { id, seconds } = this.sent;
    const until = Date.now() + wayBackSeconds(seconds) * 1000;
    for (;;) {
      const facts = await this.facts(host);
      if (facts.change?.id !== id) return this.end(host, facts);
      if (Date.now() > until) throw refusal;
      await sleep(RECONNECT_PAUSE_MILLISECONDS);
    }
  }

  /** How a change ended that is under way no more: returns when it was confirmed. */
  private end({ label }: Host, { last, isPuttingBack }: MachineFacts): void {
    const isLast = last?.id === this.sent.id;
    if (isLast && last.outcome === "confirmed") return;
    if (!isLast && isPuttingBack) throw this.unended();
    const reason = isLast ? last.reason : "it came to no end. Run pulumi up again";
    throw new RevertedError(label, `${reason}.${reason === UNCONFIRMED ? ` ${CUT_OFF}` : ""}`);
  }

  private unended(): UnverifiedError {
    return this.unverified(new Error("It had not come to the end of putting back what it had."));
  }

  private unhealthy(words: MachineWords, facts: MachineFacts): string[] {
    return this.access.driver.layers.flatMap((layer) => [
      ...layer.unhealthy(wordsFor(layer, words), facts.layers[layer.name]),
    ]);
  }

  private async putBack(host: Host, reason: string): Promise<void> {
    const script = machineScript(this.access.driver.shell, "refuse", { id: this.sent.id, reason });
    await this.access.run(host, {
      step: "put back what it had",
      script,
      timeoutSeconds: wayBackSeconds(this.sent.seconds),
    });
  }

  private facts(host: Host): Promise<MachineFacts> {
    return this.access.facts(host, this.sent.wanted.heading.environment);
  }

  /** By now the machine has put back what it had, unless it was told not to. */
  private isOver(): boolean {
    const { deadline, seconds } = this.sent;
    return Date.now() > deadline + afterDeadlineSeconds(seconds) * 1000;
  }

  private unverified(cause: Error): UnverifiedError {
    const { label, seconds } = this.sent;
    return new UnverifiedError(label, { cause, seconds, state: LAST_CHANGE[this.access.driver.shell] });
  }
}

/** What the machine's own timer says. */
const UNCONFIRMED = "no confirmation came in time";
const CUT_OFF =
  "With the new configuration it could not be reached in time: look at the VLAN, the address, the gateway and the switch ports that its management goes over, or raise ssh.confirmSeconds.";

function mismatch(changes: readonly Change[], ailing: readonly string[]): string {
  if (changes.length > 0)
    return `what reads back differs. ${changes.map(formatChange).join("; ")}. Look for other tools that manage this machine, then run pulumi up again.`;
  return `it does not work. ${ailing.join("; ")}. Mend what is named, on the machine or at the other end of its cables, then run pulumi up again.`;
}
