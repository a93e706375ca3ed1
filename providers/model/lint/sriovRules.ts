// Design rules about VMs with virtual functions and passthrough devices. Pure.
import { keepsOwnMacs } from "../bond.js";
import { formatPath } from "../problem.js";
import type { Uplink } from "../uplink.js";
import { type NetworkCard, VM_FEATURES, type VmFeature } from "../virtualMachine.js";
import { type Design, portGroupOf, type VsphereVmPlace } from "./design.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { cabledSwitches, cards } from "./teams.js";

const VF_GUIDE = "vSphere Networking 6.7, SR-IOV";

export function vmRule(rule: RuleText, check: (place: VsphereVmPlace, design: Design) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check(design) {
      for (const place of design.vsphereVms) yield* check(place, design);
    },
  };
}

/** NetFlow sees no virtual function, and nothing of a passthrough device in the first place. */
const EXCLUDED_BY_FUNCTIONS: readonly VmFeature[] = VM_FEATURES;
const EXCLUDED_BY_PASSTHROUGH = VM_FEATURES.filter((feature) => feature !== "netflow");

interface Exclusion {
  readonly devices: readonly string[];
  /** Such as "virtual functions". */
  readonly what: string;
  readonly excluded: readonly VmFeature[];
}

/** An error for each feature that the VM requires; without any, what the devices cost. */
function* exclusions({ hardware, path }: VsphereVmPlace, { devices, what, excluded }: Exclusion): Generator<Finding> {
  if (devices.length === 0) return;
  const required = hardware.requires.filter((feature) => excluded.includes(feature));
  for (const feature of required)
    yield {
      path: [...path, "vsphere", "requires", hardware.requires.indexOf(feature)],
      message: `a VM with ${what} can't have ${feature}`,
      found: feature,
      severity: "error",
    };
  if (required.length === 0)
    yield {
      path: [...path, "vsphere"],
      message: `${what} bind the VM to its host: no ${excluded.join(", ")}`,
      found: devices.join(", "),
    };
}

