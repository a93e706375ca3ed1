// Which failures of a call to vCenter are over by themselves: looking again and going on is all it takes. Pure.
import { VimFault } from "../host/vim/soapFault.js";
import { VcenterError } from "../host/vim/vcenterError.js";

/**
 * Another client was faster, another task of the object goes on, or its host is on its way down or up, as after a restart that an earlier run
 * asked for. Nothing was changed.
 */
const PASSING_FAULTS = [
  "ConcurrentAccess",
  "TaskInProgress",
  "HostCommunication",
  "HostNotConnected",
  "HostNotReachable",
];

/** True also for a call of which only the answer got lost: what it did shows when vCenter is read again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof VimFault) return PASSING_FAULTS.includes(error.faultType) || isGone(error);
  return error instanceof VcenterError && (error.canRetry || error.mayHaveRun || error.kind === "lost");
}

/** An object that a call or a query named is no more. */
export function isGone(error: unknown): boolean {
  return error instanceof VimFault && error.faultType === "ManagedObjectNotFound";
}
