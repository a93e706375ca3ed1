// Changes of a resource that have no visible line: secrets, and what only the provider knows. Pure.
import { HIDDEN, type PreviewStep, visibleInputs } from "../previewJson.js";
import { type Action, type PlannedStep, quiet, without } from "./detail.js";

/** Lines about them, so that an update never stands without a reason. `shown`: inputs whose change is told already. */
export function unseen(
  step: PreviewStep,
  { action, shown }: { readonly action: Action; readonly shown: readonly string[] },
): PlannedStep[] {
  if (action !== "update" && action !== "replace") return [];
  const reasons = [...(step.replaceReasons ?? []), ...(step.diffReasons ?? [])].map(topLevel);
  const hidden = [...new Set(reasons)].filter((key) => !shown.includes(key) && !key.startsWith("__"));
  const old = visibleInputs(step.oldState?.inputs);
  const lines = hidden.map((key) =>
    JSON.stringify(old[key] ?? null).includes(HIDDEN) ? `${key}: changes; it is secret` : `${key}: changes`,
  );
  const isAgain = lines.length === 0 && isSilent(step);
  return [...lines, ...(isAgain ? [AGAIN] : [])].map(quiet);
}

const AGAIN = "nothing in the file changes: it is applied again, because the last run did not end as wanted";

/** Of an object in vCenter the plan of an earlier run is among the inputs; it is no wish. */
function isSilent({ oldState, newState }: PreviewStep): boolean {
  const wishes = (inputs: Parameters<typeof visibleInputs>[0]) =>
    JSON.stringify(without(visibleInputs(inputs), ["plan"]));
  return wishes(oldState?.inputs) === wishes(newState?.inputs);
}

function topLevel(property: string): string {
  return /^[^.[]+/.exec(property)?.[0] ?? property;
}
