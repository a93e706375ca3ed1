// The bonds of a stage made on the emulated host in each of the three ways, and what their failures cost. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { type Failure, type Measured, measureFailure } from "../../lab/failover/failure";
import type { Row } from "../../lab/failover/table";
import { parseBond } from "../../lab/netns/bondFacts";
import { waitFor } from "../../lab/netns/execute";
import type { QemuHost } from "../../lab/qemu/qemuHost";
import { apply } from "./applyRun.js";
import { guestEnvironmentOf, guestHandScript, hostSideOf } from "./failoverGuest.js";
import {
  channelOf,
  deviceOf,
  environmentOf,
  handScript,
  oneCableScript,
  PLACES,
  type Place,
  sourceOf,
  switchOf,
  targetOf,
} from "./failoverMaking.js";
import { isFunctions, isOfGuest, MAKERS, type Maker, type MeasuredBond, type Stage } from "./failoverStages.js";

/** What is measured of each bond, how often, and how long one that does not recover is watched. */
export interface Plan {
  readonly failures: (bond: MeasuredBond) => readonly Failure[];
  readonly rounds: number;
  readonly capSeconds: number;
}

export type Results = Record<Failure, Measured[]>;
export type ByMaker = Record<Maker, Results>;

// While the kernel still has a change of a link to tell, which it does once a second, it puts off the announcement of a failover.
const SETTLE_MILLISECONDS = 2500;

/** A host on which one stage after the other is measured. */
export class FailoverRun {
  readonly rows: Row[] = [];
  /** The longest time between two answers while nothing failed: what the slow host adds. */
  calmMilliseconds = 0;
  private isFresh = true;

  constructor(
    private readonly host: QemuHost,
    private readonly plan: Plan,
  ) {}

  /** Makes the bonds in all three ways, and measures each. */
  async compare(stage: Stage): Promise<readonly ByMaker[]> {
    const all = stage.bonds.map(() => ({}) as ByMaker);
    for (const maker of MAKERS) {
      await this.make(stage, maker);
      const results = await this.measure(stage);
      for (const [index, byMaker] of all.entries()) byMaker[maker] = results[index] as Results;
    }
    for (const [index, byMaker] of all.entries()) this.keep(stage.bonds[index] as MeasuredBond, byMaker);
    return all;
  }

  /** Both bonds as one of the makers makes them, on a host that has nothing else. */
  async make(stage: Stage, maker: Maker): Promise<void> {
    if (!this.isFresh) await this.host.rollBack();
    this.isFresh = false;
    await this.host.switch.setUp(switchOf(stage));
    await this.host.switch.runScript(oneCableScript(stage));
    await (isOfGuest(stage) ? this.makeInGuest(stage, maker) : this.makeOnHost(stage, maker));
  }

  private async makeOnHost(stage: Stage, maker: Maker): Promise<void> {
    if (maker === "multiport") await apply(environmentOf(stage), this.host.sshConfig);
    else await this.host.runOrThrow(handScript(stage, maker));
  }

  /** The functions have their settings from the host, whoever makes the bonds over them. */
  private async makeInGuest(stage: Stage, maker: Maker): Promise<void> {
    await apply(hostSideOf(stage), this.host.sshConfig);
    if (maker === "multiport") await apply(guestEnvironmentOf(stage), this.host.sshConfig, "linuxGuest");
    else await this.host.runOrThrow(guestHandScript(stage, maker));
  }

  /** Waits until both ends use both cables. */
  async untilReady(bond: MeasuredBond, place: Place): Promise<void> {
    await waitFor({ what: `${bond.name} to use both cables`, seconds: 90 }, async () =>
      (await this.isReady(bond, place)) ? true : undefined,
    );
  }

  // One bond has time to settle while the other one fails.
  private async measure({ bonds }: Stage): Promise<readonly Results[]> {
    const results = bonds.map((): Results => ({ pull: [], silence: [] }));
    const settled = bonds.map(() => Date.now() + SETTLE_MILLISECONDS);
    for (let round = 0; round < this.plan.rounds; round++)
      for (const failure of ["silence", "pull"] as const)
        for (const [index, bond] of bonds.entries()) {
          const runs = (results[index] as Results)[failure];
          // Once is enough to see that it does not recover.
          if (!this.plan.failures(bond).includes(failure) || runs.some(({ isOver }) => !isOver)) continue;
          await sleep((settled[index] as number) - Date.now());
          runs.push(await this.fail(bond, PLACES[index] as Place, failure));
          settled[index] = Date.now() + SETTLE_MILLISECONDS;
        }
    return results;
  }

  private async fail(bond: MeasuredBond, place: Place, failure: Failure): Promise<Measured> {
    await this.untilReady(bond, place);
    const measured = await measureFailure(this.host, {
      cables: place.cables,
      ...(bond.lacp === undefined ? {} : { channel: channelOf(place) }),
      source: sourceOf(place),
      target: targetOf(place),
      failure,
      capSeconds: this.plan.capSeconds,
      hasFunctions: isFunctions(bond),
    });
    this.calmMilliseconds = Math.max(this.calmMilliseconds, measured.calmMilliseconds);
    return measured;
  }

  private keep(bond: MeasuredBond, byMaker: ByMaker): void {
    for (const maker of MAKERS) {
      const { options, shown = options, by = maker } = bond.made[maker];
      this.rows.push({ bond: bond.name, madeBy: by, settings: shown, ...byMaker[maker] });
    }
  }

  private async isReady(bond: MeasuredBond, place: Place): Promise<boolean> {
    const channel = bond.lacp === undefined ? undefined : await this.host.switch.bond(channelOf(place));
    const isUp = channel?.members.every(({ isEnabled, lacp }) => isEnabled && lacp === "current") ?? true;
    if (!isUp) return false;
    return bond.kind === "openvswitch" ? this.isOvsReady(deviceOf(bond, place)) : this.isKernelReady(bond, place);
  }

  private async isKernelReady(bond: MeasuredBond, place: Place): Promise<boolean> {
    const members = (await this.host.bond(deviceOf(bond, place)))?.members ?? [];
    const doWork = members.every(
      (member) => member.hasLink && (bond.lacp === undefined || (member.isInUse && !member.isPartnerLost)),
    );
    return members.length === 2 && doWork;
  }

  private async isOvsReady(name: string): Promise<boolean> {
    const { stdout } = await this.host.run(`ovs-appctl bond/show ${name}; echo; ovs-appctl lacp/show ${name}`);
    const { members } = parseBond(stdout, stdout);
    return members.length === 2 && members.every(({ isEnabled, lacp }) => isEnabled && /^(?:current|off)$/.test(lacp));
  }
}
