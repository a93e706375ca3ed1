// Simulated Windows hosts as a process of their own: started from a file, told on standard output, ended by SIGTERM. I/O.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Scenario } from "./host/scenario";
import type { Login } from "./host/sshServer";
import { WindowsHost } from "./host/windowsHost";
import { runPowerShell } from "./language/process";

/** What the file holds; the lab writes it itself. */
interface Hosts {
  readonly login: Login;
  readonly hosts: readonly {
    readonly name: string;
    /** Default: any free port. */
    readonly port?: number;
    readonly scenario: Scenario;
  }[];
}

/** What is told of a host, as one line of JSON for all of them, once they answer. */
export interface StartedHost {
  readonly name: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA..` */
  readonly hostKey: string;
  /** `SHA256:..` */
  readonly fingerprint: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { scenario: { type: "string" } } });
  if (values.scenario === undefined) throw new Error("usage: main.js --scenario FILE");
  const { hosts, login } = JSON.parse(readFileSync(values.scenario, "utf8")) as Hosts;
  const running: WindowsHost[] = [];
  const told: StartedHost[] = [];
  for (const { name, port, scenario } of hosts) {
    const given = { computerName: name, ...scenario };
    const host = await WindowsHost.start({ scenario: given, login, runPowerShell, port: port ?? 0 });
    running.push(host);
    told.push({ name, port: host.port, hostKey: host.hostKey, fingerprint: host.fingerprint });
  }
  process.stdout.write(`${JSON.stringify({ hosts: told })}\n`);
  const end = () => void Promise.all(running.map((host) => host.stop())).then(() => process.exit(0));
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
