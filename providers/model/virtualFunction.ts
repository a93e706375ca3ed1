// VirtualFunction: a slice of a physical port (SR-IOV) with MAC address, VLAN and limits of its own. What a KVM host is told
// of each, from the settings of its port and from the VM port that has it. Null and undefined: not ours to set. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Path, Problem } from "./problem.js";

export const LINK_STATES = ["auto", "enable", "disable"] as const;
export const VF_DRIVERS = ["kernel", "vfio"] as const;
export const VLAN_PROTOCOLS = ["802.1Q", "802.1ad"] as const;

/** The most virtual functions of one port: netplan and the SR-IOV operator stop here too (SR-01). */
export const MAX_VFS = 256;
const RATE = { min: 0, max: 800_000 };

const settings = {
  network: field.name("Network.").optional().meta({
    description:
      "Network that it carries: gives its VLAN, and its MTU. A network with a list of VLANs leaves tags to the guest.",
  }),
  vlan: field
    .integer({ min: 0, max: 4094 }, "VLAN that the port adds and takes off; 0: none. Better: network.")
    .optional(),
  qos: field.integer({ min: 0, max: 7 }, "Priority (802.1p) of its frames; needs a VLAN.").optional(),
  vlanProtocol: field.choice(VLAN_PROTOCOLS, "Kind of its VLAN tag; needs a VLAN.").optional(),
  spoofCheck: field.flag("Drop frames that leave it with a MAC address that is not its own.").optional(),
  trust: field.flag("Its user may change its MAC address and receive all frames of the port.").optional(),
  minRateMegabits: field.integer(RATE, "Bandwidth that is kept for what it sends, in Mbit/s; 0: none.").optional(),
  maxRateMegabits: field.integer(RATE, "Most that it may send, in Mbit/s; 0: no limit.").optional(),
  linkState: field
    .choice(LINK_STATES, "Its link: auto follows the physical port, enable and disable do not.")
    .optional(),
  queryRss: field.flag("Its user may read the key and table that spread its frames (RSS).").optional(),
  driver: field
    .choice(
      VF_DRIVERS,
      "Who has it on the host: the kernel driver of its maker, or vfio for programs that take it whole. libvirt moves it to vfio by itself while its VM runs. Default kernel.",
    )
    .optional(),
  mtu: field.mtu
    .optional()
    .meta({ description: "Largest packet of its network device on the host, in bytes. Default: that of its network." }),
  rdma: field.flag("It is used for RDMA. It sets nothing: the design rules look at it. Default false.").optional(),
};

/** What all virtual functions of a port have, unless one says otherwise. */
export const VfDefaultsSpec = z.strictObject(settings);
export const VfSpec = z.strictObject({
  mac: field.macAddress.optional().meta({ description: "Its MAC address; its user can't change it, unless trusted." }),
  ...settings,
});
export type VfSpec = z.input<typeof VfSpec>;

export const NicMatchSpec = z.strictObject({
  vendor: pciId("Vendor of the network card, as lspci -n says."),
  device: pciId("Kind of the network card, as lspci -n says. Default: any.").optional(),
});

export const SriovSpec = z.strictObject({
  numVfs: field.integer({ min: 0, max: MAX_VFS }, "Virtual functions of the port; 0 turns SR-IOV off."),
  match: NicMatchSpec.optional().meta({
    description:
      "Find the port by its kind instead of its name, which then is one for this file alone (kvm). More than one such port on the host is an error.",
  }),
  vfs: VfDefaultsSpec.optional().meta({ description: "Settings of all its virtual functions (kvm)." }),
  vf: field
    .described(
      z.record(
        field.described(
          z.string().regex(/^\d{1,3}(?:-\d{1,3})?$/),
          "Number of a virtual function, or a range of them.",
          "a number such as 0, or a range such as 2-5",
        ),
        VfSpec,
      ),
      "Settings of single virtual functions, by number or range (kvm). Only a VM port that names its number gets one of these.",
      "a map such as {0: {network: storage}, 2-5: {trust: true}}",
    )
    .optional(),
});
export type SriovSpec = z.input<typeof SriovSpec>;

/** Four hexadecimal digits; `10c9` and `"8086"`. */
function pciId(description: string) {
  return field.described(
    z.string().regex(/^[0-9a-fA-F]{4}$/),
    description,
    'four hexadecimal digits in quotes, such as "8086"',
  );
}

export interface VirtualFunction {
  readonly index: number;
  readonly mac?: string;
  /** 0: none. */
  readonly vlan?: number;
  readonly qos?: number;
  readonly vlanProtocol?: (typeof VLAN_PROTOCOLS)[number];
  readonly spoofCheck?: boolean;
  readonly trust?: boolean;
  readonly minRateMegabits?: number;
  readonly maxRateMegabits?: number;
  readonly linkState?: (typeof LINK_STATES)[number];
  readonly queryRss?: boolean;
  readonly driver: (typeof VF_DRIVERS)[number];
  /** Of its network device on the host. */
  readonly mtuBytes?: number;
  /** Largest packet that passes it: of its device or of its network. */
  readonly carriesBytes: number;
  /** The VM port that it belongs to. */
  readonly holder?: { readonly vm: string; readonly port: string };
}

