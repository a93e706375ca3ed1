// One measured run of parse, lint and render over the file that is named, in a process of its own. I/O.
import { readFileSync } from "node:fs";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { renderEnvironment } from "../providers/engine/render.js";

/** Seconds by part, and what came of it. */
export interface ParseRun {
  /** From the start of the process: Node itself, our modules and theirs, the file. */
  readonly load: number;
  readonly parse: number;
  readonly render: number;
  /** Processor time of all of it, on all cores; what else runs on the machine hardly changes it. */
  readonly processor: number;
  readonly files: number;
  readonly bytes: number;
}

// The clock of `performance` starts with the process.
const seconds = () => performance.now() / 1000;

const file = process.argv[2] ?? "";
const text = readFileSync(file, "utf8");
const loaded = seconds();
const { environment, problems } = checkEnvironmentText(text, file);
const parsed = seconds();
if (!environment || problems.length > 0) throw new Error(`${file} has problems: ${JSON.stringify(problems[0])}`);
let files = 0;
let bytes = 0;
for (const file of renderEnvironment(environment)) {
  files += 1;
  bytes += file.text.length;
}
const rendered = seconds();
const { user, system } = process.cpuUsage();
const run: ParseRun = {
  load: loaded,
  parse: parsed - loaded,
  render: rendered - parsed,
  processor: (user + system) / 1e6,
  files,
  bytes,
};
console.log(JSON.stringify(run));
