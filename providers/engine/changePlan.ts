// What a change of a machine takes: its differences, what stands in its way, and the scripts of the change and of the way back.
// Reads templates, touches no host.
import { hostname, userInfo } from "node:os";
import type { Change } from "../model/change.js";
import type { Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import { type Heading, readHeading } from "../platforms/heading.js";
import { type LayerPlan, NOTHING_TO_DO } from "../platforms/layer.js";
import type { MissingTool } from "../platforms/packages.js";
import {
  type MachineFacts,
  missingOf,
  missingTools,
  ownFiles,
  remarksOf,
  unreadable,
  wordsOf,
} from "./machineFacts.js";
import { machineScript } from "./machineScript.js";
import { NO_WORDS, recordOf, wordsFor } from "./machineWords.js";
import { wayBackSeconds } from "./patience.js";
import { type MachineFile, renderFiles } from "./render.js";
import { fillTemplate } from "./template.js";

/** The words that are wanted, and where. */
export interface Wanted {
  readonly heading: Heading;
  readonly words: MachineWords;
}

/** Every difference, layer by layer; a file of ours that says something else is one where its layer has no other. */
export function differences<Model extends MachineModel>(
  driver: Driver<Model>,
  { heading, words }: Wanted,
  facts: MachineFacts,
): Change[] {
  const { environment } = heading;
  const actual = wordsOf(driver, facts, { environment, wanted: words });
  const there = { facts, actual, own: ownFiles(facts, environment) };
  return changesTo(driver, { words, files: renderFiles(driver, words, heading) }, there);
}

/** What a machine shall have, and what it has: words, and files of ours. */
interface Target {
  readonly words: MachineWords;
  readonly files: readonly MachineFile[];
}
interface There {
  readonly facts: MachineFacts;
  readonly actual: MachineWords;
  readonly own: Readonly<Record<string, string>>;
}

function changesTo<Model extends MachineModel>(driver: Driver<Model>, target: Target, there: There): Change[] {
  const files = fileChanges(driver, target.files, there);
  return driver.layers.flatMap((layer) => {
    const found = layer.compare(wordsFor(layer, target.words), there.actual[layer.name]);
    const own = found.length > 0 ? found : files.filter((change) => change.layer === layer.name);
    return own.map(({ path, from, to, disruption }) => ({ path: [layer.name, ...path], from, to, disruption }));
  });
}

interface FileChange extends Change {
  readonly layer: string | undefined;
}

function fileChanges<Model extends MachineModel>(
  driver: Driver<Model>,
  wanted: readonly MachineFile[],
  { facts, own }: There,
): FileChange[] {
  const differing = wanted
    .filter(({ path, text }) => facts.files[path] !== text)
    .map(({ layer, path }) => ({
      layer,
      path,
      from: path in facts.files ? "another text" : undefined,
      to: "our text",
    }));
  const leaving = leavingFiles(wanted, own).map((path) => ({
    layer: layerOf(driver, path),
    path,
    from: "our text",
    to: undefined,
  }));
  return [...differing, ...leaving].map(({ path, ...change }) => ({
    path: ["files", path],
    ...change,
    disruption: "none",
  }));
}

function leavingFiles(wanted: readonly MachineFile[], own: There["own"]): string[] {
  return Object.keys(own).filter((path) => !wanted.some((file) => file.path === path));
}

/** Whose file it is, by the globs of the layers: as far as we use them, a star stands for any letters. */
function layerOf<Model extends MachineModel>(driver: Driver<Model>, path: string): string | undefined {
  const matches = (glob: string) => new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`).test(path);
  return driver.layers.find(({ ownFiles: globs }) => globs.some(matches))?.name;
}

/** A change that may be begun. */
export interface ChangePlan {
  readonly id: string;
  readonly changes: readonly Change[];
  /** Whether the machine has it on record that these words are the wanted ones. */
  readonly isRecorded: boolean;
  /** What has to be installed first; the plan is then one without the layers that need it. */
  readonly missing: readonly MissingTool[];
  readonly conflicts: readonly string[];
  readonly notes: readonly string[];
  /** What is otherwise than one would think, before the change. */
  readonly remarks: readonly string[];
  readonly script: string;
}

export interface ChangeRequest extends Wanted {
  /** How long the machine waits for the confirmation. */
  readonly seconds: number;
  readonly id: string;
}

export function planChange<Model extends MachineModel>(
  driver: Driver<Model>,
  { id, seconds, heading, words }: ChangeRequest,
  facts: MachineFacts,
): ChangePlan {
  const { environment } = heading;
  const actual = wordsOf(driver, facts, { environment, wanted: words });
  const plans = driver.layers.map((layer) =>
    missingOf(layer, facts, words).length > 0
      ? NOTHING_TO_DO
      : layer.plan(wordsFor(layer, words), {
          actual: actual[layer.name],
          applied: facts.applied?.[layer.name],
          facts: facts.layers[layer.name],
          heading,
        }),
  );
  const all = <Key extends keyof LayerPlan>(key: Key) =>
    plans.flatMap((plan) => [...plan[key]]) as LayerPlan[Key][number][];
  const backwards = <Key extends keyof LayerPlan>(key: Key) =>
    [...plans].reverse().flatMap((plan) => [...plan[key]]) as LayerPlan[Key][number][];
  const puts = renderFiles(driver, words, heading);
  const own = ownFiles(facts, environment);
  const removes = leavingFiles(puts, own);
  const paths = [...puts.map(({ path }) => path), ...removes];
  const shared = { id, environment, puts, removes, paths };
  const apply = machineScript(driver.shell, "apply", { ...shared, before: backwards("before"), after: all("after") });
  const revert = machineScript(driver.shell, "revert", {
    ...shared,
    wayBackSeconds: wayBackSeconds(seconds),
    revertBefore: backwards("revertBefore"),
    revertAfter: all("revertAfter"),
  });
  return {
    id,
    changes: changesTo(driver, { words, files: puts }, { facts, actual, own }),
    isRecorded: recordOf(facts.applied ?? NO_WORDS).applied === recordOf(words).applied,
    missing: missingTools(driver, facts, words),
    conflicts: [
      ...new Set([
        ...unreadable(driver, facts),
        ...foreignFiles(puts, facts, environment),
        ...(all("conflicts") as string[]),
      ]),
    ],
    remarks: remarksOf(driver, facts, words),
    notes: [...lastOutcome(facts, environment), ...(all("notes") as string[])],
    script: machineScript(driver.shell, "change", {
      ...shared,
      seconds,
      apply,
      revert,
      check: all("check"),
      about: JSON.stringify({ id, environment, by: controller(), since: new Date().toISOString(), seconds }),
      units: {
        files: fillTemplate("machine/revert-files.service", {}).trimEnd(),
        rest: fillTemplate("machine/revert.service", {}).trimEnd(),
      },
    }),
  };
}

/** Who asks, for whoever finds the machine taken. */
function controller(): string {
  return `${userInfo().username}@${hostname()}`;
}

function foreignFiles(
  puts: readonly { readonly path: string }[],
  { files }: MachineFacts,
  environment: string,
): string[] {
  return puts.flatMap(({ path }) => {
    const text = files[path];
    const owner = text === undefined ? environment : readHeading(text)?.environment;
    if (owner === environment) return [];
    const whose = owner === undefined ? "was not written by multiport" : `belongs to environment ${owner}`;
    return [`${path} exists and ${whose}. Move it away, then try again`];
  });
}

/** Told with the next change: the user may not have seen how the last one ended. */
function lastOutcome({ last }: MachineFacts, environment: string): string[] {
  if (last?.outcome !== "reverted" || last.environment !== environment) return [];
  return [
    `the change of ${new Date(last.at * 1000).toISOString()} had been put back by the machine itself, because ${last.reason}`,
  ];
}
