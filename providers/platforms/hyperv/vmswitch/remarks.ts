// Virtual functions that adapters shall have and do not: Hyper-V falls back to the virtual switch and says nothing. Pure.
import { own } from "../../own.js";
import { isSame } from "../../windows/isSame.js";
import type { VmswitchFacts } from "./facts.js";
import type { VmswitchWords } from "./words.js";

export function vmswitchRemarks({ vms }: VmswitchWords, facts: VmswitchFacts): string[] {
  const wanted = facts.adapters.filter(
    ({ VMName, Name, VFDataPathActive }) =>
      (own(own(vms, VMName) ?? {}, Name)?.IovWeight ?? 0) > 0 &&
      !VFDataPathActive &&
      facts.vms.some((vm) => isSame(vm.Name, VMName) && vm.State === "Running"),
  );
  return wanted.map(
    ({ VMName, Name, SwitchName, StatusDescription }) =>
      `adapter ${Name} of VM ${VMName} has no virtual function and uses the virtual switch: ${reasons(facts, SwitchName, StatusDescription)}`,
  );
}

/** Of the platform, of the switch with its NICs, or of the adapter, whichever says anything first. */
function reasons(facts: VmswitchFacts, name: string, adapter: readonly string[]): string {
  const found = facts.switches.find((one) => isSame(one.Name, name));
  const [said = []] = [facts.iovSupportReasons, found?.IovSupportReasons ?? [], adapter].filter(
    (texts) => texts.length > 0,
  );
  return (
    said.join(" ") || "Hyper-V gives no reason. Look whether a virtual function is free, and at the driver in the guest"
  );
}
