// Where a vCenter is, from what the user wrote: a name, name:port or URL. Pure.
import { isIP } from "node:net";
import { VcenterError } from "./vcenterError.js";

/** Where to connect. */
export interface VcenterAddress {
  /** Name or IP address, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** How the user knows it in messages: "vCenter vc.example.net", with the port where it is not 443. */
  readonly label: string;
}

/** Reads what the user wrote. Throws a VcenterError of kind "invalid". */
export function parseAddress(server: string): VcenterAddress {
  const text = server.trim();
  const url = toUrl(text);
  if (url === undefined || url.username !== "" || url.password !== "")
    throw new VcenterError(
      "invalid",
      `vCenter's address ${shown(text, url)} is not a name, name:port or https URL. Set VSPHERE_SERVER (or vsphere:vsphereServer) to something like vcenter.example.net.`,
    );
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 443 : Number(url.port);
  return { host, port, label: `vCenter ${url.hostname}${port === 443 ? "" : `:${port}`}` };
}

function toUrl(text: string): URL | undefined {
  const complete =
    isIP(text) === 6 ? `https://[${text}]` : /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(complete) ? new URL(complete) : undefined;
  return url?.protocol === "https:" && url.hostname !== "" && /^(\/|\/sdk\/?)$/.test(url.pathname) ? url : undefined;
}

/** A URL may hold a password: then it is not shown. */
function shown(text: string, url: URL | undefined): string {
  return url !== undefined || text.includes("@") ? "(with a user or password in it)" : `"${text}"`;
}
