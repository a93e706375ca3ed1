// The words among a resource's inputs, where they are those of this release's driver: an older one may have had others. Pure.
import { isRecord } from "../providers/model/record.js";
import type { Properties } from "./previewJson.js";

export function releaseWords(
  driver: { readonly version: number },
  inputs: Properties | undefined,
): Properties | undefined {
  const words = inputs?.configuration;
  return isRecord(words) && inputs?.driverVersion === driver.version ? words : undefined;
}

/** The inputs of what comes or goes as a whole; undefined: it is there before and after. */
export function inputsOfWhole(states: {
  readonly before: Properties | undefined;
  readonly after: Properties | undefined;
}): Properties | undefined {
  const { before, after } = states;
  return before && after ? undefined : (after ?? before);
}
