// docs/reference/environment.md: every key of the environment file, from the zod model. Pure.
import { z } from "zod";
import { NOUNS, type Noun } from "./nouns.js";
import { anchor, code, fence, type Page, page, plain, table } from "./page.js";

/** The parts of a JSON Schema that the page shows, and the marks that {@link jsonSchema} leaves. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly wanted?: string;
  readonly noun?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  /** Which of them it is, one of their keys says. */
  readonly oneOf?: readonly Schema[];
}

/** `example` gives the text of an example file by its name. */
export function environmentPage(example: (name: string) => string): Page {
  const list = NOUNS.map(({ title }) => `- [${title}](#${anchor(title)})`).join("\n");
  return page("environment.md", "Keys of the environment file", [
    "Every key, grouped by the thing that it describes. In a path, `<name>` stands for a name that you give, `[]` for an entry of a list. How the file is used: [the environment file](../environment-file.md). Editors read the same from `schema/environment.schema.json`.",
    list,
    ...NOUNS.map((noun) => section(noun, example(noun.example))),
  ]);
}

function section(noun: Noun, example: string): string {
  const stands = noun.at.filter((path) => path !== "").map(code);
  const rows = keyRows(jsonSchema(noun), "");
  return [
    `## ${noun.title}`,
    ...(stands.length > 0 ? [`Stands at ${stands.join(", ")}.`] : ["The file as a whole."]),
    ...(noun.note === undefined ? [] : [noun.note]),
    table(["Key", "Type", "Default", "Allowed", "Description"], rows),
    fence("yaml", example),
  ].join("\n\n");
}

function jsonSchema({ schema: wanted }: Noun): Schema {
  const json = z.toJSONSchema(wanted, {
    io: "input",
    override: ({ zodSchema, jsonSchema: made }) => {
      // A description of its own makes a copy of a schema; the definition stays the same.
      const isIt = (part: z.ZodType) => (part._zod.def as unknown) === zodSchema._zod.def;
      const noun = NOUNS.find(({ schema, parts = [] }) => [schema, ...parts].some(isIt));
      if (noun) Object.assign(made, { noun: noun.title });
    },
  }) as Schema & { $defs?: Record<string, Schema> };
  // The one schema with an id is a definition.
  return json.properties ? json : (Object.values(json.$defs ?? {})[0] ?? json);
}

function keyRows({ properties = {}, required = [] }: Schema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const path = `${prefix}${key}`;
    const row = keyRow(path, schema, required.includes(key));
    const inner = isPart(schema) ? keyRows(schema, `${path}.`) : [];
    const ofItems = schema.items && isPart(schema.items) ? keyRows(schema.items, `${path}[].`) : [];
    return [row, ...inner, ...ofItems];
  });
}

/** A map whose keys stand in the table of the noun that it is in. */
function isPart({ noun, properties }: Schema): boolean {
  return noun === undefined && properties !== undefined;
}

function keyRow(path: string, schema: Schema, isRequired: boolean): string[] {
  const { text, fallback } = splitDefault(schema.description ?? "");
  return [
    code(path),
    typeWords(schema),
    isRequired ? "**required**" : plain(fallback ?? "none"),
    allowedWords(schema),
    plain(text),
  ];
}

/** Descriptions end with their default: "How it is done. Default: as before." */
function splitDefault(description: string): { text: string; fallback?: string } {
  const [, text = description, fallback] = /^(.*?[.;])\s+Default:? (.+?)\.?$/s.exec(description) ?? [];
  return fallback === undefined ? { text } : { text, fallback };
}

function typeWords(schema: Schema): string {
  if (schema.noun !== undefined) return `[${schema.noun}](#${anchor(schema.noun)})`;
  const options = schema.anyOf ?? schema.oneOf;
  if (options)
    return options
      .filter((one) => one.type !== "null")
      .map(typeWords)
      .join(" or ");
  if (schema.items) return `list of ${typeWords(schema.items)}`;
  if (typeof schema.additionalProperties === "object") return `map of ${typeWords(schema.additionalProperties)}`;
  if (schema.enum) return "word";
  return TYPE_WORDS[schema.type ?? ""] ?? schema.type ?? "";
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "number",
  boolean: "true or false",
  object: "map",
};

function allowedWords({ enum: values, wanted = "", type }: Schema): string {
  if (values) return values.map(code).join(", ");
  if (type === "boolean") return "";
  return plain(wanted.replace("a whole number from ", ""));
}
