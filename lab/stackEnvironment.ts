// What a Pulumi run on the lab finds in its environment: where state is, how machines are reached, who it is. I/O: files.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "./toolchain/project";
import type { Vcenter } from "./vcenterProcess";

/** Everything of this checkout's lab that is not a process. */
export function labFolder(): string {
  return join(projectFolder(), ".lab");
}

/** Where the state of the stacks is while they run on the lab. */
export function stateFolder(): string {
  return join(labFolder(), "state");
}

/** The passphrase of the example stacks. It protects nothing: the lab's own secrets never leave its folder. */
const PASSPHRASE = "multiport";

export interface LabAccess {
  readonly vcenter?: Vcenter;
  /** OpenSSH client configuration of the machines. */
  readonly sshConfig?: string;
}

/** Variables for `pulumi` and `multiport` on the lab. */
export function stackEnvironment({ vcenter, sshConfig }: LabAccess, state = stateFolder()): Record<string, string> {
  mkdirSync(state, { recursive: true });
  return {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    ...(sshConfig === undefined ? {} : { MULTIPORT_SSH_CONFIG: sshConfig }),
    ...(vcenter === undefined ? {} : vcenterVariables(vcenter)),
  };
}

/** The vSphere provider's own variables, ours, and govc's. */
export function vcenterVariables({ server, user, password, certificate }: Vcenter): Record<string, string> {
  return {
    VSPHERE_SERVER: server,
    VSPHERE_USER: user,
    VSPHERE_PASSWORD: password,
    VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
    MULTIPORT_VCENTER_THUMBPRINT: certificate.sha256,
    GOVC_URL: server,
    GOVC_USERNAME: user,
    GOVC_PASSWORD: password,
    GOVC_INSECURE: "true",
  };
}
