// What an SSH client needs to log in to the host: configuration and known host. I/O.
import { readLine, replaceFile, type StateDirectory } from "../netns/stateDirectory";
import type { Image } from "./image";
import { hostName } from "./labFiles";

/** Writes `ssh_config` and `known_hosts`: `ssh -F FILE lab` works from this computer as it is. */
export function writeClientFiles({
  directory,
  image,
  port,
}: {
  readonly directory: StateDirectory;
  readonly image: Image;
  readonly port: number;
}): void {
  const key = readLine(image.hostKey).split(" ").slice(0, 2).join(" ");
  replaceFile(directory.knownHosts, `${hostName},[127.0.0.1]:${port} ${key}\n`);
  replaceFile(
    directory.sshConfig,
    `Host ${hostName}
  HostName 127.0.0.1
  Port ${port}
  User root
  IdentityFile "${image.identity}"
  IdentitiesOnly yes
  UserKnownHostsFile "${directory.knownHosts}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  LogLevel ERROR
`,
  );
}
