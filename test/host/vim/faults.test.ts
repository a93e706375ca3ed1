// Faults in plain words: what is nested is told, with the host or object that it is about.
import { describe, expect, it } from "vitest";
import { localizedFault } from "../../../providers/host/vim/faultWords.js";
import { readAnswer } from "../../../providers/host/vim/readAnswer.js";
import { readTree } from "../../../providers/host/vim/readTree.js";
import { readXml } from "../../../providers/host/vim/readXml.js";
import { VimFault } from "../../../providers/host/vim/soapFault.js";
import { fault } from "./testVcenter.js";

const call = {
  object: { type: "VmwareDistributedVirtualSwitch", value: "dvs-7" },
  method: "ReconfigureDvs_Task",
  arguments: {},
};
const NAMES = new Map([
  ["HostSystem:host-21", 'HostSystem "esx-01"'],
  ["HostSystem:host-22", 'HostSystem "esx-02"'],
  ["VmwareDistributedVirtualSwitch:dvs-7", 'VmwareDistributedVirtualSwitch "dvs0"'],
]);

/** The words after "failed: " of a fault in a SOAP answer. */
function words(type: string, message: string, content = "", names = new Map<string, string>()): string {
  try {
    readAnswer("vCenter vc", call, {
      status: 500,
      contentType: "text/xml",
      location: undefined,
      cookies: [],
      text: fault(type, message, content),
    });
  } catch (error) {
    if (error instanceof VimFault) return error.withNames(names).message.replace(/^.*? failed: /s, "");
    throw error;
  }
  throw new Error("it is no fault");
}

const localized = (type: string, message: string, content = "") =>
  `<fault><fault xsi:type="${type}">${content}</fault><localizedMessage>${message}</localizedMessage></fault>`;

describe("a fault in words", () => {
  it("names the call and the object", () => {
    const error = new VimFault("vCenter vc", call, { message: "No.", detail: { $type: "NotSupported" } }, NAMES);
    expect(error.message).toBe(
      'vCenter vc: ReconfigureDvs_Task of VmwareDistributedVirtualSwitch "dvs0" failed: No (NotSupported).',
    );
    expect([error.kind, error.faultType, error.method, error.object]).toEqual([
      "fault",
      "NotSupported",
      call.method,
      call.object,
    ]);
  });

  it.each([
    [
      "InvalidArgument",
      "A specified parameter was not correct.",
      "<invalidProperty>spec.maxMtu</invalidProperty>",
      "A specified parameter was not correct (InvalidArgument). The value that it refuses: spec.maxMtu.",
    ],
    [
      "NoPermission",
      "Denied",
      '<object type="Folder">f</object><privilegeId>DVSwitch.Modify</privilegeId>',
      "Denied (NoPermission). The user lacks: DVSwitch.Modify.",
    ],
    [
      "ConflictingConfiguration",
      "Conflict",
      "<configInConflict><propertyPath>lacpPolicy.enable</propertyPath></configInConflict>",
      "Conflict (ConflictingConfiguration). In conflict: lacpPolicy.enable.",
    ],
    [
      "HostConfigFault",
      "",
      "<faultMessage><key>k</key><message>vmkernel said no</message></faultMessage>",
      "vCenter gave no reason (HostConfigFault). vmkernel said no.",
    ],
  ])("%s tells its own fields", (type, message, content, expected) => {
    expect(words(type, message, content)).toBe(expected);
  });

  it("tells each host with its own reason, also within another fault", () => {
    const hostFault = (host: string, inner: string) =>
      `<hostFault><host type="HostSystem">${host}</host>${inner}</hostFault>`;
    const content =
      hostFault("host-21", localized("ResourceInUse", "vmnic2 is in use.")) +
      hostFault(
        "host-22",
        localized(
          "DvsApplyOperationFault",
          "Cannot apply.",
          `<objectFault><objectId>12</objectId><type>dvPort</type>${localized("NotFound", "No such port.")}</objectFault>`,
        ),
      );
    expect(words("DvsOperationBulkFault", "Cannot complete for one or more hosts.", content, NAMES)).toBe(
      "Cannot complete for one or more hosts (DvsOperationBulkFault). " +
        'On HostSystem "esx-01": vmnic2 is in use (ResourceInUse). ' +
        'On HostSystem "esx-02": Cannot apply (DvsApplyOperationFault). For dvPort 12: No such port (NotFound).',
    );
    expect(words("DvsOperationBulkFault", "x", content)).toContain("On HostSystem:host-21: vmnic2");
  });

  it("has a sentence of its own for a change that vCenter undid", () => {
    const content = '<host type="HostSystem">host-21</host>';
    const text = words("NetworkDisruptedAndConfigRolledBack", "Network configuration was rolled back", content, NAMES);
    expect(text).toContain(
      'vCenter undid the change by itself, because HostSystem "esx-01" lost its connection to vCenter with it: nothing of it is applied on that host. Look at',
    );
    const inside = words(
      "DvsOperationBulkFault",
      "x",
      `<hostFault>${content}${localized("NetworkDisruptedAndConfigRolledBack", "rolled back", content)}</hostFault>`,
      NAMES,
    );
    expect(inside).toContain("vCenter undid the change by itself");
    expect(words("RollbackFailure", "x", "<entityName>dvs0</entityName><entityType>DVS</entityType>")).toContain(
      "could not go back to the configuration before of dvs0",
    );
  });

  it("does not let a server steer the terminal or nest without end", () => {
    expect(words("SystemError", "bad\u009b31m\u202e")).toBe("bad31m (SystemError).");
    let inner = localized("SystemError", "deepest");
    for (let level = 0; level < 20; level += 1)
      inner = localized(
        "SystemError",
        `level ${level}`,
        inner.replaceAll(/^<fault>|<\/fault>$/g, (tag) => tag.replace("fault", "faultCause")),
      );
    const text = words(
      "SystemError",
      "top",
      inner.replace(/^<fault>/, "<faultCause>").replace(/<\/fault>$/, "</faultCause>"),
    );
    expect(text.match(/Cause:/g)?.length).toBe(5);
  });

  it("reads the error of a task", () => {
    const text = `<error xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><fault xsi:type="ConcurrentAccess"/><localizedMessage>Changed.</localizedMessage></error>`;
    expect(localizedFault(readTree(readXml(text)))).toEqual({
      message: "Changed.",
      detail: { $type: "ConcurrentAccess" },
    });
    expect(localizedFault(undefined)).toEqual({ message: "", detail: {} });
  });
});
