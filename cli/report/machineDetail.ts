// A machine in a report: its text in the platform's own words, then where and how it is reached. Pure.
import { fromTextProperty } from "../../providers/engine/textProperty.js";
import { compare } from "../../providers/model/change.js";
import type { AnyDriver } from "../../providers/platforms/index.js";
import { changeLine, type Detail, patch, type States, without, worst } from "./detail.js";

export function machineDetail(driver: AnyDriver, { action, before, after }: States): Detail {
  const { property, extension } = driver.file;
  const [old, now] = [text(before?.[property]), text(after?.[property])];
  const isCompared = old !== "" && now !== "" && old !== now;
  const changes = isCompared ? driver.compare(driver.fromText(now), driver.fromText(old)) : [];
  // State keeps what an older release wrote: a difference without a meaning is no difference without consequences.
  const isUnclear = isCompared && changes.length === 0;
  const isWhole = action === "create" || action === "delete" || action === "import";
  const rest = isWhole ? [] : compare(without(after, [property]), without(before, [property]));
  return {
    disruption: isUnclear ? "unknown" : worst(changes),
    summary: [
      ...(isUnclear ? ["only comments change, or lines that this release does not know"] : changes.map(changeLine)),
      ...rest.map(changeLine),
    ],
    steps: [],
    notes: [],
    diff: patch(extension, old, now),
    keys: [property, ...rest.map(({ path }) => String(path[0]))],
  };
}

/** The rendered text among a machine's inputs; empty where there is none. */
function text(value: unknown): string {
  return fromTextProperty(value) ?? "";
}
