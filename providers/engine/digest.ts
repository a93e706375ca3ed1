// One value, one digest: what a resource compares inputs by. Uses Node's crypto, no I/O.
import { createHash } from "node:crypto";

/** SHA-256 of a plain value, in base64url; the order of keys means nothing. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("base64url");
}

/** JSON with sorted keys, so that one value has one spelling. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
