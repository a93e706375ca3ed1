// The one place that sequences I/O on a machine, the same for every platform: read, plan, change with a way back, come in over a
// new connection, read again, compare, confirm.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, type CommandOutput, type Host, HostError } from "../host/host.js";
import { type Change, formatChange } from "../model/change.js";
import type { SshTarget } from "../model/ssh.js";
import type { Driver, MachineInputs, MachineModel, MachineWords } from "../platforms/driver.js";
import type { Heading } from "../platforms/heading.js";
import { describeMissing, installationOf, type MissingTool } from "../platforms/packages.js";
import { type ChangePlan, type ChangeRequest, differences, planChange, type Wanted } from "./changePlan.js";
import { canonical } from "./digest.js";
import { ConflictError, RevertedError, UnverifiedError } from "./machineErrors.js";
import {
  factsScript,
  type MachineFacts,
  missingTools,
  ownFiles,
  readMachineFacts,
  remarksOf,
  unreadable,
  wordsOf,
} from "./machineFacts.js";
import { LAST_CHANGE, machineScript } from "./machineScript.js";
import { NO_WORDS, withoutEmpty, wordsFor } from "./machineWords.js";
import { renderTexts } from "./render.js";
import { fillTemplate } from "./template.js";

/** Opens a connection: one for a run, and a second one for the proof that the machine still lets us in. */
export type Connect = (target: SshTarget) => Promise<Host>;

/** What a run found, and did. */
export interface Applied {
  /** The differences that there were before; none: the machine was not touched. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/** What of ours a machine has. */
export interface Found {
  readonly words: MachineWords;
  /** As the files on the machine have it, where they do; by layer. */
  readonly texts: Readonly<Record<string, string>>;
  /** What is to be told of it. */
  readonly remarks: readonly string[];
}

const DEFAULT_CONFIRM_SECONDS = 120;
// A platform's own daemon takes a moment to show what it was told, and LACP some seconds to agree. The pauses between two looks.
const SETTLE_MILLISECONDS = [0, 200, 500, 1000, 2000];
/** What is left of the machine's patience for the last look and the confirmation. */
const RESERVE_MILLISECONDS = 10_000;
/** How long a machine may take for the way back. */
const REVERT_MILLISECONDS = 60_000;
const RECONNECT_PAUSE_MILLISECONDS = 1000;
/** A slow mirror, and another installation that has to end first. */
const INSTALL_SECONDS = 900;

/** Everything that happens on machines of one driver. */
export class Machine<Model extends MachineModel> {
  constructor(
    private readonly driver: Driver<Model>,
    private readonly connect: Connect,
  ) {}

  /** Makes the machine have what the words say. Runs nothing when it already does. */
  async apply({ ssh, missingPackages, environment, words }: MachineInputs): Promise<Applied> {
    return this.change(ssh, { heading: { machine: ssh.name, environment }, words, missingPackages });
  }

  /** What of ours the machine has; undefined when it has nothing of ours. */
  async read({ ssh, environment }: Place): Promise<Found | undefined> {
    const heading: Heading = { machine: ssh.name, environment };
    return this.withHost(this.connect(ssh), async (host) => {
      const facts = await this.facts(host, environment);
      const conflicts = [
        ...describeAll(missingTools(this.driver, facts, NO_WORDS), facts),
        ...unreadable(this.driver, facts),
      ];
      if (conflicts.length > 0) throw new ConflictError(host.label, conflicts);
      if (differences(this.driver, { heading, words: NO_WORDS }, facts).length === 0) return undefined;
      const found = wordsOf(this.driver, facts, { environment });
      const words = withoutEmpty(this.driver, ({ name }) => found[name]);
      const remarks = remarksOf(this.driver, facts, words);
      return {
        words,
        remarks,
        texts: renderTexts(this.driver, { words, heading, files: ownFiles(facts, environment) }),
      };
    });
  }

  /** Takes away what is ours, and only that. */
  async remove({ ssh, environment }: Place): Promise<readonly string[]> {
    const heading: Heading = { machine: ssh.name, environment };
    const { notes } = await this.change(ssh, { heading, words: NO_WORDS, missingPackages: "refuse" });
    return notes;
  }

  private async change(ssh: SshTarget, wanted: Task): Promise<Applied> {
    const seconds = ssh.confirmSeconds ?? DEFAULT_CONFIRM_SECONDS;
    const id = randomBytes(6).toString("hex");
    const begun = await this.withHost(this.connect(ssh), (host) => this.begin(host, { ...wanted, id, seconds }));
    const { plan } = begun;
    if (plan === undefined) return { changes: [], notes: begun.remarks };
    const remarks = await this.finish(ssh, { wanted, id, begun });
    return { changes: plan.changes, notes: [...plan.notes, ...remarks] };
  }

