// How much the traffic notices of each change of a device. Source: bonding.rst, and what was seen of the kernel. Pure data.
import { type Change, compare, type Disruption } from "../../model/change.js";
import type { Path } from "../../model/problem.js";
import { own } from "../own.js";
import type { LinuxWords } from "./words.js";

/** By the kind of device and the option; what is not named here disturbs nothing. Outage: the device is made anew. */
const TABLE: Readonly<Record<string, Readonly<Record<string, Disruption>>>> = {
  bonds: {
    mode: "outage",
    fail_over_mac: "outage",
    lacp_rate: "outage",
    lacp_active: "outage",
    ad_select: "outage",
    members: "brief",
    primary: "brief",
    xmit_hash_policy: "brief",
    min_links: "brief",
  },
  bridges: {
    vlan_filtering: "brief",
    vlan_default_pvid: "brief",
    stp_state: "brief",
    pvid: "brief",
    untagged: "brief",
    vlans: "brief",
    isolated: "brief",
  },
  vlans: { id: "outage", link: "outage" },
  links: {
    mtu: "brief",
    addresses: "brief",
    gateways: "brief",
    dhcp4: "brief",
    dhcp6: "brief",
    // Packets go another way, or are refused where they come from.
    routes: "brief",
    rules: "brief",
    reversePath: "brief",
  },
  nics: { called: "brief" },
};

function disruptionOf(path: Path): Disruption {
  const [kind = "", , ...option] = path;
  if (kind === "renderer") return "outage";
  // A device that is new, or a port: what joins it loses its link for a moment.
  if (option.length === 0 || (option[0] === "ports" && option.length === 2)) return "brief";
  return TABLE[kind]?.[String(option.at(-1))] ?? "none";
}

export function compareLinux(desired: LinuxWords, actual: LinuxWords): Change[] {
  return compare(settings(desired, desired), settings(actual, desired), (path) =>
    isFirst(path, actual) ? "none" : disruptionOf(path),
  );
}

/**
 * Where a NIC sits, and which are ours, is looked at before a change; it is nothing that a change could set. A name that is not wanted any
 * more is left as it is until the next start.
 */
function settings({ pci: _, ports: __, nics = {}, ...words }: LinuxWords, desired: LinuxWords): object {
  const wanted = Object.entries(nics).filter(([name]) => own(desired.nics, name) !== undefined);
  return { ...words, nics: Object.fromEntries(wanted) };
}

/** A host without files of ours has no renderer that it could change from. */
function isFirst([kind]: Path, { renderer }: LinuxWords): boolean {
  return kind === "renderer" && renderer === null;
}
