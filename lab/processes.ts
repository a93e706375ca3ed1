// Runs a program in the foreground, as the user would have typed it. I/O.
import { loadProgram } from "./toolchain/bootstrapModule";

/** Runs a program in the checkout with the user's terminal and signals; returns its exit code. */
export async function runVisibly(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { runProgram } = await loadProgram();
  return runProgram(command, args, { env });
}

/** Announces a command as a user would type it, then runs it; a failure ends the whole. */
export async function step(
  title: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  console.log(`\n=== ${title}\n$ ${command.join(" ")}`);
  const [program = "", ...args] = command;
  const code = await runVisibly(program, args, env);
  if (code !== 0) throw new StepFailed(command, code);
}

export class StepFailed extends Error {
  constructor(command: readonly string[], code: number) {
    super(
      `${command.join(" ")}: exit code ${code}. The lines above say why; run npm start again when it is mended, or npm run stop to take the lab down.`,
    );
    this.name = "StepFailed";
  }
}
