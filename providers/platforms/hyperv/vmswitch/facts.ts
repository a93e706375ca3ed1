// What Hyper-V says: the JSON of templates/hyperv/vmswitch/facts.ps1.hbs, and of it what is ours in our words. Pure.

import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { own } from "../../own.js";
import { Intents } from "../../windows/intents.js";
import { isSame } from "../../windows/isSame.js";
import { listOf } from "../../windows/listOf.js";
import { fromVlanFacts } from "./vlan.js";
import { markOf, NOTHING, type SwitchWord, type VmAdapterWord, type VmswitchWords } from "./words.js";

const onOff = z.enum(["On", "Off"]);
const Vlan = z.object({
  OperationMode: z.enum(["Untagged", "Access", "Trunk", "Private"]),
  /** Means something in mode Private only. */
  PrivateVlanMode: z.string(),
  AccessVlanId: z.number(),
  NativeVlanId: z.number(),
  AllowedVlanIdList: listOf(z.number()),
  PrimaryVlanId: z.number(),
  SecondaryVlanId: z.number(),
  SecondaryVlanIdList: listOf(z.number()),
});

const Lack = z.object({ missing: z.string().nullable() });
const Document = z.object({
  switches: listOf(
    z.object({
      Name: z.string(),
      Id: z.string(),
      Notes: z.string(),
      SwitchType: z.enum(["Private", "Internal", "External"]),
      EmbeddedTeamingEnabled: z.boolean(),
      LoadBalancingAlgorithm: z.enum(["HyperVPort", "Dynamic"]).nullable(),
      IovEnabled: z.boolean(),
      IovSupport: z.boolean(),
      IovSupportReasons: listOf(z.string()),
      BandwidthReservationMode: z.enum(["Default", "None", "Weight", "Absolute"]),
      InterfaceDescriptions: listOf(z.string()),
    }),
  ),
  management: listOf(z.object({ Name: z.string(), SwitchName: z.string(), Vlan })),
  vms: listOf(z.object({ Name: z.string(), State: z.string(), Generation: z.number() })),
  adapters: listOf(
    z.object({
      VMName: z.string(),
      Name: z.string(),
      SwitchName: z.string(),
      MacAddress: z.string(),
      DynamicMacAddressEnabled: z.boolean(),
      Vlan,
      MacAddressSpoofing: onOff,
      DhcpGuard: onOff,
      RouterGuard: onOff,
      PortMirroringMode: z.enum(["None", "Source", "Destination"]),
      AllowTeaming: onOff,
      DeviceNaming: onOff,
      MinimumBandwidthWeight: z.number(),
      MinimumBandwidthAbsolute: z.number(),
      MaximumBandwidth: z.number(),
      IovWeight: z.number(),
      IovQueuePairsRequested: z.number(),
      VFDataPathActive: z.boolean(),
      StatusDescription: listOf(z.string()),
      NetAdapterName: z.string().nullable(),
    }),
  ),
  nics: listOf(
    z.object({
      Name: z.string(),
      InterfaceDescription: z.string(),
      Status: z.string(),
      LinkSpeed: z.string(),
      DriverFileName: z.string(),
      HardwareInterface: z.boolean(),
    }),
  ),
  intents: Intents,
  iovSupport: z.boolean(),
  iovSupportReasons: listOf(z.string()),
});

type Known = z.infer<typeof Document>;
export type SwitchFacts = Known["switches"][number];
export type AdapterFacts = Known["adapters"][number];
export interface VmswitchFacts extends Known {
  /** What is not installed: there is nothing of it. */
  readonly missing: string | undefined;
}

export function readVmswitchFacts(document: unknown): VmswitchFacts {
  const { missing } = checkFacts(Lack, document);
  if (missing === null) return { missing: undefined, ...checkFacts(Document, document) };
  const none = { switches: [], management: [], vms: [], adapters: [], nics: [], intents: [] };
  return { missing, ...none, iovSupport: false, iovSupportReasons: [] };
}

/** What Windows calls the interface of an LBFO team, with a number from the second on. */
const TEAM_INTERFACE = "Microsoft Network Adapter Multiplexor Driver";

/** The connection names of a switch's NICs; one that is gone is its description. */
export function netAdaptersOf({ InterfaceDescriptions }: SwitchFacts, { nics }: VmswitchFacts): string[] {
  return InterfaceDescriptions.map(
    (description) => nics.find((nic) => nic.InterfaceDescription === description)?.Name ?? description,
  ).sort();
}

/**
 * Switches by the mark in their notes; adapters, which carry none, by the names that are wanted or were applied last. An adapter of
 * another name, also on a switch of ours, is somebody else's.
 */
export function fromVmswitchFacts(facts: VmswitchFacts, { environment, known }: Scope<VmswitchWords>): VmswitchWords {
  if (facts.missing !== undefined) return NOTHING;
  const marked = facts.switches.filter(({ Notes }) => Notes === markOf(environment));
  const named = (pick: (words: VmswitchWords) => Readonly<Record<string, unknown>>) => [
    ...new Set(known.flatMap((words) => Object.keys(pick(words)))),
  ];
  return {
    switches: Object.fromEntries(marked.map((found) => [found.Name, toSwitchWord(found, facts)])),
    management: Object.fromEntries(
      named(({ management }) => management).flatMap((name) =>
        facts.management
          .filter((adapter) => isSame(adapter.Name, name))
          .slice(0, 1)
          .map(({ SwitchName, Vlan: vlan }) => [name, { SwitchName, vlan: fromVlanFacts(vlan) }]),
      ),
    ),
    vms: Object.fromEntries(
      named(({ vms }) => vms).flatMap((vm) => {
        const adapters = named(({ vms }) => own(vms, vm) ?? {}).flatMap((name) =>
          adaptersOf(facts, vm, name)
            .slice(0, 1)
            .map((found) => [name, toAdapterWord(found)] as const),
        );
        return adapters.length > 0 ? [[vm, Object.fromEntries(adapters)]] : [];
      }),
    ),
  };
}

export function adaptersOf({ adapters }: VmswitchFacts, vm: string, name: string): AdapterFacts[] {
  return adapters.filter((adapter) => isSame(adapter.VMName, vm) && isSame(adapter.Name, name));
}

function toSwitchWord(found: SwitchFacts, facts: VmswitchFacts): SwitchWord {
  const { BandwidthReservationMode: mode } = found;
  return {
    SwitchType: found.SwitchType,
    NetAdapterName: netAdaptersOf(found, facts),
    EmbeddedTeamingEnabled: found.EmbeddedTeamingEnabled,
    LoadBalancingAlgorithm: found.LoadBalancingAlgorithm,
    IovEnabled: found.IovEnabled,
    // Default is what Hyper-V makes of it, and no mode that a switch of ours is made with.
    BandwidthReservationMode: mode === "Default" ? "Absolute" : mode,
    isOnTeam: found.InterfaceDescriptions.some((description) => description.startsWith(TEAM_INTERFACE)),
  };
}

function toAdapterWord(found: AdapterFacts): VmAdapterWord {
  const { VMName: _, Name: __, VFDataPathActive: ___, StatusDescription: ____, ...rest } = found;
  const { DynamicMacAddressEnabled, MacAddress, Vlan: vlan, ...settings } = rest;
  return {
    ...settings,
    MacAddress: DynamicMacAddressEnabled ? null : MacAddress,
    vlan: fromVlanFacts(vlan),
  };
}
