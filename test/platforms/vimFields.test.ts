// Reading what vCenter sent: a list of one, an empty object, numbers and booleans as text.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  readFields,
  vimBoolean,
  vimInt,
  vimList,
  vimLong,
  vimObject,
  vimRef,
} from "../../providers/platforms/vsphere/vimFields.js";

const schema = vimObject({
  name: z.string(),
  mtu: vimInt.optional(),
  nic: vimList(z.string()),
  group: vimList(vimObject({ vlan: vimInt.optional() })),
});

describe("fields", () => {
  it.each([
    [{ name: "a" }, { name: "a", nic: [], group: [] }],
    [
      { name: "a", nic: "", group: "" },
      { name: "a", nic: [], group: [] },
    ],
    [
      { name: "a", nic: "vmnic0", group: { vlan: "3" } },
      { name: "a", nic: ["vmnic0"], group: [{ vlan: 3 }] },
    ],
    [
      { name: "", mtu: "-1", nic: ["x", "y"], group: ["", { vlan: "1" }] },
      { name: "", mtu: -1, nic: ["x", "y"], group: [{}, { vlan: 1 }] },
    ],
  ])("%j is read", (tree, expected) => {
    expect(readFields(schema, tree, "x")).toEqual(expected);
  });

  it("says what is not as the API says", () => {
    expect(() => readFields(schema, { name: "a", mtu: "many", group: { vlan: "1.5" } }, "DVS:dvs-1 config")).toThrow(
      /^vCenter's DVS:dvs-1 config is not as its API says: mtu: is not a whole number; group\.0\.vlan: is not a whole number\. Please report/,
    );
  });

  it.each([
    [vimInt, "2147483647", 2147483647],
    [vimInt, "2147483648", undefined],
    [vimLong, "9007199254740991", 9007199254740991],
    [vimLong, "9223372036854775807", undefined],
    [vimBoolean, "true", true],
    [vimBoolean, "0", false],
    [vimBoolean, "yes", undefined],
    [vimRef("HostSystem"), { type: "HostSystem", value: "h" }, { type: "HostSystem", value: "h" }],
    [vimRef("HostSystem"), { type: "Folder", value: "h" }, undefined],
    [vimRef(), { type: "Folder", value: "" }, undefined],
  ])("case %#: %s %j", (field, text, expected) => {
    expect(field.safeParse(text).data).toEqual(expected);
  });
});
