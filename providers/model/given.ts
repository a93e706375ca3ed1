// Which keys of a spec stand in the file, whatever their values. Pure.

/** For platforms that lack an option and so refuse it even when it is given with its default value. */
export function givenKeys<T extends object>(spec: T): (keyof T & string)[] {
  return (Object.keys(spec) as (keyof T & string)[]).filter((key) => spec[key] !== undefined);
}
