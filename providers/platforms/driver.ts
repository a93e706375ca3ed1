// The contract of a platform that is configured with files over SSH: data and pure functions, no I/O. Two directions
// that mirror each other: the model to the platform's own words and text, and what a machine says back to the words.
import type { Change, Disruption } from "../model/change.js";
import type { Environment } from "../model/environment.js";
import type { Path, Problem } from "../model/problem.js";
import type { SshTarget } from "../model/ssh.js";

/** What every machine's words carry for the head of its file. */
export interface Heading {
  readonly machine: string;
  readonly environment: string;
}

/** What there is to do on a machine before its rendered text is run or put in place. */
export interface Plan {
  /** Why nothing may be done: things that others made stand in the way, or something is missing. One sentence each, with remedy. */
  readonly conflicts: readonly string[];
  /** Words for the apply script beyond the rendered text: what has to leave, in the platform's own commands. */
  readonly removals: readonly (readonly string[])[];
  /** What is to be told to the user although it is no fault. */
  readonly notes: readonly string[];
}

/** A machine and where the environment file has it. */
export interface Place<Machine> {
  readonly machine: Machine;
  readonly path: Path;
}

/** What every machine's model has, whatever its platform. */
export interface MachineModel {
  readonly name: string;
  readonly ssh: SshTarget;
}

export interface Driver<Machine extends MachineModel, Words, Facts> {
  /** The name of its folders: platforms/<name>/ and templates/<name>/. */
  readonly name: string;
  /** What a network engineer calls such a machine: "KVM host". */
  readonly kind: string;
  /** Pulumi type token is dynamic/<module>:<type>. */
  readonly token: { readonly module: string; readonly type: string };
  /**
   * The rendered text: `property` is the input of the resource that holds it, `extension` names the file that `render` writes,
   * `target` is what takes it on the machine, as the first line of a preview says it.
   */
  readonly file: { readonly property: string; readonly extension: string; readonly target: string };
  /** Templates below templates/<name>/: the configuration itself, and the scripts that read, apply and remove it. */
  readonly templates: {
    readonly config: string;
    readonly facts: string;
    readonly apply: string;
    readonly remove: string;
  };
  /** The Pulumi program's release of this driver's inputs; a change of it updates every machine. */
  readonly version: number;

  /** The machines of an environment that the platform configures, each with its path in the environment file. */
  machines(environment: Environment): readonly Place<Machine>[];
  /** Everything about a machine that the platform can't do, with paths below the machine. */
  unsupported(machine: Machine, path: Path): Problem[];
  toWords(machine: Machine, heading: Heading): Words;
  /** The data of the config template. */
  toView(words: Words): object;
  /** The words of a rendered text: `fromText(render(words))` equals `words`. */
  fromText(text: string): Words;
  /** What the facts script printed; throws an Error in plain words when it is not what the script prints. */
  readFacts(stdout: string): Facts;
  /** Of all that the machine has, only what carries our mark; undefined when there is nothing of ours. */
  fromFacts(facts: Facts, heading: Heading): Words | undefined;
  plan(desired: Words, facts: Facts): Plan;
  /** Removing everything of ours; `actual` is what fromFacts returned. */
  planRemoval(actual: Words, facts: Facts): Plan;
  compare(desired: Words, actual: Words | undefined): Change[];
}

/** A machine, ready to be applied: where it is, and the text that makes it so. */
export interface MachineInputs {
  readonly ssh: SshTarget;
  readonly environment: string;
  readonly text: string;
}

/** Looks a change up in a platform's table of disruptive settings by the last step of its path. */
export function disruptionTable(table: Readonly<Record<string, Disruption>>): (path: Path) => Disruption {
  return (path) => {
    const setting = String(path.at(-1));
    return Object.hasOwn(table, setting) ? (table[setting] ?? "none") : "none";
  };
}
