// multiport check: parse and judge environment files offline; as text, JSON or SARIF. Pure.
import { checkEnvironmentText, type Notes } from "../providers/engine/check.js";
import { formatPath, formatProblem, hasErrors, type Problem, type Severity } from "../providers/model/problem.js";
import { EXIT } from "./exit.js";
import type { EnvironmentFile } from "./project.js";
import { toSarif } from "./sarif.js";

export interface CheckOutcome {
  readonly output: string;
  readonly exitCode: number;
}

export type CheckFormat = "text" | "json" | "sarif";

/** One judged file. */
export interface Checked extends EnvironmentFile {
  readonly problems: readonly Problem[];
}

export function checkFiles(files: readonly EnvironmentFile[], format: CheckFormat, notes: Notes = {}): CheckOutcome {
  const checked = files.map((file) => ({ ...file, ...checkEnvironmentText(file.text, file.file, notes) }));
  return { output: FORMATS[format](checked), exitCode: exitCode(checked.flatMap((file) => file.problems)) };
}

function exitCode(problems: readonly Problem[]): number {
  if (hasErrors(problems)) return EXIT.errors;
  return problems.some((problem) => problem.severity === "warning") ? EXIT.warnings : EXIT.clean;
}

const FORMATS: Record<CheckFormat, (checked: readonly Checked[]) => string> = {
  text: (checked) => checked.map(asText).join("\n"),
  json: (checked) => JSON.stringify(checked.map(asJson), null, 2),
  sarif: (checked) => JSON.stringify(toSarif(checked.flatMap((file) => file.problems)), null, 2),
};

function asText({ file, problems }: Checked): string {
  const lines = problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`);
  return [...lines, `${file}: ${countWords(problems)}`].join("\n");
}

/** `2 errors, 1 warning`; notes are counted when there are some. */
export function countWords(problems: readonly Problem[]): string {
  const counted = (severity: Severity, one: string) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return { count, words: `${count} ${one}${count === 1 ? "" : "s"}` };
  };
  const notes = counted("info", "note");
  const words = [counted("error", "error").words, counted("warning", "warning").words];
  return [...words, ...(notes.count > 0 ? [notes.words] : [])].join(", ");
}

function asJson({ name, file, problems }: Checked): object {
  return {
    environment: name,
    file,
    problems: problems.map((problem) => ({ ...problem, path: formatPath(problem.path) })),
  };
}
