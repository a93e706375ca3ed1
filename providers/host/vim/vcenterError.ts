// What can go wrong with vCenter, by kind. Pure.

/** Why vCenter could not do what was asked. Whether trying again may help is a property of the kind. */
export type VcenterErrorKind =
  | "invalid" // the settings or the call are wrong; nothing was sent
  | "unreachable" // name does not resolve, connection refused or cut, services that still start; nothing was changed
  | "certificate" // the certificate does not verify, or is not the pinned one; nothing was sent
  | "login" // vCenter refused the user or the password
  | "answer" // what answers is not vCenter's SOAP service, or its answer is broken; nothing was changed
  | "timeout" // no answer in time to a question, or a task that goes on for too long
  | "lost" // a change was sent and no answer came: it may have taken effect
  | "fault"; // vCenter answered with a fault: see VimFault

const CAN_RETRY: Record<VcenterErrorKind, boolean> = {
  invalid: false,
  unreachable: true,
  certificate: false,
  login: false,
  answer: false,
  timeout: false,
  lost: false,
  fault: false,
};

/** A failure, in words for the user: which vCenter, what, and what to do. Never holds a secret. */
export class VcenterError extends Error {
  constructor(
    readonly kind: VcenterErrorKind,
    message: string,
    /** The request went out, and what became of it is not known. */
    readonly mayHaveRun = false,
  ) {
    super(message);
    this.name = "VcenterError";
  }

  get canRetry(): boolean {
    return CAN_RETRY[this.kind];
  }
}
