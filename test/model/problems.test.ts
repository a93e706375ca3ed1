// Bad input: every case is a file with what the user is told, word for word.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { formatProblem } from "../../providers/model/problem.js";
import { goldenCases, goldenFiles } from "../golden.js";

describe("what the user is told about a wrong file", () => {
  it.each(goldenCases("problems"))("$name", async ({ folder, spec }) => {
    const { problems } = checkEnvironmentText(spec, "spec.yaml");
    const text = problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}\n`).join("");
    await expect(text).toMatchFileSnapshot(join(folder, "problems.txt"));
    expect(text).not.toBe("");
    expect(goldenFiles(folder)).toEqual(["problems.txt"]);
  });

  it("names a place, a path and a remedy in every problem", () => {
    for (const { spec } of goldenCases("problems")) {
      for (const problem of checkEnvironmentText(spec, "spec.yaml").problems) {
        expect(problem.source?.line, formatProblem(problem)).toBeGreaterThan(0);
        expect(problem.remedy).toMatch(/^[A-Z].*\.$|[a-z]$/);
      }
    }
  });
});
