// The contract of a layer: one part of a machine's configuration that is read, compared and changed in its own words, such as
// the kernel's network devices, Open vSwitch, virtual functions or libvirt. A platform is made of layers. Pure: types only.
import type { Change } from "../model/change.js";
import type { Path, Problem } from "../model/problem.js";
import type { Carried } from "./carried.js";
import type { Heading } from "./heading.js";
import type { MissingTool } from "./packages.js";

/** A template below templates/ and what its holes are filled with. */
export interface Filled {
  /** Such as `linux/networkd/bond.netdev`; the file is templates/<template>.hbs. */
  readonly template: string;
  readonly data: object;
}

/** One file, or one script, as a preview shows it. */
export interface TextSection extends Filled {
  /** What takes it on the machine, as the first line of its part of a preview says: a path, or words such as "ovs-vsctl, one transaction". */
  readonly target: string;
  /** Set where the text stands in a file of that absolute path on the machine; its content is then compared as it is. */
  readonly path?: string;
  /** What `multiport render` calls a text without a path, below the machine's folder. Default: the layer's `extension`. No two of a machine are the same. */
  readonly file?: string;
  /** Permissions of that file, such as 0600. Default 0644. */
  readonly mode?: "0600" | "0644" | "0755";
}

/**
 * What a change takes on the machine, in the order of the fields. Scripts are in the driver's shell: POSIX, run with `set -eu` each in a
 * subshell, or PowerShell, each in a block of its own in which every error ends it.
 */
export interface LayerPlan {
  /** Why nothing may be done: things that others made stand in the way, or something is missing. One sentence each, with remedy. */
  readonly conflicts: readonly string[];
  /** What is to be told to the user although it is no fault. */
  readonly notes: readonly string[];
  /** Run before anything is changed, with `$stage` naming a folder that holds the new files under their paths. Change nothing; fail to refuse. */
  readonly check: readonly Filled[];
  /** Run before our files are put in place: what has to leave first. */
  readonly before: readonly Filled[];
  /** Run when our files are in place. */
  readonly after: readonly Filled[];
  /**
   * The way back, run by the machine itself without us: before its old files are put back, and after it. Either may find the
   * change done, half done or not begun at all, and is not told which.
   */
  readonly revertBefore: readonly Filled[];
  readonly revertAfter: readonly Filled[];
}

/** By what a layer tells what is ours. */
export interface Scope<Words> {
  readonly environment: string;
  /** What is wanted now, and what was applied last. */
  readonly known: readonly Words[];
  /** The files on the machine that carry the environment's heading, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** A machine before a change: what it said, and of that what is ours, as `fromFacts` gave it. */
export interface Now<Words, Facts> {
  readonly actual: Words;
  /** What was confirmed last; undefined: never any. A thing that can carry no mark and is not in it is somebody else's. */
  readonly applied?: Words;
  readonly facts: Facts;
  readonly heading: Heading;
}

/** Words in which nothing is left open, or why there are none: one sentence each, with remedy. */
export type Decided<Words> = { readonly words: Words } | { readonly conflicts: readonly string[] };

/**
 * What words may leave open for the machine to decide, such as which of its tools writes them. It is asked once: what was decided stands in the
 * state from then on, and a preview shows it without asking again.
 */
export interface Detection<Words, Facts> {
  isOpen(words: Words): boolean;
  /** As it was decided for other words of the same machine; undefined where those do not say. */
  asBefore(words: Words, before: Words): Decided<Words> | undefined;
  /** As the machine has it; `applied`: what was confirmed on it last, if anything was. */
  detected(words: Words, facts: Facts, applied: Words | undefined): Decided<Words>;
}

export const NOTHING_TO_DO: LayerPlan = {
  conflicts: [],
  notes: [],
  check: [],
  before: [],
  after: [],
  revertBefore: [],
  revertAfter: [],
};

/**
 * `Words` are the platform's own, plain data that survives JSON: everything that we set, and nothing that the machine decides.
 * A layer with nothing to do has empty words, never none.
 */
export interface Layer<Model, Words, Facts> {
  /** Its key in the words and facts of the machine, and its property in the resource that holds its text. */
  readonly name: string;
  /** The file that `multiport render` writes for sections without a path, such as openvswitch.sh. */
  readonly extension: string;
  /** Words of a machine on which the layer has nothing. */
  readonly nothing: Words;
  /**
   * A template that reads what the machine says. Reads only. In POSIX shell it prints one JSON value, run with `set -eu` in a subshell;
   * in PowerShell it gives one object, which becomes JSON, with enumerations as their names; a tool that is missing is a fact of its own (a key such as `missing`), not an error.
   */
  readonly facts: string;
  /** Globs of all files on the machine that could be ours, by name alone: what matches and is not wanted any more is removed. */
  readonly ownFiles: readonly string[];
  /** Everything about a machine that the layer can't do, with paths below the machine. */
  unsupported(model: Model, path: Path): Problem[];
  toWords(model: Model, environment: string): Words;
  /** What there is, briefly, a line each: for a reader to whom the machine is new, or who is to see it go. */
  outline(words: Words): readonly string[];
  /** What it gives the ports of VMs. Left out: it has none. */
  carried?(words: Words): readonly Carried[];
  /** What a preview shows, and the files that are put on the machine. Empty words give no section. */
  sections(words: Words, heading: Heading): readonly TextSection[];
  /** What the facts template printed, parsed from JSON; throws an Error in plain words when it is not what the template prints. */
  readFacts(document: unknown): Facts;
  /** Tools that the machine lacks to have these words, or to tell what it has of ours. Nothing is planned for the layer without them. */
  missing(words: Words, facts: Facts): readonly MissingTool[];
  /** Why the machine can't tell what it has although its tools are there, such as a daemon that is down, with remedy; undefined: it told. */
  unreadable(facts: Facts): string | undefined;
  /**
   * What the machine has of what is ours: what carries the environment's mark, or is named by `scope`, the words that are wanted now and
   * those that were applied last, for what can carry no mark. Things of others are left out.
   */
  fromFacts(facts: Facts, scope: Scope<Words>): Words;
  /** What a change to `desired` takes; `nothing` removes all that is ours. */
  plan(desired: Words, now: Now<Words, Facts>): LayerPlan;
  compare(desired: Words, actual: Words): Change[];
  /**
   * What is as configured and does not work yet, such as a bond whose partner does not answer; asked again for a while after a
   * change, then the change is put back. One sentence each with what was seen and what to look at.
   */
  unhealthy(desired: Words, facts: Facts): readonly string[];
  /**
   * What is as configured and works, though otherwise than one would think, such as an adapter that has no virtual function at the moment.
   * Told after every up, and by a refresh; one sentence each with what was seen.
   */
  remarks?(words: Words, facts: Facts): readonly string[];
  /** Set where words may leave something to the machine. Words that do are rendered, and never planned. */
  readonly detection?: Detection<Words, Facts>;
}
