// The one door to vCenter: calls, tasks and reads over one session. I/O.
import type { Agent } from "node:https";
import {
  formatRef,
  isRef,
  type ObjectContent,
  type PropertyQuery,
  type Ref,
  type VimCall,
  type VimTree,
} from "../../model/vim.js";
import type { Exchange } from "./exchange.js";
import { retrieve } from "./retrieve.js";
import type { About, ServiceContent } from "./serviceContent.js";
import type { Session } from "./session.js";
import { VimFault } from "./soapFault.js";
import { waitForTask } from "./task.js";
import { refsIn } from "./treeParts.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { VcenterError } from "./vcenterError.js";
import { compareVersions } from "./vimVersion.js";

/** How a task is waited for. */
export interface RunOptions {
  /** What the task does, as the user knows it in messages; default: the method. */
  readonly title?: string;
  /** Default 1800. */
  readonly timeoutSeconds?: number;
  /** How long vCenter may be away meanwhile. Default 120. */
  readonly patienceSeconds?: number;
}

const TASK_SECONDS = 1800;
const PATIENCE_SECONDS = 120;

/** An open door to one vCenter. All methods may be called at the same time; each logs in if there is no session. */
export class Vcenter {
  readonly about: About;
  /** vCenter's managers and folders by their names in ServiceContent: rootFolder, eventManager, dvSwitchManager, .. */
  readonly content: Readonly<Record<string, Ref>>;

  constructor(
    private readonly exchange: Exchange,
    private readonly session: Session,
    { about, refs }: ServiceContent,
  ) {
    this.about = about;
    this.content = refs;
  }

  /** How the user knows it: "vCenter vc.example.net". */
  get label(): string {
    return this.session.label;
  }

  get address(): VcenterAddress {
    return this.exchange.settings.address;
  }

  /** The connections to it, for what is no call. */
  get agent(): Agent {
    return this.exchange.agent;
  }

  /** Requests made so far. */
  get roundTrips(): number {
    return this.exchange.roundTrips;
  }

  /** Whether fields that came with a version of the API may be sent: vCenter has it and this client speaks it. */
  has(version: string): boolean {
    return compareVersions(this.exchange.version, version) >= 0;
  }

  /** A manager or folder of vCenter. Throws when vCenter has none of that name. */
  ref(name: string): Ref {
    const ref = this.content[name];
    if (ref === undefined) throw new VcenterError("answer", `${this.label}: has no ${name} (${this.about.fullName}).`);
    return ref;
  }

  /** Calls a method: its value, undefined for one that returns nothing. For a method that makes a task, see `run`. */
  call(call: VimCall): Promise<VimTree | undefined> {
    return this.withNames(() => this.session.use(() => this.session.send(call)));
  }

  /** Calls a method that makes a task and waits for its end: the task's result. A task that fails is a VimFault. */
  async run(call: VimCall, options: RunOptions = {}): Promise<VimTree | undefined> {
    const task = await this.call(call);
    if (!isRef(task))
      throw new VcenterError(
        "lost",
        `${this.label}: ${call.method} was answered without a task. Run pulumi refresh.`,
        true,
      );
    return this.withNames(() =>
      waitForTask(this.session, this.ref("propertyCollector"), {
        call,
        task,
        title: options.title ?? call.method,
        timeoutSeconds: options.timeoutSeconds ?? TASK_SECONDS,
        patienceSeconds: options.patienceSeconds ?? PATIENCE_SECONDS,
      }),
    );
  }

  /** Reads properties of many objects, all pages. */
  retrieve(query: PropertyQuery): Promise<ObjectContent[]> {
    return this.withNames(() => this.session.use(() => retrieve(this.session, this.ref("propertyCollector"), query)));
  }

  /** Logs out, unless calls are still on their way: then the session ends when idle. A later call logs in again. */
  close(): Promise<void> {
    return this.session.close();
  }

  /** A fault speaks of host-21: before the user sees it, the ids become names, if vCenter tells them. */
  private async withNames<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VimFault)) throw error;
      const names = await this.namesOf([error.object, ...refsIn(error.details)]).catch(() => new Map());
      throw names.size === 0 ? error : error.withNames(names);
    }
  }

  private async namesOf(refs: readonly Ref[]): Promise<Map<string, string>> {
    const entities = refs.filter(({ type }) => NAMED.test(type));
    if (entities.length === 0) return new Map();
    const query: PropertyQuery = { properties: { ManagedEntity: ["name"] }, from: entities };
    const found = await this.session.use(() => retrieve(this.session, this.ref("propertyCollector"), query));
    return new Map(found.map(({ object, properties }) => [formatRef(object), `${object.type} "${properties.name}"`]));
  }
}

/** Types of the inventory that have a name. */
const NAMED =
  /^(HostSystem|VirtualMachine|Datacenter|Folder|ClusterComputeResource|Network|.*DistributedVirtual(Switch|Portgroup))$/;
