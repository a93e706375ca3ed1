// Parse, lint and render of 1,000 hosts with 10,000 VMs, and of ten times as many, beside the YAML parser alone. I/O.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentText, type Form } from "./environments.js";
import { formatSeconds, median, type Verdict } from "./measurement.js";
import type { ParseRun } from "./parseRun.js";

const RUNS = 5;
const VMS_PER_HOST = 10;
const BOUND_SECONDS = 3;
const BOUND_GROWTH = 11;
/** The parsed file of ten times the size, with its places, needs more than Node allows by default. */
const HEAP = "--max-old-space-size=8192";

export async function parse(): Promise<Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), "multiport-bench-"));
  try {
    return (["groups", "entries"] as const).flatMap((form) => measureForm(form, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureForm(form: Form, folder: string): Verdict[] {
  const [once, tenfold] = [measure(form, 1000, folder), measure(form, 10_000, folder)];
  return [
    { what: `1,000 hosts with 10,000 VMs as ${form}`, value: once.total, bound: BOUND_SECONDS, unit: "s" },
    {
      what: `ten times as many as ${form}, without the start of Node`,
      value: tenfold.work / once.work,
      bound: BOUND_GROWTH,
      unit: "x",
    },
  ];
}

/** Each run in a Node process of its own, the runs of the floor between them. */
function measure(form: Form, hosts: number, folder: string): { total: number; work: number } {
  const file = join(folder, `${form}-${hosts}.yaml`);
  writeFileSync(file, environmentText(form, { hosts, vmsPerHost: VMS_PER_HOST, hasGuests: true }));
  const runs: ParseRun[] = [];
  const floor: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    runs.push(runChild("parseRun.js", file) as ParseRun);
    floor.push(runChild("yamlRun.js", file) as number);
  }
  const column = (value: (run: ParseRun) => number) => formatSeconds(runs.map(value));
  console.log(`${form}, ${hosts} hosts, ${hosts * VMS_PER_HOST} VMs, ${statSync(file).size} bytes, ${RUNS} runs:
  total         ${column(total)}, processor ${column((run) => run.processor)}
  start, load   ${column((run) => run.load)}
  parse, lint   ${column((run) => run.parse)}
  render        ${column((run) => run.render)}, ${runs[0]?.files} files, ${runs[0]?.bytes} bytes
  floor: yaml   ${formatSeconds(floor)} for the YAML parser alone`);
  return { total: median(runs.map(total)), work: median(runs.map((run) => run.parse + run.render)) };
}

function total({ load, parse: parsed, render }: ParseRun): number {
  return load + parsed + render;
}

function runChild(program: string, file: string): unknown {
  const stdout = execFileSync(process.execPath, [HEAP, join(__dirname, program), file], { encoding: "utf8" });
  return JSON.parse(stdout);
}
