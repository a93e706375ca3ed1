// What a Linux bridge has of the options of a port group, as far as multiport sets them. Pure data.
import type { PortGroup, PortGroupSpec } from "../../model/portGroup.js";
import type { Lack, OptionTable } from "../optionSupport.js";
import { NOT_SHAPED } from "../portGroupSupport.js";

function notOnBridge(what: string, remedy = "Remove it."): Lack {
  return { unsupported: `multiport does not set ${what} on a Linux bridge`, remedy };
}

export const BRIDGE_PORT_GROUP_OPTIONS: OptionTable<keyof PortGroupSpec, PortGroup> = {
  network: "supported",
  uplinkTeam: {
    unsupported: "a Linux bridge has one uplink team for all port groups",
    remedy: "Remove it, or make a second virtual switch.",
  },
  // By nftables, at each interface: ../kvm/nftables.
  security: "supported",
  shaping: NOT_SHAPED,
  blocked: notOnBridge("blocked port groups"),
  netflow: notOnBridge("NetFlow"),
  binding: {
    unsupported: "ports of a Linux bridge come and go with their VMs",
    remedy: "Remove binding.",
  },
  numPorts: {
    unsupported: "a port group of a Linux bridge has as many ports as VMs use",
    remedy: "Remove numPorts.",
  },
  portOverrides: {
    unsupported: "a port of a Linux bridge has the settings of its port group and no others",
    remedy: "Remove portOverrides, or make a port group for the port.",
  },
  microsoftNlb: {
    unsupported: "the design rules about Microsoft NLB are those of vSphere",
    remedy: "Remove microsoftNlb.",
  },
};
