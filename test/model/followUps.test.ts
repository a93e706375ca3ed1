// A sound file with one fault, wherever: told is the fault, and nothing that only follows from it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkEnvironmentSpec } from "../../providers/engine/check.js";
import { formatPath, formatProblem, type Path } from "../../providers/model/problem.js";
import { isUnknownName } from "../../providers/model/uplinkTeam.js";
import { isObject } from "../../providers/model/valueAt.js";

const SOUND = ["demo"].map((name): [string, unknown] => [
  name,
  parse(readFileSync(join(__dirname, "../../stacks", `${name}.yaml`), "utf8")),
]);

/** Every place of a value below the top. */
function* places(value: unknown, path: Path = []): Generator<Path> {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    yield here;
    yield* places(value[key], here);
  }
}

/** A copy with another entry at a place. */
function changed(value: unknown, [key, ...rest]: Path, to: (entry: [string, unknown]) => [string, unknown]): unknown {
  if (Array.isArray(value)) {
    const item = (old: unknown) => (rest.length === 0 ? to([String(key), old])[1] : changed(old, rest, to));
    return value.map((old, index) => (index === key ? item(old) : old));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]): [string, unknown] =>
      name !== key ? [name, item] : rest.length === 0 ? to([name, item]) : [name, changed(item, rest, to)],
    ),
  );
}

describe("one fault in a sound file", () => {
  it.each([
    ["a misspelt key", (name: string) => `${name}x`],
    ["a key of something else", () => "foreign-0"],
  ])(
    "%s brings nothing that follows from it",
    (_fault, to) => {
      const followUps = SOUND.flatMap(([file, spec]) =>
        [...places(spec)]
          .filter((path) => typeof path.at(-1) === "string")
          .flatMap((path) => {
            const { problems } = checkEnvironmentSpec(changed(spec, path, ([name, item]) => [to(name), item]));
            const isUnknownKey = problems.some(({ message }) => message === "this key is not known here");
            return isUnknownKey
              ? problems
                  .filter(({ rule }) => rule !== "schema")
                  .map((p) => `${file} ${formatPath(path)}: ${formatProblem(p)}`)
              : [];
          }),
      );
      expect(followUps).toEqual([]);
    },
    60_000,
  );

  it("a wrong name breaks no design rule", () => {
    const followUps = SOUND.flatMap(([file, spec]) =>
      [...places(spec)].flatMap((path) => {
        const wrong = changed(spec, path, ([name, item]) => [name, typeof item === "string" ? "nobody-9" : item]);
        const { problems } = checkEnvironmentSpec(wrong);
        const findings = problems.filter(({ rule }) => /^[A-Z]{2}-\d/.test(rule) || rule === "accepted");
        return problems.some(isUnknownName)
          ? findings.map((finding) => `${file} ${formatPath(path)}: ${formatProblem(finding)}`)
          : [];
      }),
    );
    expect(followUps).toEqual([]);
  }, 60_000);
});
