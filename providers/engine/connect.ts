// How the engine gets at a machine: over SSH, or over SSH to the host that it runs on and from there by PowerShell Direct or QEMU's guest
// agent. I/O.
import type { Host } from "../host/host.js";
import type { SshTarget } from "../model/ssh.js";
import type { Connect } from "./machineAccess.js";
import type { ReadConfig } from "./vcenterSession.js";

/** Credentials and the place of the client configuration are read anew for every connection. */
export function connectWith(config: ReadConfig): Connect {
  return (target) => {
    if (target.powershellDirect !== undefined) return enterGuest(target.name, target.powershellDirect, config);
    if (target.guestAgent !== undefined) return askAgent(target.name, target.guestAgent, config);
    return connectOverSsh(target, config);
  };
}

function connectOverSsh(target: SshTarget, config: ReadConfig): Promise<Host> {
  const [password, passphrase] = [config("multiport:sshPassword"), config("multiport:sshPassphrase")];
  const credentials = {
    ...(password === undefined ? {} : { password }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  const configFile = config("multiport:sshConfig") ?? process.env.MULTIPORT_SSH_CONFIG;
  // Loaded when a machine is reached: a preview without changes only compares inputs.
  const { connectSsh } = require("../host/ssh.js") as typeof import("../host/ssh.js");
  return connectSsh(target, credentials, configFile === undefined ? {} : { configFile });
}

async function enterGuest(
  vm: string,
  { host, user }: NonNullable<SshTarget["powershellDirect"]>,
  config: ReadConfig,
): Promise<Host> {
  const { guestPassword } = require("../host/guestPassword.js") as typeof import("../host/guestPassword.js");
  const { PowershellDirectHost } =
    require("../host/powershellDirect.js") as typeof import("../host/powershellDirect.js");
  const password = guestPassword(vm, {
    all: config("multiport:guestPassword"),
    each: config("multiport:guestPasswords"),
  });
  return new PowershellDirectHost({ vm, user, password, hypervisor: await connectOverSsh(host, config) });
}

async function askAgent(
  vm: string,
  { host, domain }: NonNullable<SshTarget["guestAgent"]>,
  config: ReadConfig,
): Promise<Host> {
  const { GuestAgentHost } = require("../host/guestAgent.js") as typeof import("../host/guestAgent.js");
  return new GuestAgentHost({ vm, domain, hypervisor: await connectOverSsh(host, config) });
}
