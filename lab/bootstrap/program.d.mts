// What the compiled lab sees of program.mjs.

/**
 * Runs a program in the checkout with this terminal; `env` is added to this process's. The signals that this process gets are
 * passed on, and it lives on until the program has ended. Returns the exit code, 128 + number after a signal.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options?: { readonly env?: Readonly<Record<string, string>> },
): Promise<number>;
