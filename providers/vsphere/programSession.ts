// The session with vCenter as the running program has it configured. I/O: opens the connection.
import * as pulumi from "@pulumi/pulumi";
import type { VcenterSession } from "../engine/vcenterObject.js";
import { vcenterSession } from "../engine/vcenterSession.js";

/** For what a program itself asks of vCenter, beside its resources. */
export function programSession(): Promise<VcenterSession> {
  return vcenterSession((key) => {
    const [namespace = "", ...rest] = key.split(":");
    return new pulumi.Config(namespace).get(rest.join(":"));
  });
}
