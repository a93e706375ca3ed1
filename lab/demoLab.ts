// The demo's lab: the simulated vCenter and the machines in namespaces, started as far as this computer can. I/O.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoInventory } from "./demoInventory";
import { demoWindows } from "./demoWindows";
import { demoTopology } from "./netns/demo";
import { openNetns, startNetns, stopNetns } from "./netns/lab";
import { netnsPackages, whyNotNetns } from "./netns/requirements";
import { ensureDebianPackages } from "./packages";
import { type LabAccess, labFolder, stateFolder } from "./stackEnvironment";
import type { Report } from "./toolchain/step";
import { findVcenter, startVcenter, stopVcenter } from "./vcenterProcess";
import { findWindows, startWindows, stopWindows } from "./windowsProcess";

/** What runs, and what had to be left out. */
export interface DemoLab extends LabAccess {
  /** Why there are no hosts and guests, one reason a line; empty when there are. */
  readonly leftOut: readonly string[];
}

const VCENTER = join(labFolder(), "vcenter");
const NETNS = join(labFolder(), "netns");
const WINDOWS = join(labFolder(), "windows");
/** The client configuration of all machines, each part of the lab with its own. */
const SSH_CONFIG = join(labFolder(), "ssh_config");

/** Brings the lab up, or finds it up. */
export async function startDemoLab(options: { readonly report: Report }): Promise<DemoLab> {
  const vcenter = await startVcenter(VCENTER, demoInventory, options);
  options.report(`simulated vCenter: https://${vcenter.server}/sdk`);
  const windows = await startWindows(WINDOWS, demoWindows, options);
  const leftOut = await whyNoMachines(options);
  if (leftOut.length > 0) return { vcenter, sshConfig: sshConfigOf(windows), leftOut };
  const netns = await startNetns(demoTopology, { directory: NETNS, id: "demo", ...options });
  const sshConfig = sshConfigOf(windows, netns);
  options.report(`hosts and guests: ssh -F ${sshConfig} kvm-01`);
  return { vcenter, sshConfig, leftOut };
}

/** How to reach what runs now; starts nothing. */
export async function findDemoLab(): Promise<LabAccess> {
  const vcenter = await findVcenter(VCENTER);
  const parts = [findWindows(WINDOWS), openNetns({ directory: NETNS })].filter((part) => part !== undefined);
  return { ...(vcenter ? { vcenter } : {}), ...(parts.length > 0 ? { sshConfig: sshConfigOf(...parts) } : {}) };
}

function sshConfigOf(...parts: readonly { readonly sshConfig: string }[]): string {
  writeFileSync(SSH_CONFIG, parts.map(({ sshConfig }) => `Include "${sshConfig}"\n`).join(""), { mode: 0o600 });
  return SSH_CONFIG;
}

/** Ends all that runs, and removes what it left, the state of its stacks included: nothing that the state names is left. */
export async function removeDemoLab(): Promise<void> {
  await stopVcenter(VCENTER);
  await stopWindows(WINDOWS);
  await stopNetns({ directory: NETNS });
  for (const folder of [stateFolder(), VCENTER, WINDOWS, NETNS, SSH_CONFIG])
    rmSync(folder, { recursive: true, force: true });
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
