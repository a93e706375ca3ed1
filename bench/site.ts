// KVM hosts as the product has them, created once by the real `pulumi up` on light machines. I/O.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../lab/toolchain/project.js";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { renderEnvironment } from "../providers/engine/render.js";
import { environmentText, hostName } from "./environments.js";
import { startMachines } from "./machines.js";
import { Project } from "./project.js";

const VMS_PER_HOST = 10;

export interface Site {
  readonly project: Project;
  /** Bytes of configuration text of all hosts together. */
  readonly textBytes: number;
}

/** Creates the hosts, gives them to `use`, and takes everything down. */
export async function withSite<T>(hosts: number, use: (site: Site) => Promise<T>): Promise<T> {
  const text = environmentText("groups", { hosts, vmsPerHost: VMS_PER_HOST, hasGuests: false });
  const machines = await startMachines(Array.from({ length: hosts }, (_, index) => hostName(index)));
  const project = await Project.create({
    name: "hosts",
    variables: { MULTIPORT_SSH_CONFIG: machines.sshConfig },
    files: {
      "stacks/index.ts": readFileSync(join(projectFolder(), "stacks", "index.ts"), "utf8"),
      "stacks/Pulumi.bench.yaml": "config:\n  hosts:environment: environment.yaml\n",
      "environment.yaml": text,
    },
  });
  try {
    console.log(`creating ${hosts} KVM hosts (an SSH server on loopback, one real ovsdb-server per host, no vswitchd)`);
    console.log(`pulumi up: ${(await project.up()).seconds.toFixed(1)} s`);
    return await use({ project, textBytes: textBytes(text) });
  } finally {
    project.remove();
    await machines.stop();
  }
}

function textBytes(text: string): number {
  const { environment } = checkEnvironmentText(text, "environment.yaml");
  if (!environment) throw new Error("the environment of the bench has errors");
  return [...renderEnvironment(environment)].reduce((sum, file) => sum + Buffer.byteLength(file.text), 0);
}
