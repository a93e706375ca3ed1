// Small environments for tables of rows: a site with everything in it, and one problem of it as a short line.
import { checkEnvironmentText, type Notes } from "../../providers/engine/check.js";
import type { Environment } from "../../providers/model/environment.js";
import { formatPath, type Problem } from "../../providers/model/problem.js";

/** The problems of a file as `line:column path [rule] message`. */
export function problemsOf(text: string): string[] {
  return checkEnvironmentText(text, "e.yaml").problems.map(
    ({ source, path, rule, message }) => `${source?.line}:${source?.column} ${formatPath(path)} [${rule}] ${message}`,
  );
}

/** The model of a file that must be without errors. */
export function modelOf(text: string): Environment {
  const { environment, problems } = checkEnvironmentText(text, "e.yaml");
  const errors = problems.filter((problem: Problem) => problem.severity === "error");
  if (!environment || errors.length > 0) throw new Error(`not valid:\n${problemsOf(text).join("\n")}`);
  return environment;
}

/** Severity and rule of every finding about a file. */
export function rulesOf(text: string, notes: Notes = {}): string[] {
  return checkEnvironmentText(text, "e.yaml", notes).problems.map(({ severity, rule }) => `${severity} ${rule}`);
}
