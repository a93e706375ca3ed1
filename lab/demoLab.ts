// The demo's lab: the simulated vCenter and the machines in namespaces, started as far as this computer can. I/O.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { demoInventory } from "./demoInventory";
import { demoTopology } from "./netns/demo";
import { openNetns, startNetns, stopNetns } from "./netns/lab";
import { netnsPackages, whyNotNetns } from "./netns/requirements";
import { ensureDebianPackages } from "./packages";
import { type LabAccess, labFolder, stateFolder } from "./stackEnvironment";
import type { Report } from "./toolchain/step";
import { findVcenter, startVcenter, stopVcenter } from "./vcenterProcess";

/** What runs, and what had to be left out. */
export interface DemoLab extends LabAccess {
  /** Why there are no hosts and guests, one reason a line; empty when there are. */
  readonly leftOut: readonly string[];
}

const VCENTER = join(labFolder(), "vcenter");
const NETNS = join(labFolder(), "netns");

/** Brings the lab up, or finds it up. */
export async function startDemoLab(options: { readonly report: Report }): Promise<DemoLab> {
  const vcenter = await startVcenter(VCENTER, demoInventory, options);
  options.report(`simulated vCenter: https://${vcenter.server}/sdk`);
  const leftOut = await whyNoMachines(options);
  if (leftOut.length > 0) return { vcenter, leftOut };
  const { sshConfig } = await startNetns(demoTopology, { directory: NETNS, id: "demo", ...options });
  options.report(`hosts and guests: ssh -F ${sshConfig} kvm-01`);
  return { vcenter, sshConfig, leftOut };
}

/** How to reach what runs now; starts nothing. */
export async function findDemoLab(): Promise<LabAccess> {
  const vcenter = await findVcenter(VCENTER);
  const lab = openNetns({ directory: NETNS });
  return { ...(vcenter ? { vcenter } : {}), ...(lab ? { sshConfig: lab.sshConfig } : {}) };
}

/** Ends all that runs, and removes what it left, the state of its stacks included: nothing that the state names is left. */
export async function removeDemoLab(): Promise<void> {
  await stopVcenter(VCENTER);
  await stopNetns({ directory: NETNS });
  for (const folder of [stateFolder(), VCENTER, NETNS]) rmSync(folder, { recursive: true, force: true });
}

/** Installs what is missing where that is possible, then says what still stands in the way. */
async function whyNoMachines(options: { readonly report: Report }): Promise<readonly string[]> {
  if (whyNotNetns().length === 0) return [];
  const packages = await ensureDebianPackages(
    netnsPackages.map(({ name }) => name),
    options,
  );
  const reasons = whyNotNetns();
  return packages.isReady || reasons.length === 0 ? reasons : [packages.reason, ...reasons];
}
