// How the engine gets at a machine: over SSH; over SSH to the host that it runs on and from there by PowerShell Direct or QEMU's guest agent;
// or through vCenter by VMware Tools. I/O.
import type { GuestWay } from "../host/guestPassword.js";
import type { Host } from "../host/host.js";
import type { SshTarget } from "../model/ssh.js";
import type { Connect } from "./machineAccess.js";
import { openVcenter, type ReadConfig } from "./vcenterSession.js";

/** Credentials and the place of the client configuration are read anew for every connection. */
export function connectWith(config: ReadConfig): Connect {
  return (target) => {
    if (target.powershellDirect !== undefined) return enterGuest(target.name, target.powershellDirect, config);
    if (target.guestAgent !== undefined) return askAgent(target.name, target.guestAgent, config);
    if (target.vmwareTools !== undefined) return askTools(target.name, target.vmwareTools, config);
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
  const { PowershellDirectHost } =
    require("../host/powershellDirect.js") as typeof import("../host/powershellDirect.js");
  const password = passwordOf(vm, "PowerShell Direct", config);
  return new PowershellDirectHost({ vm, user, password, hypervisor: await connectOverSsh(host, config) });
}

function passwordOf(vm: string, way: GuestWay, config: ReadConfig): string {
  const { guestPassword } = require("../host/guestPassword.js") as typeof import("../host/guestPassword.js");
  return guestPassword(vm, way, { all: config("multiport:guestPassword"), each: config("multiport:guestPasswords") });
}

async function askAgent(
  vm: string,
  { host, domain }: NonNullable<SshTarget["guestAgent"]>,
  config: ReadConfig,
): Promise<Host> {
  const { GuestAgentHost } = require("../host/guestAgent.js") as typeof import("../host/guestAgent.js");
  return new GuestAgentHost({ vm, domain, hypervisor: await connectOverSsh(host, config) });
}

async function askTools(
  vm: string,
  { host, user }: NonNullable<SshTarget["vmwareTools"]>,
  config: ReadConfig,
): Promise<Host> {
  const { connectVmwareTools } = require("../host/vmwareTools.js") as typeof import("../host/vmwareTools.js");
  const { findVm } = require("./vcenterVm.js") as typeof import("./vcenterVm.js");
  const find = async () => {
    const vcenter = await openVcenter(config);
    return { vcenter, ...(await findVm(vcenter, { vm, host })) };
  };
  return connectVmwareTools({ vm, user, password: passwordOf(vm, "VMware Tools", config), find });
}
