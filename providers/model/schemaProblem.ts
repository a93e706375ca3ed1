// Turns what zod found into Problems in our words: nearest known key, what would be right, one sentence each. Pure.
import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Path, type PathStep, type Problem, quoteValue } from "./problem.js";

/** The parts of a zod schema that this file walks; a subset of zod's own definition object. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The value as the schema has it, or every way in which it does not fit. */
export type Fitted<T> =
  | { readonly fitted: T; readonly problems: readonly [] }
  | { readonly problems: readonly Problem[] };

export function fitSchema<T>(schema: z.ZodType<T>, value: unknown): Fitted<T> {
  const result = schema.safeParse(value);
  if (result.success) return { fitted: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => toProblems(issue, { schema, value }, [])) };
}

interface Context {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

type Issue = z.core.$ZodIssue;

function toProblems(issue: Issue, context: Context, base: Path): Problem[] {
  const path = [...base, ...(issue.path as PathStep[])];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, context));
  if (issue.code === "invalid_union") return unionProblems(issue, path, context);
  if (issue.code === "invalid_key") return [badKey(path, context)];
  const at = schemaAt(context.schema, path);
  const found = valueAt(context.value, path);
  const words = wantedOf(at, platformAt(context.value, path));
  if (found === undefined || found === null) return [missing(path, words, found)];
  const message = issue.code === "invalid_type" ? "the value is of the wrong type" : "the value is not allowed here";
  return [wrong(path, { message, found, wanted: words ?? issue.message, at })];
}

interface Wrong {
  readonly message: string;
  readonly found: unknown;
  readonly wanted: string;
  readonly at: z.ZodType | undefined;
}

function wrong(path: Path, { message, found, wanted, at }: Wrong): Problem {
  const remedy = (at && requoted(at, found)) ?? "Correct the value.";
  return { rule: "schema", severity: "error", path, message, found: quoteValue(found), wanted, remedy };
}

/** YAML takes 10 for a number and "10" for text: the right value may only be spelt as the wrong type. */
function requoted(schema: z.ZodType, found: unknown): string | undefined {
  const isPlain = typeof found === "number" || typeof found === "boolean";
  if (isPlain && schema.safeParse(String(found)).success) return `Put it in quotes: "${found}".`;
  if (typeof found !== "string") return undefined;
  const unquoted = found === "true" || found === "false" ? found === "true" : Number(found || "x");
  return schema.safeParse(unquoted).success ? `Write it without quotes: ${found}.` : undefined;
}

/** The branch that the value was meant for is the one whose complaint is not about the value's own type. */
function unionProblems(issue: Extract<Issue, { code: "invalid_union" }>, path: Path, context: Context): Problem[] {
  const branch = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
  if (branch) return branch.flatMap((inner) => toProblems(inner, context, path));
  const at = schemaAt(context.schema, path);
  const found = valueAt(context.value, path);
  const words = wantedOf(at, platformAt(context.value, path));
  if (found === undefined || found === null) return [missing(path, words, found)];
  return [wrong(path, { message: "the value is not allowed here", found, wanted: words ?? "another value", at })];
}

function missing(path: Path, wanted: string | undefined, found: null | undefined): Problem {
  return {
    rule: "schema",
    severity: "error",
    path,
    message: found === null ? "the value is empty" : "a required value is missing",
    ...(wanted === undefined ? {} : { wanted }),
    remedy: found === null ? "Write a value, or remove the key." : `Add ${String(path.at(-1))}.`,
  };
}

function badKey(path: Path, context: Context): Problem {
  const parent = schemaAt(context.schema, path.slice(0, -1));
  const keys = parent && definition(unwrap(parent)).keyType;
  return {
    rule: "schema",
    severity: "error",
    path,
    message: "the name is not allowed here",
    found: quoteValue(path.at(-1)),
    wanted: wantedOf(keys, platformAt(context.value, path)) ?? "another name",
    remedy: "Rename it.",
  };
}

const UNKNOWN_KEY = "this key is not known here";

function unknownKey(key: string, path: Path, context: Context): Problem {
  const known = otherKeys(key, path, context.schema);
  const nearest = nearestName(key, known);
  return {
    rule: "schema",
    severity: "error",
    path: [...path, key],
    message: UNKNOWN_KEY,
    found: quoteValue(key),
    wanted: nearest ? `${nearest} (nearest known key)` : `one of ${known.join(", ")}`,
    remedy: nearest ? `Write ${nearest}, or remove the key.` : "Remove the key, or move it to where it belongs.",
  };
}

function otherKeys(key: string, path: Path, schema: z.ZodType): string[] {
  // What another kind of the same thing has, such as another guest, is known and out of place.
  return [...new Set(knownKeys(schemaAt(schema, path)))].filter((one) => one !== key);
}

/** Whether a problem is a key that the schema does not have: the rest of its map means what it says. */
export function isUnknownKey({ message }: Problem): boolean {
  return message === UNKNOWN_KEY;
}

/** The key that was most likely meant by the unknown one at a path. */
export function nearestKey(schema: z.ZodType, path: Path): string | undefined {
  const key = String(path.at(-1));
  return nearestName(key, otherKeys(key, path.slice(0, -1), schema));
}

/** The known name that a typing error most likely meant; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const best = known
    .map((candidate) => ({ candidate, score: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.score - b.score)[0];
  return best && best.score <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

function definition(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const inner = definition(schema).innerType;
  return inner ? unwrap(inner) : schema;
}

function knownKeys(schema: z.ZodType | undefined): string[] {
  if (!schema) return [];
  const def = definition(unwrap(schema));
  if (def.options) return def.options.flatMap((option) => knownKeys(option));
  return Object.keys(def.shape ?? {});
}

/** The schema that governs a path, through records, lists, optional values and unions. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const def = definition(unwrap(schema));
  const options = def.options ?? [];
  if (options.length > 0) return firstDefined(options.map((option) => schemaAt(option, path)));
  const next =
    ownEntry(def.shape, String(step)) ?? def.valueType ?? (typeof step === "number" ? def.element : undefined);
  return next && schemaAt(next, rest);
}

function ownEntry<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}

function firstDefined<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}

function wantedOf(schema: z.ZodType | undefined, platform: unknown): string | undefined {
  if (!schema) return undefined;
  const meta = z.globalRegistry.get(schema) as { wanted?: string; wantedOnHyperv?: string } | undefined;
  const own = (platform === "hyperv" ? meta?.wantedOnHyperv : undefined) ?? meta?.wanted;
  if (own !== undefined) return own;
  const inner = definition(schema).innerType;
  if (inner) return wantedOf(inner, platform);
  return definition(schema).type === "object" ? `a map with ${knownKeys(schema).join(", ")}` : undefined;
}

/** What the file says is the platform of the host that a place is about: of the host, its profile, or the host of a VM. */
function platformAt(file: unknown, [section = "", key = ""]: Path): unknown {
  const named = (part: string, name: unknown) => (typeof name === "string" ? valueAt(file, [part, name]) : undefined);
  const body = valueAt(file, [section, key]);
  const host = section === "vms" ? named("hosts", valueAt(body, ["host"])) : body;
  return valueAt(host, ["platform"]) ?? valueAt(named("profiles", valueAt(host, ["profile"])), ["platform"]);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, step) => {
    const isHolder = typeof current === "object" && current !== null && Object.hasOwn(current, step);
    return isHolder ? (current as Record<PathStep, unknown>)[step] : undefined;
  }, value);
}
