// An object that Pulumi's provider makes carries a mark until our own resource has set it. The answer to its creation may get
// lost: then Pulumi knows nothing of it, and the mark tells the next run that it is nobody's and may be made anew. Pure.
import { z } from "zod";
import type { ObjectContent, PropertyQuery, Ref, VimCall, VimTree } from "../../model/vim.js";
import { singleton } from "./inventoryQuery.js";
import { readFields, vimList, vimObject, vimRef } from "./vimFields.js";

const MARK = "Being made by Pulumi stack ";

/** Goes into the description of a switch or port group, where people see it, and into the extraConfig of a VM. */
export function creationMark(stack: string): string {
  return `${MARK}${stack}`;
}

export function isCreationMark(text: string | undefined): boolean {
  return text?.startsWith(MARK) ?? false;
}

/** What a mark becomes with the first setting; undefined for a description that is no mark: it stays whosever it is. */
export function madeMark(text: string | undefined): string | undefined {
  return text?.startsWith(MARK) ? `Made by Pulumi stack ${text.slice(MARK.length)}` : undefined;
}

/** Key of the mark in a VM's extraConfig. */
export const VM_MARK_KEY = "multiport.beingMade";

/** An object that is about to be made. */
export interface Creation {
  readonly kind: keyof typeof KINDS;
  readonly name: string;
  readonly datacenter: string;
  /** VM folder, as a path below the datacenter's own. */
  readonly folder?: string;
  /** `<project>/<stack>`. */
  readonly stack: string;
}

interface Kind {
  readonly noun: string;
  readonly type: string;
  /** The datacenter's folder for such objects, as inventory paths name it. */
  readonly folder: "network" | "vm";
  readonly properties: readonly string[];
  readonly mark: (properties: ObjectContent["properties"]) => string | undefined;
  /** Something of somebody else that would go with it. */
  readonly others?: (properties: ObjectContent["properties"]) => string | undefined;
  readonly removal: (object: Ref, properties: ObjectContent["properties"]) => readonly VimCall[];
}

const destroy = (object: Ref): VimCall => ({ object, method: "Destroy_Task", arguments: {} });

const described = (properties: ObjectContent["properties"]) => properties["config.description"] as string | undefined;

// vCenter itself refuses to remove a switch with hosts, and a port group that something is attached to.
const KINDS = {
  distributedSwitch: {
    noun: "distributed switch",
    type: "VmwareDistributedVirtualSwitch",
    folder: "network",
    properties: ["config.description", "config.uplinkPortgroup", "portgroup"],
    mark: described,
    others: (properties) => {
      const refs = (path: string) => readFields(vimList(vimRef()), properties[path], `${path} of a switch`);
      const uplinks = refs("config.uplinkPortgroup").map(({ value }) => value);
      return refs("portgroup").every(({ value }) => uplinks.includes(value)) ? undefined : "it has port groups";
    },
    removal: (object) => [destroy(object)],
  },
  portGroup: {
    noun: "port group",
    type: "DistributedVirtualPortgroup",
    folder: "network",
    properties: ["config.description"],
    mark: described,
    removal: (object) => [destroy(object)],
  },
  virtualMachine: {
    noun: "VM",
    type: "VirtualMachine",
    folder: "vm",
    properties: ["config.extraConfig", "runtime.powerState"],
    mark: (properties) => {
      const options = vimList(vimObject({ key: z.string(), value: z.unknown() }));
      const found = readFields(options, properties["config.extraConfig"], "extraConfig of a VM");
      return String(found.find(({ key }) => key === VM_MARK_KEY)?.value ?? "");
    },
    removal: (object, properties) => [
      ...(properties["runtime.powerState"] === "poweredOn"
        ? [{ object, method: "PowerOffVM_Task", arguments: {} }]
        : []),
      destroy(object),
    ],
  },
} satisfies Record<string, Kind>;

/** Asks what stands where the object is to be made. */
export function findCall(
  { kind, name, datacenter, folder }: Creation,
  content: Readonly<Record<string, Ref>>,
): VimCall {
  const escaped = name.replace(/[%/\\]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  const inventoryPath = [datacenter, KINDS[kind].folder, ...(folder === undefined ? [] : [folder]), escaped].join("/");
  return { object: singleton(content, "searchIndex"), method: "FindByInventoryPath", arguments: { inventoryPath } };
}

/** Asks about the object that was found; undefined when there is none, or one of another kind, which vCenter judges itself. */
export function detailsQuery({ kind }: Creation, found: VimTree | undefined): PropertyQuery | undefined {
  const { type, properties }: Kind = KINDS[kind];
  const ref = vimRef(type).safeParse(found).data;
  return ref && { from: [ref], properties: { [type]: properties } };
}

/** What has to happen before the object can be made: the calls that remove what an earlier run of this stack left, or the reason why not. */
export function judge(
  { kind, name, datacenter, stack }: Creation,
  { object, properties }: ObjectContent,
): { readonly calls: readonly VimCall[] } | { readonly taken: string } {
  const { noun, mark, others, removal }: Kind = KINDS[kind];
  const what = `${noun} "${name}"`;
  if (mark(properties) !== creationMark(stack))
    return {
      taken: `datacenter ${datacenter} has a ${what} already, which is not of this stack. Give one of the two another name, or remove the one that is there`,
    };
  const reason = others?.(properties);
  if (reason !== undefined)
    return {
      taken: `a run that was cut off left ${what}, and ${reason} by now, so it is not removed. Remove it in vCenter, or move what is on it`,
    };
  return { calls: removal(object, properties) };
}
