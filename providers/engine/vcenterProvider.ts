// The methods of a Pulumi dynamic provider for one kind of object in vCenter. The inputs hold what is wanted in words, so that
// a preview shows each setting that changes, and the plan: the steps on the way from what the last run left.
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { mergeDeep } from "../model/merge.js";
import type { Step, VcenterDriver } from "../platforms/vsphere/vcenterDriver.js";
import { digestOf } from "./digest.js";
import { codeOf, failed } from "./initFailure.js";
import { TouchedError } from "./machineErrors.js";
import { toldOnce } from "./toldOnce.js";
import { type Done, VcenterObject, type VcenterSession } from "./vcenterObject.js";

type Properties = Record<string, unknown>;

/** Inputs and outputs of every object's resource. `plan` is told to people and never read back. */
const Inputs = z.object({
  environment: z.string(),
  driverVersion: z.number().int(),
  target: z.record(z.string(), z.unknown()),
  configuration: z.record(z.string(), z.unknown()),
});
type Inputs = z.infer<typeof Inputs>;

/** What all providers of a process have in common. */
interface Shared {
  readonly connect: () => Promise<VcenterSession>;
  readonly configure: (request: pulumi.dynamic.ConfigureRequest) => Promise<void>;
}

export class VcenterProvider<Model, Target extends object, W extends object, Facts, S extends Step> {
  private readonly object: VcenterObject<Model, Target, W, Facts, S>;

  readonly configure: (request: pulumi.dynamic.ConfigureRequest) => Promise<void>;

  constructor(
    private readonly driver: VcenterDriver<Model, Target, W, Facts, S>,
    shared: Shared,
  ) {
    this.object = new VcenterObject(driver, shared.connect);
    this.configure = shared.configure;
  }

  /** Adds the plan: an input that the engine shows with all others. */
  async check(olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const { error } = Inputs.safeParse(news);
    if (error) {
      const failures = error.issues.map((issue) => ({
        property: issue.path.join("."),
        reason: `${issue.message}. The inputs come from another release of multiport: install the one that the program was written for`,
      }));
      return { inputs: news, failures };
    }
    const before = Inputs.safeParse(olds).data;
    const after = Inputs.parse(news);
    const start = (before?.configuration as W | undefined) ?? this.driver.nothing;
    if (!start) return { inputs: news };
    const { steps, conflicts, notes } = this.driver.plan(after.configuration as W, start);
    if (conflicts.length > 0)
      return { inputs: news, failures: conflicts.map((reason) => ({ property: "configuration", reason })) };
    const plan = [...steps.map(planLine), ...notes];
    return { inputs: plan.length > 0 ? { ...news, plan } : news };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const same = (key: keyof Inputs) => digestOf(olds[key]) === digestOf(news[key]);
    const replaces = (["environment", "target"] as const).filter((key) => !same(key));
    return { changes: olds.digest !== digest(news), replaces, deleteBeforeReplace: true };
  }

  async create(news: Properties): Promise<pulumi.dynamic.CreateResult> {
    const id = this.driver.title(Inputs.parse(news).target as Target);
    return { id, outs: await this.applied(id, undefined, news) };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    return { outs: await this.applied(id, Inputs.parse(olds).configuration as W, news) };
  }

  async read(id: string, props: Properties): Promise<pulumi.dynamic.ReadResult> {
    const inputs = Inputs.parse(props);
    const found = await toldOnce(id, this.object.read(inputs.target as Target, inputs.configuration as W));
    // An empty id is Pulumi's word for "it is gone".
    if (found === undefined) return { id: "", props: {} };
    report(id, found);
    const read = { ...inputs, configuration: found.words as Properties };
    return { id, props: outputs(read), inputs: read } as pulumi.dynamic.ReadResult;
  }

  async delete(id: string, props: Properties): Promise<void> {
    const { target, configuration } = Inputs.parse(props);
    report(id, await toldOnce(id, this.object.remove(target as Target, configuration as W, tell(id))));
  }

  private async applied(id: string, previous: W | undefined, news: Properties): Promise<Properties> {
    const inputs = Inputs.parse(news);
    const desired = inputs.configuration as W;
    // What was declared before and is no longer has to be found, to be taken away.
    const scope = previous ? mergeDeep(previous, desired) : desired;
    try {
      const done = await this.object.apply(inputs.target as Target, { desired, scope, previous }, tell(id));
      report(id, done);
      return done.isUnfinished ? this.unfinished(inputs, scope) : outputs(inputs);
    } catch (error) {
      if (!(error instanceof TouchedError)) throw error;
      throw Object.assign(error, failed(id, { ...this.unfinished(inputs, scope), ...codeOf(news) }, error.message));
    }
  }

  /** With no digest of the inputs in its state the next run sees a difference; it still knows all that was ever declared. */
  private unfinished(inputs: Inputs, scope: W): Properties {
    return { ...outputs({ ...inputs, configuration: scope as Properties }), digest: "" };
  }
}

/** The risk comes first: Pulumi cuts what is longer than a line. */
function planLine({ title, disruption }: Step): string {
  return disruption === "none" ? title : `${RISK[disruption]}: ${title}`;
}
const RISK = { brief: "brief interruption", outage: "outage" } as const;

function tell(id: string): (step: Step) => void {
  return (step) => console.log(`${id}: ${step.title}`);
}

function report(id: string, { notes }: Pick<Done, "notes">): void {
  for (const note of notes) console.log(`${id}: ${note}`);
}

function digest(inputs: Properties): string {
  const { environment, driverVersion, target, configuration } = inputs;
  return digestOf({ environment, driverVersion, target, configuration });
}

function outputs(inputs: Inputs): Properties {
  const { environment, driverVersion, target, configuration } = inputs;
  return { environment, driverVersion, target, configuration, digest: digest(inputs) };
}
