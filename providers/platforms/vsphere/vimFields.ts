// Building blocks for reading what vCenter sent: text becomes what it means, and one or many becomes a list. Pure.
import { z } from "zod";

const INT_MAX = 2 ** 31;

/** A list: absent and empty are [], and a single value is a list of one. */
export function vimList<Item extends z.ZodType>(item: Item) {
  return z
    .unknown()
    .optional()
    .transform((value) => (value === undefined || value === "" ? [] : Array.isArray(value) ? value : [value]))
    .pipe(z.array(item));
}

/** A data object; one without fields arrives as empty text. Fields that are not named are dropped. */
export function vimObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => (value === "" ? {} : value), z.object(shape));
}

/** xsd:int, 32 bits. */
export const vimInt = wholeNumber(-INT_MAX, INT_MAX - 1);

/** xsd:long as far as a number is exact; beyond is an error. */
export const vimLong = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

export const vimBoolean = z
  .enum(["true", "false", "1", "0"], { error: "is not true or false" })
  .transform((text) => text === "true" || text === "1");

/** A reference, of one type where that is given. */
export function vimRef(type?: string) {
  return z.object({ type: type === undefined ? z.string() : z.literal(type), value: z.string().min(1) });
}

function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^[-+]?\d+$/, { error: "is not a whole number" })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `is not from ${least} to ${most}` });
}

/** Thrown when vCenter's answer is not what the API says. */
export class UnreadableError extends Error {}

/** Reads a tree, or says what in it is not as expected. `what` is what was read: `HostSystem:host-21 config.network`. */
export function readFields<Schema extends z.ZodType>(schema: Schema, tree: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const reasons = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new UnreadableError(
    `vCenter's ${what} is not as its API says: ${reasons.join("; ")}. Please report this with the version of vCenter.`,
  );
}
