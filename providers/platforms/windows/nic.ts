// Which NIC of a machine is meant: words name it by its connection, or by its MAC address, which keeps when Windows names connections
// otherwise. Pure.
import { z } from "zod";
import type { Filled } from "../layer.js";
import { isSame } from "./isSame.js";
import { listOf } from "./listOf.js";

/** All hardware of the machine; in a guest the adapters of its VM, and virtual functions beside them. */
export const Nics = listOf(
  z.object({ Name: z.string(), MacAddress: z.string().nullable(), DriverFileName: z.string().nullable() }),
);
export type Nics = z.infer<typeof Nics>;

/** No connection has a colon in its name. */
export function isMac(nic: string): boolean {
  return nic.includes(":");
}

/** As Windows writes it: 00-15-5D-10-00-0A. */
function dashed(mac: string): string {
  return mac.replaceAll(":", "-").toUpperCase();
}

/** Name of the connection; undefined where there is none, or several have the address. As templates/windows/connection.ps1.hbs. */
export function connectionOf(nics: Nics, nic: string): string | undefined {
  if (!isMac(nic)) return nics.find(({ Name }) => isSame(Name, nic))?.Name;
  const found = nics.filter(({ MacAddress }) => MacAddress === dashed(nic));
  const own = found.length > 1 ? found.filter(({ DriverFileName }) => /^netvsc/i.test(DriverFileName ?? "")) : found;
  return own.length === 1 ? own[0]?.Name : undefined;
}

/** Why a NIC can't be set. */
export function nicConflicts(nics: Nics, nic: string): string[] {
  const name = connectionOf(nics, nic);
  if (name === undefined) {
    const found = nics.map((one) => (isMac(nic) ? `${one.Name} (${one.MacAddress})` : one.Name)).join(", ") || "none";
    return isMac(nic)
      ? [`the machine has no NIC of its own with MAC address ${dashed(nic)}, it has ${found}. Correct the address`]
      : [`the machine has no NIC ${nic}, it has ${found}. Correct the name`];
  }
  return /[*?[\]`$'"]/.test(name)
    ? [`NIC ${name} has a name that PowerShell takes for a pattern or for code. Rename it (Rename-NetAdapter)`]
    : [];
}

/** For templates: a NIC by its name, or by its MAC address. */
export interface NicView {
  readonly name: string;
  readonly mac: string | null;
}

export function nicView(nic: string): NicView {
  return { name: nic, mac: isMac(nic) ? dashed(nic) : null };
}

/** What a script has to define where NICs are named by their MAC addresses. */
export function finder(nics: readonly string[]): Filled[] {
  return nics.some(isMac) ? [{ template: "windows/connection.ps1", data: {} }] : [];
}
