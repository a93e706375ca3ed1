// Which catch takes an error, and what throw makes of its operand. Pure but for the session's current error.
import type { ErrorRecord, TerminatingError, Value } from "../contract";
import { type StoppingError, thrown as thrownValue } from "./errorRecords";
import type { Session } from "./session";

/** catch [Type]: by the last part of the exception's name; the bases take everything. */
export function categoryTypeMatches(type: string, record: ErrorRecord): boolean {
  const asked = type.toLowerCase().split(".").at(-1);
  return asked === "exception" || asked === "runtimeexception" || asked === record.exception.toLowerCase();
}

/** throw without an operand throws the error again that a catch block is about. */
export function thrown(session: Session, value: Value | undefined): StoppingError | TerminatingError {
  if (value !== undefined) return thrownValue(value);
  return thrownValue(session.scope.find("_")?.value ?? null);
}
