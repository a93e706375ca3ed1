// What happens on a machine, the same for every platform: read, plan, send a change with its way back, and see to its end
// (settlement.ts). I/O.
import { randomBytes } from "node:crypto";
import type { Host } from "../host/host.js";
import type { Change } from "../model/change.js";
import type { SshTarget } from "../model/ssh.js";
import type { Driver, MachineInputs, MachineModel, MachineWords } from "../platforms/driver.js";
import type { Heading } from "../platforms/heading.js";
import { describeMissing, installationOf, type MissingTool } from "../platforms/packages.js";
import { type ChangePlan, type ChangeRequest, differences, planChange, type Wanted } from "./changePlan.js";
import { detected } from "./detection.js";
import { unlessNotStarted } from "./firstStart.js";
import { type Connect, isLost, MachineAccess } from "./machineAccess.js";
import { BusyError, ConflictError } from "./machineErrors.js";
import { type MachineFacts, missingTools, ownFiles, remarksOf, unreadable, wordsOf } from "./machineFacts.js";
import { machineScript } from "./machineScript.js";
import { NO_WORDS, recordOf, withoutEmpty } from "./machineWords.js";
import { renderTexts } from "./render.js";
import { Settlement } from "./settlement.js";
import { fillTemplate } from "./template.js";
import { type Tell, Turn } from "./turn.js";

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
/** A slow mirror, and another installation that has to end first. */
const INSTALL_SECONDS = 900;

/** Everything that happens on machines of one driver. All of it throws a NotStartedError where there is no machine yet. */
export class Machine<Model extends MachineModel> {
  private readonly access: MachineAccess<Model>;

  constructor(
    private readonly driver: Driver<Model>,
    connect: Connect,
    private readonly tell: Tell = () => {},
  ) {
    this.access = new MachineAccess(driver, connect);
  }

  /** Makes the machine have what the words say. Runs nothing when it already does. */
  async apply({ ssh, firstStart, missingPackages, environment, words }: MachineInputs): Promise<Applied> {
    const heading: Heading = { machine: ssh.name, environment };
    return this.unlessNotStarted({ ssh, firstStart }, () => this.change(ssh, { heading, words, missingPackages }));
  }

  /** The words with what they leave open as the machine has it. A ConflictError says why that can't be had. */
  async detect({ ssh, environment }: Omit<Place, "firstStart">, words: MachineWords): Promise<MachineWords> {
    return this.access.withHost(this.access.connect(ssh), async (host) =>
      this.closed(host, words, await this.access.facts(host, environment)),
    );
  }

  private closed(host: Host, words: MachineWords, facts: MachineFacts): MachineWords {
    const { words: found, conflicts } = detected(this.driver, words, facts);
    if (conflicts.length > 0) throw new ConflictError(host.label, conflicts);
    return found;
  }

  /** What of ours the machine has; undefined when it has nothing of ours. */
  async read({ ssh, firstStart, environment }: Place): Promise<Found | undefined> {
    return this.unlessNotStarted({ ssh, firstStart }, () => this.look(ssh, environment));
  }

