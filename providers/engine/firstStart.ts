// A machine that can't be reached because its VM was never started: asked of the host that the VM is on. I/O.
import type { FirstStart } from "../model/virtualMachine.js";
import type { Driver, MachineModel } from "../platforms/driver.js";
import { isLost, type MachineAccess } from "./machineAccess.js";
import { fillTemplate } from "./template.js";

/** The machine is not there yet: nothing was sent, and nothing of ours is in it. */
export class NotStartedError extends Error {
  constructor(machine: string, { host, domain }: FirstStart) {
    super(
      `${machine}: its VM was not started yet, and has its seed. Start it on ${host.name} (virsh start ${domain}), and run pulumi up again when ${machine} is there: what it has is compared then.`,
    );
    this.name = "NotStartedError";
  }
}

interface Asking<Model extends MachineModel> {
  readonly access: MachineAccess<Model>;
  readonly driver: Driver<Model>;
  /** Its name in the file. */
  readonly machine: string;
  readonly firstStart: FirstStart | undefined;
}

/** What `use` gives; a NotStartedError where that is why the machine can't be reached. */
export async function unlessNotStarted<T, Model extends MachineModel>(
  { access, driver: { started }, machine, firstStart }: Asking<Model>,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!isLost(error) || firstStart === undefined || started === undefined) throw error;
    const script = fillTemplate(started, { domain: firstStart.domain });
    const asked = access.withHost(access.connect(firstStart.host), (host) =>
      host.run({ step: `ask whether ${firstStart.domain} was started`, script, shell: "sh" }),
    );
    // A host that does not answer explains nothing: what the machine itself said counts.
    const answer = await asked.catch(() => undefined);
    if (answer?.stdout.trim().split("\n").at(-1) !== "no") throw error;
    throw new NotStartedError(machine, firstStart);
  }
}
