// What a failover costs, in packets and milliseconds: bonds made by multiport, by the defaults of the kernel and of Open vSwitch, and
// by hand as good as it gets, each with a cable pulled and with a switch that falls silent. Compared within one run only. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intervalMilliseconds } from "../../lab/failover/answers";
import { type Failure, type Measured, measureFailure } from "../../lab/failover/failure";
import { failoverTable, type Row, worstGap } from "../../lab/failover/table";
import { parseBond } from "../../lab/netns/bondFacts";
import { waitFor } from "../../lab/netns/execute";
import { QemuHost } from "../../lab/qemu/qemuHost";
import { apply } from "./applyRun.js";
import { isWhole, sampled, whyNotEmulated } from "./emulated.js";
import {
  channelOf,
  deviceOf,
  environmentOf,
  handScript,
  MAKERS,
  type Maker,
  type MeasuredBond,
  oneCableScript,
  PLACES,
  type Place,
  STAGES,
  type Stage,
  sourceOf,
  switchOf,
  targetOf,
} from "./failoverStages.js";

const reasons = whyNotEmulated("what a failover costs");

const CAP_SECONDS = isWhole ? 8 : 5;
// A link that comes back is told to the kernel within a second, and LACP needs its words: a failure before that meets another one.
const SETTLE_MILLISECONDS = 4000;

type Results = Record<Failure, Measured[]>;

