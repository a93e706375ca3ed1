// The one place that sequences I/O on a machine, the same for every platform: read, plan, apply, read back, compare.
import { setTimeout as sleep } from "node:timers/promises";
import { type Host, HostError } from "../host/host.js";
import { type Change, formatChange } from "../model/change.js";
import type { SshTarget } from "../model/ssh.js";
import type { Driver, Heading, MachineInputs, MachineModel, Plan } from "../platforms/driver.js";
import { renderWords } from "./render.js";
import { fillTemplate } from "./template.js";

/** Opens the one connection that a run uses. */
export type Connect = (target: SshTarget) => Promise<Host>;

/** Something stands in the way on the machine; nothing was changed. */
export class ConflictError extends Error {
  constructor(machine: string, conflicts: readonly string[]) {
    super(`${machine}: nothing was changed, because ${conflicts.join("; and ")}.`);
    this.name = "ConflictError";
  }
}

/** The machine was told to change, and is not as wanted or not known to be: the resource is there all the same. */
export abstract class TouchedError extends Error {}

/** The platform took the configuration, and yet the machine reads back otherwise. */
export class MismatchError extends TouchedError {
  constructor(
    machine: string,
    readonly changes: readonly Change[],
  ) {
    super(
      `${machine}: the configuration was taken, but what reads back differs. ${changes.map(formatChange).join("; ")}. Look for other tools that manage this machine, then run pulumi up again.`,
    );
    this.name = "MismatchError";
  }
}

/** The connection was lost after the change was sent: the machine has the old configuration or the new one. */
export class UnverifiedError extends TouchedError {
  constructor(machine: string, cause: HostError) {
    super(
      `${machine}: the change was sent, but whether it took effect is not known, because the connection was lost. ${cause.message} When the machine answers again, run pulumi refresh to see what it has, then pulumi up.`,
    );
    this.name = "UnverifiedError";
  }
}

/** What a run found, and did. */
export interface Applied {
  /** The differences that there were before; none: the machine was not touched. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

// A platform's own daemon takes a moment to show what it was told; this is how long a difference may last.
const SETTLE_MILLISECONDS = [0, 200, 500, 1000, 2000];

/** Everything that happens on machines of one driver. */
export class Machine<Model extends MachineModel, Words, Facts> {
  constructor(
    private readonly driver: Driver<Model, Words, Facts>,
    private readonly connect: Connect,
  ) {}

  /** Makes the machine say what the text says. Runs nothing when it already does. */
  async apply(inputs: MachineInputs): Promise<Applied> {
    return this.withHost(inputs.ssh, async (host) => {
      const desired = this.driver.fromText(inputs.text);
      const before = await this.facts(host);
      const plan = this.agreed(host, this.driver.plan(desired, before));
      const changes = this.driver.compare(desired, this.driver.fromFacts(before, heading(inputs)));
      if (changes.length === 0 && plan.removals.length === 0) return { changes, notes: plan.notes };
      await this.change(host, async () => {
        await this.run(host, {
          step: `apply ${this.driver.file.property}`,
          template: this.driver.templates.apply,
          data: { removals: plan.removals, text: inputs.text },
        });
        await this.verify(host, desired, inputs);
      });
      return { changes, notes: plan.notes };
    });
  }

  /** What of ours the machine has, as the same text; undefined when it has nothing of ours. */
  async read(inputs: Omit<MachineInputs, "text">): Promise<string | undefined> {
    return this.withHost(inputs.ssh, async (host) => {
      const words = this.driver.fromFacts(await this.facts(host), heading(inputs));
      return words && renderWords(this.driver, words);
    });
  }

  /** Takes away what is ours, and only that. */
  async remove(inputs: Omit<MachineInputs, "text">): Promise<readonly string[]> {
    return this.withHost(inputs.ssh, async (host) => {
      const facts = await this.facts(host);
      const actual = this.driver.fromFacts(facts, heading(inputs));
      if (!actual) return [];
      const plan = this.agreed(host, this.driver.planRemoval(actual, facts));
      await this.change(host, () =>
        this.run(host, {
          step: `remove ${this.driver.file.property}`,
          template: this.driver.templates.remove,
          data: { removals: plan.removals },
        }),
      );
      return plan.notes;
    });
  }

  private async withHost<T>(target: SshTarget, use: (host: Host) => Promise<T>): Promise<T> {
    const host = await this.connect(target);
    try {
      return await use(host);
    } finally {
      await host.close();
    }
  }

  private async facts(host: Host): Promise<Facts> {
    const stdout = await this.run(host, { step: "read facts", template: this.driver.templates.facts, data: {} });
    return this.driver.readFacts(stdout);
  }

  private async run(
    host: Host,
    { step, template, data }: { step: string; template: string; data: object },
  ): Promise<string> {
    const { stdout } = await host.run({ step, script: fillTemplate(`${this.driver.name}/${template}`, data) });
    return stdout;
  }

  /** From here on a lost connection leaves the machine in one of two states. */
  private async change(host: Host, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const isLost = error instanceof HostError && (error.kind === "unreachable" || error.kind === "timeout");
      throw isLost ? new UnverifiedError(host.label, error) : error;
    }
  }

  private agreed(host: Host, plan: Plan): Plan {
    if (plan.conflicts.length > 0) throw new ConflictError(host.label, plan.conflicts);
    return plan;
  }

  private async verify(host: Host, desired: Words, inputs: MachineInputs): Promise<void> {
    let changes: readonly Change[] = [];
    for (const wait of SETTLE_MILLISECONDS) {
      await sleep(wait);
      changes = this.driver.compare(desired, this.driver.fromFacts(await this.facts(host), heading(inputs)));
      if (changes.length === 0) return;
    }
    throw new MismatchError(host.label, changes);
  }
}

function heading({ ssh, environment }: { readonly ssh: SshTarget; readonly environment: string }): Heading {
  return { machine: ssh.name, environment };
}
