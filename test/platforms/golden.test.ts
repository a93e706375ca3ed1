// Every rendered file of every golden environment, whole, as the machine gets it; read by its own language as well.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { type RenderedFile, renderEnvironment, renderWords } from "../../providers/engine/render.js";
import { formatProblem } from "../../providers/model/problem.js";
import { DRIVERS } from "../../providers/platforms/index.js";
import { type GoldenCase, goldenCases, goldenFiles } from "../golden.js";

function render({ spec }: GoldenCase): RenderedFile[] {
  const { environment, problems } = checkEnvironmentText(spec, "spec.yaml");
  const errors = problems.filter((problem) => problem.severity === "error").map(formatProblem);
  expect(errors).toEqual([]);
  if (!environment) throw new Error("no model");
  return [...renderEnvironment(environment)];
}

/** A case shows the files of its own platform; the machines below a guest are golden elsewhere. */
function ownFiles(platform: string, golden: GoldenCase): RenderedFile[] {
  return render(golden).filter((file) => file.driver === platform);
}

const READERS: Record<string, (text: string) => void> = {
  sh: (text) => void execFileSync("sh", ["-n"], { input: text }),
  yaml: (text) => void parse(text, { version: "1.1" }),
};

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (platform, driver) => {
  it("has cases", () => expect(goldenCases(platform)).not.toEqual([]));

  it.each(goldenCases(platform))("$name", async (golden) => {
    const files = ownFiles(platform, golden);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      await expect(file.text).toMatchFileSnapshot(join(golden.folder, file.path));
      const read = READERS[file.path.split(".").at(-1) ?? ""];
      if (!read) throw new Error(`no reader of ${file.path}: give its language one in READERS`);
      read(file.text);
    }
    // A file that is missing is the snapshot's matter, and is there only when the test has ended.
    const paths = files.map((file) => file.path);
    expect(goldenFiles(golden.folder).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it.each(goldenCases(platform))("$name reads back as the words that it was made from", (golden) => {
    for (const { text } of ownFiles(platform, golden)) expect(renderWords(driver, driver.fromText(text))).toBe(text);
  });
});

it("every machine of an environment has one driver", () => {
  for (const golden of DRIVERS.flatMap(({ name }) => goldenCases(name))) {
    const { environment } = checkEnvironmentText(golden.spec, "spec.yaml");
    const paths = DRIVERS.flatMap((driver) => (environment ? driver.machines(environment) : [])).map(({ path }) =>
      path.join("/"),
    );
    expect(paths, golden.name).toEqual([...new Set(paths)]);
  }
});
