// What is done before the provider makes an object: an earlier run may have made it without learning of it. I/O happens in the hook.
import * as pulumi from "@pulumi/pulumi";
import { clearSite } from "../engine/creationSite.js";
import { type Creation, creationMark } from "../platforms/vsphere/creation.js";
import { hasHooks, programHook, programSession } from "./programSession.js";

/** Of the running program, as marks name it. */
function stackName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** The mark that an object is made with. */
export function newMark(): string {
  return creationMark(stackName());
}

/**
 * Removes an object that a run of this stack left without knowing of it, and refuses a name that is taken; a preview says both. Pulumi
 * calls the hook only when the object is not in its state.
 */
export function creationHooks(creation: Omit<Creation, "stack">): pulumi.ResourceHookBinding {
  if (!hasHooks()) return {};
  const { kind, name, datacenter } = creation;
  const prepare = async () => {
    const isPreview = pulumi.runtime.isDryRun();
    const session = await programSession();
    const isCleared = await clearSite(session, { ...creation, stack: stackName() }, { isPreview });
    if (isCleared)
      await pulumi.log.info(
        `vCenter has "${name}" from a run that was cut off before it knew: it ${isPreview ? "will be removed" : "was removed"}, and is made anew`,
      );
  };
  // The object that a replacement takes away has the name until then, and a preview can't tell it from others: only VMs are replaced
  // under the same name.
  const onDryRun = kind !== "virtualMachine";
  return { beforeCreate: [programHook(`${kind} ${datacenter}/${name}`, prepare, { onDryRun })] };
}