describe.skipIf(reasons.length > 0)("a failover", { timeout: 900_000 }, () => {
  let scratch: string;
  let host: QemuHost;
  const rows: Row[] = [];
  let calm = 0;
  let isFresh = true;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-failover-"));
    host = await QemuHost.start({
      directory: join(scratch, "lab"),
      id: "failover",
      report: (line) => console.log(line),
    });
  }, 900_000);
  afterAll(async () => {
    console.log(
      `failover, a ping every ${intervalMilliseconds} ms; while nothing failed, the longest gap was ${Math.round(calm)} ms\n${failoverTable(rows, CAP_SECONDS)}`,
    );
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Both ends use both cables. */
  const isReady = async (bond: MeasuredBond, place: Place): Promise<boolean> => {
    const channel = bond.lacp === undefined ? undefined : await host.switch.bond(channelOf(place));
    const isUp = channel?.members.every(({ isEnabled, lacp }) => isEnabled && lacp === "current") ?? true;
    return isUp && (bond.kind === "openvswitch" ? isOvsReady(bond, place) : isKernelReady(bond, place));
  };
  const isKernelReady = async (bond: MeasuredBond, place: Place) => {
    const members = (await host.bond(deviceOf(bond, place)))?.members ?? [];
    const works = members.every(
      (member) => member.hasLink && (bond.lacp === undefined || (member.isInUse && !member.isPartnerLost)),
    );
    return members.length === 2 && works;
  };
  const isOvsReady = async (bond: MeasuredBond, place: Place) => {
    const name = deviceOf(bond, place);
    const shown = await host.run(`ovs-appctl bond/show ${name}; echo; ovs-appctl lacp/show ${name}`);
    const { members } = parseBond(shown.stdout, shown.stdout);
    return members.length === 2 && members.every(({ isEnabled, lacp }) => isEnabled && /^(?:current|off)$/.test(lacp));
  };

  async function make(stage: Stage, maker: Maker): Promise<void> {
    if (!isFresh) await host.rollBack();
    isFresh = false;
    await host.switch.setUp(switchOf(stage));
    await host.switch.runScript(oneCableScript(stage));
    if (maker === "multiport") await apply(environmentOf(stage), host.sshConfig);
    else await host.runOrThrow(handScript(stage, maker));
  }

  /** All measurements of two bonds that stand: one has time to settle while the other one fails. */
  async function measure(stage: Stage, failures: (bond: MeasuredBond) => readonly Failure[], rounds: number) {
    const results = stage.bonds.map((): Results => ({ pull: [], silence: [] }));
    const plugged = [0, 0];
    for (let round = 0; round < rounds; round++)
      for (const failure of ["pull", "silence"] as const)
        for (const [index, bond] of stage.bonds.entries()) {
          const [place, result] = [PLACES[index], results[index]];
          if (!place || !result || !failures(bond).includes(failure)) continue;
          // Once is enough to see that it does not recover.
          if (result[failure].some(({ isOver }) => !isOver)) continue;
          await sleep((plugged[index] ?? 0) + SETTLE_MILLISECONDS - Date.now());
          await waitFor({ what: `${bond.name} to use both cables`, seconds: 90 }, async () =>
            (await isReady(bond, place)) ? true : undefined,
          );
          const { cables } = place;
          const channel = bond.lacp === undefined ? {} : { channel: channelOf(place) };
          const way = { cables, ...channel, source: sourceOf(place), target: targetOf(place) };
          result[failure].push(await measureFailure(host, { ...way, failure, capSeconds: CAP_SECONDS }));
          plugged[index] = Date.now();
        }
    return results;
  }

  /** Makes the bonds in all three ways, and measures each. */
  async function compare(stage: Stage, failures: (bond: MeasuredBond) => readonly Failure[], rounds: number) {
    const all = stage.bonds.map(() => ({}) as Record<Maker, Results>);
    for (const maker of MAKERS) {
      await make(stage, maker);
      const results = await measure(stage, failures, rounds);
      for (const [index, result] of results.entries()) (all[index] as Record<Maker, Results>)[maker] = result;
    }
    for (const [index, bond] of stage.bonds.entries())
      for (const maker of MAKERS) {
        const result = (all[index] as Record<Maker, Results>)[maker];
        const { options, shown = options } = bond.made[maker];
        rows.push({ bond: bond.name, madeBy: maker, settings: shown, ...result });
        calm = Math.max(calm, ...[...result.pull, ...result.silence].map(({ calmMilliseconds }) => calmMilliseconds));
      }
    return all as [Record<Maker, Results>, Record<Maker, Results>];
  }

  // A switch that falls silent is noticed by LACP's clock, which ticks once a second; a pulled cable by the kernel's, every 100 ms.
  const MARGIN: Record<Failure, number> = { pull: 200, silence: 1200 };

  /** What each bond notices, and that ours is as quick as the best, but for one tick of its clock and what the slow host adds. */
  function judge(bond: MeasuredBond, byMaker: Record<Maker, Results>, failure: Failure): void {
    const worst = (maker: Maker) => worstGap(byMaker[maker][failure]);
    for (const maker of MAKERS)
      expect(
        worst(maker) === Number.POSITIVE_INFINITY,
        `${bond.name}, ${maker}: ${failure} is not noticed (${worst(maker)} ms)`,
      ).toBe(bond.made[maker].unnoticed?.includes(failure) ?? false);
    if (bond.made["by hand, tuned"].unnoticed?.includes(failure)) return;
    const allowed = worst("by hand, tuned") + MARGIN[failure] + calm;
    expect(worst("multiport"), `${bond.name}: ${failure}`).toBeLessThanOrEqual(allowed);
  }

  it.each(sampled(STAGES, (stage) => stage === STAGES[0], "pairs of bonds"))("of $name", async (stage) => {
    // Of the sample, each bond has the failure in which the defaults differ most from ours.
    const failures = ({ lacp }: MeasuredBond): readonly Failure[] =>
      isWhole ? ["pull", "silence"] : [lacp === undefined ? "pull" : "silence"];
    const results = await compare(stage, failures, isWhole ? 3 : 1);
    for (const [index, bond] of stage.bonds.entries())
      for (const failure of failures(bond)) judge(bond, results[index] as Record<Maker, Results>, failure);
  });

  it.each(sampled(["min_links"], () => false, "readings of min_links"))("with %s and no partner left", async () => {
    const [stage] = STAGES as readonly [Stage];
    const [place, bond] = [PLACES[1], stage.bonds[1]];
    await make(stage, "by hand, tuned");
    await waitFor({ what: "the bond to use both cables", seconds: 60 }, async () =>
      (await isReady(bond, place)) ? true : undefined,
    );
    const path = `/sys/class/net/${deviceOf(bond, place)}`;
    const carriers = async () => {
      const read = [0, 1, 2].map((links) => `echo ${links} >${path}/bonding/min_links; cat ${path}/carrier`);
      return (await host.runOrThrow(read.join("\n"))).split("\n").join(" ");
    };
    const members = async () => (await host.bond(deviceOf(bond, place)))?.members ?? [];
    const is = (what: string, isSo: (all: Awaited<ReturnType<typeof members>>) => boolean) =>
      waitFor({ what, seconds: 30 }, async () => (isSo(await members()) ? true : undefined));
    const [first, second] = place.cables;
    const seen: Record<string, string> = { whole: await carriers() };
    await host.cable(first).pull();
    await is("one link to go", (all) => all.filter(({ hasLink }) => hasLink).length === 1);
    seen["one cable pulled"] = await carriers();
    await host.cable(second).silence();
    await host.cable(first).silence();
    await is("both to be without a partner", (all) => all.every((each) => each.hasLink && each.isPartnerLost));
    seen["no partner, links up"] = await carriers();
    for (const cable of place.cables) await host.cable(cable).pull();
    await is("both links to go", (all) => all.every(({ hasLink }) => !hasLink));
    seen["both cables pulled"] = await carriers();
    console.log("carrier of an 802.3ad bond with min_links 0, 1 and 2", seen);
    expect(seen).toEqual({});
  });
});
