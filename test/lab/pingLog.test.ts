// What a ping printed while a cable failed, as packets lost and the longest gap. The lines are those of iputils 20221126. Pure.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interruptionAfter, readPingLog, until } from "../../lab/failover/pingLog";

const answer = (sequence: number, at: number) =>
  `[${(at / 1000).toFixed(6)}] 64 bytes from 10.10.0.2: icmp_seq=${sequence} ttl=64 time=0.512 ms\n`;
const none = (sequence: number, at: number) => `[${(at / 1000).toFixed(6)}] no answer yet for icmp_seq=${sequence}\n`;
const refused = (sequence: number, at: number) =>
  `[${(at / 1000).toFixed(6)}] From 10.10.0.1 icmp_seq=${sequence} Destination Host Unreachable\n`;

const HEAD = "PING 10.10.0.2 (10.10.0.2) from 10.10.0.1 : 56(84) bytes of data.\n";
const TAIL =
  "\n--- 10.10.0.2 ping statistics ---\n9 packets transmitted, 5 received, 44.4444% packet loss, time 160ms\n";

const failover = [
  HEAD,
  answer(1, 1000),
  answer(2, 1020),
  none(3, 1060),
  none(4, 1080),
  refused(5, 1090),
  answer(6, 1100),
  answer(7, 1125),
  TAIL,
].join("");

describe("a ping's log", () => {
  it("has the answers with their times, and the last packet of which it speaks", () => {
    expect(readPingLog(failover)).toEqual({
      answers: [
        { sequence: 1, at: 1000 },
        { sequence: 2, at: 1020 },
        { sequence: 6, at: 1100 },
        { sequence: 7, at: 1125 },
      ],
      lastSequence: 7,
      endsAt: 1125,
    });
  });

  it("may end in the middle of a line", () => {
    const cut = `${HEAD}${answer(1, 1000)}${answer(2, 1020).slice(0, -9)}`;
    expect(readPingLog(cut)).toEqual({ answers: [{ sequence: 1, at: 1000 }], lastSequence: 1, endsAt: 1000 });
  });

  it("counts an answer that comes twice, or late and out of order, once", () => {
    const log = readPingLog(answer(1, 1000) + none(2, 1040) + answer(3, 1045) + answer(2, 1050) + answer(2, 1051));
    expect(interruptionAfter(log)).toMatchObject({ sent: 3, lost: 0, longestGapMilliseconds: 45 });
  });
});

describe("an interruption", () => {
  it("that ended", () => {
    const expected = { sent: 5, lost: 3, longestGapMilliseconds: 80, isOver: true };
    expect(interruptionAfter(readPingLog(failover), 1030)).toEqual(expected);
  });

  it("counts its gap from the last answer before it", () => {
    const log = readPingLog(answer(1, 1000) + none(2, 1040) + answer(3, 1070));
    expect(interruptionAfter(log, 1060)).toEqual({ sent: 2, lost: 1, longestGapMilliseconds: 70, isOver: true });
  });

  it("that lasts to the end of the log", () => {
    const log = readPingLog(answer(1, 1000) + answer(2, 1020) + none(3, 1060) + none(4, 9000));
    expect(interruptionAfter(log, 1030)).toEqual({ sent: 2, lost: 2, longestGapMilliseconds: 7980, isOver: false });
  });

  it("without a single answer", () => {
    const log = readPingLog(none(1, 1000) + none(2, 1500));
    expect(interruptionAfter(log)).toMatchObject({ sent: 2, lost: 2, isOver: false });
  });

  it("has none before the moment in what came until then", () => {
    const calm = interruptionAfter(until(readPingLog(failover), 1030));
    expect(calm).toEqual({ sent: 2, lost: 0, longestGapMilliseconds: 20, isOver: true });
  });

  // Whatever is lost: the packets before and after any moment are all of them, and no gap is longer than the log.
  it("holds for any losses and any moment", () => {
    const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(outcomes, fc.integer({ min: 0, max: 1300 }), (isAnswered, moment) => {
        const lines = isAnswered.map((is, index) => (is ? answer : none)(index + 1, 20 * (index + 1)));
        const log = readPingLog(lines.join(""));
        const [before, after] = [interruptionAfter(until(log, moment)), interruptionAfter(log, moment)];
        expect(before.sent + after.sent).toBe(isAnswered.length);
        expect(before.lost + after.lost).toBe(isAnswered.filter((is) => !is).length);
        expect(after.longestGapMilliseconds).toBeLessThanOrEqual(20 * isAnswered.length);
        if (isAnswered.at(-1)) expect(after.isOver).toBe(true);
      }),
    );
  });
});
