// What a failover costs, in packets and milliseconds: bonds made by multiport, by the defaults of the kernel and of Open vSwitch, and
// by hand as good as it gets, each with a cable pulled and with a switch that falls silent. Compared within one run only. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intervalMilliseconds } from "../../../lab/failover/answers";
import type { Failure } from "../../../lab/failover/failure";
import { failoverTable, worstGap } from "../../../lab/failover/table";
import { waitFor } from "../../../lab/netns/execute";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { isWhole, sampled, whyNotEmulated } from "../emulated.js";
import { deviceOf, PLACES } from "../failoverMaking.js";
import { type ByMaker, FailoverRun, type Plan } from "../failoverRun.js";
import { isFunctions, MAKERS, type Maker, type MeasuredBond, STAGES } from "../failoverStages.js";

const reasons = whyNotEmulated("what a failover costs");

// Of the sample, each bond has the failure in which the tool's defaults differ most from ours.
const PLAN: Plan = isWhole
  ? { failures: () => ["pull", "silence"], rounds: 3, capSeconds: 8 }
  : { failures: ({ lacp }) => [lacp === undefined ? "pull" : "silence"], rounds: 1, capSeconds: 5 };

// A pulled cable is noticed at the next tick of the kernel's clock, every 100 ms, and a silent one at the next of LACP's, every second.
// The rest is what two runs of the same bond differ by.
const MARGIN: Record<Failure, number> = { pull: 200, silence: 1200 };
// The driver of the virtual functions looks at their link every 2 s.
const FUNCTIONS_MARGIN = 2000;

describe.skipIf(reasons.length > 0)("a failover", { timeout: 900_000 }, () => {
  let scratch: string;
  let host: QemuHost;
  let run: FailoverRun;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-failover-"));
    const report = (line: string) => console.log(line);
    host = await QemuHost.start({ directory: join(scratch, "lab"), id: "failover", report });
    run = new FailoverRun(host, PLAN);
  }, 900_000);
  afterAll(async () => {
    const calm = `while nothing failed, the longest gap was ${Math.round(run?.calmMilliseconds)} ms`;
    console.log(
      `failover, a ping every ${intervalMilliseconds} ms; ${calm}\n${failoverTable(run?.rows ?? [], PLAN.capSeconds)}`,
    );
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const stages = sampled(STAGES, (stage) => stage === STAGES[0], "pairs of bonds");
  it.each(stages.map((stage) => [stage.name, stage] as const))("of %s", async (_, stage) => {
    const all = await run.compare(stage);
    for (const [index, bond] of stage.bonds.entries())
      for (const failure of PLAN.failures(bond)) judge(bond, all[index] as ByMaker, failure);
  });

  /** Who notices the failure, and that ours is as quick as the best but for one tick of its clock. */
  function judge(bond: MeasuredBond, byMaker: ByMaker, failure: Failure): void {
    const worst = (maker: Maker) => worstGap(byMaker[maker][failure]);
    const unnoticed = (maker: Maker) => bond.made[maker].unnoticed?.includes(failure) ?? false;
    const endless = MAKERS.filter((maker) => worst(maker) === Number.POSITIVE_INFINITY);
    expect.soft(endless, `${bond.name}, ${failure}: no recovery`).toEqual(MAKERS.filter(unnoticed));
    if (unnoticed("by hand, tuned")) return;
    const margin = MARGIN[failure] + (isFunctions(bond) ? FUNCTIONS_MARGIN : 0);
    const allowed = worst("by hand, tuned") + margin + run.calmMilliseconds;
    expect.soft(worst("multiport"), `${bond.name}, ${failure}: ms`).toBeLessThanOrEqual(allowed);
  }

  it.each(sampled(["min_links"], () => false, "readings of min_links"))("a bond's link by %s", async () => {
    const [stage] = STAGES;
    const [place, bond] = [PLACES[1], stage.bonds[1]];
    await run.make(stage, "by hand, tuned");
    await run.untilReady(bond, place);

    const device = `/sys/class/net/${deviceOf(bond, place)}`;
    /** With min_links 0, 1 and 2. */
    const carriers = async () => {
      const read = [0, 1, 2].map((links) => `echo ${links} >${device}/bonding/min_links; cat ${device}/carrier`);
      return (await host.runOrThrow(read.join("\n"))).split("\n").join(" ");
    };
    const when = async (what: string, isSo: (members: readonly Member[]) => boolean) => {
      await waitFor({ what, seconds: 30 }, async () => {
        const { members } = (await host.bond(deviceOf(bond, place))) ?? { members: [] };
        return isSo(members) ? true : undefined;
      });
      return carriers();
    };
    const [first, second] = place.cables;
    const whole = await carriers();
    await host.cable(first).pull();
    const one = await when("one link to go", (all) => all.filter(({ hasLink }) => hasLink).length === 1);
    for (const cable of [first, second]) await host.cable(cable).silence();
    const isAlone = ({ hasLink, isPartnerLost }: Member) => hasLink && isPartnerLost;
    const noPartner = await when("both to be without a partner", (all) => all.every(isAlone));
    for (const cable of [first, second]) await host.cable(cable).pull();
    const none = await when("both links to go", (all) => all.every(({ hasLink }) => !hasLink));
    console.log("link of an 802.3ad bond with min_links 0, 1, 2", { whole, one, noPartner, none });
    expect({ whole, one, noPartner, none }).toEqual({
      whole: "1 1 1",
      one: "1 1 0",
      noPartner: "1 1 0",
      none: "0 0 0",
    });
  });
});

interface Member {
  readonly hasLink: boolean;
  readonly isPartnerLost: boolean;
}
