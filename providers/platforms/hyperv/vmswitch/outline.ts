// What Hyper-V has on a host: a line for each switch, and the adapters on it. Pure.
import { carried, line } from "../../phrases.js";
import type { VlanWord, VmswitchWords } from "./words.js";

export function outlineVmswitch({ switches, management, vms }: VmswitchWords): string[] {
  return Object.entries(switches).map(([name, { NetAdapterName: nics }]) => {
    const own = Object.entries(management).map(([adapter, words]) => ({ adapter, ...words }));
    const ofVms = Object.entries(vms).flatMap(([vm, adapters]) =>
      Object.entries(adapters).map(([adapter, words]) => ({ adapter: `${vm}/${adapter}`, ...words })),
    );
    const onIt = (adapters: readonly { adapter: string; SwitchName: string; vlan: VlanWord }[]) =>
      adapters
        .filter(({ SwitchName }) => SwitchName === name)
        .map((one) => `${one.adapter} (${vmswitchCarried(one.vlan)})`);
    const parts = [...line("NICs", nics), ...line("host ports", onIt(own)), ...line("adapters", onIt(ofVms))];
    return `virtual switch ${name}: ${parts.length > 0 ? parts.join("; ") : "nothing on it"}`;
  });
}

/** The VLANs of an adapter. */
export function vmswitchCarried(vlan: VlanWord): string {
  const { AccessVlanId, AllowedVlanIdList, NativeVlanId, PrimaryVlanId, SecondaryVlanId } = vlan;
  switch (vlan.OperationMode) {
    case "Untagged":
      return carried("", 0);
    case "Access":
      return carried("", AccessVlanId);
    case "Trunk":
      return carried(withoutNative(AllowedVlanIdList ?? "", NativeVlanId), NativeVlanId);
    default:
      return `private VLAN ${SecondaryVlanId ?? PrimaryVlanId}`;
  }
}

function withoutNative(list: string, native: number | null): string {
  return list
    .split(",")
    .filter((range) => range !== `${native}`)
    .join(",");
}
