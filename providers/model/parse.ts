// From text to model: every problem at once, with its place in the file. Never throws, does no I/O.
import { LineCounter, type Document, isMap, isNode, isPair, isScalar, parseDocument } from "yaml";
import { type Environment, EnvironmentSpec } from "./environment.js";
import { lint } from "./lint/index.js";
import { type Path, type Problem, type Source, sortProblems } from "./problem.js";
import { expandRange, rangeFault } from "./range.js";
import { resolveEnvironment } from "./resolve/index.js";
import { schemaProblems } from "./schemaProblem.js";

export interface Parsed {
  /** Undefined when the text can't be read as an environment at all. With errors among the problems it is not to be used. */
  readonly environment?: Environment;
  /** Errors first, then by place in the file. */
  readonly problems: readonly Problem[];
}

/** Reads an environment file. `file` is its name as it shall stand in messages. */
export function parseEnvironment(text: string, file: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const syntax = document.errors.map((error): Problem => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { rule: "yaml", severity: "error", path: [], message: error.message.split("\n")[0] ?? "not YAML", remedy: "Correct the YAML here.", source: { file, line, column: col } };
  });
  if (syntax.length > 0) return { problems: syntax };
  const locate = locator(document, lines, file);
  const parsed = checkSpec(document.toJS({ maxAliasCount: 1000 }));
  return { ...parsed, problems: sortProblems(distinct(parsed.problems.map((problem) => ({ ...problem, source: locate(problem.path) })))) };
}

/** The same for a plain value, such as one that a program built; problems then have no place in a file. */
export function checkSpec(value: unknown): Parsed {
  const problems = schemaProblems(EnvironmentSpec, value);
  if (problems.length > 0) return { problems };
  const spec = value as EnvironmentSpec;
  const resolved = resolveEnvironment(spec);
  const found = [...resolved.problems, ...lint(resolved.environment, spec.accepted)];
  return { environment: resolved.environment, problems: distinct(found) };
}

/** The members of a group share most of their faults: each is reported once. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.rule, problem.path, problem.message, problem.found]);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Finds the line of a path: the nearest thing to it that stands in the file, in the host's own body or its profile's. */
function locator(document: Document, lines: LineCounter, file: string): (path: Path) => Source {
  const keys = new Map<string, Map<string, string>>();
  return (path) => {
    const written = asWritten(document, path, keys);
    const own = nodeOffset(document, written);
    const profile = own.depth < written.length ? inProfile(document, written) : undefined;
    const inherited = profile && nodeOffset(document, profile);
    const best = inherited && inherited.depth === profile.length ? inherited : own;
    const { line, col } = lines.linePos(best.offset);
    return { file, line, column: col };
  };
}

/** `hosts.kvm-07` of the model is `hosts."kvm-[01:40]"` in the file. */
function asWritten(document: Document, path: Path, cache: Map<string, Map<string, string>>): Path {
  const [section, name, ...rest] = path;
  if ((section !== "hosts" && section !== "vms") || typeof name !== "string" || document.hasIn([section, name])) return path;
  let names = cache.get(section);
  if (!names) {
    names = new Map(patternKeys(document, section).flatMap((key) => expandRange(key).map((member): [string, string] => [member, key])));
    cache.set(section, names);
  }
  return [section, names.get(name) ?? name, ...rest];
}

function patternKeys(document: Document, section: string): string[] {
  const map = document.get(section);
  if (!isMap(map)) return [];
  return map.items.flatMap((pair) => (isScalar(pair.key) ? [String(pair.key.value)] : [])).filter((key) => !rangeFault(key));
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

