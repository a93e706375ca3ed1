// The session with vCenter that all resources of a process share, as the engine needs it. I/O: opens the connection.
import type { Vcenter } from "../host/vim/vcenter.js";
import type { VimCall, VimTree } from "../model/vim.js";
import type { VcenterSession } from "./vcenterObject.js";

/** Reads a value of the stack's configuration, with its namespace. */
export type ReadConfig = (key: string) => string | undefined;

/** Connects when it is first needed: a preview without changes asks vCenter nothing. */
export async function vcenterSession(config: ReadConfig): Promise<VcenterSession> {
  return toVcenterSession(await openVcenter(config));
}

/** The door to the vCenter of the stack, the same one for all of a process. */
export function openVcenter(config: ReadConfig): Promise<Vcenter> {
  // Loaded when vCenter is needed.
  const { connectVcenter } = require("../host/vim/connectVcenter.js") as typeof import("../host/vim/connectVcenter.js");
  const { resolveVcenter } =
    require("../host/vim/vcenterSettings.js") as typeof import("../host/vim/vcenterSettings.js");
  return connectVcenter(resolveVcenter({ config, environment: process.env }));
}

/** What the engine needs of an open door. */
export function toVcenterSession(vcenter: Vcenter): VcenterSession {
  return {
    content: vcenter.content,
    apiVersion: vcenter.about.apiVersion,
    get roundTrips() {
      return vcenter.roundTrips;
    },
    run: (call: VimCall): Promise<VimTree | undefined> =>
      call.method.endsWith("_Task") ? vcenter.run(call) : vcenter.call(call),
    retrieve: (query) => vcenter.retrieve(query),
  };
}
