// From text to model: every problem at once, with its place in the file. Never throws, does no I/O.
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import { type Environment, EnvironmentSpec } from "./environment.js";
import { lint } from "./lint/index.js";
import { hasErrors, type Path, type Problem, sortProblems } from "./problem.js";
import { expandRange, rangeFault } from "./range.js";
import { resolveEnvironment } from "./resolve/index.js";
import { schemaProblems } from "./schemaProblem.js";

export interface Parsed {
  /** Undefined when the text can't be read as an environment at all. With errors among the problems it is not to be used. */
  readonly environment?: Environment;
  /** Errors first, then by place in the file. */
  readonly problems: readonly Problem[];
}

/** A further judgement of the model, such as what the platforms can't do. */
export type Check = (environment: Environment) => readonly Problem[];

/** Reads an environment file. `file` is its name as it shall stand in messages. */
export function parseEnvironment(text: string, file: string, check: Check = () => []): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const syntax = document.errors.map((error): Problem => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      rule: "yaml",
      severity: "error",
      path: [],
      message: error.message.split("\n")[0] ?? "not YAML",
      remedy: "Correct the YAML here.",
      source: { file, line, column: col },
    };
  });
  if (syntax.length > 0) return { problems: syntax };
  const places = new Places(document, lines, file);
  const parsed = checkSpec(document.toJS({ maxAliasCount: 1000 }), check);
  return { ...parsed, problems: sortProblems(distinct(parsed.problems.map((problem) => places.locate(problem)))) };
}

/** The same for a plain value, such as one that a program built; problems then have no place in a file. */
export function checkSpec(value: unknown, check: Check = () => []): Parsed {
  const problems = schemaProblems(EnvironmentSpec, value);
  if (problems.length > 0) return { problems: [...problems, ...beyondSchema(value, problems)] };
  const spec = value as EnvironmentSpec;
  const { environment, problems: found } = resolveEnvironment(spec);
  // Design rules about a model with dangling names would be noise.
  const judged = [...check(environment), ...(hasErrors(found) ? [] : lint(environment, spec.accepted))];
  return { environment, problems: distinct([...found, ...judged]) };
}

/**
 * The user is to hear of wrong references together with wrong values: the wrong values are left out, and when what
 * remains fits the schema, the names in it are looked up. Only faults that a left-out value can't cause are kept.
 */
function beyondSchema(value: unknown, problems: readonly Problem[]): Problem[] {
  const rest = structuredClone(value);
  for (const { path } of problems) remove(rest, path);
  if (schemaProblems(EnvironmentSpec, rest).length > 0) return [];
  return resolveEnvironment(rest as EnvironmentSpec).problems.filter((problem) =>
    ["reference", "address", "duplicate"].includes(problem.rule),
  );
}

function remove(value: unknown, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((node, step) => (node as Record<string | number, unknown> | undefined)?.[step], value);
  const last = path.at(-1);
  if (Array.isArray(parent) || last === undefined) return;
  if (typeof parent === "object" && parent !== null) delete (parent as Record<string | number, unknown>)[last];
}

/** The members of a group share most of their faults: each is reported once. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.rule, problem.path, problem.message, problem.found]);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Finds the place of a problem: the nearest thing to its path in the file, in the host's own body or its profile's. */
class Places {
  private readonly keys = new Map<string, Map<string, string>>();

  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly file: string,
  ) {}

  locate(problem: Problem): Problem {
    const path = this.asWritten(problem.path);
    const { line, col } = this.lines.linePos(this.offset(path));
    return { ...problem, path, source: { file: this.file, line, column: col } };
  }

  private offset(path: Path): number {
    const own = nodeOffset(this.document, path);
    const profile = own.depth < path.length ? inProfile(this.document, path) : undefined;
    const inherited = profile && nodeOffset(this.document, profile);
    return inherited && inherited.depth > own.depth ? inherited.offset : own.offset;
  }

  /** `hosts.kvm-07` of the model is `hosts."kvm-[01:40]"` in the file. */
  private asWritten(path: Path): Path {
    const [section, name, ...rest] = path;
    if ((section !== "hosts" && section !== "vms") || typeof name !== "string") return path;
    if (this.document.hasIn([section, name])) return path;
    return [section, this.keysOf(section).get(name) ?? name, ...rest];
  }

  private keysOf(section: string): Map<string, string> {
    let names = this.keys.get(section);
    if (!names) {
      const members = patternKeys(this.document, section).flatMap((key) =>
        expandRange(key).map((member): [string, string] => [member, key]),
      );
      names = new Map(members);
      this.keys.set(section, names);
    }
    return names;
  }
}

function patternKeys(document: Document, section: string): string[] {
  const map = document.get(section);
  if (!isMap(map)) return [];
  const keys = map.items.flatMap((pair) => (isScalar(pair.key) ? [String(pair.key.value)] : []));
  return keys.filter((key) => key.includes("[") && !rangeFault(key));
}

function inProfile(document: Document, path: Path): Path | undefined {
  const [section, key, ...rest] = path;
  if (section !== "hosts") return undefined;
  const profile = document.getIn([section, key, "profile"]);
  return typeof profile === "string" ? ["profiles", profile, ...rest] : undefined;
}

/** Walks as far along the path as the file goes; says how far, and where that is. */
function nodeOffset(document: Document, path: Path): { offset: number; depth: number } {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, step] of path.entries()) {
    const next = child(node, step);
    if (!next) return { offset, depth };
    node = next.node;
    offset = next.offset;
  }
  return { offset, depth: path.length };
}

function child(node: unknown, step: string | number): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
    if (!pair || !isPair(pair) || !isScalar(pair.key)) return undefined;
    return { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  const items = (node as { items?: readonly unknown[] } | null)?.items;
  const item = typeof step === "number" ? items?.[step] : undefined;
  return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
}
