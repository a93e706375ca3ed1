// One cable that fails under traffic, and what that cost: the measurement of a failover. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import type { CableNumber } from "../qemu/emulator";
import type { QemuHost } from "../qemu/qemuHost";
import { Answers, type Direction, pathOf } from "./answers";
import { type Interruption, interruptionAfter, until } from "./pingLog";

/** Out of both sockets, or still in both and silent. */
export type Failure = "pull" | "silence";

/** What is measured, from which addresses of the switch, and how long a host that does not recover is watched. */
export interface Measurement {
  readonly sources: readonly string[];
  readonly target: string;
  readonly failure: Failure;
  readonly capSeconds: number;
}

export interface Measured extends Interruption {
  /** The longest time between two answers before the cable failed. */
  readonly calmMilliseconds: number;
}

const calmSeconds = 0.6;
// After so long without another loss the failover is over.
const quietSeconds = 1.5;

/** Lets the cable fail over which packets go both ways, and plugs it in again. */
export async function measureFailure(host: QemuHost, measurement: Measurement): Promise<Measured> {
  const { answers, cable } = await startOverOneCable(host, measurement);
  try {
    await sleep(calmSeconds * 1000);
    const moment = Date.now();
    await host.cable(cable)[measurement.failure]();
    await untilOver(answers, moment, measurement.capSeconds);
    const { log } = answers;
    return {
      ...interruptionAfter(log, moment),
      calmMilliseconds: interruptionAfter(until(log, moment)).longestGapMilliseconds,
    };
  } finally {
    answers.stop();
    await host.cable(cable).plug();
  }
}

// Each end spreads by a hash of its own: another source address may take another cable.
async function startOverOneCable(
  host: QemuHost,
  { sources, target }: Measurement,
): Promise<{ answers: Answers; cable: CableNumber }> {
  const seen: string[] = [];
  for (const source of sources) {
    const answers = Answers.start(host.switch, { source, target } satisfies Direction);
    // The first packets find out the MAC address of the other end.
    await sleep(300);
    const { toHost, fromHost } = await pathOf(host.switch);
    if (toHost === fromHost && answers.log.answers.length > 0) return { answers, cable: toHost };
    answers.stop();
    seen.push(`${source}: cable ${toHost} there, ${fromHost} back, ${answers.log.answers.length} answers`);
  }
  throw new Error(`no traffic over one cable alone both ways: ${seen.join("; ")}`);
}

async function untilOver(answers: Answers, moment: number, capSeconds: number): Promise<void> {
  const end = moment + capSeconds * 1000;
  const least = moment + quietSeconds * 1000;
  while (Date.now() < end) {
    await sleep(50);
    if (Date.now() < least) continue;
    const { log } = answers;
    const recent = interruptionAfter(log, log.endsAt - quietSeconds * 1000);
    if (recent.lost === 0 && recent.sent > 0) return;
  }
}
