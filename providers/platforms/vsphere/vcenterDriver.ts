// The contract of an object that lives in vCenter and that one resource of ours sets: data and pure functions, no I/O.
// What the file wants and what vCenter says become the same words; a plan is the way from one to the other in steps, each
// one call of the API. The engine does the first step, reads again, and plans again: where a run was cut off, the
// next one goes on from what is there.
import type { Disruption } from "../../model/change.js";
import type { Environment } from "../../model/environment.js";
import type { Path, Problem } from "../../model/problem.js";
import type { ObjectContent, PropertyQuery, Ref, VimCall, VimTree } from "../../model/vim.js";
import type { Carried } from "../carried.js";

/** An object that vCenter is told about, and where the environment file has it. */
export interface ObjectPlace<Model> {
  readonly model: Model;
  readonly path: Path;
}

/** What to ask vCenter next: properties of many objects at once, or one call that changes nothing. */
export type Question = { readonly query: PropertyQuery } | { readonly call: VimCall };

/** What came back: of a query the objects, of a call its result. */
export type Answer = readonly ObjectContent[] | VimTree | undefined;

/** What there is to know about a session before the first question. */
export interface VcenterAbout {
  /** Singletons by their property of ServiceContent: rootFolder, dvSwitchManager, alarmManager .. */
  readonly content: Readonly<Record<string, Ref>>;
  /** Version of the API that the server speaks, such as 8.0.3.0. */
  readonly apiVersion: string;
}

export interface Step {
  /** What is done, one sentence without a full stop: "esx-01: vmnic2 moves from uplink1 to lag1-0". No two of a plan are alike. */
  readonly title: string;
  /** What traffic notices. */
  readonly disruption: Disruption;
  /** Steps of one batch follow each other and know nothing of each other: vCenter is not read again between them. */
  readonly batch?: string;
  /** There is nothing to call: vCenter or the host has to get on. Longest time, in seconds. */
  readonly waitSeconds?: number;
  /** Longest time until vCenter shows what the call did, in seconds; default 8. A host that restarts goes on for a while as if nothing were. */
  readonly settleSeconds?: number;
}

export interface VcenterPlan<S extends Step> {
  /** Why nothing may be done. One sentence each, with remedy. */
  readonly conflicts: readonly string[];
  readonly steps: readonly S[];
  /** What is to be told to the user although nothing is to be done about it now. */
  readonly notes: readonly string[];
  /** Something is left that only a later run can do: the resource shows a change until it is done. */
  readonly isUnfinished?: boolean;
}

/**
 * `Target` says which object it is: ids and names that lead to it, no settings. `W` are the settings in words of the platform.
 * `Facts` is what the answers say, `S` a step with all that its call needs beside the facts.
 */
export interface VcenterDriver<Model, Target extends object, W extends object, Facts, S extends Step> {
  /** By which the code in the state names it. */
  readonly name: string;
  /** What a network engineer calls such an object: "distributed switch". */
  readonly kind: string;
  /** Pulumi type token is dynamic/<module>:<type>. */
  readonly token: { readonly module: string; readonly type: string };
  /** The Pulumi program's release of this driver's words; a change of it updates every object. */
  readonly version: number;

  objects(environment: Environment): readonly ObjectPlace<Model>[];
  /** Everything about an object that vSphere can't do, with paths below it. */
  unsupported(model: Model, path: Path): Problem[];
  toWords(model: Model): W;
  /** The object in a sentence: `distributed switch "dvs0"`. */
  title(target: Target): string;
  /** The next question, from the answers so far; undefined: enough is known. */
  ask(
    at: { readonly target: Target; readonly scope: W; readonly about: VcenterAbout },
    answers: readonly Answer[],
  ): Question | undefined;
  /** Throws an Error in plain words when the answers lack what every vCenter gives. Undefined: the object is not there. */
  toFacts(
    at: { readonly target: Target; readonly scope: W; readonly about: VcenterAbout },
    answers: readonly Answer[],
  ): Facts | undefined;
  /** What vCenter has of all that `scope` names: what others made is left out. */
  fromFacts(facts: Facts, scope: W): W;
  /** What there is, briefly, a line each, of an object that comes or goes. Left out: the steps say it. */
  outline?(words: W): readonly string[];
  /** What it gives the ports of VMs. Left out: it has none. */
  carried?(words: W): readonly Carried[];
  /** The words of an object of which nothing is declared: what a first preview plans from. Left out: it shows no plan. */
  readonly nothing?: W;
  /**
   * The way from what is there to what is wanted. In a preview `actual` is what the last run left, and facts are not known.
   * `previous` is what the last run wanted, and so ours whatever it looks like; undefined in a first run.
   */
  plan(desired: W, actual: W, facts?: Facts, previous?: W): VcenterPlan<S>;
  /**
   * Taking away what is ours when the resource goes; the object itself may go with another resource. In a preview `actual` is what the
   * last run left, and facts are not known.
   */
  planRemoval(actual: W, at: { readonly target: Target; readonly facts?: Facts }): VcenterPlan<S>;
  /** The call of a step that is no wait. */
  toCall(step: S, facts: Facts): VimCall;
}
