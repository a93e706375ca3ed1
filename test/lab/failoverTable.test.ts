// The table of failovers, cell by cell. Pure.
import { describe, expect, it } from "vitest";
import { costOf, failoverTable, worstGap } from "../../lab/failover/table";

const over = (lost: number, longestGapMilliseconds: number) => ({
  sent: 100,
  lost,
  longestGapMilliseconds,
  isOver: true,
});
const endless = { sent: 400, lost: 400, longestGapMilliseconds: 8012, isOver: false };

describe("what a failure cost", () => {
  it.each([
    ["nothing was measured", [], ""],
    ["one run", [over(2, 48.4)], "2 lost, 48 ms"],
    ["several", [over(5, 100.6), over(0, 24.2), over(2, 48)], "0-5 lost, 24-101 ms"],
    ["no recovery", [endless, endless], "no recovery within 8 s"],
    ["no recovery now and then", [over(2, 48), endless], "2-400 lost, 48-8012 ms; 1 of 2 without recovery within 8 s"],
  ])("%s", (_, runs, cell) => {
    expect(costOf(runs, 8)).toBe(cell);
  });

  it("is endless where one run did not recover", () => {
    expect(worstGap([over(2, 48), over(5, 100)])).toBe(100);
    expect(worstGap([over(2, 48), endless])).toBe(Number.POSITIVE_INFINITY);
  });
});

it("is a row for each bond and who made it", () => {
  const row = { bond: "kernel, 802.3ad", madeBy: "multiport", settings: "miimon 100", pull: [over(0, 24)] };
  expect(failoverTable([row], 8)).toBe(`| bond | made by | settings | cable pulled | switch silent, link up |
| --- | --- | --- | --- | --- |
| kernel, 802.3ad | multiport | miimon 100 | 0 lost, 24 ms |  |`);
});
