// The files that SSH needs on both sides: keys, server configuration, client configuration and known hosts. I/O.
import { chmodSync, existsSync, rmSync } from "node:fs";
import { managementAddressOf } from "./cable";
import { executeOrThrow } from "./execute";
import { readLine, replaceFile, type StateDirectory } from "./stateDirectory";
import { type LabTopology, type SshMachine, sshMachines } from "./topology";

/** Makes the user's key, and each machine's host key and configuration, where they are missing. */
export async function prepareSsh(topology: LabTopology, directory: StateDirectory): Promise<void> {
  await makeKey(directory.identity, "multiport-lab");
  const authorized = readLine(`${directory.identity}.pub`);
  await Promise.all(sshMachines(topology).map((machine) => prepareMachine(machine, { authorized, directory })));
}

async function prepareMachine(
  machine: SshMachine,
  { authorized, directory }: { readonly authorized: string; readonly directory: StateDirectory },
): Promise<void> {
  const { name, password } = machine;
  await makeKey(directory.ofMachine(name, "ssh_host_ed25519_key"), name);
  replaceFile(directory.ofMachine(name, "authorized_keys"), `${authorized}\n`);
  replaceFile(directory.ofMachine(name, "sshd_config"), serverConfig(machine));
  const passwordFile = directory.ofMachine(name, "password");
  if (password === undefined) rmSync(passwordFile, { force: true });
  else replaceFile(passwordFile, `root:${password}\n`);
}

async function makeKey(file: string, comment: string): Promise<void> {
  if (!existsSync(file) || !existsSync(`${file}.pub`)) {
    rmSync(file, { force: true });
    await executeOrThrow(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  }
  chmodSync(file, 0o600);
}

function serverConfig({ password }: SshMachine): string {
  return `Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys
PermitRootLogin ${password === undefined ? "prohibit-password" : "yes"}
PasswordAuthentication ${password === undefined ? "no" : "yes"}
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
MaxStartups 100
MaxSessions 100
PrintMotd no
Subsystem sftp internal-sftp
`;
}

/** Writes `ssh_config` and `known_hosts`: `ssh -F FILE kvm-01` works from this computer as it is. */
export function writeClientFiles(
  topology: LabTopology,
  options: { readonly directory: StateDirectory; readonly sshPorts: Readonly<Record<string, number>> },
): void {
  const { directory, sshPorts } = options;
  const machines = sshMachines(topology);
  const entries = machines.map(({ name, behind }) => {
    const port = sshPorts[name];
    const address = managementAddressOf(topology, name);
    const where =
      behind === undefined ? `HostName 127.0.0.1\n  Port ${port}` : `HostName ${address}\n  ProxyJump ${behind}`;
    const key = readLine(directory.ofMachine(name, "ssh_host_ed25519_key.pub")).split(" ").slice(0, 2).join(" ");
    const hosts = behind === undefined ? `${name},[127.0.0.1]:${port}` : `${name},${address}`;
    return { config: `Host ${name}\n  ${where}\n`, known: `${hosts} ${key}\n` };
  });
  replaceFile(directory.sshConfig, entries.map(({ config }) => config).join("\n") + clientDefaults(directory));
  replaceFile(directory.knownHosts, entries.map(({ known }) => known).join(""));
}

function clientDefaults({ identity, knownHosts }: StateDirectory): string {
  return `
Host *
  User root
  IdentityFile "${identity}"
  IdentitiesOnly yes
  UserKnownHostsFile "${knownHosts}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  LogLevel ERROR
`;
}

/** The machines' /etc/hosts: every machine by its management address. */
export function hostsFile(topology: LabTopology): string {
  const lines = topology.machines.map(({ name }) => `${managementAddressOf(topology, name)} ${name}`);
  return ["127.0.0.1 localhost", "::1 localhost", ...lines, ""].join("\n");
}
