// The data of the templates in templates/hyperv/vmswitch/. Pure.

import { aliasOf } from "../../../model/hypervHost.js";
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { own } from "../../own.js";
import { markOf, type VlanWord, type VmswitchWords } from "./words.js";

export function configure({ switches, management, vms }: VmswitchWords, { machine, environment }: Heading): Filled {
  const modeOn = (name: string) => own(switches, name)?.BandwidthReservationMode;
  return {
    template: "hyperv/vmswitch/configure.ps1",
    data: {
      machine,
      environment,
      switches: named(switches).map((item) => ({
        ...item,
        mark: markOf(environment),
        isExternal: item.SwitchType === "External",
        first: item.NetAdapterName[0] ?? "",
      })),
      management: named(management).map(({ vlan, ...item }) => ({
        ...item,
        alias: aliasOf(item.name),
        vlan: vlanArguments(vlan),
      })),
      adapters: Object.entries(vms).flatMap(([vm, adapters]) =>
        named(adapters).map(({ vlan, ...item }) => ({
          ...item,
          vm,
          vlan: vlanArguments(vlan),
          hasWeight: modeOn(item.SwitchName) === "Weight",
          hasAbsolute: modeOn(item.SwitchName) === "Absolute",
        })),
      ),
    },
  };
}

function vlanArguments(vlan: VlanWord): Filled {
  const { OperationMode: mode } = vlan;
  return {
    template: "hyperv/vmswitch/vlan.ps1",
    data: {
      ...vlan,
      isAccess: mode === "Access",
      isTrunk: mode === "Trunk",
      isSecondary: mode === "Isolated" || mode === "Community",
      isPromiscuous: mode === "Promiscuous",
    },
  };
}

/** What has to go. */
export interface Leaving {
  readonly adapters: readonly { readonly vm: string; readonly name: string }[];
  readonly management: readonly string[];
  readonly switches: readonly string[];
  /** Management adapters whose address goes back to a NIC, because their switch leaves with them. */
  readonly handBacks: readonly { readonly alias: string; readonly nic: string }[];
  /** NICs that leave a team which stays. */
  readonly members: readonly { readonly name: string; readonly NetAdapterName: readonly string[] }[];
}

export function leave(leaving: Leaving): Filled[] {
  const { adapters, management, switches, members } = leaving;
  if (adapters.length + management.length + switches.length + members.length === 0) return [];
  const named = management.map((name) => ({ name, alias: aliasOf(name) }));
  return [{ template: "hyperv/vmswitch/leave.ps1", data: { ...leaving, management: named } }];
}

/** What of `before` is not in `after`. */
export function leavingOf(before: VmswitchWords, after: VmswitchWords): Leaving {
  const gone = (old: object, kept: object) => Object.keys(old).filter((name) => !Object.hasOwn(kept, name));
  return {
    adapters: Object.entries(before.vms).flatMap(([vm, adapters]) =>
      gone(adapters, own(after.vms, vm) ?? {}).map((name) => ({ vm, name })),
    ),
    management: gone(before.management, after.management),
    switches: gone(before.switches, after.switches),
    handBacks: gone(before.management, after.management).flatMap((name) => {
      const { SwitchName = "", vlan } = before.management[name] ?? {};
      const nic = own(before.switches, SwitchName)?.NetAdapterName[0];
      // What is tagged has no place on a NIC.
      const isBack =
        nic !== undefined && vlan?.OperationMode === "Untagged" && !Object.hasOwn(after.switches, SwitchName);
      return isBack ? [{ alias: aliasOf(name), nic }] : [];
    }),
    members: Object.entries(before.switches).flatMap(([name, { NetAdapterName, EmbeddedTeamingEnabled }]) => {
      const kept = own(after.switches, name);
      const left = kept ? NetAdapterName.filter((nic) => !kept.NetAdapterName.includes(nic)) : [];
      // A team keeps one member at least: where all of them change, the new list is set as a whole.
      const isWhole = left.length === NetAdapterName.length;
      return EmbeddedTeamingEnabled && left.length > 0 && !isWhole ? [{ name, NetAdapterName: left }] : [];
    }),
  };
}

function named<T>(map: Readonly<Record<string, T>>): (T & { readonly name: string })[] {
  return Object.entries(map).map(([name, item]) => ({ name, ...item }));
}
