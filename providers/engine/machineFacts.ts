// What a machine says of itself: the facts of every layer, the files that are ours, what was last applied, and the change that is
// under way or was the last. The script that asks, and the reading of its answer. Reads templates, touches no host.
import { z } from "zod";
import type { ShellName } from "../model/ssh.js";
import type { AnyLayer, Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import { readFactsDocument } from "../platforms/factsDocument.js";
import { readHeading } from "../platforms/heading.js";
import { type MissingTool, PackageManager } from "../platforms/packages.js";
import { machineScript } from "./machineScript.js";
import { wordsFor } from "./machineWords.js";

type Layers = readonly AnyLayer<never>[];

/** What a machine is asked for, and in which language. */
interface Spoken {
  readonly shell: ShellName;
  readonly layers: Layers;
}

export function factsScript({ shell, layers }: Spoken, environment: string): string {
  return machineScript(shell, "facts", {
    environment,
    applied: `${environment}\\applied.json`,
    layers: layers.map(({ name, facts }) => ({ name, facts: { template: facts, data: {} } })),
    globs: layers.flatMap(({ ownFiles }) => ownFiles),
  });
}

/** A change that is under way: whose, since when, and how many seconds it may take. */
const About = z.object({
  id: z.string(),
  environment: z.string(),
  by: z.string(),
  since: z.string(),
  seconds: z.number(),
});
export type About = z.infer<typeof About>;

/** How the last change ended. */
const Last = z.object({
  id: z.string(),
  environment: z.string(),
  outcome: z.enum(["confirmed", "reverted"]),
  reason: z.string(),
  /** Seconds since 1970, by the machine's clock. */
  at: z.number(),
});
export type Last = z.infer<typeof Last>;

const encoded = z.base64().transform((text) => Buffer.from(text, "base64").toString("utf8"));
const Document = z.object({
  layers: z.record(z.string(), z.unknown()),
  packageManager: PackageManager.nullable(),
  files: z.record(z.string(), encoded),
  applied: encoded.nullable(),
  change: encoded.nullable(),
  /** Whether the machine is putting back what it had before the change that is under way. */
  reverting: z.boolean(),
  last: encoded.nullable(),
});

export interface MachineFacts {
  /** By the name of the layer. */
  readonly layers: Readonly<Record<string, unknown>>;
  /** Undefined: none that multiport knows. */
  readonly packageManager: PackageManager | undefined;
  /** Files that are ours by name, with their content, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The words that were applied and confirmed last, by whatever stack of this environment. */
  readonly applied: MachineWords | undefined;
  readonly change: About | undefined;
  /** It has begun to put back what it had, and has not come to the end of it; without a change under way nobody goes on with that. */
  readonly isPuttingBack: boolean;
  readonly last: Last | undefined;
}

export function readMachineFacts(layers: Layers, stdout: string): MachineFacts {
  const document = readFactsDocument(Document, stdout);
  return {
    layers: Object.fromEntries(layers.map((layer) => [layer.name, layer.readFacts(document.layers[layer.name])])),
    packageManager: document.packageManager ?? undefined,
    files: document.files,
    applied: json(z.record(z.string(), z.unknown()), document.applied),
    change: json(About, document.change),
    isPuttingBack: document.reverting,
    last: json(Last, document.last),
  };
}

/** A file of our own that was cut off while it was written says nothing. */
function json<T>(schema: z.ZodType<T>, text: string | null): T | undefined {
  if (text === null) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Files of this environment; what has no heading of ours has our name, and nothing else, by chance. */
export function ownFiles({ files }: MachineFacts, environment: string): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([, text]) => readHeading(text)?.environment === environment));
}

/** What of ours there is, layer by layer; `known` are the words that are wanted. */
export function wordsOf<Model extends MachineModel>(
  driver: Driver<Model>,
  facts: MachineFacts,
  { environment, wanted }: { readonly environment: string; readonly wanted?: MachineWords },
): MachineWords {
  const files = ownFiles(facts, environment);
  return Object.fromEntries(
    driver.layers.map((layer) => {
      const known = [wanted?.[layer.name], facts.applied?.[layer.name]].filter((words) => words !== undefined);
      return [layer.name, layer.fromFacts(facts.layers[layer.name], { environment, known, files })];
    }),
  );
}

/** Tools that a layer lacks for the words that are wanted, and to tell what it has of those that were confirmed last. */
export function missingOf<Model extends MachineModel>(
  layer: AnyLayer<Model>,
  { layers, applied = {} }: MachineFacts,
  words: MachineWords,
): readonly MissingTool[] {
  const isUsed = layer.name in applied || layer.name in words;
  return isUsed ? layer.missing(wordsFor(layer, words), layers[layer.name]) : [];
}

/** Those of all layers. */
export function missingTools<Model extends MachineModel>(
  { layers }: Driver<Model>,
  facts: MachineFacts,
  words: MachineWords,
): MissingTool[] {
  return layers.flatMap((layer) => [...missingOf(layer, facts, words)]);
}

/** What is otherwise than one would think, of what a machine has. */
export function remarksOf<Model extends MachineModel>(
  { layers }: Driver<Model>,
  { layers: facts }: MachineFacts,
  words: MachineWords,
): string[] {
  return layers.flatMap((layer) => [...(layer.remarks?.(wordsFor(layer, words), facts[layer.name]) ?? [])]);
}

/** Why a layer in which something of ours was confirmed can't tell what it has now. Nothing of it would look as if it were gone. */
export function unreadable<Model extends MachineModel>(
  { layers }: Driver<Model>,
  { layers: facts, applied = {} }: MachineFacts,
): string[] {
  return layers.flatMap((layer) => {
    const why = layer.name in applied ? layer.unreadable(facts[layer.name]) : undefined;
    return why === undefined ? [] : [why];
  });
}
