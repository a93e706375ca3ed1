// What to ask vCenter about a host: all hosts by name in one question, then all that is needed of this one in another. Pure.
import type { ObjectContent, PropertyQuery, Ref } from "../../../model/vim.js";
import { inventoryWays, singleton } from "../inventoryQuery.js";
import type { Answer, Question, VcenterAbout } from "../vcenterDriver.js";
import type { HostTarget } from "./words.js";

export function askHost(
  { target, about }: { readonly target: HostTarget; readonly about: VcenterAbout },
  answers: readonly Answer[],
): Question | undefined {
  const [hosts, ...others] = answers;
  if (hosts === undefined) return { query: allHosts(about) };
  if (others.length > 0) return undefined;
  const host = findHost(target, hosts);
  return host && { query: allOf(host, about) };
}

/** The host of the name that the target has; two of one name can't be told apart. */
export function findHost({ address }: HostTarget, answer: Answer | undefined): Ref | undefined {
  const found = contentsOf(answer).filter(({ object, properties }) => {
    return object.type === "HostSystem" && properties.name === address;
  });
  if (found.length > 1)
    throw new Error(`vCenter has ${found.length} hosts with the name ${address}. Rename or remove all but one`);
  return found[0]?.object;
}

/** The objects of an answer to a query. */
export function contentsOf(answer: Answer | undefined): readonly ObjectContent[] {
  return Array.isArray(answer) ? (answer as readonly ObjectContent[]) : [];
}

function allHosts({ content }: VcenterAbout): PropertyQuery {
  return {
    properties: { HostSystem: ["name"] },
    from: [singleton(content, "rootFolder")],
    isFromSkipped: true,
    along: inventoryWays({ hosts: true }),
  };
}

/** The host's network and devices, and what decides about them: its VMs, the networks they are on, its cluster. */
function allOf(host: Ref, { content }: VcenterAbout): PropertyQuery {
  const { customFieldsManager } = content;
  return {
    properties: {
      HostSystem: [
        "name",
        "configManager.networkSystem",
        "configManager.virtualNicManager",
        "configManager.pciPassthruSystem",
        "config.network.vswitch",
        "config.network.portgroup",
        "config.network.proxySwitch",
        "config.network.pnic",
        "config.network.vnic",
        "config.virtualNicManagerInfo.netConfig",
        "config.pciPassthruInfo",
        "runtime.connectionState",
        "runtime.inMaintenanceMode",
        "runtime.bootTime",
        "summary.rebootRequired",
        "customValue",
        "vm",
      ],
      VirtualMachine: ["name", "runtime.powerState", "network"],
      Network: ["name"],
      DistributedVirtualPortgroup: ["name", "key", "config.distributedVirtualSwitch"],
      DistributedVirtualSwitch: ["name", "uuid"],
      ClusterComputeResource: ["configurationEx"],
      ...(customFieldsManager ? { CustomFieldsManager: ["field"] } : {}),
    },
    from: [host, ...(customFieldsManager ? [customFieldsManager] : [])],
    along: [
      { type: "HostSystem", path: "parent" },
      { type: "HostSystem", path: "vm" },
      {
        type: "HostSystem",
        path: "network",
        along: [{ type: "DistributedVirtualPortgroup", path: "config.distributedVirtualSwitch" }],
      },
    ],
  };
}
