// Enters a lab machine through the simulated vCenter as the engine does, and runs scripts there. I/O.
import { expect } from "vitest";
import { findVm } from "../../../providers/engine/vcenterVm.js";
import { type CommandOutput, type Host, HostError } from "../../../providers/host/host.js";
import { connectVcenter, type VcenterTarget } from "../../../providers/host/vim/connectVcenter.js";
import { connectVmwareTools } from "../../../providers/host/vmwareTools.js";
import { ESX } from "./hosts.js";
import { PASSWORD, type ToolsGuest, VM } from "./toolsGuest.js";

/** Opens the way as the engine does. */
export function enter(
  guest: ToolsGuest,
  { vm = VM, user = "root", password = PASSWORD, login = {} }: Entering = {},
): Promise<Host> {
  const { server, user: of, password: its, certificate } = guest.site.vcenter;
  const find = async () => {
    const vcenter = await connectVcenter({ server, user: of, password: its, thumbprint: certificate.sha256, ...login });
    return { vcenter, ...(await findVm(vcenter, { vm, host: ESX[0] })) };
  };
  return connectVmwareTools({ vm, user, password, find });
}

export interface Entering {
  readonly vm?: string;
  readonly user?: string;
  readonly password?: string;
  /** What goes to vCenter otherwise. */
  readonly login?: Partial<VcenterTarget>;
}

export async function runIn(
  guest: ToolsGuest,
  script: string,
  { timeoutSeconds = 10, ...entering }: Entering & { timeoutSeconds?: number } = {},
) {
  const host = await enter(guest, entering);
  try {
    return await host.run({ step: "try", script, timeoutSeconds });
  } finally {
    await host.close();
  }
}

export async function failure(promise: Promise<CommandOutput>): Promise<HostError> {
  const error = await promise.then(
    () => new Error("it went well"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HostError)) throw error;
  expect(error.message).not.toContain("the` ");
  return error;
}

/** Folders of scripts that are still there. */
export const leftOver = (guest: ToolsGuest) => guest.on("sh", "-c", "ls -d /tmp/multiport-* 2>/dev/null || true");
