// A Problem is everything the user hears about a wrong or unwise file: where, what, and what to do. Pure.

/** error: it would fail or lose traffic. warning: it works but is fragile or costs something. info: worth knowing. */
export type Severity = "error" | "warning" | "info";

/** A place in the environment file; line and column count from 1. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One step of a path into the environment: a key, or the index of a list. */
export type PathStep = string | number;
export type Path = readonly PathStep[];

export interface Problem {
  /** Stable id: `schema`, `reference`, `duplicate`, `unsupported`, `address`, `accepted`, `yaml`, or the id of a design rule such as `VS-22`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly path: Path;
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** What stands in the file, shortened. */
  readonly found?: string;
  /** What would be right. */
  readonly wanted?: string;
  /** What to do, one sentence. */
  readonly remedy: string;
  /** Set by the parser when the environment came from a file. */
  readonly source?: Source;
}

/** The path as a user writes it: `hosts.kvm-01.uplinks.ens1f0`, `members[1]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** One problem as one line: where, path, what is wrong, found, wanted, remedy. */
export function formatProblem(problem: Problem): string {
  const where = problem.source ? `${problem.source.file}:${problem.source.line}:${problem.source.column}: ` : "";
  const path = problem.path.length > 0 ? `${formatPath(problem.path)}: ` : "";
  const found = problem.found === undefined ? "" : `; found ${problem.found}`;
  const wanted = problem.wanted === undefined ? "" : `; wanted ${problem.wanted}`;
  return `${where}${path}${problem.message}${found}${wanted}. ${problem.remedy} [${problem.rule}]`;
}

/** A value as it may stand in a message: one line, at most 60 characters. */
export function quoteValue(value: unknown): string {
  const text = value === undefined ? "nothing" : asJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What a program hands over may hold anything, such as a value that holds itself. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return `a value of type ${typeof value}`;
  }
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

const SEVERITY_ORDER: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Errors first, then by place in the file: the order in which a user works through them. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] ||
      (a.source?.line ?? 0) - (b.source?.line ?? 0) ||
      (a.source?.column ?? 0) - (b.source?.column ?? 0),
  );
}
