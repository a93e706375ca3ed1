// From words to the data of the templates in templates/kvm/libvirt. Pure.
import type { Filled } from "../../layer.js";
import type { GuestAddress } from "./fromXml.js";
import type {
  LibvirtBandwidth,
  LibvirtInterfaceWords,
  LibvirtNetworkWords,
  LibvirtPortSettings,
  LibvirtVlan,
} from "./words.js";

export function networkFile(name: string, network: LibvirtNetworkWords): Filled {
  return { template: "kvm/libvirt/network.xml", data: networkView(name, network) };
}

export function networkView(name: string, network: LibvirtNetworkWords) {
  const functions = numbersOf(network.functions);
  return {
    name,
    environment: network.environment,
    forward: network.forward,
    isPool: network.forward === "hostdev",
    isWholePort: functions.length === 0,
    pf: network.pf ?? "",
    pfLabel: commentText(network.pf ?? ""),
    functions,
    bridge: network.bridge,
    virtualport: network.virtualport,
    portgroups: Object.entries(network.portgroups).map(([group, settings]) => portgroupFile(group, settings)),
  };
}

export function portgroupFile(name: string, settings: LibvirtPortSettings) {
  const { trustGuestRxFilters } = settings;
  return {
    template: "kvm/libvirt/portgroup.xml",
    data: { name, trustGuestRxFilters, settings: settingsFile(settings) },
  };
}

export function interfaceFile(...[alias, words, address]: Parameters<typeof interfaceView>): Filled {
  return { template: "kvm/libvirt/interface.xml", data: interfaceView(alias, words, address) };
}

/** `address` is where the card sits in the guest, when it is to stay there. */
export function interfaceView(alias: string, words: LibvirtInterfaceWords, address: GuestAddress | null = null) {
  const [pf = "", number = ""] = words.function?.split("/") ?? [];
  const [type = "", persistent = null] = words.teaming?.split(" ") ?? [];
  return {
    alias,
    type: words.type,
    isFunction: words.type === "hostdev",
    pf,
    pfLabel: commentText(pf),
    function: number,
    mac: words.mac,
    network: words.network ?? "",
    portgroup: words.portgroup,
    interfaceid: words.interfaceid,
    target: words.target,
    model: words.model,
    queues: words.queues,
    link: words.link,
    mtu: words.mtu,
    isolated: words.isolated,
    teaming: words.teaming === null ? null : { type, persistent },
    address,
    ovs: words.interfaceid === null ? null : ovsColumns(words.vlan),
    trustGuestRxFilters: words.trustGuestRxFilters,
    settings: settingsFile(words),
  };
}

/** Null: there is nothing to say. */
function settingsFile({ vlan, inbound, outbound }: LibvirtPortSettings): Filled | null {
  const bandwidth = [...bandwidthView("inbound", inbound), ...bandwidthView("outbound", outbound)];
  const tags = tagsView(vlan);
  if (tags.length === 0 && bandwidth.length === 0) return null;
  return { template: "kvm/libvirt/settings.xml", data: { trunk: vlan?.trunk ?? false, tags, bandwidth } };
}

function bandwidthView(direction: "inbound" | "outbound", bandwidth: LibvirtBandwidth | null) {
  return bandwidth ? [{ direction, ...bandwidth }] : [];
}

function tagsView(vlan: LibvirtVlan | null) {
  return numbersOf(vlan?.tags ?? null).map((id) => ({ id, isNative: Number(id) === vlan?.native }));
}

/** Every number of `10,100-199`, as text: a template takes 0 for nothing. */
function numbersOf(ranges: string | null): string[] {
  return (ranges ?? "")
    .split(",")
    .filter((range) => range !== "")
    .flatMap((range) => {
      const [first = "", last = first] = range.split("-");
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => String(Number(first) + step));
    });
}

/** Columns of the table Port of OVSDB, as libvirt itself sets them when it plugs the interface in. */
function ovsColumns(vlan: LibvirtVlan | null) {
  const nothing = "[]";
  if (!vlan) return { tag: nothing, trunks: nothing, vlan_mode: nothing };
  if (!vlan.trunk) return { tag: vlan.tags, trunks: nothing, vlan_mode: nothing };
  return vlan.native === null
    ? { tag: nothing, trunks: vlan.tags, vlan_mode: nothing }
    : { tag: `${vlan.native}`, trunks: vlan.tags, vlan_mode: "native-untagged" };
}

/** Two dashes end a comment of XML. */
function commentText(text: string): string {
  return text.replaceAll("--", "- -");
}
