// The answers that a switch gets from a host while a cable fails: a ping every few milliseconds, and over which cable it goes. I/O.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmulatedSwitch } from "../qemu/emulatedSwitch";
import { type CableNumber, portOf } from "../qemu/emulator";
import { type PingLog, readPingLog } from "./pingLog";

/** Asked of ping, which rounds it up to the clock of the kernel. */
export const intervalMilliseconds = 10;

const deadlineSeconds = 120;

/** From an address of the switch to one of the host. */
export interface Direction {
  readonly source: string;
  readonly target: string;
}

/** A ping that runs. */
export class Answers {
  private text = "";

  private constructor(private readonly ping: ChildProcessWithoutNullStreams) {
    ping.stdout.setEncoding("utf8").on("data", (part: string) => {
      this.text += part;
    });
    ping.stderr.resume();
  }

  static start(emulated: EmulatedSwitch, { source, target }: Direction): Answers {
    const every = `${intervalMilliseconds / 1000}`;
    return new Answers(
      emulated.start(["ping", "-D", "-O", "-n", "-i", every, "-w", `${deadlineSeconds}`, "-I", source, target]),
    );
  }

  get log(): PingLog {
    return readPingLog(this.text);
  }

  /** A ping that nobody listens to ends with its next line. */
  stop(): void {
    this.ping.stdout.destroy();
  }
}

/** The cables that packets take now, to the host and from it. */
export interface Path {
  readonly toHost: CableNumber;
  readonly fromHost: CableNumber;
}

/** Counts for a moment what passes the ports of these cables, and takes the busiest. */
export async function pathOf(
  emulated: EmulatedSwitch,
  cables: readonly CableNumber[],
  milliseconds = 400,
): Promise<Path> {
  const before = await counters(emulated);
  await sleep(milliseconds);
  const after = await counters(emulated);
  const busiest = (direction: "rx" | "tx") =>
    cables
      .map((cable) => ({ cable, packets: packets(after, cable, direction) - packets(before, cable, direction) }))
      .reduce((most, each) => (each.packets > most.packets ? each : most)).cable;
  // What the port of the switch takes in came from the host.
  return { toHost: busiest("tx"), fromHost: busiest("rx") };
}

type Counters = readonly {
  readonly ifname: string;
  readonly stats64: Readonly<Record<"rx" | "tx", { readonly packets: number }>>;
}[];

async function counters(emulated: EmulatedSwitch): Promise<Counters> {
  return JSON.parse(await emulated.runScript("ip -json -statistics link show")) as Counters;
}

function packets(all: Counters, cable: CableNumber, direction: "rx" | "tx"): number {
  return all.find(({ ifname }) => ifname === portOf(cable))?.stats64[direction].packets ?? 0;
}
