// From the text of a YAML file to a plain value, with the place of everything in it. Every fault of the text is a
// problem; nothing throws, whatever the text. No I/O.
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import type { Path, PathStep, Problem, Source } from "./problem.js";

/** Deeper than any environment; a deeper text would take the parser past the end of its stack. */
const MAX_DEPTH = 64;
/** Values of a file with its aliases written out: a few lines of aliases to aliases can stand for billions. */
const MAX_VALUES = 10_000_000;

export interface YamlFile {
  /** Undefined when the text can't be read at all; the problems then say why. */
  readonly content?: { readonly value: unknown; readonly places: Places };
  readonly problems: readonly Problem[];
}

/** Reads one YAML document. `file` is its name as it shall stand in messages. */
export function readYamlFile(source: string, file: string): YamlFile {
  // A byte order mark is no part of the first line.
  const text = source.replace(/^\uFEFF/, "");
  const lines = new LineCounter();
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const unreadable = [...unreadableCharacters(text, lines, at)];
  if (unreadable.length > 0) return { problems: unreadable };
  const { documents, tooDeep } = compose(text, lines);
  const document = documents[0];
  if (tooDeep !== undefined) return { problems: [yamlProblem(at(tooDeep), `nested deeper than ${MAX_DEPTH} levels`)] };
  if (!document) return { problems: [] };
  const faults = [...document.errors, ...document.warnings].map((error) => faultProblem(error, { text, at }));
  const second = documents[1];
  if (second) faults.push(yamlProblem(at(second.range[0]), "a second YAML document begins here", ONE_DOCUMENT));
  if (faults.length > 0) return { problems: faults };
  const reader = new ValueReader(at);
  const value = reader.read(document.contents);
  const content = { value, places: new Places(document, at, reader.targets) };
  return reader.isComplete ? { content, problems: reader.problems } : { problems: reader.problems };
}

const ONE_DOCUMENT = "Keep one environment in a file, and give the others files of their own.";

/** Text of another encoding reads as U+FFFD; a NUL comes from UTF-16 or a damaged file. */
function* unreadableCharacters(text: string, lines: LineCounter, at: (offset: number) => Source): Generator<Problem> {
  const offset = text.search(/[\uFFFD\0]/);
  if (offset < 0) return;
  lines.addNewLine(0);
  for (const match of text.matchAll(/\n/g)) lines.addNewLine(match.index + 1);
  yield yamlProblem(at(offset), "the file is not UTF-8 text", "Save it in the encoding UTF-8.");
}

function compose(text: string, lines: LineCounter): { documents: Document.Parsed[]; tooDeep?: number } {
  let tooDeep: number | undefined;
  function* shallow(tokens: Iterable<CST.Token>): Generator<CST.Token> {
    for (const token of tokens) {
      tooDeep ??= offsetBelow(token, MAX_DEPTH);
      if (tooDeep !== undefined) return;
      yield token;
    }
  }
  // Duplicate keys are found here in linear time, the package compares every key with every other.
  const composer = new Composer({ lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: true });
  const documents = [...composer.compose(shallow(new Parser(lines.addNewLine).parse(text)), true, text.length)];
  return tooDeep === undefined ? { documents } : { documents, tooDeep };
}

