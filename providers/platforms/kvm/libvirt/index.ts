// libvirt on a KVM host: its networks, and the interfaces of its domains. The layer. Pure.

import { type Change, compare, type Disruption } from "../../../model/change.js";
import type { KvmHost } from "../../../model/host.js";
import type { Path } from "../../../model/problem.js";
import type { Layer, TextSection } from "../../layer.js";
import { carried, line } from "../../phrases.js";
import { isEmpty, libvirtUnreadable, missingOfLibvirt } from "./conflicts.js";
import { fromLibvirtFacts, type LibvirtFacts, readLibvirtFacts } from "./facts.js";
import { planLibvirt } from "./plan.js";
import { libvirtUnsupported, toLibvirtWords } from "./toWords.js";
import { unhealthyLibvirt } from "./unhealthy.js";
import { interfaceFile, networkFile } from "./view.js";
import type { LibvirtDomainWords, LibvirtVlan, LibvirtWords } from "./words.js";

/** What the VM notices of a change of its interface; a card that is taken out and put in anew is an outage. */
const INTERFACE: Readonly<Record<string, Disruption>> = {
  link: "outage",
  vlan: "brief",
  network: "outage",
  portgroup: "outage",
  inbound: "none",
  outbound: "none",
  trustGuestRxFilters: "none",
};

/** VMs stay on the bridge of a network that is made anew. New settings of a port group reach them by their interfaces. */
const NETWORK: Readonly<Record<string, Disruption>> = { active: "brief", bridge: "brief", virtualport: "brief" };

function disruptionOf([section, , key, alias, setting]: Path): Disruption {
  if (section === "networks") return NETWORK[String(key)] ?? "none";
  // A domain or an interface that is new takes nothing from the VM.
  if (alias === undefined || setting === undefined) return "none";
  return INTERFACE[String(setting)] ?? "outage";
}

export const libvirt: Layer<KvmHost, LibvirtWords, LibvirtFacts> = {
  name: "libvirt",
  extension: "libvirt.xml",
  nothing: { networks: {}, domains: {} },
  outline: ({ networks, domains }) => [
    ...line("libvirt networks", Object.keys(networks)),
    ...line("libvirt interfaces of VMs", Object.keys(domains)),
  ],
  facts: "kvm/libvirt/facts.sh",
  carried: ({ domains }) =>
    Object.values(domains).flatMap(({ interfaces }) =>
      Object.values(interfaces).flatMap(({ target, vlan }) =>
        target === null || vlan === null ? [] : [{ below: { interface: target }, vlans: libvirtCarried(vlan) }],
      ),
    ),
  // Everything lies in libvirt's own store.
  ownFiles: [],
  unsupported: libvirtUnsupported,
  toWords: toLibvirtWords,
  sections,
  readFacts: readLibvirtFacts,
  missing: missingOfLibvirt,
  unreadable: libvirtUnreadable,
  fromFacts: (facts, { environment }) => fromLibvirtFacts(facts, environment),
  plan: planLibvirt,
  compare: compareLibvirt,
  unhealthy: unhealthyLibvirt,
};

function sections(words: LibvirtWords): readonly TextSection[] {
  if (isEmpty(words)) return [];
  return [
    ...Object.entries(words.networks).map(([name, network]) => ({
      target: `virsh, network ${name}`,
      file: `libvirt/network-${name}.xml`,
      ...networkFile(name, network),
    })),
    ...Object.entries(words.domains).map(([name, { interfaces, order }]) => ({
      target: `virsh, interfaces of domain ${name}`,
      file: `libvirt/domain-${name}.xml`,
      template: "kvm/libvirt/domain.xml",
      data: {
        interfaces: order.flatMap((alias) => {
          const item = interfaces[alias];
          return item ? [interfaceFile(alias, item)] : [];
        }),
      },
    })),
  ];
}

/** The order of interfaces is that of their making: it is no difference. */
function compareLibvirt(desired: LibvirtWords, actual: LibvirtWords): Change[] {
  return compare(withoutOrder(desired), withoutOrder(actual), disruptionOf);
}

function withoutOrder({ networks, domains }: LibvirtWords): object {
  const named = Object.entries(domains).map(([name, { order: _, ...domain }]: [string, LibvirtDomainWords]) => [
    name,
    domain,
  ]);
  return { networks, domains: Object.fromEntries(named) };
}

function libvirtCarried({ trunk, tags, native }: LibvirtVlan): string {
  if (!trunk) return carried("", Number(tags));
  const tagged = tags.split(",").filter((range) => range !== `${native}`);
  return carried(tagged.join(","), native);
}
