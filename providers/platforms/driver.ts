// The contract of a platform that is configured over SSH: which machines it has, and the layers that each of them is made of. Pure.
import type { Disruption } from "../model/change.js";
import type { Environment } from "../model/environment.js";
import type { MissingPackages } from "../model/missingPackages.js";
import type { Path } from "../model/problem.js";
import type { ShellName, SshTarget } from "../model/ssh.js";
import type { FirstStart } from "../model/virtualMachine.js";
import type { Heading } from "./heading.js";
import type { Filled, Layer, TextSection } from "./layer.js";

/** A machine and where the environment file has it. */
export interface Place<Machine> {
  readonly machine: Machine;
  readonly path: Path;
}

/** What every machine's model has, whatever its platform. */
export interface MachineModel {
  readonly name: string;
  readonly ssh: SshTarget;
  readonly missingPackages: MissingPackages;
  /** The host on which its VM may still wait for its first start; undefined: it is there. */
  readonly firstStart?: FirstStart;
}

/** A layer of which only the contract is known: its words and facts go from one of its members to another. */
export type AnyLayer<Machine> = Layer<Machine, unknown, unknown>;

export interface Driver<Machine extends MachineModel> {
  /** The name by which the state of a stack calls it, and of its folder in platforms/. */
  readonly name: string;
  /** What a network engineer calls such a machine: "KVM host". */
  readonly kind: string;
  /** Pulumi type token is dynamic/<module>:<type>. */
  readonly token: { readonly module: string; readonly type: string };
  /** The Pulumi program's release of this driver's inputs; a change of it updates every machine. */
  readonly version: number;
  /** What its scripts are written for; templates of the machine itself end with .sh or .ps1 accordingly. */
  readonly shell: ShellName;
  /** In the order in which they are put in place; they leave in the opposite order. */
  readonly layers: readonly AnyLayer<Machine>[];
  /** The machines of an environment that the platform configures, each with its path in the environment file. */
  machines(environment: Environment): readonly Place<Machine>[];
  /**
   * A template for the host below, in POSIX shell, that says whether the VM `domain` was ever started: `yes`, `no` or `unknown`. Set where machines
   * have a first start.
   */
  readonly started?: string;
  /** What `multiport render` writes for the machine's first start, besides the files that it is given: `files`, with their paths on it. */
  seed?(
    machine: Machine,
    given: { readonly files: readonly TextSection[]; readonly heading: Heading },
  ): readonly SeedFile[];
}

/** A file that no machine gets: whoever makes the machine puts it where the first start finds it. */
export interface SeedFile extends Filled {
  /** Below the machine's folder, such as `cloud-init/user-data`. */
  readonly path: string;
}

/** The words of every layer, by its name. */
export type MachineWords = Readonly<Record<string, unknown>>;

/** A machine, ready to be applied: where it is, and what it shall have. */
export interface MachineInputs extends Pick<MachineModel, "ssh" | "missingPackages"> {
  readonly firstStart?: FirstStart | undefined;
  readonly environment: string;
  readonly words: MachineWords;
}

/** Looks a change up in a platform's table of disruptive settings by the last step of its path. */
export function disruptionTable(table: Readonly<Record<string, Disruption>>): (path: Path) => Disruption {
  return (path) => {
    const setting = String(path.at(-1));
    return Object.hasOwn(table, setting) ? (table[setting] ?? "none") : "none";
  };
}