  private async look(ssh: SshTarget, environment: string): Promise<Found | undefined> {
    const heading: Heading = { machine: ssh.name, environment };
    return this.inTurn(ssh, async (host) => {
      const facts = await this.settledFacts(host, environment);
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
  async remove({ ssh, firstStart, environment }: Place): Promise<readonly string[]> {
    const heading: Heading = { machine: ssh.name, environment };
    const { notes } = await this.unlessNotStarted({ ssh, firstStart }, () =>
      this.change(ssh, { heading, words: NO_WORDS, missingPackages: "refuse" }),
    );
    return notes;
  }

  private unlessNotStarted<T>(
    { ssh, firstStart }: Pick<Place, "ssh" | "firstStart">,
    use: () => Promise<T>,
  ): Promise<T> {
    const { access, driver } = this;
    return unlessNotStarted({ access, driver, machine: ssh.name, firstStart }, use);
  }

  private async change(ssh: SshTarget, task: Task): Promise<Applied> {
    const seconds = ssh.confirmSeconds ?? DEFAULT_CONFIRM_SECONDS;
    const id = randomBytes(6).toString("hex");
    const begun = await this.inTurn(ssh, (host) => this.begin(host, { ...task, id, seconds }));
    const { plan } = begun;
    if (plan === undefined) return { changes: [], notes: begun.remarks };
    const remarks = await new Settlement(this.access, { id, ...begun }).finish(ssh);
    return { changes: plan.changes, notes: [...plan.notes, ...remarks] };
  }

  /** Once whoever else changes the machine has come to an end. */
  private async inTurn<T>(ssh: SshTarget, use: (host: Host) => Promise<T>): Promise<T> {
    const turn = new Turn(ssh.name, this.tell);
    for (;;) {
      try {
        return await this.access.withHost(this.access.connect(ssh), use);
      } catch (error) {
        await turn.after(error);
      }
    }
  }

  /** What a machine has in the middle of somebody's change is neither what it had nor what it will have. */
  private async settledFacts(host: Host, environment: string): Promise<MachineFacts> {
    const facts = await this.access.facts(host, environment);
    if (facts.change) throw new BusyError(host.label, facts.change);
    return facts;
  }

  /** Sends the change where there is something to change. */
  private async begin(host: Host, request: Request): Promise<Begun> {
    const { wanted, ...plan } = await this.plan(host, request);
    const deadline = Date.now() + request.seconds * 1000;
    const { label } = host;
    const { remarks } = plan;
    if (plan.changes.length === 0) {
      if (!plan.isRecorded) await this.record(host, wanted);
      return { plan: undefined, wanted, remarks, deadline, label, seconds: request.seconds };
    }
    try {
      await this.access.run(host, {
        step: `apply ${layersOf(plan).join(", ")}`,
        script: plan.script,
        timeoutSeconds: request.seconds,
      });
    } catch (error) {
      // From here on a lost connection means little: the machine goes on by itself, and is asked over the next one.
      if (!isLost(error)) throw error;
    }
    return { plan, wanted, remarks, deadline, label, seconds: request.seconds };
  }

  /** A machine that is as wanted already, or from which only what stays there was left out, knows what is wanted now. */
  private async record(host: Host, { heading: { environment }, words }: Wanted): Promise<void> {
    const script = machineScript(this.driver.shell, "record", { environment, ...recordOf(words) });
    await this.access.run(host, { step: "record what is wanted", script });
  }

  /** What a change takes, once the machine has what it needs for it; an error where something stands in the way. */
  private async plan(host: Host, request: Request): Promise<Planned> {
    const { heading } = request;
    const facts = await this.settledFacts(host, heading.environment);
    const wanted = { heading, words: this.closed(host, request.words, facts) };
    const plan = planChange(this.driver, { ...request, ...wanted }, facts);
    if (plan.missing.length === 0 && plan.conflicts.length === 0) return { ...plan, wanted };
    const installation = installationOf(plan.missing, facts.packageManager);
    // Nothing is installed for a change that can't be made.
    if (plan.conflicts.length > 0 || request.missingPackages === "refuse" || installation === undefined)
      throw new ConflictError(host.label, [...describeAll(plan.missing, facts), ...plan.conflicts]);
    const names = installation.packages.join(", ");
    await this.access.run(host, {
      step: `install ${names}`,
      script: fillTemplate("machine/install.sh", installation),
      timeoutSeconds: INSTALL_SECONDS,
    });
    const next = await this.plan(host, { ...request, missingPackages: "refuse" });
    return { ...next, notes: [`installed ${names}`, ...next.notes] };
  }
}

/** Whose things of ours, on which machine. */
type Place = Pick<MachineInputs, "ssh" | "firstStart" | "environment">;

/** What is wanted, and what may be done for it beside the change itself. */
type Task = Wanted & Pick<MachineInputs, "missingPackages">;
type Request = Task & Pick<ChangeRequest, "id" | "seconds">;

/** With what is wanted once nothing of it is open any more. */
interface Planned extends ChangePlan {
  readonly wanted: Wanted;
}

/** A change that was sent; without a plan there was nothing to change. */
interface Begun {
  readonly plan: ChangePlan | undefined;
  readonly wanted: Wanted;
  /** What was to be told of the machine before. */
  readonly remarks: readonly string[];
  /** When the machine puts back what it had, by our clock. */
  readonly deadline: number;
  readonly label: string;
  readonly seconds: number;
}

function describeAll(missing: readonly MissingTool[], { packageManager }: MachineFacts): string[] {
  return missing.map((tool) => describeMissing(tool, packageManager));
}

function layersOf({ changes }: ChangePlan): string[] {
  return [...new Set(changes.map(({ path }) => String(path[0])))];
}
