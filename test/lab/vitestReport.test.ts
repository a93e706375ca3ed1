// The report of the other tests: written by vitest itself, of files that are made for it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readVitest } from "../../lab/vitestReport";

const root = join(__dirname, "..", "..");
// Inside the project, so that its vitest is found.
mkdirSync(join(root, ".lab"), { recursive: true });
const folder = mkdtempSync(join(root, ".lab", "vitest-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function report(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "vitest.config.mts"), "export default { test: { include: ['*.test.ts'] } };\n");
  const output = join(folder, "report.json");
  const args = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--root", folder];
  await new Promise((resolve) =>
    execFile(process.execPath, [...args, "--reporter=json", `--outputFile=${output}`], { cwd: folder }, resolve),
  );
  return readFileSync(output, "utf8");
}

it("counts, and tells the file, the name and the words of what failed, and nothing of the others", async () => {
  const header = 'import { describe, expect, it } from "vitest";\n';
  const text = await report({
    "some.test.ts": `${header}describe("a host", () => {
      it("is well", () => expect(1).toBe(1));
      it("is ill", () => expect("lost").toBe("found"));
      it.skip("is away", () => {});
    });`,
    "broken.test.ts": `${header}throw new Error("no such lab");`,
  });
  const { failures, ...counts } = readVitest(text, folder);
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect([...failures].sort()).toEqual([
    expect.stringMatching(/^broken\.test\.ts\n.*no such lab/s),
    expect.stringMatching(/^some\.test\.ts > a host is ill\n.*expected 'lost' to be 'found'/s),
  ]);
});
