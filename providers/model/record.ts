// What is a record of named values, as opposed to a list or a single value. Pure.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
