// Maps in the one order that words have: by name. Pure.

export function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, value]));
}
