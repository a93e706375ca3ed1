// npm test: types, lint, every vitest project and the Go tests; the last line counts what passed. I/O.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkerPackages } from "./checkerPackages";
import { ensureCloudInit } from "./cloudInit";
import { readGoTests } from "./goTestReport";
import { netnsPackages } from "./netns/requirements";
import { ensureDebianPackages } from "./packages";
import { runVisibly } from "./processes";
import { ensureQemuPackages } from "./qemu/packages";
import { projectFolder } from "./toolchain/project";
import { secondsSince } from "./toolchain/step";
import { readVitest } from "./vitestReport";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a report says; `failures`: what each test that failed said. */
type Counted = Count & { readonly failures?: readonly string[] };

/** One runner: its command, and how its report is counted; without a report it is one test itself. */
interface Runner {
  readonly name: string;
  readonly command: readonly string[];
  readonly report?: { readonly file: string; readonly count: () => Counted };
  /** A file that is named belongs to one of these. */
  readonly takesFiles?: true;
}

const bin = (name: string) => join(projectFolder(), "node_modules", ".bin", name);
const reportOf = (runner: string) => join(projectFolder(), ".lab", `test-${runner}.json`);

function vitest(project: string, args: readonly string[]): Runner {
  const output = reportOf(project);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  // Files that are named belong to one project; the others then have nothing to do.
  const none = args.length > 0 ? ["--passWithNoTests"] : [];
  return {
    name: `${project} tests`,
    command: [bin("vitest"), "run", "--project", project, ...reporters, ...none, ...args],
    report: { file: output, count: () => readVitest(readFileSync(output, "utf8"), projectFolder()) },
    takesFiles: true,
  };
}

/** Runners one after the other. */
type Lane = readonly Runner[];

/** In order; the lanes of one step run at the same time, and what all but the first print comes when they have ended. */
function steps(args: readonly string[]): readonly (readonly Lane[])[] {
  return [
    [[{ name: "types", command: [bin("tsc"), "-p", "tsconfig.test.json"] }]],
    [[{ name: "types of the stacks", command: [bin("tsc"), "-p", "stacks/tsconfig.json"] }]],
    [[{ name: "lint", command: [bin("biome"), "check", "."] }]],
    [[vitest("unit", args)]],
    ...(args.length === 0 ? [[[goTests()]]] : []),
    // An emulated host leaves a third of two processors idle.
    [[vitest("simulated", args), vitest("live", args)], [vitest("emulated", args)]],
    [[vitest("measured", args)]],
  ];
}

function goTests(): Runner {
  const report = reportOf("go");
  return {
    name: "Go tests of the simulated vCenter",
    // What passes prints too, thousands of lines of it: all goes to the file.
    command: ["sh", "-c", `cd lab/vcenter && GOFLAGS=-mod=readonly go test -json ./... > ${report}`],
    report: { file: report, count: () => readGoTests(readFileSync(report, "utf8")) },
  };
}

/** Runs everything; an argument narrows it to types, lint and the matching test files. */
export async function test(args: readonly string[]): Promise<number> {
  // What cannot be installed is told by the tests that need it.
  const report = (line: string) => console.log(line);
  await ensureDebianPackages([...netnsPackages.map(({ name }) => name), ...checkerPackages], { report });
  await ensureCloudInit({ report });
  await ensureQemuPackages({ report });
  const results: Result[] = [];
  for (const lanes of steps(args)) results.push(...(await runLanes(lanes)));
  // At the end: whoever is shown the last lines of a long log sees what failed.
  for (const { runner, failures } of results)
    for (const text of failures) console.log(`\n=== ${runner.name}: failed: ${text}`);
  console.log("");
  for (const { runner, count, seconds } of results) console.log(`${runner.name}: ${words(count)} (${seconds} s)`);
  const total = sum(results.map((result) => result.count));
  const named = sum(results.filter(({ runner }) => runner.takesFiles).map((result) => result.count));
  if (args.length > 0 && named.passed + named.failed + named.skipped === 0) {
    console.log(
      `No test file matches ${args.join(" ")}: name a file or a part of its path, such as test/live/kvm.test.ts.`,
    );
    return 1;
  }
  console.log(words(total));
  return total.failed > 0 ? 1 : 0;
}

interface Run {
  readonly count: Count;
  readonly failures: readonly string[];
  readonly seconds: number;
}

interface Result extends Run {
  readonly runner: Runner;
}

async function runLanes([first = [], ...others]: readonly Lane[]): Promise<Result[]> {
  const quiet = others.map((lane) => inOrder(lane, (runner) => runRunner(quietly(runner))));
  const beside = others.flat().map(({ name }) => `, and meanwhile ${name}`);
  const results = await inOrder(first, (runner, index) => {
    console.log(`\n=== ${runner.name}${index === 0 ? beside.join("") : ""}`);
    return runRunner(runner);
  });
  for (const lane of await Promise.all(quiet))
    for (const result of lane) {
      console.log(`\n=== ${result.runner.name}\n${readFileSync(logOf(result.runner), "utf8")}`);
      results.push(result);
    }
  return results;
}

async function inOrder(lane: Lane, run: (runner: Runner, index: number) => Promise<Run>): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, runner] of lane.entries()) results.push({ ...(await run(runner, index)), runner });
  return results;
}

const logOf = ({ name }: Runner) => reportOf(name.replaceAll(" ", "-")).replace(/json$/, "log");
const quietly = (runner: Runner) => ({ ...runner, command: into(logOf(runner), runner.command) });

const into = (file: string, command: readonly string[]) => [
  "sh",
  "-c",
  'file=$1; shift; exec "$@" >"$file" 2>&1',
  "sh",
  file,
  ...command,
];

async function runRunner({ command, report }: Runner): Promise<Run> {
  const started = Date.now();
  if (report) rmSync(report.file, { force: true });
  const [program = "", ...args] = command;
  const code = await runVisibly(program, args);
  const outcome = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const { failures = [], ...counted }: Counted = report ? countOr(report, outcome) : outcome;
  // A runner that fails without a failed test (it could not start, or left something running) counts as one.
  const failed = code !== 0 && counted.failed === 0 ? 1 : counted.failed;
  return { count: { ...counted, failed }, failures, seconds: secondsSince(started) };
}

function countOr({ file, count }: NonNullable<Runner["report"]>, outcome: Count): Counted {
  try {
    return count();
  } catch (error) {
    return { ...outcome, passed: 0, failed: 1, failures: [`${file} cannot be read: ${error}`] };
  }
}

function sum(counts: readonly Count[]): Count {
  const total = (key: keyof Count) => counts.reduce((result, count) => result + count[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}

/** The line that CI reads. */
function words({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
