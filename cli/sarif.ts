// Problems as SARIF 2.1.0, the format that code hosts show beside the lines of a pull request. Pure.
import { ALL_RULES } from "../providers/model/lint/index.js";
import { formatProblem, type Problem, type Severity, type Source } from "../providers/model/problem.js";

const LEVEL: Record<Severity, "error" | "warning" | "note"> = { error: "error", warning: "warning", info: "note" };

/** Ids of problems that are no design rule. */
const KINDS: Record<string, string> = {
  yaml: "The file is no valid YAML",
  schema: "A value that the environment file does not allow",
  reference: "A reference to something that is not declared",
  duplicate: "Something is declared or used twice",
  unsupported: "Something that the platform can't do",
  address: "An address that does not fit its network",
};

/** One SARIF log with one run. Paths count from the root of the checkout when the command runs there. */
export function toSarif(problems: readonly Problem[]): object {
  const ids = [...new Set(problems.map((problem) => problem.rule))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "multiport", rules: ids.map(toRule) } },
        // The parser counts columns as JavaScript does.
        columnKind: "utf16CodeUnits",
        results: problems.map((problem) => toResult(problem, ids.indexOf(problem.rule))),
      },
    ],
  };
}

function toRule(id: string): object {
  const rule = ALL_RULES.find((candidate) => candidate.id === id);
  if (!rule) return { id, shortDescription: { text: KINDS[id] ?? `Problem of kind ${id}` } };
  return {
    id,
    shortDescription: { text: rule.title },
    help: { text: `${rule.remedy} Source: ${rule.source}` },
    defaultConfiguration: { level: LEVEL[rule.severity] },
  };
}

function toResult({ source, ...problem }: Problem, ruleIndex: number): object {
  return {
    ruleId: problem.rule,
    ruleIndex,
    level: LEVEL[problem.severity],
    message: { text: formatProblem(problem) },
    locations: source ? [{ physicalLocation: toLocation(source) }] : [],
  };
}

function toLocation({ file, line, column }: Source): object {
  const uri = file.split(/[/\\]/).map(encodeURIComponent).join("/");
  return { artifactLocation: { uri }, region: { startLine: line, startColumn: column } };
}
