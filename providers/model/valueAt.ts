// What stands at a path in a plain value. Pure.
import type { Path, PathStep } from "./problem.js";

/** null where nothing stands. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => (isObject(node) && Object.hasOwn(node, step) ? node[step] : null), value);
}

/** A map or a list. */
export function isObject(value: unknown): value is Record<PathStep, unknown> {
  return typeof value === "object" && value !== null;
}

export function hasKey(value: unknown, path: Path): boolean {
  const owner = valueAt(value, path.slice(0, -1));
  return isObject(owner) && Object.hasOwn(owner, path.at(-1) ?? "");
}
