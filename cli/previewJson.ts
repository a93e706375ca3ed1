// What `pulumi preview --json` prints: the parts that count here, with secrets and values that are not known yet put
// into words. Pure.

export interface PreviewJson {
  readonly steps?: readonly PreviewStep[];
  readonly diagnostics?: readonly Diagnostic[];
}

export interface PreviewStep {
  /** create, update, replace, delete, same, read, import .. */
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState;
  readonly newState?: ResourceState;
  /** Names of the inputs that made the provider ask for an update; with `replaceReasons`, for a replacement. */
  readonly diffReasons?: readonly string[] | null;
  readonly replaceReasons?: readonly string[] | null;
}

export interface ResourceState {
  readonly type: string;
  /** False for a component: it groups others and has no configuration of its own. */
  readonly custom?: boolean;
  readonly inputs?: Properties;
}

export interface Diagnostic {
  readonly message?: string;
  readonly severity?: string;
}

export type Properties = Readonly<Record<string, unknown>>;

/** The preview in what Pulumi printed; undefined when it printed none. */
export function readPreview(stdout: string): PreviewJson | undefined {
  // A program that writes to standard output by itself does so before or after the one JSON object.
  const start = stdout.search(/^\{$/m);
  const end = stdout.lastIndexOf("\n}");
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(stdout.slice(start, end + 2)) as PreviewJson;
  } catch {
    return undefined;
  }
}

/** What Pulumi writes for a value that only `up` will know: one marker per type of value. */
const UNKNOWN = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The key of Pulumi's typed objects, and the type that is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const KNOWN_LATER = "(known after up)";
export const HIDDEN = "(secret)";

/** Inputs as they may be shown: no bookkeeping of Pulumi's, no secret in any form, no marker where words are meant. */
export function visibleInputs(inputs: Properties | undefined): Properties {
  const kept = Object.entries(inputs ?? {}).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(kept.map(([key, value]) => [key, visible(value)]));
}

function visible(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWN.has(value) ? KNOWN_LATER : value === "[secret]" ? HIDDEN : value;
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== "object" || value === null) return value;
  const properties = value as Properties;
  if (properties[SIGNATURE] === SECRET || "ciphertext" in properties) return HIDDEN;
  return visibleInputs(properties);
}