/** Where a token goes deeper than so many levels. Walks without recursion: that is what a deep text makes fail. */
function offsetBelow(token: CST.Token, levels: number): number | undefined {
  const stack = [{ token, depth: 0 }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { depth } = top;
    if (depth > levels) return top.token.offset;
    if (top.token.type === "document" && top.token.value) stack.push({ token: top.token.value, depth });
    if (!("items" in top.token)) continue;
    for (const { key, value } of top.token.items) {
      if (key && "items" in key) stack.push({ token: key, depth: depth + 1 });
      if (value && "items" in value) stack.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

function yamlProblem(source: Source, message: string, remedy = "Correct the YAML here."): Problem {
  return { rule: "yaml", severity: "error", path: [], message, remedy, source };
}

const FAULTS: Partial<Record<YAMLError["code"], { readonly message: string; readonly remedy: string }>> = {
  TAB_AS_INDENT: { message: "a tab stands in the indentation", remedy: "Indent with spaces." },
  NON_STRING_KEY: { message: "a key is a list or a map", remedy: "Write a name as the key." },
  TAG_RESOLVE_FAILED: {
    message: "tags have no meaning in an environment file",
    remedy: "Remove the tag. Secrets stand in the stack's config: pulumi config set --secret.",
  },
};

function faultProblem(error: YAMLError, { text, at }: { text: string; at: (offset: number) => Source }): Problem {
  const known = FAULTS[error.code];
  if (known) return yamlProblem(at(error.pos[0]), known.message, known.remedy);
  const lineStart = text.lastIndexOf("\n", error.pos[0] - 1) + 1;
  const line = text.slice(lineStart).split("\n", 1)[0] ?? "";
  const hint = /\[\d+:\d+\]/.test(line)
    ? 'Inside [ ] and { }, a range stands between quotes: "kvm-[01:40]".'
    : "Correct the YAML here.";
  return yamlProblem(at(error.pos[0]), error.message.split("\n")[0] ?? "not YAML", hint);
}

/** Turns nodes into values: aliases and merge keys (<<) written out, duplicate keys reported. */
class ValueReader {
  readonly problems: Problem[] = [];
  /** What each alias stands for. */
  readonly targets = new Map<Alias, unknown>();
  isComplete = true;
  private readonly anchors = new Map<string, unknown>();
  private readonly known = new Map<unknown, { value: unknown; size: number }>();
  private readonly open = new Set<unknown>();
  private size = 0;

  constructor(private readonly at: (offset: number) => Source) {}

  read(node: unknown): unknown {
    if (!this.isComplete) return null;
    this.size++;
    if (isAlias(node)) return this.readAlias(node);
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.readPlain(node);
    this.anchors.set(anchor, node);
    this.open.add(node);
    const before = this.size;
    const value = this.readPlain(node);
    this.open.delete(node);
    this.known.set(node, { value, size: this.size - before });
    return value;
  }

  private readPlain(node: unknown): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    return isMap(node) ? this.readMap(node) : null;
  }

  private readAlias(alias: Alias): unknown {
    const target = this.anchors.get(alias.source);
    if (target === undefined) return this.stop(alias, `there is no anchor &${alias.source} before this alias`);
    if (this.open.has(target)) return this.stop(alias, `alias *${alias.source} stands inside what it names`);
    this.targets.set(alias, target);
    const { value, size } = this.known.get(target) ?? { value: null, size: 0 };
    this.size += size;
    if (this.size > MAX_VALUES) return this.stop(alias, `the aliases stand for more than ${MAX_VALUES} values`);
    return value;
  }

  private stop(node: Alias, message: string): null {
    this.isComplete = false;
    this.problems.push(yamlProblem(this.at(node.range?.[0] ?? 0), message));
    return null;
  }

  private readMap(map: YAMLMap): object {
    const own: Record<string, unknown> = {};
    const merged: object[] = [];
    for (const { key, value } of map.items) {
      const name = keyName(key);
      const item = this.read(value);
      if (name === "__proto__") this.forbidden(key, name);
      else if (name === "<<") merged.push(...mergeSources(item));
      else if (Object.hasOwn(own, name)) this.duplicate(key, name);
      else own[name] = item;
    }
    return merged.length === 0 ? own : Object.assign({}, ...merged.reverse(), own);
  }

  /** JavaScript has its own idea of this one. */
  private forbidden(key: unknown, name: string): void {
    const problem = yamlProblem(this.at(startOf(key)), "this name is not allowed here", "Write another name.");
    this.problems.push({ ...problem, found: JSON.stringify(name) });
  }

  private duplicate(key: unknown, name: string): void {
    this.problems.push({
      ...yamlProblem(this.at(startOf(key)), "this key stands twice in one map", "Keep one of the two."),
      found: JSON.stringify(name),
    });
  }
}

function keyName(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** The maps that a merge key names; of several, the first wins. */
function mergeSources(value: unknown): object[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (item): item is object => typeof item === "object" && item !== null,
  );
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Where things stand in the file. */
export class Places {
  private readonly indexes = new WeakMap<YAMLMap, Map<string, { node: unknown; offset: number }>>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly at: (offset: number) => Source,
    private readonly targets: ReadonlyMap<Alias, unknown>,
  ) {}

  /** Walks as far along the path as the file goes; says how far that is, and where. */
  find(path: Path): { source: Source; depth: number } {
    let node: unknown = this.document.contents;
    let offset = startOf(node);
    for (const [depth, step] of path.entries()) {
      const next = this.child(node, step);
      if (!next) return { source: this.at(offset), depth };
      node = next.node;
      offset = next.offset;
    }
    return { source: this.at(offset), depth: path.length };
  }

  private child(parent: unknown, step: PathStep): { node: unknown; offset: number } | undefined {
    const node = this.resolve(parent);
    if (isMap(node)) return this.index(node).get(String(step));
    if (!isSeq(node) || typeof step !== "number") return undefined;
    const item = node.items[step];
    return isNode(item) ? { node: item, offset: startOf(item) } : undefined;
  }

  private resolve(node: unknown): unknown {
    return isAlias(node) ? this.targets.get(node) : node;
  }

  /** Keys of a map with their places, those that it merges in included. */
  private index(map: YAMLMap): Map<string, { node: unknown; offset: number }> {
    let index = this.indexes.get(map);
    if (!index) {
      index = new Map();
      this.indexes.set(map, index);
      const merged = map.items.filter((pair) => isPair(pair) && keyName(pair.key) === "<<");
      for (const { value } of merged) this.mergeInto(index, value);
      // Of a key that stands twice the first counts, as in the value.
      for (const { key, value } of [...map.items].reverse())
        index.set(keyName(key), { node: value, offset: startOf(key) });
    }
    return index;
  }

  private mergeInto(index: Map<string, { node: unknown; offset: number }>, value: unknown): void {
    const node = this.resolve(value);
    const sources = isSeq(node) ? [...node.items].reverse() : [node];
    for (const source of sources.map((item) => this.resolve(item))) {
      if (isMap(source)) for (const [key, place] of this.index(source)) index.set(key, place);
    }
  }
}
