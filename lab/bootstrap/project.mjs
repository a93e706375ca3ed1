// The checkout this bootstrap lies in.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A step of the set-up that failed; its message is for the user, without a stack. */
export class SetupFailed extends Error {
  name = "SetupFailed";

  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}
