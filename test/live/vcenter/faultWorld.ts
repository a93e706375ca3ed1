// A vCenter of its own for one row of faults: what goes wrong next, what was called, and all that is there, read raw. I/O.
import type { Inventory } from "../../../lab/vcenterProcess.js";
import type { VcenterSession } from "../../../providers/engine/vcenterObject.js";
import { connectVcenter } from "../../../providers/host/vim/connectVcenter.js";
import { isQuestion } from "../../../providers/host/vim/question.js";
import type { Vcenter } from "../../../providers/host/vim/vcenter.js";
import type { Ref, VimCall } from "../../../providers/model/vim.js";
import { inventoryWays } from "../../../providers/platforms/vsphere/inventoryQuery.js";
import { VcenterSite } from "./vcenterSite.js";

/** As lab/vcenter has them; `killed` is ours: the run ends after the call and nobody keeps what it learned. */
export const KINDS = {
  fault: { kind: "fault" },
  concurrentAccess: { kind: "fault", fault: "ConcurrentAccess" },
  dropBefore: { kind: "dropBefore" },
  dropAfter: { kind: "dropAfter" },
  timeout: { kind: "timeout", seconds: 2 },
  timeoutAfter: { kind: "timeoutAfter", seconds: 2 },
  sessionExpired: { kind: "sessionExpired" },
  taskError: { kind: "taskError" },
  taskErrorAfter: { kind: "taskErrorAfter" },
  killed: undefined,
} as const;
export type Kind = keyof typeof KINDS;

/** One thing that goes wrong. */
export interface Job {
  readonly kind: Kind;
  /** Counted from 1, among the calls that change something or among all. */
  readonly nth: number;
  readonly mutatingOnly: boolean;
}

/** The program was killed: what the test throws where a process would be gone. */
export class Killed extends Error {}

/** Short, so that a fault that takes time does not take much; long enough for a busy computer. */
const TIMES = { connectTimeoutSeconds: 10, answerTimeoutSeconds: 1.5, idleSeconds: 600 };

/** As short as can be while a client still sees a task that runs, a host that is away, and a setting that shows late. */
const VCENTER_TIMES = { task: "5ms", reboot: "400ms", settle: "100ms" };

export class FaultWorld {
  private killAfter: number | undefined;

  static async start(inventory: Inventory): Promise<FaultWorld> {
    const site = new VcenterSite(inventory, VCENTER_TIMES);
    try {
      const { server, user, password, certificate } = (await site.start()).vcenter;
      const target = { server, user, password, thumbprint: certificate.sha256 };
      const [own, looker] = [await connectVcenter(target, TIMES), await connectVcenter(target, { idleSeconds: 600 })];
      return new FaultWorld(site, { own, looker });
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  private constructor(
    readonly site: VcenterSite,
    private readonly doors: { readonly own: Vcenter; readonly looker: Vcenter },
  ) {}

  /** The session of the code under test, as the provider makes it. */
  session(): VcenterSession {
    const { own } = this.doors;
    return {
      content: own.content,
      apiVersion: own.about.apiVersion,
      roundTrips: own.roundTrips,
      run: (call) => this.alive(() => (call.method.endsWith("_Task") ? own.run(call) : own.call(call)), call),
      retrieve: (query) => this.alive(() => own.retrieve(query)),
    };
  }

  private async alive<T>(work: () => Promise<T>, call?: VimCall): Promise<T> {
    if (this.killAfter !== undefined && this.killAfter <= 0) throw new Killed("killed");
    const result = await work();
    if (this.killAfter !== undefined && call && !isQuestion(call.method)) this.killAfter -= 1;
    return result;
  }

  /** The client logs out, as a provider does at the end of a run: the next run logs in. */
  async logOut(): Promise<void> {
    await this.doors.own.close();
  }

  /** Lets the nth call from now go wrong. A kill comes after the nth call that changes something. */
  async inject({ kind, nth, mutatingOnly }: Job): Promise<void> {
    const fault = KINDS[kind];
    if (fault === undefined) this.killAfter = nth;
    else await this.site.inject({ ...fault, nth, mutatingOnly });
  }

  get isAlive(): boolean {
    return this.killAfter === undefined || this.killAfter > 0;
  }

  /** Takes away what has not gone wrong yet. True when nothing was left: it has. */
  async calm(): Promise<boolean> {
    const wasKilled = this.killAfter === undefined || this.killAfter <= 0;
    this.killAfter = undefined;
    const pending = await this.site.pendingFaults();
    await this.site.control("DELETE", "/faults");
    return pending.length === 0 && wasKilled;
  }

  /** What there is, whoever made it, without what counts on with every change. */
  async snapshot(): Promise<string> {
    const { looker } = this.doors;
    const objects = await looker.retrieve({
      properties: {
        DistributedVirtualSwitch: ["name", "config"],
        DistributedVirtualPortgroup: ["name", "config"],
        HostSystem: [
          "name",
          "config.network",
          "config.pciPassthruInfo",
          "config.virtualNicManagerInfo",
          "runtime.inMaintenanceMode",
          "summary.rebootRequired",
          "customValue",
        ],
        VirtualMachine: ["name", "runtime.powerState", "config.hardware.device", "config.extraConfig"],
      },
      from: [looker.ref("rootFolder")],
      along: inventoryWays({ hosts: true, networks: true, vms: true }),
    });
    const alarms = await this.alarms();
    return JSON.stringify([...objects.map(({ object, properties }) => [object.value, properties]), alarms], stable, 1);
  }

  private async alarms(): Promise<unknown[]> {
    const { looker } = this.doors;
    const refs = (await looker.call({ object: looker.ref("alarmManager"), method: "GetAlarm", arguments: {} })) ?? [];
    const found = await looker.retrieve({
      properties: { Alarm: ["info.name", "info.enabled"] },
      from: [refs].flat() as Ref[],
    });
    return found.map(({ properties }) => properties["info.name"]).sort();
  }

  async stop(): Promise<void> {
    await this.doors.own.close().catch(() => {});
    await this.doors.looker.close().catch(() => {});
    await this.site.stop();
  }
}

const COUNTING =
  /^(configVersion|changeVersion|key|uplinkPortKey|portKey|port|lagKey|connectionCookie|.*Time|lastStatusChange|unitNumber)$/;

/** Leaves out what counts on: versions and keys, and addresses that vCenter chose for a card of ours. */
function stable(this: object, name: string, value: unknown): unknown {
  const { externalId } = this as { externalId?: string };
  return COUNTING.test(name) || (name === "macAddress" && externalId !== undefined) ? undefined : value;
}
