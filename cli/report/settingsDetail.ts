// A resource that is its settings, in a report: compared setting by setting, shown as YAML. Pure.
import { type Change, compare, type Disruption } from "../../providers/model/change.js";
import { changeLines, type Detail, patch, type States, toYaml, worst } from "./detail.js";

/** What traffic notices, by setting; a setting that is missing disturbs nobody. */
export type DisruptiveSettings = Readonly<Record<string, Disruption>>;

/** `disruptive` is undefined for a resource of which multiport knows nothing. */
export function settingsDetail(
  name: string,
  { before, after }: States,
  disruptive: DisruptiveSettings | undefined,
): Detail {
  const changes = before && after ? compare(after, before, (path) => disruptive?.[String(path[0])] ?? "none") : [];
  const judged = changes.map((change) => ofWholeSetting(change, disruptive ?? {}));
  return {
    disruption: disruptive ? worst(judged) : "unknown",
    summary: changeLines(judged),
    steps: [],
    notes: [],
    diff: patch(`${name}.yaml`, toYaml(before), toYaml(after)),
    keys: changes.map(({ path }) => String(path[0])),
  };
}

/** A setting that goes back to its default is a change of that setting, not the loss of a part. */
function ofWholeSetting(change: Change, disruptive: DisruptiveSettings): Change {
  return { ...change, disruption: disruptive[String(change.path[0])] ?? "none" };
}
