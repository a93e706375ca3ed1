// From text to model: every problem at once, with its place in the file. Never throws, does no I/O.
import { type Environment, EnvironmentSpec } from "./environment.js";
import { type Judging, judge } from "./judge.js";
import { judgeRest } from "./judgeRest.js";
import { readPlainYaml } from "./plainYaml.js";
import { type Path, type Problem, sortProblems } from "./problem.js";
import { fitSchema } from "./schemaProblem.js";
import { valueAt } from "./valueAt.js";
import { type Places, readYamlFile } from "./yamlFile.js";

export interface Parsed {
  /** Undefined when the text can't be read as an environment at all. With errors among the problems it is not to be used. */
  readonly environment?: Environment;
  /** Errors first, then by place in the file. */
  readonly problems: readonly Problem[];
}

/** Reads an environment file. `file` is its name as it shall stand in messages. */
export function parseEnvironment(text: string, file: string, judging: Judging = {}): Parsed {
  // Places in the file take most of the time of reading it, and only problems have any.
  const plain = readPlainYaml(text);
  const parsed = plain && checkSpec(plain.value, judging);
  return parsed?.problems.length === 0 ? parsed : parseWithPlaces(text, file, judging);
}

function parseWithPlaces(text: string, file: string, judging: Judging): Parsed {
  const { content, problems } = readYamlFile(text, file);
  if (!content) return { problems: problems.length > 0 ? problems : [emptyFile(file)] };
  if (content.value === null) return { problems: [emptyFile(file)] };
  const parsed = checkSpec(content.value, judging);
  const placed = parsed.problems.map((problem) => locate(problem, content));
  return { ...parsed, problems: sortProblems([...problems, ...placed]) };
}

function emptyFile(file: string): Problem {
  return {
    rule: "schema",
    severity: "error",
    path: [],
    message: "the file declares nothing",
    wanted: "a map that begins with environment",
    remedy: "Write at least environment: and a name.",
    source: { file, line: 1, column: 1 },
  };
}

/** The nearest thing to the problem's path in the file, in the host's own body or its profile's. */
function locate(problem: Problem, { value, places }: { value: unknown; places: Places }): Problem {
  const own = places.find(problem.path);
  if (own.depth >= problem.path.length) return { ...problem, source: own.source };
  const profile = inProfile(value, problem.path);
  const inherited = profile && places.find(profile);
  return { ...problem, source: inherited && inherited.depth > own.depth ? inherited.source : own.source };
}

function inProfile(value: unknown, [section, key, ...rest]: Path): Path | undefined {
  if (section !== "hosts" || key === undefined) return undefined;
  const profile = valueAt(value, [section, key, "profile"]);
  return typeof profile === "string" ? ["profiles", profile, ...rest] : undefined;
}

/** The same for a plain value, such as one that a program built; problems then have no place in a file. */
export function checkSpec(value: unknown, judging: Judging = {}): Parsed {
  const fit = fitSchema(EnvironmentSpec, value);
  if (!("fitted" in fit)) {
    return { problems: distinct([...fit.problems, ...judgeRest(value, fit.problems, judging)]) };
  }
  const { environment, problems } = judge(fit.fitted, judging);
  return { environment, problems: distinct(problems) };
}

/** The members of a group share most of their faults: each is reported once, with how many more there are. */
function distinct(problems: readonly Problem[]): Problem[] {
  const groups = new Map<string, { first: Problem; found: Set<string | undefined> }>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.rule, problem.path, problem.message]);
    const group = groups.get(key) ?? { first: problem, found: new Set() };
    groups.set(key, { ...group, found: group.found.add(problem.found) });
  }
  return [...groups.values()].map(({ first, found }) =>
    found.size > 1 ? { ...first, found: `${first.found} and ${found.size - 1} more like it` } : first,
  );
}