  /** Over as many connections as it takes: one that is lost says nothing about the change. */
  private async finish(ssh: SshTarget, course: Course): Promise<readonly string[]> {
    for (;;) {
      try {
        return await this.withHost(this.reconnect(ssh, course.begun), (host) => this.settle(host, course));
      } catch (error) {
        if (!isLost(error)) throw error;
        if (isOver(course.begun)) throw this.unverified(course.begun, error);
        await sleep(RECONNECT_PAUSE_MILLISECONDS);
      }
    }
  }

  /** Sends the change where there is something to change. */
  private async begin(host: Host, request: Request): Promise<Begun> {
    const plan = await this.plan(host, request);
    const deadline = Date.now() + request.seconds * 1000;
    const { label } = host;
    const { remarks } = plan;
    if (plan.changes.length === 0) return { plan: undefined, remarks, deadline, label, seconds: request.seconds };
    try {
      await this.run(host, {
        step: `apply ${layersOf(plan).join(", ")}`,
        script: plan.script,
        timeoutSeconds: request.seconds,
      });
    } catch (error) {
      // From here on a lost connection means little: the machine goes on by itself, and is asked over the next one.
      if (!isLost(error)) throw error;
    }
    return { plan, remarks, deadline, label, seconds: request.seconds };
  }

  /** What a change takes, once the machine has what it needs for it; an error where something stands in the way. */
  private async plan(host: Host, request: Request): Promise<ChangePlan> {
    const { environment } = request.heading;
    const facts = await this.facts(host, environment);
    const plan = planChange(this.driver, request, facts);
    if (plan.missing.length === 0 && plan.conflicts.length === 0) return plan;
    const installation = installationOf(plan.missing, facts.packageManager);
    // Nothing is installed for a change that can't be made.
    if (plan.conflicts.length > 0 || request.missingPackages === "refuse" || installation === undefined)
      throw new ConflictError(host.label, [...describeAll(plan.missing, facts), ...plan.conflicts]);
    const names = installation.packages.join(", ");
    await this.run(host, {
      step: `install ${names}`,
      script: fillTemplate("machine/install.sh", installation),
      timeoutSeconds: INSTALL_SECONDS,
    });
    const next = await this.plan(host, { ...request, missingPackages: "refuse" });
    return { ...next, notes: [`installed ${names}`, ...next.notes] };
  }

  /** The proof that the machine lets us in: tried until it would have put back everything by itself. */
  private async reconnect(ssh: SshTarget, begun: Begun): Promise<Host> {
    for (;;) {
      try {
        return await this.connect(ssh);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (!isLost(error) || isOver(begun)) throw this.unverified(begun, error);
        await sleep(RECONNECT_PAUSE_MILLISECONDS);
      }
    }
  }

  /** Looks until the machine has what is wanted and all of it works, and confirms; or has it put back what it had. Gives what is to be told. */
  private async settle(host: Host, course: Course): Promise<readonly string[]> {
    const { wanted, id, begun } = course;
    for (let look = 0; ; look++) {
      await sleep(SETTLE_MILLISECONDS[look] ?? SETTLE_MILLISECONDS.at(-1));
      const facts = await this.look(host, course);
      if (facts.change?.id !== id) {
        endOf(host, facts, id);
        return [];
      }
      const isLast = look >= SETTLE_MILLISECONDS.length - 1;
      const changes = differences(this.driver, wanted, facts);
      const ailing = changes.length > 0 ? [] : this.unhealthy(wanted.words, facts);
      if (changes.length === 0 && ailing.length === 0) {
        const remarks = remarksOf(this.driver, facts, wanted.words);
        // Some of it passes by itself.
        if (remarks.length > 0 && !isLast) continue;
        await this.confirm(host, course);
        return remarks;
      }
      if (!isLast || (ailing.length > 0 && Date.now() < begun.deadline - RESERVE_MILLISECONDS)) continue;
      await this.putBack(
        host,
        id,
        changes.length > 0 ? "what read back differed from what was wanted" : "it did not work",
      );
      throw new RevertedError(host.label, mismatch(changes, ailing), changes);
    }
  }

  /** A machine that can't tell any more what it has did not take the change well. */
  private async look(host: Host, { wanted, id }: Course): Promise<MachineFacts> {
    try {
      return await this.facts(host, wanted.heading.environment);
    } catch (error) {
      if (isLost(error) || !(error instanceof Error)) throw error;
      await this.putBack(host, id, "what it had could not be read");
      throw new RevertedError(host.label, `what it had then could not be read. ${error.message}`);
    }
  }