/** SR-IOV of one physical port of a KVM host. */
export interface Sriov {
  readonly match?: { readonly vendor: string; readonly device?: string };
  /** MTU that the port needs for its functions; undefined: the virtual switch that it belongs to sets it. */
  readonly mtuBytes?: number;
  /** All of them, by number. */
  readonly functions: readonly VirtualFunction[];
}

/** The virtual function that a VM port of a KVM host has. */
export interface AssignedFunction {
  readonly port: string;
  /** Name of the physical port on the host. */
  readonly uplink: string;
  readonly pci?: string;
  readonly index: number;
}

/** First and last number of a key such as `3` or `2-5`. */
export function functionRange(key: string): { readonly first: number; readonly last: number } {
  const [first = "", last = first] = key.split("-");
  return { first: Number(first), last: Number(last) };
}

/** The key of `vf` that holds a number. */
export function ownKeyOf(spec: SriovSpec, index: number): string | undefined {
  return Object.keys(spec.vf ?? {}).find((key) => {
    const { first, last } = functionRange(key);
    return first <= index && index <= last;
  });
}

/** Everything wrong with the settings themselves. */
export function checkSriov(spec: SriovSpec, path: Path): Problem[] {
  return [
    ...Object.keys(spec.vf ?? {}).flatMap((key) => checkRange(spec, key, [...path, "vf", key])),
    ...checkSettings(spec.vfs ?? {}, spec.vfs ?? {}, [...path, "vfs"]),
    ...Object.entries(spec.vf ?? {}).flatMap(([key, own]) =>
      checkSettings(own, { ...spec.vfs, ...own }, [...path, "vf", key]),
    ),
  ];
}

function checkRange(spec: SriovSpec, key: string, path: Path): Problem[] {
  const { first, last } = functionRange(key);
  const at = { severity: "error", path, found: key } as const;
  if (first > last)
    return [{ ...at, rule: "schema", message: "the range runs backwards", remedy: "Write the lower number first." }];
  if (last >= spec.numVfs)
    return [
      {
        ...at,
        rule: "reference",
        message: "there is no virtual function of this number",
        wanted: spec.numVfs > 0 ? `a number from 0 to ${spec.numVfs - 1}` : "numVfs greater than 0",
        remedy: "Raise numVfs, or correct the number: the first is 0.",
      },
    ];
  const own = Object.keys(spec.vf ?? {});
  const other = own.slice(0, own.indexOf(key)).find((candidate) => {
    const range = functionRange(candidate);
    return first <= range.last && range.first <= last;
  });
  const mac = first < last && spec.vf?.[key]?.mac;
  return [
    ...(other === undefined
      ? []
      : [
          {
            ...at,
            rule: "SR-14",
            message: `overlaps with ${other}`,
            remedy: "Give every virtual function its settings in one place.",
          },
        ]),
    ...(mac
      ? [
          {
            ...at,
            rule: "schema",
            message: "several virtual functions can't have one MAC address",
            found: mac,
            remedy: "Give each number an entry of its own.",
          },
        ]
      : []),
  ];
}

/** `own` is what stands at the place, `all` is that with the defaults. */
function checkSettings(own: VfSpec, all: VfSpec, path: Path): Problem[] {
  const problems: Problem[] = [];
  const refuse = (rule: string, key: keyof VfSpec, message: string, remedy: string) =>
    problems.push({ rule, severity: "error", path: [...path, key], message, found: `${own[key]}`, remedy });
  const { minRateMegabits: min = 0, maxRateMegabits: max = 0 } = all;
  if (max > 0 && min > max)
    refuse(
      "SR-08",
      own.minRateMegabits === undefined ? "maxRateMegabits" : "minRateMegabits",
      `the least bandwidth (${min}) is more than the most (${max})`,
      "Lower minRateMegabits, or raise maxRateMegabits.",
    );
  if (own.network !== undefined && own.vlan !== undefined)
    refuse("schema", "vlan", "network and vlan both give the VLAN", "Remove one of the two.");
  const hasVlan = all.network !== undefined || (all.vlan ?? 0) > 0;
  if (own.qos !== undefined && own.qos > 0 && !hasVlan)
    refuse("SR-09", "qos", "a priority travels in the VLAN tag, and there is no VLAN", "Add network or vlan.");
  if (own.vlanProtocol !== undefined && !hasVlan)
    refuse("schema", "vlanProtocol", "there is no VLAN whose tag it could be", "Add network or vlan.");
  if (all.driver === "vfio" && all.rdma && (own.driver ?? own.rdma) !== undefined)
    refuse(
      "SR-15",
      own.rdma === undefined ? "driver" : "rdma",
      "RDMA needs the kernel driver, and vfio takes the virtual function away from it",
      "Use driver: kernel, or remove rdma.",
    );
  if (all.driver === "vfio" && own.mtu !== undefined)
    refuse(
      "schema",
      "mtu",
      "with vfio the host has no network device of it whose MTU could be set",
      "Remove mtu, or use driver: kernel.",
    );
  return problems;
}
