// Design rules that hold for values which are read before there is a model: the parser itself looks after them. Pure data.
import type { RuleText } from "./rule.js";

export const PARSER_RULES: readonly RuleText[] = [
  {
    id: "VS-39",
    severity: "error",
    title: "The VLANs of a trunk do not overlap.",
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
