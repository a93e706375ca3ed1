// What vCenter says of a guest operation that it did not do, in words for the user. Pure.
import type { HostErrorKind } from "./host.js";
import { VimFault } from "./vim/soapFault.js";
import type { VcenterError, VcenterErrorKind } from "./vim/vcenterError.js";

export interface Verdict {
  readonly kind: HostErrorKind;
  /** What to do, beside what vCenter says. */
  readonly remedy: string;
}

/** Names that the remedies have. */
export interface Guest {
  readonly vm: string;
  readonly user: string;
}

type Row = readonly [kind: HostErrorKind, remedy: (guest: Guest) => string];

const STARTING = "A guest that is still starting says the same.";

const FAULTS: Readonly<Record<string, Row>> = {
  InvalidGuestLogin: [
    "authentication",
    ({ user }) =>
      `The guest does not let user ${user} in. Check the user in the file (vmwareTools.user) and the password in the stack (multiport:guestPassword). In the guest, look at its PAM service vmtoolsd and its log of logins: an expired password, a locked account and a shell that is not in /etc/shells say the same.`,
  ],
  GuestOperationsUnavailable: [
    "unreachable",
    () =>
      `VMware Tools do not answer in the guest. Install open-vm-tools there and start it (systemctl enable --now open-vm-tools, on RHEL and SUSE vmtoolsd). ${STARTING}`,
  ],
  GuestComponentsOutOfDate: [
    "invalid",
    () => "VMware Tools in the guest are too old for guest operations. Update open-vm-tools there.",
  ],
  GuestPermissionDenied: [
    "invalid",
    ({ user }) => `User ${user} of the guest may not do this there. Set vmwareTools.user to root.`,
  ],
  OperationDisabledByGuest: [
    "invalid",
    () =>
      "The guest forbids guest operations. Take disabled=true and the Disable... settings out of the section [guestoperations] of /etc/vmware-tools/tools.conf there.",
  ],
  OperationNotSupportedByGuest: [
    "invalid",
    () =>
      "VMware Tools in the guest cannot do this: the guest is no Linux, or its open-vm-tools are too old. Update them, or reach the guest over SSH.",
  ],
  TooManyGuestLogons: [
    "unreachable",
    () => "Too many guest operations go on in this guest. Wait until other programs have done with it, then try again.",
  ],
  InvalidPowerState: ["unreachable", ({ vm }) => `The VM does not run. Start it (govc vm.power -on ${vm}).`],
  InvalidState: ["unreachable", () => "The VM cannot be worked with now. See its recent tasks in vCenter."],
  TaskInProgress: ["unreachable", () => "Another task of the VM goes on. Wait until it has ended."],
  NoPermission: [
    "invalid",
    () =>
      "Give vCenter's user the privileges Guest operations: modifications, program execution and queries (VirtualMachine.GuestOperations.Modify, .Execute, .Query) on the VM.",
  ],
  ManagedObjectNotFound: ["unreachable", () => "The VM is no more, or was registered anew."],
};
const AWAY = ["HostNotConnected", "HostCommunication", "HostNotReachable"];

const KINDS: Readonly<Record<VcenterErrorKind, HostErrorKind>> = {
  invalid: "invalid",
  certificate: "invalid",
  login: "authentication",
  unreachable: "unreachable",
  timeout: "unreachable",
  lost: "unreachable",
  answer: "command",
  fault: "command",
};

export function judged(error: VcenterError, guest: Guest): Verdict {
  if (!(error instanceof VimFault)) return { kind: KINDS[error.kind], remedy: "" };
  if (AWAY.includes(error.faultType))
    return { kind: "unreachable", remedy: "The ESXi host has no connection to vCenter. Look at it there." };
  const [kind, remedy] = FAULTS[error.faultType] ?? ["command", () => ""];
  return { kind, remedy: remedy(guest) };
}
