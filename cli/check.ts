// multiport check: parse and judge environment files offline; as text, JSON or SARIF.
import { checkEnvironmentText } from "../providers/engine/check.js";
import { RULES } from "../providers/model/lint/index.js";
import { formatPath, formatProblem, type Problem, type Severity } from "../providers/model/problem.js";
import type { EnvironmentFile } from "./project.js";

/** Exit codes of `multiport check`. */
export const EXIT = { clean: 0, errors: 1, usage: 2, warnings: 3 } as const;

export interface CheckOutcome {
  readonly output: string;
  readonly exitCode: number;
}

type Format = "text" | "json" | "sarif";

export function checkFiles(files: readonly EnvironmentFile[], format: Format): CheckOutcome {
  const checked = files.map((file) => ({ ...file, problems: checkEnvironmentText(file.text, file.file).problems }));
  const problems = checked.flatMap((file) => file.problems);
  return { output: FORMATS[format](checked), exitCode: exitCode(problems) };
}

function exitCode(problems: readonly Problem[]): number {
  if (problems.some((problem) => problem.severity === "error")) return EXIT.errors;
  return problems.some((problem) => problem.severity === "warning") ? EXIT.warnings : EXIT.clean;
}

interface Checked {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly Problem[];
}

const FORMATS: Record<Format, (checked: readonly Checked[]) => string> = {
  text: (checked) => checked.map(asText).join("\n"),
  json: (checked) => JSON.stringify(checked.map(asJson), null, 2),
  sarif: (checked) => JSON.stringify(toSarif(checked.flatMap((file) => file.problems)), null, 2),
};

function asText({ file, problems }: Checked): string {
  const count = (severity: Severity) => problems.filter((problem) => problem.severity === severity).length;
  const lines = problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`);
  return [...lines, `${file}: ${count("error")} errors, ${count("warning")} warnings`].join("\n");
}

function asJson({ name, file, problems }: Checked): object {
  return {
    environment: name,
    file,
    problems: problems.map((problem) => ({ ...problem, path: formatPath(problem.path) })),
  };
}

const LEVEL: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/** SARIF 2.1.0, the format that code hosts show beside the lines of a pull request. */
function toSarif(problems: readonly Problem[]): object {
  const ids = [...new Set(problems.map((problem) => problem.rule))];
  const rules = ids.map((id) => ({
    id,
    shortDescription: { text: RULES.find((rule) => rule.id === id)?.title ?? `Problem of kind ${id}` },
  }));
  const results = problems.map((problem) => ({
    ruleId: problem.rule,
    level: LEVEL[problem.severity],
    message: { text: formatProblem({ ...problem, source: undefined } as unknown as Problem) },
    locations: problem.source
      ? [
          {
            physicalLocation: {
              artifactLocation: { uri: problem.source.file },
              region: { startLine: problem.source.line, startColumn: problem.source.column },
            },
          },
        ]
      : [],
  }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "multiport", rules } }, results }],
  };
}
