// Which of vCenter's faults are over by themselves.
import { expect, it } from "vitest";
import { isGone, isPassing } from "../../providers/engine/passingFailure.js";
import { VimFault } from "../../providers/host/vim/soapFault.js";

const fault = ($type: string) =>
  new VimFault(
    "vCenter",
    { object: { type: "HostSystem", value: "host-1" }, method: "RebootHost_Task" },
    { message: "no", detail: { $type } },
  );

it.each(["ConcurrentAccess", "TaskInProgress", "HostNotConnected", "HostNotReachable", "ManagedObjectNotFound"])(
  "%s is looked at again",
  (type) => expect(isPassing(fault(type))).toBe(true),
);

it.each(["InvalidArgument", "NoPermission", "ResourceInUse"])("%s is told", (type) =>
  expect(isPassing(fault(type))).toBe(false),
);

it("only a missing object is gone", () => {
  expect(isGone(fault("ManagedObjectNotFound"))).toBe(true);
  expect(isGone(fault("HostNotConnected"))).toBe(false);
});
