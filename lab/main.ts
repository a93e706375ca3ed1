// The commands of the lab, called by lab/bootstrap.mjs once the checkout is set up.
import { join } from "node:path";
import { removeDemoLab } from "./demoLab";
import { StepFailed } from "./processes";
import { labFolder } from "./stackEnvironment";
import { runInLab, start } from "./start";
import { test } from "./test";
import { loadLock } from "./toolchain/bootstrapModule";
import { projectFolder } from "./toolchain/project";
import { Unavailable } from "./toolchain/unavailable";

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Record<string, Command> = {
  start: () => alone(async () => start().then(() => 0)),
  stop: () => alone(stop),
  test: (args) => test(args),
  pulumi: (args) => runInLab("pulumi", args),
  multiport: (args) => runInLab(process.execPath, [join(projectFolder(), "dist", "cli", "main.js"), ...args]),
  run: ([command = "sh", ...args]) => runInLab(command, args),
};

/** One start or stop at a time in this checkout: a second one waits and says for whom. */
async function alone(action: () => Promise<number>): Promise<number> {
  const { withLock } = await loadLock();
  const report = (line: string) => console.log(line);
  return withLock(join(labFolder(), "lab.lock"), { what: "using the lab of this checkout", report }, action);
}

async function stop(): Promise<number> {
  await removeDemoLab();
  console.log("The lab is down. Nothing of it runs any more; the built tools stay in the cache.");
  return 0;
}

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) {
    console.error(`There is no lab command "${name}". Known: ${Object.keys(COMMANDS).join(", ")}.`);
    return 2;
  }
  return command(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isForTheUser = error instanceof StepFailed || error instanceof Unavailable;
    console.error(isForTheUser ? `\n${error.message}` : error);
    process.exitCode = 1;
  },
);
