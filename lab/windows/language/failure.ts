// The two ways a script ends here that PowerShell does not have or that come before it runs. Pure.

import { type ErrorRecord, TerminatingError } from "../contract";
import type { Place } from "./ast";

/** What the stand-in does not evaluate. No script can catch it: a test that meets it has to fail. */
export class Unsupported extends Error {
  constructor(construct: string, at?: Place) {
    super(
      `The simulated PowerShell does not know ${construct}${at ? ` (line ${at.line}, column ${at.column}: ${shown(at.text)})` : ""}. Use another construct, or teach it to lab/windows/language.`,
    );
    this.name = "Unsupported";
  }
}

/** The script is no PowerShell: nothing of it runs. */
export class ParserError extends TerminatingError {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super({
      message: `At line:${line} char:${column}: ${message}`,
      category: "ParserError",
      id: "ParseException",
      exception: "ParentContainsErrorRecordException",
    });
    this.name = "ParserError";
  }
}

const shown = (text: string) => {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};

/** A terminating error of the language itself, with the id that PowerShell gives it. */
export function runtimeError(
  id: string,
  message: string,
  category: ErrorRecord["category"] = "InvalidOperation",
  exception = "RuntimeException",
  target?: string,
): TerminatingError {
  return new TerminatingError({ message, category, id, exception, ...(target === undefined ? {} : { target }) });
}
