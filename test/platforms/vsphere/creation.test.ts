// What is found where an object is to be made: left by a run of the same stack, or somebody's.
import { describe, expect, it } from "vitest";
import type { Ref } from "../../../providers/model/vim.js";
import {
  type Creation,
  creationMark,
  detailsQuery,
  findCall,
  isCreationMark,
  judge,
  madeMark,
  VM_MARK_KEY,
} from "../../../providers/platforms/vsphere/creation.js";

const stack = "multiport/dev";
const dvs: Creation = { kind: "distributedSwitch", name: "dvs0", datacenter: "dc1", stack };
const group: Creation = { ...dvs, kind: "portGroup", name: "app" };
const vm: Creation = { ...dvs, kind: "virtualMachine", name: "db-01", folder: "db/prod" };
const content = { searchIndex: { type: "SearchIndex", value: "SearchIndex" } };
const ref = (type: string, value: string): Ref => ({ type, value });
const vmRef = ref("VirtualMachine", "vm-1");

describe("where it is looked for", () => {
  it.each([
    [dvs, "dc1/network/dvs0"],
    [group, "dc1/network/app"],
    [vm, "dc1/vm/db/prod/db-01"],
    [{ ...vm, folder: undefined, name: "a/b%c\\d" } as unknown as Creation, "dc1/vm/a%2fb%25c%5cd"],
  ])("%j: %s", (creation, inventoryPath) => {
    expect(findCall(creation, content)).toEqual({
      object: content.searchIndex,
      method: "FindByInventoryPath",
      arguments: { inventoryPath },
    });
  });

  it("asks nothing about what is not there, or is of another kind", () => {
    expect(detailsQuery(dvs, undefined)).toBeUndefined();
    expect(detailsQuery(group, { type: "Network", value: "network-7" })).toBeUndefined();
    expect(detailsQuery(vm, { type: "VirtualMachine", value: "vm-1" })?.from).toEqual([vmRef]);
  });
});

describe("what is done about it", () => {
  const found = (object: Ref, properties: Record<string, unknown>) => ({ object, properties }) as never;
  const dvsRef = ref("VmwareDistributedVirtualSwitch", "dvs-1");
  const uplinks = ref("DistributedVirtualPortgroup", "dvportgroup-2");
  const mark = creationMark(stack);

  it("removes a switch with this stack's mark that has only its own port group of uplinks", () => {
    const properties = { "config.description": mark, "config.uplinkPortgroup": uplinks, portgroup: [uplinks] };
    expect(judge(dvs, found(dvsRef, properties))).toEqual({
      calls: [{ object: dvsRef, method: "Destroy_Task", arguments: {} }],
    });
  });

  it.each([
    ["without a description", undefined],
    ["with somebody's description", "core switch"],
    ["of another stack", creationMark("multiport/prod")],
    ["that is set already", madeMark(mark)],
  ])("leaves one %s", (_which, description) => {
    const verdict = judge(
      group,
      found(ref("DistributedVirtualPortgroup", "dvportgroup-3"), { "config.description": description }),
    );
    expect(verdict).toEqual({ taken: expect.stringContaining('port group "app" already, which is not of this stack') });
  });

  it("leaves a switch on which somebody made a port group", () => {
    const portgroup = [uplinks, ref("DistributedVirtualPortgroup", "dvportgroup-9")];
    const properties = { "config.description": mark, "config.uplinkPortgroup": uplinks, portgroup };
    expect(judge(dvs, found(dvsRef, properties))).toEqual({
      taken: expect.stringContaining("it has port groups by now"),
    });
  });

  it("powers a VM off before it is removed, if it is on", () => {
    const extraConfig = { key: VM_MARK_KEY, value: mark };
    const methods = (power: string) => {
      const verdict = judge(vm, found(vmRef, { "config.extraConfig": extraConfig, "runtime.powerState": power }));
      return "calls" in verdict ? verdict.calls.map(({ method }) => method) : verdict;
    };
    expect(methods("poweredOn")).toEqual(["PowerOffVM_Task", "Destroy_Task"]);
    expect(methods("poweredOff")).toEqual(["Destroy_Task"]);
  });

  it("leaves a VM without the mark", () => {
    const properties = { "config.extraConfig": { key: "other", value: mark }, "runtime.powerState": "poweredOff" };
    expect(judge(vm, found(vmRef, properties))).toHaveProperty("taken");
  });
});

it("turns a mark into a lasting description, and nobody else's", () => {
  expect(isCreationMark(creationMark(stack))).toBe(true);
  expect(madeMark(creationMark(stack))).toBe("Made by Pulumi stack multiport/dev");
  expect(isCreationMark(madeMark(creationMark(stack)))).toBe(false);
  expect(madeMark("core switch")).toBeUndefined();
  expect(madeMark(undefined)).toBeUndefined();
});
