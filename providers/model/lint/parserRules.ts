// Design rules that hold for values which are read before there is a model: the parser itself looks after them. Pure data.
import type { RuleText } from "./rule.js";

export const PARSER_RULES: readonly RuleText[] = [
  {
    id: "VS-07",
    severity: "error",
    title: "On one host a NIC is on one port of one LAG.",
    remedy: "Remove it from the other port or LAG.",
    source: "vSphere Networking 6.7, LACP Support on a vSphere Distributed Switch",
  },
  {
    id: "VS-39",
    severity: "error",
    title: "VLANs are from 1 to 4094, and those of a trunk do not overlap.",
    remedy: "Name every VLAN once.",
    source: "terraform-provider-vsphere documentation of distributed port groups",
  },
  {
    id: "LB-11",
    severity: "error",
    title: "A bond has a primary member only with policy active-backup.",
    remedy: "Remove primary, or use policy active-backup.",
    source: "Linux bonding.rst",
  },
];