  private async confirm(host: Host, course: Course): Promise<void> {
    const { id, wanted } = course;
    const applied = canonical(wanted.words);
    const isEmpty = applied === canonical(NO_WORDS);
    const { environment } = wanted.heading;
    try {
      await this.run(host, {
        step: "confirm the change",
        script: machineScript(this.driver.shell, "confirm", { id, environment, applied, isEmpty }),
      });
    } catch (error) {
      if (isLost(error) || !(error instanceof Error)) throw error;
      await this.awaitEnd(host, course, error);
    }
  }

  /** A machine that refuses the confirmation has begun to put back what it had: how that ended is told when it has ended. */
  private async awaitEnd(host: Host, { id, wanted }: Course, refusal: Error): Promise<void> {
    for (const until = Date.now() + REVERT_MILLISECONDS; ; await sleep(RECONNECT_PAUSE_MILLISECONDS)) {
      const facts = await this.facts(host, wanted.heading.environment);
      if (facts.change?.id !== id) return endOf(host, facts, id);
      if (Date.now() > until) throw refusal;
    }
  }

  private unhealthy(words: MachineWords, facts: MachineFacts): string[] {
    return this.driver.layers.flatMap((layer) => [
      ...layer.unhealthy(wordsFor(layer, words), facts.layers[layer.name]),
    ]);
  }

  private async putBack(host: Host, id: string, reason: string): Promise<void> {
    const script = machineScript(this.driver.shell, "refuse", { id, reason });
    await this.run(host, { step: "put back what it had", script, timeoutSeconds: REVERT_MILLISECONDS / 1000 });
  }

  private unverified({ label, seconds }: Begun, cause: Error): UnverifiedError {
    return new UnverifiedError(label, { cause, seconds, state: LAST_CHANGE[this.driver.shell] });
  }

  private run(host: Host, command: Omit<Command, "shell">): Promise<CommandOutput> {
    return host.run({ ...command, shell: this.driver.shell });
  }

  private async withHost<T>(open: Promise<Host>, use: (host: Host) => Promise<T>): Promise<T> {
    const host = await open;
    try {
      return await use(host);
    } finally {
      await host.close();
    }
  }

  private async facts(host: Host, environment: string): Promise<MachineFacts> {
    const script = factsScript(this.driver, environment);
    const { stdout } = await this.run(host, { step: "read facts", script });
    return readMachineFacts(this.driver.layers, stdout);
  }
}

/** Whose things of ours, on which machine. */
type Place = Pick<MachineInputs, "ssh" | "environment">;

/** What is wanted, and what may be done for it beside the change itself. */
type Task = Wanted & Pick<MachineInputs, "missingPackages">;
type Request = Task & Pick<ChangeRequest, "id" | "seconds">;

/** A change that was sent; without a plan there was nothing to change. */
interface Begun {
  readonly plan: ChangePlan | undefined;
  /** What was to be told of the machine before. */
  readonly remarks: readonly string[];
  /** When the machine puts back what it had, by our clock. */
  readonly deadline: number;
  readonly label: string;
  readonly seconds: number;
}

/** A change from its sending to its end. */
interface Course {
  readonly wanted: Wanted;
  readonly id: string;
  readonly begun: Begun;
}

/** By now the machine has put back what it had, unless it was told not to. */
function isOver({ deadline }: Begun): boolean {
  return Date.now() > deadline + REVERT_MILLISECONDS;
}

/** What the machine's own timer says. */
const UNCONFIRMED = "no confirmation came in time";
const CUT_OFF =
  "With the new configuration it could not be reached in time: look at the VLAN, the address, the gateway and the switch ports that its management goes over, or raise ssh.confirmSeconds.";

/** How a change ended that is under way no more: returns when it was confirmed. */
function endOf({ label }: Host, { last }: MachineFacts, id: string): void {
  if (last?.id === id && last.outcome === "confirmed") return;
  const reason = last?.id === id ? last.reason : "it came to no end. Run pulumi up again";
  throw new RevertedError(label, `${reason}.${reason === UNCONFIRMED ? ` ${CUT_OFF}` : ""}`);
}

function describeAll(missing: readonly MissingTool[], { packageManager }: MachineFacts): string[] {
  return missing.map((tool) => describeMissing(tool, packageManager));
}

function layersOf({ changes }: ChangePlan): string[] {
  return [...new Set(changes.map(({ path }) => String(path[0])))];
}

function isLost(error: unknown): error is HostError {
  return error instanceof HostError && (error.kind === "unreachable" || error.kind === "timeout");
}

function mismatch(changes: readonly Change[], ailing: readonly string[]): string {
  if (changes.length > 0)
    return `what reads back differs. ${changes.map(formatChange).join("; ")}. Look for other tools that manage this machine, then run pulumi up again.`;
  return `it does not work. ${ailing.join("; ")}. Mend what is named, on the machine or at the other end of its cables, then run pulumi up again.`;
}
