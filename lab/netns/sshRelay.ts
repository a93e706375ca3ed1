// The way from 127.0.0.1 of this computer to a machine's sshd: one socat per machine. I/O.
//
// It belongs to the lab's PID namespace, so it ends with the lab, but to this computer's network namespace, so it listens on
// 127.0.0.1. For each connection a second socat enters the lab's network and connects to the machine's management NIC. The
// other way, `sshd -i` per connection, would have no network between: it goes on working after a change that cuts the
// machine off, which is the very thing to be tested.
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { waitFor } from "./execute";
import { spawnDetached } from "./outer";
import { currentBoot, endAll, isAlive, type ProcessRecord, readRecords, recordMyself } from "./processRecord";
import type { StateDirectory } from "./stateDirectory";

// $1 records, $2 boot, $3 and $4 socat's two addresses.
const listen = `set -eu
${recordMyself}
{ record_myself "$1" "$2"; exec socat "$3" "$4"; } </dev/null &`;

/** Where a relay leads. */
export interface RelayTarget {
  readonly name: string;
  /** In the lab's management network. */
  readonly address: string;
  /** The port that it had before, if any. */
  readonly port: number | undefined;
  /** Where connections come from, for a machine that has to answer through its gateway. Default: the nearest address. */
  readonly source?: string;
}

/** Makes sure that a port of 127.0.0.1 leads to the machine's sshd; returns the port: the former one where that is possible. */
export async function ensureRelay(
  target: RelayTarget,
  options: { readonly outer: ProcessRecord; readonly directory: StateDirectory },
): Promise<number> {
  if (target.port !== undefined && (await hasSshBanner(target.port))) return target.port;
  const records = options.directory.ofMachine(target.name, "relay");
  await endAll(readRecords(records));
  for (const port of [target.port, undefined, undefined, undefined]) {
    rmSync(records, { force: true });
    const tried = port ?? (await findFreePort());
    if (await startRelay({ ...target, port: tried }, { ...options, records })) return tried;
  }
  throw new Error(`no port of 127.0.0.1 leads to ${target.name}: ${options.directory.log} tells more`);
}

async function startRelay(
  { name, address, port, source }: RelayTarget,
  {
    outer,
    directory,
    records,
  }: { readonly outer: ProcessRecord; readonly directory: StateDirectory; readonly records: string },
): Promise<boolean> {
  const from = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,backlog=100`;
  const to = `EXEC:nsenter --net=/proc/${outer.pid}/ns/net socat STDIO TCP\\:${address}\\:22${source === undefined ? "" : `\\,bind=${source}`}`;
  const inOuter = ["nsenter", "--target", `${outer.pid}`, "--pid", "sh", "-c", listen, "sh"];
  spawnDetached([...inOuter, records, currentBoot(), from, to], directory.log);
  return waitFor({ what: `a relay to ${name}`, seconds: 10 }, async () => {
    const [record] = readRecords(records);
    if (record === undefined) return undefined;
    // The port was free a moment ago; if somebody else has it now, socat has ended, and another port is tried.
    if (!isAlive(record)) return false;
    return (await hasSshBanner(port ?? 0)) ? true : undefined;
  });
}

/** Whether an SSH server greets on this port of 127.0.0.1. */
export function hasSshBanner(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(3000, () => end(false));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
    socket.on("data", (data) => end(data.toString("latin1").startsWith("SSH-2.0-")));
  });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
