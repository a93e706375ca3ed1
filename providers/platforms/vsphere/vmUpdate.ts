// What Pulumi's provider changes of a VM by turning it off: told before it does, and refused where the file does not allow it. Pure.

/** Settings of the provider's resource, by its names for them. */
const OFF_SETTINGS = { numCpus: "processors", memory: "memory in MB", guestId: "guest operating system" } as const;

/** The names of the settings that take a power-off. */
export const POWER_OFF_SETTINGS = Object.keys(OFF_SETTINGS);

/** An update that the provider is about to make; `from` and `to` are the inputs of its resource. */
export interface VmUpdate {
  readonly name: string;
  readonly powerOff: "never" | "whenRequired";
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
}

/** What the VM has to be off for, such as "processors 1 -> 2"; nothing of an update that it does not notice. */
export function offlineChanges({ from, to }: VmUpdate): string[] {
  return Object.entries(OFF_SETTINGS)
    .filter(([key]) => from[key] !== to[key])
    .map(([key, words]) => `${words} ${from[key]} -> ${to[key]}`);
}

/** What a preview says, which does not know whether the VM is on; undefined where nothing is to be said. */
export function updateWarning(update: VmUpdate): string | undefined {
  const changes = offlineChanges(update).join("; ");
  if (changes === "") return undefined;
  return update.powerOff === "whenRequired"
    ? `outage: VM ${update.name} has to be off for: ${changes}. Its guest is shut down, or the VM powered off when VMware Tools do not run; then it is started`
    : `VM ${update.name} has to be off for: ${changes}. Refused while it runs: shut it down before, or set vsphere.powerOff to whenRequired. It is started afterwards`;
}

/** Why the provider may not make the update of a VM in this power state (vSphere's word); undefined: it may. */
export function updateRefusal(update: VmUpdate, power: string): string | undefined {
  const changes = offlineChanges(update).join("; ");
  if (changes === "" || power === "poweredOff") return undefined;
  if (power === "suspended")
    return `VM ${update.name} is suspended: resume it or power it off, then run pulumi up again`;
  if (update.powerOff === "whenRequired") return undefined;
  return `VM ${update.name} runs, and has to be off for: ${changes}: shut it down, or set vsphere.powerOff of the VM to whenRequired`;
}

/** The file gives the VM nothing any more that needs all its memory reserved. It may have such things until they are taken away. */
export function unlocksMemory({ from, to }: VmUpdate): boolean {
  return from.memoryReservation !== undefined && to.memoryReservation === undefined;
}