export const sriovRules: readonly Rule[] = [
  vmRule(
    {
      id: "VS-50",
      severity: "warning",
      graver: "error",
      title:
        "A VM with virtual functions has no vMotion, Storage vMotion, HA, FT, DRS, suspend, snapshots, hot add or NetFlow.",
      remedy:
        "Remove the feature from requires or vf from the ports; or accept that the VM stays where it is (accepted).",
      source: "vSphere Networking 6.5, SR-IOV Support",
    },
    (place) =>
      exclusions(place, {
        devices: functionsOf(place).map(({ port }) => port),
        what: "virtual functions",
        excluded: EXCLUDED_BY_FUNCTIONS,
      }),
  ),
  vmRule(
    {
      id: "VS-51",
      severity: "warning",
      graver: "error",
      title: "A VM with passthrough devices has no vMotion, HA, FT, DRS, suspend, snapshots or hot add.",
      remedy: "Remove the feature from requires or the devices; or accept that the VM stays where it is (accepted).",
      source: "vSphere Networking 6.5, DirectPath I/O",
    },
    (place) =>
      exclusions(place, {
        devices: place.hardware.passthrough,
        what: "passthrough devices",
        excluded: EXCLUDED_BY_PASSTHROUGH,
      }),
  ),
  vmRule(
    {
      id: "VS-55",
      severity: "error",
      title: "The bandwidth of a virtual function is not limited, whatever its port group says.",
      remedy: "Use a port group without shaping, or an ordinary port.",
      source: `${VF_GUIDE} Architecture and Interaction; terraform-provider-vsphere documentation of VMs`,
    },
    function* (place, design) {
      for (const card of functionsOf(place)) {
        const group = portGroupOf(design, { ...card, host: place.vm.host })?.group;
        if (group?.shaping.ingress || group?.shaping.egress)
          yield {
            path: [...place.path, "ports", card.port, "vf"],
            message: `the shaping of port group ${group.name} does not hold for a virtual function`,
            found: card.vf?.uplink ?? "",
          };
      }
    },
  ),
  vmRule(
    {
      id: "VS-57",
      severity: "warning",
      graver: "error",
      title: "The virtual functions of a VM come from two physical ports, on two network cards and two switches.",
      remedy: "Name another physical port, or a pool to choose from (vf: { from: [..] }).",
      source: VF_GUIDE,
    },
    function* (place) {
      for (const { network, shared, ports } of together(place))
        yield {
          path: [...place.path, "ports", ports.at(-1) ?? "", "vf"],
          message: `the virtual functions of network ${network} all fail with one ${shared}`,
          found: ports.join(", "),
        };
    },
  ),
  vmRule(
    {
      id: "VS-62",
      severity: "info",
      title: "A virtual function gets VLAN, MAC policy and packet size from its port group.",
      remedy: "Set them on the port group; a trunk leaves the tags to the guest.",
      source: `${VF_GUIDE}, table 10-2`,
    },
    function* (place) {
      for (const { port, portGroup } of functionsOf(place))
        yield {
          path: [...place.path, "ports", port, "portGroup"],
          message: "the port group sets VLAN, MAC policy and packet size of the virtual function",
          found: portGroup,
        };
    },
  ),
  vmRule(
    {
      id: "VS-63",
      severity: "error",
      title: "A guest that bonds virtual functions changes their MAC addresses: the port group accepts that.",
      remedy:
        "Set security: { macChanges: true } on the port group, or use policy active-backup without failOverMac or with failOverMac: active.",
      source: `${VF_GUIDE}, table 10-2`,
    },
    function* (place, design) {
      for (const bond of place.vm.guest?.bonds ?? []) {
        const members = functionsOf(place).filter(({ port }) => bond.members.includes(port));
        // With active the bond takes the address of its member, and not the other way round.
        for (const card of bond.members.length > 1 && !keepsOwnMacs(bond) ? members : []) {
          const below = portGroupOf(design, { ...card, host: place.vm.host });
          if (below?.security.macChanges !== false) continue;
          yield {
            path: [...place.path, "ports", card.port, "portGroup"],
            message: `bond ${bond.name} changes the MAC address of the port, which the port group rejects (${formatPath(below.path)})`,
            found: `${card.switch}/${card.portGroup}`,
          };
        }
      }
    },
  ),
];

function functionsOf({ hardware }: VsphereVmPlace): NetworkCard[] {
  return hardware.cards.filter(({ vf }) => vf !== undefined);
}

/** Virtual functions of one network, and what they share that can fail. */
interface Together {
  readonly network: string;
  readonly shared: string;
  readonly ports: readonly string[];
}

function* together(place: VsphereVmPlace): Generator<Together> {
  const functions = functionsOf(place);
  for (const network of new Set(functions.map(({ port }) => networkOf(place, port)))) {
    const own = functions.filter(({ port }) => networkOf(place, port) === network);
    const uplinks = own.flatMap(({ vf }) => place.host?.uplinks.filter(({ name }) => name === vf?.uplink) ?? []);
    const shared = own.length > 1 ? sharedBy(uplinks) : undefined;
    if (shared !== undefined) yield { network, shared, ports: own.map(({ port }) => port) };
  }
}

function networkOf({ vm }: VsphereVmPlace, name: string): string {
  return vm.ports.find((port) => port.name === name)?.network.name ?? "";
}

function sharedBy(uplinks: readonly Uplink[]): string | undefined {
  if (new Set(uplinks.map(({ name }) => name)).size === 1) return "physical port";
  if (uplinks.every(({ pci }) => pci !== undefined) && cards(uplinks).length === 1) return "network card";
  if (uplinks.every(({ cable }) => cable !== undefined) && cabledSwitches(uplinks).length === 1) return "switch";
  return undefined;
}
