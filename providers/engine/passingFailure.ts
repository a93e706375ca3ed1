// Which failures of a call to vCenter are over by themselves: looking again and going on is all it takes. Pure.
import { VimFault } from "../host/vim/soapFault.js";
import { VcenterError } from "../host/vim/vcenterError.js";

/** Another client was faster, or another task of the object goes on. Nothing was changed. */
const PASSING_FAULTS = ["ConcurrentAccess", "TaskInProgress", "HostCommunication", "HostNotReachable"];

/** True also for a call of which only the answer got lost: what it did shows when vCenter is read again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof VimFault) return PASSING_FAULTS.includes(error.faultType);
  return error instanceof VcenterError && (error.canRetry || error.mayHaveRun || error.kind === "lost");
}
