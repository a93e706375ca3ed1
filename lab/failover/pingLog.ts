// What `ping -D -O` printed, as what a failover cost: packets lost, and the longest time without an answer. Pure.

/** An answer, and when it came: milliseconds since 1970. */
export interface Answer {
  readonly sequence: number;
  readonly at: number;
}

/** One run of ping. */
export interface PingLog {
  /** In the order of their arrival, each packet's first one. */
  readonly answers: readonly Answer[];
  /** The last packet that was sent, as far as the log tells: answered, or told to have no answer. */
  readonly lastSequence: number;
  /** When the last line was printed: what is known ends here. */
  readonly endsAt: number;
}

/** What the packets after a moment met. */
export interface Interruption {
  readonly sent: number;
  readonly lost: number;
  /** Between two answers one after the other, or from the last one to the end of the log. */
  readonly longestGapMilliseconds: number;
  /** An answer came after the longest gap. */
  readonly isOver: boolean;
}

const answerLine = /^\[(\d+\.\d+)\] \d+ bytes from \S+ icmp_seq=(\d+) /;
// "no answer yet for icmp_seq=7", and "From 10.0.0.1 icmp_seq=7 Destination Host Unreachable", which is the sender's own word.
const otherLine = /^\[(\d+\.\d+)\] (?:no answer yet for|From \S+) icmp_seq=(\d+)\b/;

/** Takes apart a log, also one that is still being written: a line without its end is not looked at. */
export function readPingLog(text: string): PingLog {
  const answers = new Map<number, Answer>();
  let lastSequence = 0;
  let endsAt = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const answered = answerLine.exec(line);
    const [, seconds, number] = answered ?? otherLine.exec(line) ?? [];
    if (seconds === undefined) continue;
    const [sequence, at] = [Number(number), Number(seconds) * 1000];
    lastSequence = Math.max(lastSequence, sequence);
    endsAt = Math.max(endsAt, at);
    if (answered && !answers.has(sequence)) answers.set(sequence, { sequence, at });
  }
  return { answers: [...answers.values()].sort((a, b) => a.at - b.at), lastSequence, endsAt };
}

/** What came before a moment, as if the log had ended then: how even the answers are while nothing fails. */
export function until(log: PingLog, moment: number): PingLog {
  const answers = log.answers.filter(({ at }) => at <= moment);
  return { answers, lastSequence: highest(answers), endsAt: Math.min(moment, log.endsAt) };
}

/** What the packets met whose answers were still to come at a moment; a gap that began before it counts whole. */
export function interruptionAfter(log: PingLog, moment = 0): Interruption {
  const before = log.answers.filter(({ at }) => at <= moment);
  const after = log.answers.filter(({ at }) => at > moment);
  const known = highest(before);
  const answered = after.filter(({ sequence }) => sequence > known).length;
  const sent = log.lastSequence - known;
  const times = [...before.slice(-1), ...after].map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const longest = Math.max(0, ...gaps);
  const sinceLast = log.endsAt - (times.at(-1) ?? Math.min(moment, log.endsAt));
  return {
    sent,
    lost: sent - answered,
    longestGapMilliseconds: Math.max(longest, sinceLast),
    isOver: times.length > 0 && longest >= sinceLast,
  };
}

const highest = (answers: readonly Answer[]) => Math.max(0, ...answers.map(({ sequence }) => sequence));
