// A machine in a report: its settings in the platform's own words, then where and how it is reached, then its text. Pure.
import { isDeepStrictEqual } from "node:util";
import { type Change, compare } from "../../providers/model/change.js";
import { isRecord } from "../../providers/model/record.js";
import type { AnyDriver } from "../../providers/platforms/index.js";
import type { Properties } from "../previewJson.js";
import { inputsOfWhole, releaseWords } from "../releaseWords.js";
import {
  changeLines,
  type Detail,
  type PlannedStep,
  patch,
  quiet,
  quietLines,
  type States,
  without,
  worst,
} from "./detail.js";

const WORDS = "configuration";

export function machineDetail(driver: AnyDriver, { action, before, after }: States): Detail {
  const names = driver.layers.map(({ name }) => name);
  const isCompared = before !== undefined && after !== undefined;
  const changes = isCompared ? wordChanges(driver, before[WORDS], after[WORDS]) : [];
  const left = isCompared ? leftAlone(driver, before[WORDS], after[WORDS]) : [];
  // State keeps what an older release wrote: a difference without a meaning is no difference without consequences.
  const isUnclear = isCompared && changes.length + left.length === 0 && textsDiffer(names, before, after);
  const isWhole = action === "create" || action === "delete" || action === "import";
  const rest = isWhole ? [] : compare(without(after, [WORDS, ...names]), without(before, [WORDS, ...names]));
  return {
    disruption: isUnclear ? "unknown" : worst(changes),
    summary: [
      ...outline(driver, { before, after }),
      ...(isUnclear ? [quiet("only comments change, or lines that this release does not know")] : changeLines(changes)),
      ...quietLines(left).map(({ title }) => quiet(`${title}; on the machine it stays as it is`)),
      ...quietLines(rest),
    ],
    steps: [],
    notes: [],
    diff: driver.layers
      .map(({ name, extension }) => patch(extension, text(before?.[name]), text(after?.[name])))
      .filter((lines) => lines !== "")
      .join("\n"),
    keys: [WORDS, ...names, ...rest.map(({ path }) => String(path[0]))],
  };
}

function wordChanges(driver: AnyDriver, old: unknown, now: unknown): Change[] {
  return driver.layers.flatMap((layer) => {
    const { to, from } = layerWords(layer, old, now);
    return within(layer, layer.compare(to, from));
  });
}

/** What leaves the file and not the machine: the layer sees no change where the words have one. */
function leftAlone(driver: AnyDriver, old: unknown, now: unknown): Change[] {
  return driver.layers.flatMap((layer) => {
    const { to, from } = layerWords(layer, old, now);
    return layer.compare(to, from).length > 0 ? [] : within(layer, compare(to, from));
  });
}

/** What comes or goes as a whole, by words of this release. */
function outline(driver: AnyDriver, { before, after }: Pick<States, "before" | "after">): PlannedStep[] {
  const words = releaseWords(driver, inputsOfWhole({ before, after }));
  return driver.layers.flatMap((layer) => {
    const own = words?.[layer.name];
    return isRecord(own) ? layer.outline(own).map(quiet) : [];
  });
}

type Layer = AnyDriver["layers"][number];

function layerWords({ name, nothing }: Layer, old: unknown, now: unknown) {
  const [from, to] = [isRecord(old) ? old : {}, isRecord(now) ? now : {}];
  return { to: to[name] ?? nothing, from: from[name] ?? nothing };
}

function within({ name }: Layer, changes: readonly Change[]): Change[] {
  return changes.map((change) => ({ ...change, path: [name, ...change.path] }));
}

function textsDiffer(names: readonly string[], before: Properties, after: Properties): boolean {
  return names.some((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** The rendered text among a machine's inputs; empty where there is none. */
function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
