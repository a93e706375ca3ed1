// One cable that fails under traffic, and what that cost: the measurement of a failover. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { type CableNumber, portOf } from "../qemu/emulator";
import type { QemuHost } from "../qemu/qemuHost";
import { Answers, type Direction, pathOf } from "./answers";
import { type Interruption, interruptionAfter, until } from "./pingLog";

/** Out of both sockets, or still in both and silent. */
export type Failure = "pull" | "silence";

/** What is measured: over which cables, between which addresses, and how long a host that does not recover is watched. */
export interface Measurement extends Direction {
  readonly cables: readonly CableNumber[];
  /** The switch's port channel, whose mode is active-backup: it sends over the cable that the host sends over. */
  readonly channel?: string;
  readonly failure: Failure;
  readonly capSeconds: number;
  /** The host uses virtual functions: those of the emulated card keep their link without its cable, so the card is set down with it. */
  readonly hasFunctions?: boolean;
}

export interface Measured extends Interruption {
  /** The longest time between two answers in the moments before the cable failed. */
  readonly calmMilliseconds: number;
}

const calmSeconds = 0.6;
// A computer that does other work too lets the host answer unevenly for a while; what fails then is not measured but hidden.
const calmGapMilliseconds = 60;
const patienceSeconds = 15;
// After so long without another loss the failover is over.
const quietSeconds = 1.5;

/** Lets the cable fail over which packets go both ways, and plugs it in again. */
export async function measureFailure(host: QemuHost, measurement: Measurement): Promise<Measured> {
  await forgetFlows(host);
  const answers = Answers.start(host.switch, measurement);
  try {
    const cable = await cableInUse(host, measurement);
    await untilCalm(answers);
    const moment = Date.now();
    await fail(host, cable, measurement);
    await untilOver(answers, moment, measurement.capSeconds);
    const { log } = answers;
    return {
      ...interruptionAfter(log, moment),
      calmMilliseconds: interruptionAfter(until(log, moment), moment - calmSeconds * 1000).longestGapMilliseconds,
    };
  } finally {
    answers.stop();
    for (const cable of measurement.cables) await mend(host, cable, measurement);
  }
}

async function fail(host: QemuHost, number: CableNumber, { failure, hasFunctions }: Measurement): Promise<void> {
  const cable = host.cable(number);
  const isTold = failure === "pull" && hasFunctions;
  await Promise.all([cable[failure](), ...(isTold ? [host.runOrThrow(`ip link set ${cable.nic} down`)] : [])]);
}

async function mend(host: QemuHost, number: CableNumber, { hasFunctions }: Measurement): Promise<void> {
  const cable = host.cable(number);
  await cable.plug();
  if (hasFunctions) await host.runOrThrow(`ip link set ${cable.nic} up`);
}

// A switch of hardware learns a MAC address from any frame. Open vSwitch learns from those that it has no flow for, and from the others
// with half a second's delay: a flow that is left of the failover before would hide the announcement of this one.
async function forgetFlows(host: QemuHost): Promise<void> {
  await host.switch.runScript("ovs-appctl --timeout=5 revalidator/purge");
}

// Each end has its own choice of a cable; the switch's is put where the host's is.
async function cableInUse(host: QemuHost, { cables, channel }: Measurement): Promise<CableNumber> {
  // The first packets find out the MAC address of the other end.
  await sleep(300);
  const { toHost, fromHost } = await pathOf(host.switch, cables);
  if (toHost === fromHost) return toHost;
  if (channel !== undefined) {
    await host.switch.runScript(`ovs-appctl --timeout=5 bond/set-active-member ${channel} ${portOf(fromHost)}`);
    await sleep(200);
    const now = await pathOf(host.switch, cables);
    if (now.toHost === fromHost && now.fromHost === fromHost) return fromHost;
  }
  throw new Error(`packets to the host take cable ${toHost}, and those from it cable ${fromHost}`);
}

async function untilCalm(answers: Answers): Promise<void> {
  for (const end = Date.now() + patienceSeconds * 1000; Date.now() < end; ) {
    await sleep(calmSeconds * 1000);
    const recent = interruptionAfter(answers.log, Date.now() - calmSeconds * 1000);
    // A ping that stands still has no gap either.
    const isRunning = recent.sent * calmGapMilliseconds > calmSeconds * 1000;
    if (isRunning && recent.lost === 0 && recent.longestGapMilliseconds <= calmGapMilliseconds) return;
  }
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
