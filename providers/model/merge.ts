// Union of two plain values. Pure.
import { isRecord } from "./record.js";

/** Every key of both, at every depth; where both have a value that is no record, the second wins. */
export function mergeDeep<T extends object>(first: T, second: T): T {
  const merged = { ...first } as Record<string, unknown>;
  for (const [key, value] of Object.entries(second)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isRecord(before) && isRecord(value) ? mergeDeep(before, value) : value;
  }
  return merged as T;
}
