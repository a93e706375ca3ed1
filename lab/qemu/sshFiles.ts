// What an SSH client needs to log in to the host: configuration and known host. I/O.
import { readLine, replaceFile } from "../netns/stateDirectory";
import type { Image } from "./image";
import { hostName } from "./labFiles";

interface ClientFiles {
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly image: Image;
  readonly port: number;
}

/** Writes both; `ssh -F FILE lab` works from this computer as it is. Returns the path of the configuration. */
export function writeClientFiles({ sshConfig, knownHosts, image, port }: ClientFiles): string {
  const key = readLine(image.hostKey).split(" ").slice(0, 2).join(" ");
  replaceFile(knownHosts, `${hostName},[127.0.0.1]:${port} ${key}\n`);
  replaceFile(
    sshConfig,
    `Host ${hostName}
  HostName 127.0.0.1
  Port ${port}
  User root
  IdentityFile "${image.identity}"
  IdentitiesOnly yes
  UserKnownHostsFile "${knownHosts}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  LogLevel ERROR
`,
  );
  return sshConfig;
}
