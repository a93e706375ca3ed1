// What a program itself asks of vCenter, beside its resources: by hooks, over the session as the program has it configured. I/O: opens
// the connection.
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { VcenterSession } from "../engine/vcenterObject.js";
import { vcenterSession } from "../engine/vcenterSession.js";

export function programSession(): Promise<VcenterSession> {
  return vcenterSession(pulumi.runtime.getConfig);
}

/** Pulumi's mocks, with which programs are tested, know of no hooks, and a hook that nobody registers is an unhandled rejection. */
export function hasHooks(): boolean {
  return pulumi.runtime.getMonitor()?.registerResourceHook !== undefined;
}

/**
 * A hook that knows its run. Pulumi calls hooks from outside of it: in a process with several runs, as programs of the Automation API
 * are, a preview would there be taken for an update, with the settings of no stack.
 */
export function programHook(
  name: string,
  callback: pulumi.ResourceHookFunction,
  options?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, AsyncResource.bind(callback), options);
}
