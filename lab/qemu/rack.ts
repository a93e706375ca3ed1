// What stands around the host: the switch with its ports, in namespaces of their own. I/O.
import { execute, executeOrThrow } from "../netns/execute";
import { runScriptOn, startMachine } from "../netns/machine";
import { startOuter, stopOuter } from "../netns/outer";
import type { ProcessRecord } from "../netns/processRecord";
import type { StateDirectory } from "../netns/stateDirectory";
import { cableNumbers, portOf } from "./emulator";
import { hostName, switchName } from "./labFiles";
import { Leash } from "./leash";

/** The switch's first process; QEMU is started in its namespaces. */
export interface Rack {
  readonly process: ProcessRecord;
  readonly leash: Leash;
}

/** Starts the switch, without configuration. What a killed run left in this directory is ended first; this one ends with this program. */
export async function startRack(directory: StateDirectory, id: string): Promise<Rack> {
  await stopRack(directory);
  directory.make();
  for (const name of [switchName, hostName]) directory.makeMachine(name);
  await executeOrThrow([
    "sh",
    "-c",
    'echo "127.0.0.1 localhost" >"$1"',
    "sh",
    directory.ofMachine(switchName, "hosts"),
  ]);
  const outer = await startOuter(directory, id);
  const leash = Leash.hold(outer);
  const machine = { kind: "switch", name: switchName, portChannels: [], core: [] } as const;
  const process = await startMachine(machine, { outer, directory });
  await runScriptOn(process, cableNumbers.map((cable) => makePort(portOf(cable))).join("\n"));
  return { process, leash };
}

/** Ends all processes of this directory, in whatever state they are, and removes it. */
export async function stopRack(directory: StateDirectory): Promise<void> {
  directory.make();
  await stopOuter(directory);
  await directory.remove();
}

// A tap that stays while QEMU is started again. The host is free to send what is larger than 1500 bytes.
const makePort = (port: string) => `ip tuntap add ${port} mode tap
ip link set ${port} mtu 9216 up`;

/** Whether the host's SSH server greets, seen from the namespace in which QEMU forwards it. */
export async function doesGreet({ pid }: ProcessRecord): Promise<boolean> {
  const read = ["socat", "-u", "TCP:127.0.0.1:22,connect-timeout=2,readbytes=8", "STDOUT"];
  const { stdout } = await execute(["nsenter", "--target", `${pid}`, "--net", ...read], { timeoutSeconds: 5 });
  return stdout === "SSH-2.0-";
}
