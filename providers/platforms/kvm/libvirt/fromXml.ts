// libvirt's XML in our words: networks and interfaces, as `net-dumpxml` and `dumpxml` print them. Pure.
import { formatRanges, mergeRanges } from "../../../model/network.js";
import { sortKeys } from "../../sortKeys.js";
import type {
  LibvirtBandwidth,
  LibvirtInterfaceWords,
  LibvirtNetworkWords,
  LibvirtPortSettings,
  LibvirtVlan,
} from "./words.js";
import { all, attribute, type Element, find } from "./xml.js";

/** Place of a card inside the guest, as attributes of XML. */
export type GuestAddress = Readonly<Record<"domain" | "bus" | "slot" | "function", string>>;

export interface FactInterface {
  readonly alias: string | null;
  readonly words: LibvirtInterfaceWords;
  readonly address: GuestAddress | null;
}

/** `<PF>/<number>` by PCI address. */
type Functions = ReadonlyMap<string, string>;

interface Around {
  readonly environment: string;
  readonly active: boolean;
  readonly autostart: boolean;
  readonly functions: Functions;
}

export function readNetwork(element: Element, { functions, ...more }: Around): LibvirtNetworkWords {
  const forward = find(element, "forward");
  const offered = forward ? all(forward, "address").map((address) => functionOf(address, functions)) : [];
  const portgroups = all(element, "portgroup").map((group): [string, LibvirtPortSettings] => [
    group.attributes.name ?? "",
    readSettings(group),
  ]);
  return {
    ...more,
    forward: forward?.attributes.mode ?? (forward ? "nat" : "none"),
    bridge: attribute(element, ["bridge"], "name"),
    virtualport: attribute(element, ["virtualport"], "type"),
    ...readPool(attribute(element, ["forward", "pf"], "dev"), offered),
    portgroups: sortKeys(Object.fromEntries(portgroups)),
  };
}

/** A pool of all functions of a port, or of some of one port. What is of several ports is told as it is. */
function readPool(pf: string | null, offered: readonly string[]): Pick<LibvirtNetworkWords, "pf" | "functions"> {
  // An active pool that names its port lists the addresses of its functions as well.
  if (pf !== null || offered.length === 0) return { pf, functions: null };
  const ports = new Set(offered.map((name) => name.split("/")[0] ?? ""));
  const numbers = offered.map((name) => Number(name.split("/")[1]));
  if (ports.size !== 1 || numbers.some(Number.isNaN)) return { pf: null, functions: offered.join(",") };
  const ranges = mergeRanges(numbers.map((number) => ({ first: number, last: number })));
  return { pf: [...ports][0] ?? null, functions: formatRanges(ranges) };
}

export function readInterface(element: Element, functions: Functions): FactInterface {
  const { type = "" } = element.attributes;
  const isFunction = type === "hostdev";
  const queues = attribute(element, ["driver"], "queues");
  const mtu = attribute(element, ["mtu"], "size");
  const source = find(element, "source", "address");
  const words: LibvirtInterfaceWords = {
    // A running interface on a network is told as what it came to be, with the network that it came from.
    type: attribute(element, ["source"], "network") === null ? type : "network",
    network: attribute(element, ["source"], "network"),
    portgroup: attribute(element, ["source"], "portgroup"),
    function: isFunction && source ? functionOf(source, functions) : null,
    mac: (attribute(element, ["mac"], "address") ?? "").toLowerCase(),
    // libvirt gives that of a virtual function a name too, and it has no interface on the host.
    target: isFunction ? null : attribute(element, ["target"], "dev"),
    model: isFunction ? null : attribute(element, ["model"], "type"),
    queues: queues === null ? null : Number(queues),
    link: isFunction ? null : attribute(element, ["link"], "state") === "down" ? "down" : "up",
    mtu: mtu === null ? null : Number(mtu),
    isolated: attribute(element, ["port"], "isolated") === "yes",
    interfaceid: attribute(element, ["virtualport", "parameters"], "interfaceid"),
    teaming: readTeaming(find(element, "teaming")),
    ...readSettings(element),
  };
  return { alias: attribute(element, ["alias"], "name"), words, address: readAddress(find(element, "address")) };
}

function readTeaming(element: Element | undefined): string | null {
  if (!element) return null;
  const { type = "", persistent } = element.attributes;
  return persistent === undefined ? type : `${type} ${persistent}`;
}

function readAddress(element: Element | undefined): GuestAddress | null {
  const { type, domain, bus, slot, function: number } = element?.attributes ?? {};
  if (type !== "pci" || bus === undefined || slot === undefined) return null;
  return { domain: domain ?? "0x0000", bus, slot, function: number ?? "0x0" };
}

function functionOf({ attributes }: Element, functions: Functions): string {
  const digits = (text: string | undefined, length: number) =>
    Number(text ?? "0")
      .toString(16)
      .padStart(length, "0");
  const { domain, bus, slot, function: number } = attributes;
  const address = `${digits(domain, 4)}:${digits(bus, 2)}:${digits(slot, 2)}.${digits(number, 1)}`;
  return functions.get(address) ?? address;
}

function readSettings(element: Element): LibvirtPortSettings {
  return {
    vlan: readVlan(find(element, "vlan")),
    inbound: readBandwidth(find(element, "bandwidth", "inbound")),
    outbound: readBandwidth(find(element, "bandwidth", "outbound")),
    trustGuestRxFilters: element.attributes.trustGuestRxFilters === "yes",
  };
}

function readVlan(element: Element | undefined): LibvirtVlan | null {
  if (!element) return null;
  const tags = all(element, "tag");
  const ids = tags.map(({ attributes }) => Number(attributes.id));
  const native = tags.find(({ attributes }) => attributes.nativeMode !== undefined)?.attributes.id;
  return {
    trunk: element.attributes.trunk === "yes" || ids.length > 1,
    tags: formatRanges(mergeRanges(ids.map((id) => ({ first: id, last: id })))),
    native: native === undefined ? null : Number(native),
  };
}

function readBandwidth(element: Element | undefined): LibvirtBandwidth | null {
  if (!element) return null;
  const { average, peak, burst } = element.attributes;
  const number = (text: string | undefined) => (text === undefined ? null : Number(text));
  return { average: Number(average), peak: number(peak), burst: number(burst) };
}
