// What a facts script prints is one line of JSON, the last one: login shells of some machines print a greeting first. Pure.
import type { z } from "zod";
import { quoteValue } from "../model/problem.js";

/** The document, or an Error in plain words when the machine printed something else. */
export function readFactsDocument<T>(schema: z.ZodType<T>, stdout: string): T {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new Error(
      `the facts of the machine are not JSON; found ${quoteValue(line)}. Look at what its login shell prints when a command ends`,
    );
  }
  return checkFacts(schema, document);
}

/** A part of such a document. */
export function checkFacts<T>(schema: z.ZodType<T>, document: unknown): T {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(
    `the facts of the machine are incomplete at ${issue?.path.join(".")}: ${issue?.message}. Look at what the step "read facts" prints on the machine, and at the versions of the tools that it calls`,
  );
}
