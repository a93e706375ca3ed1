// npm run bench -- NAME..: runs the measurements that are named, or those with a bound. Exit code 1 when a bound did not hold.
import { formatVerdict, holds, type Verdict } from "./measurement.js";
import { parse } from "./parse.js";
import { preview } from "./preview.js";
import { refresh } from "./refresh.js";
import { startCold, startWarm } from "./start.js";
import { state } from "./state.js";

type Measurement = () => Promise<Verdict[]>;

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  parse,
  state,
  preview,
  refresh,
  start: startWarm,
  cold: startCold,
};
/** Those that only print, and take minutes, are run when they are named. */
const UNASKED = ["parse", "state", "preview", "refresh"];

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !(name in MEASUREMENTS));
  if (unknown !== undefined) {
    console.error(`There is no measurement "${unknown}". Known: ${Object.keys(MEASUREMENTS).join(", ")}.`);
    return 2;
  }
  const verdicts: Verdict[] = [];
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (!(names.length > 0 ? names : UNASKED).includes(name)) continue;
    console.log(`\n=== ${name}`);
    verdicts.push(...(await measure()));
  }
  console.log(`\n=== ${verdicts.every(holds) ? "all bounds held" : "a bound did not hold"}`);
  for (const verdict of verdicts) console.log(formatVerdict(verdict));
  return verdicts.every(holds) ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
