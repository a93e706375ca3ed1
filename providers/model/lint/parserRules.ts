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
    id: "LB-02",
    severity: "error",
    title: "A bond looks at its links, or asks other machines, and not both.",
    remedy: "Remove monitorMilliseconds, or arpMonitor.",
    source: "Linux bonding.rst, arp_interval; nmstate, bond validation",
  },
  {
    id: "LB-20",
    severity: "error",
    title: "An ARP monitor has at most 16 targets.",
    remedy: "Remove some: one that answers always is enough.",
    source: "Linux bonding.rst, arp_ip_target",
    reportedAs: "schema",
  },
  {
    id: "SR-08",
    severity: "error",
    title:
      "The bandwidth that a virtual function keeps is not more than what it may send, which is not more than the speed of the port.",
    remedy: "Lower minRateMegabits, or raise maxRateMegabits.",
    source: "os-net-config, sriov_vf",
    lookedAfterBy: ["file", "host facts"],
  },
  {
    id: "SR-09",
    severity: "error",
    title: "A virtual function has a priority only with a VLAN.",
    remedy: "Add network or vlan, or remove qos.",
    source: "os-net-config, sriov_vf",
  },
  {
    id: "SR-13",
    severity: "error",
    title: "A virtual function carries no larger packets than its physical port.",
    remedy: "Raise the mtu of a network of the virtual switch, or lower that of the virtual function.",
    source: "sriov-network-operator, webhook",
  },
  {
    id: "SR-14",
    severity: "error",
    title: "A virtual function has one owner, and its settings stand in one place.",
    remedy: "Give every range and every port numbers of its own.",
    source: "sriov-network-operator, webhook",
  },
  {
    id: "SR-15",
    severity: "error",
    title: "A virtual function that RDMA uses keeps its kernel driver.",
    remedy: "Use driver: kernel, or remove rdma.",
    source: "sriov-network-operator, webhook",
  },
];
