// Why vCenter cannot be reached, in words for the user: one sentence per cause, with what to check. Pure.
import { printable } from "../printable.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { VcenterError } from "./vcenterError.js";

/** A failed connection, from the code of a system call or of OpenSSL. Nothing was sent, unless the caller says so. */
export function unreachable(
  { label, host, port }: VcenterAddress,
  { code = "", message }: { readonly code?: string; readonly message: string },
  connectTimeoutSeconds: number,
): VcenterError {
  const sentences: Record<string, string> = {
    ENOTFOUND: `the name ${host} does not resolve. Check VSPHERE_SERVER (or vsphere:vsphereServer), and DNS.`,
    EAI_AGAIN: `the name ${host} could not be looked up now. Check that DNS answers here.`,
    ECONNREFUSED: `nothing listens on port ${port} of ${host} (connection refused). Check VSPHERE_SERVER (or vsphere:vsphereServer), and that vCenter's services run.`,
    ETIMEDOUT: `no connection to ${host} port ${port} within ${connectTimeoutSeconds} s. Check that vCenter is on, the address, and firewalls on the way.`,
    EHOSTUNREACH: `there is no way to ${host} (no route to host). Check the address, and the network here.`,
    ENETUNREACH: `there is no way to ${host} (network is unreachable). Check the address, and the network here.`,
    ECONNRESET: `${host} port ${port} cut the connection. Check that vCenter's services run, and what stands between.`,
    EPIPE: `${host} port ${port} cut the connection. Check that vCenter's services run, and what stands between.`,
  };
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return new VcenterError(
      "answer",
      `${label}: what answers on port ${port} of ${host} does not speak TLS as vCenter does (${printable(message)}). Check the port in VSPHERE_SERVER.`,
    );
  const sentence = sentences[code] ?? `${printable(message)}. Check VSPHERE_SERVER (or vsphere:vsphereServer).`;
  return new VcenterError("unreachable", `${label}: cannot be reached: ${sentence}`);
}
