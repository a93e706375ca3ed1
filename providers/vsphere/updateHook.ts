// What is done before the provider changes a VM: it turns a running one off without asking, and it would unlock the memory of one
// that still has virtual functions. I/O happens in the hook.
import * as pulumi from "@pulumi/pulumi";
import { VcenterConflictError, VcenterObject, type VcenterSession } from "../engine/vcenterObject.js";
import type { Ref } from "../model/vim.js";
import type { VsphereVm } from "../model/virtualMachine.js";
import { singleton } from "../platforms/vsphere/inventoryQuery.js";
import { vimRef } from "../platforms/vsphere/vimFields.js";
import { vsphereVm } from "../platforms/vsphere/virtualMachine/index.js";
import type { VmTarget } from "../platforms/vsphere/virtualMachine/words.js";
import { unlocksMemory, updateRefusal, updateWarning, type VmUpdate } from "../platforms/vsphere/vmUpdate.js";
import { hasHooks, programHook, programSession } from "./programSession.js";

/** The VM that is about to be updated; its id is known when it is. */
export interface UpdatedVm {
  readonly model: VsphereVm;
  readonly target: Omit<VmTarget, "id">;
}

/**
 * A preview says which changes take a power-off; an update ends before anything is done when the VM runs and may not be turned off.
 * What needs locked memory leaves the VM before the provider unlocks it.
 *
 * Errors on `up`: {@link VcenterConflictError}, and those of the VM's hardware.
 */
export function updateHooks(vm: UpdatedVm): pulumi.ResourceHookBinding {
  if (!hasHooks()) return {};
  const { name } = vm.target;
  const prepare = async ({ oldInputs = {}, newInputs = {}, id }: pulumi.ResourceHookArgs) => {
    const update = { name, powerOff: vm.model.powerOff, from: oldInputs, to: newInputs };
    if (pulumi.runtime.isDryRun()) await warn(update);
    else await clear(update, { ...vm, uuid: id });
  };
  return { beforeUpdate: [programHook(`update of VM ${name}`, prepare, { onDryRun: true })] };
}

async function warn(update: VmUpdate): Promise<void> {
  const warning = updateWarning(update);
  if (warning !== undefined) await pulumi.log.warn(warning);
}

async function clear(update: VmUpdate, { model, target, uuid }: UpdatedVm & { readonly uuid: string }): Promise<void> {
  const title = vsphereVm.title(target);
  const session = await programSession();
  const vm = await findVm(session, uuid);
  // Gone: the provider says so.
  if (!vm) return;
  const refusal = updateRefusal(update, await powerState(session, vm));
  if (refusal !== undefined) throw new VcenterConflictError(title, [refusal]);
  if (!unlocksMemory(update)) return;
  const desired = vsphereVm.toWords(model);
  const hardware = new VcenterObject(vsphereVm, programSession);
  const told = (step: { readonly title: string }) => void pulumi.log.info(`${title}: ${step.title}`);
  await hardware.apply({ ...target, id: vm.value }, { desired, scope: desired, previous: undefined }, told);
}

/** By the provider's id: its state of a VM that it could not start knows no other. */
async function findVm(session: VcenterSession, uuid: string): Promise<Ref | undefined> {
  const object = singleton(session.content, "searchIndex");
  const found = await session.run({ object, method: "FindByUuid", arguments: { uuid, vmSearch: true } });
  return vimRef("VirtualMachine").safeParse(found).data;
}

async function powerState(session: VcenterSession, vm: Ref): Promise<string> {
  const [found] = await session.retrieve({ from: [vm], properties: { VirtualMachine: ["runtime.powerState"] } });
  return String(found?.properties["runtime.powerState"]);
}
