// Looking up names that people gave in plain records: what an object inherits, such as `constructor`, is no value of it. Pure.

export function entryOf<V>(record: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Entries whose names the other record lacks. */
export function missingIn<V>(record: Readonly<Record<string, V>>, other: object): [string, V][] {
  return Object.entries(record).filter(([name]) => !Object.hasOwn(other, name));
}
