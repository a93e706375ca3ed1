// What the dynamic provider process loads (as `multiport/provider`): the resource methods of every platform. The state
// of a stack holds one line that calls these; connections and credentials come from the stack's config at run time.
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { HostError } from "../host/host.js";
import { DEFAULT_MISSING_PACKAGES, missingPackages } from "../model/missingPackages.js";
import type { Driver, MachineInputs, MachineModel } from "../platforms/driver.js";
import { DRIVERS } from "../platforms/index.js";
import { VCENTER_DRIVERS } from "../platforms/vsphere/index.js";
import { connectWith } from "./connect.js";
import { asBefore, isOpen } from "./detection.js";
import { digestOf } from "./digest.js";
import { NotStartedError } from "./firstStart.js";
import { codeOf, failed } from "./initFailure.js";
import { type Applied, Machine } from "./machine.js";
import { ConflictError, TouchedError } from "./machineErrors.js";
import { NO_WORDS } from "./machineWords.js";
import { renderTexts } from "./render.js";
import { toldOnce } from "./toldOnce.js";
import { VcenterProvider } from "./vcenterProvider.js";
import { type ReadConfig, vcenterSession } from "./vcenterSession.js";

type Properties = Record<string, unknown>;

const Target = z.object({ name: z.string(), address: z.string() }).loose();

/** Inputs of every machine resource, beside the text of each layer under the layer's name, which is there to be read. */
const Inputs = z.object({
  ssh: Target,
  /** Where its VM waits for its first start, if it does. */
  firstStart: z.object({ host: Target, domain: z.string() }).optional(),
  environment: z.string(),
  driverVersion: z.number().int(),
  missingPackages: missingPackages.optional(),
  configuration: z.record(z.string(), z.unknown()),
});

/** What the outputs have of them. */
const Place = Inputs.omit({ configuration: true });

/** Credentials and settings of the stack; they live in this process only. */
let config: ReadConfig = () => undefined;

/** Names with their namespace: the settings are ours whatever the user's project is called. */
async function configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
  config = (key) => request.config.get(key);
}

/** The methods of a Pulumi dynamic provider for one driver. */
export class MachineProvider<Model extends MachineModel> {
  private readonly machine: Machine<Model>;

  constructor(private readonly driver: Driver<Model>) {
    this.machine = new Machine(
      driver,
      connectWith((key) => config(key)),
      (text) => console.log(text),
    );
  }

  readonly configure = configure;

  async check(olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const issues = Inputs.safeParse(news).error?.issues ?? [];
    const failures = issues.map((issue) => ({
      property: issue.path.join("."),
      reason: `${issue.message}. The inputs come from another release of multiport: install the one that the program was written for`,
    }));
    if (failures.length > 0) return { inputs: news, failures };
    try {
      return { inputs: await this.closed(olds, news) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // No property: Pulumi would print all of its value.
      return { inputs: news, failures: [{ property: "", reason: error.message }] };
    }
  }

  /** The inputs with what they leave open as the state has it, or as the machine says: a preview shows its lines. */
  private async closed(olds: Properties, news: Properties): Promise<Properties> {
    const { driver } = this;
    const { ssh, environment, words: given } = this.inputs(news);
    if (!isOpen(driver, given)) return news;
    const before = Inputs.safeParse(olds).data?.configuration ?? NO_WORDS;
    const { words: known, conflicts } = asBefore(driver, given, before);
    if (conflicts.length > 0) throw new ConflictError(ssh.name, conflicts);
    const words = isOpen(driver, known)
      ? await this.machine.detect({ ssh, environment }, known).catch(unlessUnreachable)
      : known;
    // It stays open, and is shown so; an up asks again.
    if (words === undefined) return news;
    return {
      ...news,
      configuration: words,
      ...renderTexts(driver, { words, heading: { machine: ssh.name, environment } }),
    };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const replaces = olds.environment === news.environment ? [] : ["environment"];
    return { changes: olds.digest !== this.digest(news), replaces, deleteBeforeReplace: true };
  }

  async create(news: Properties): Promise<pulumi.dynamic.CreateResult> {
    const inputs = this.inputs(news);
    const id = `${inputs.environment}/${inputs.ssh.name}`;
    return { id, outs: await this.applied(id, news) };
  }

  async update(id: string, _olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    return { outs: await this.applied(id, news) };
  }

  async read(id: string, props: Properties): Promise<pulumi.dynamic.ReadResult> {
    const { ssh, environment, ...rest } = Place.parse(props);
    const reading = this.machine.read({ ssh, firstStart: rest.firstStart, environment });
    const found = await orTold(toldOnce(ssh.name, reading));
    if (found instanceof NotStartedError) return { id, props };
    // An empty id is Pulumi's word for "it is gone".
    if (found === undefined) return { id: "", props: {} };
    for (const remark of found.remarks) console.log(`${ssh.name}: ${remark}`);
    const inputs = { ssh, environment, ...rest, configuration: found.words, ...found.texts };
    return { id, props: this.outputs(inputs), inputs } as pulumi.dynamic.ReadResult;
  }

  async delete(_id: string, props: Properties): Promise<void> {
    const { ssh, environment, ...rest } = Place.parse(props);
    const removing = this.machine.remove({ ssh, firstStart: rest.firstStart, environment });
    const notes = await orTold(toldOnce(ssh.name, removing));
    // There is nothing of ours in it.
    if (notes instanceof NotStartedError) return;
    for (const note of notes) console.log(`${ssh.name}: ${note}`);
  }

  private async applied(id: string, news: Properties): Promise<Properties> {
    const inputs = this.inputs(news);
    try {
      const applied = await orTold(this.machine.apply(inputs));
      // With no digest of the inputs in its state, the next run looks whether it is there.
      if (applied instanceof NotStartedError) return { ...this.outputs(news), digest: "" };
      report(inputs, applied);
      // What was detected just now the inputs do not have: the next run asks again.
      return isOpen(this.driver, inputs.words) ? { ...this.outputs(news), digest: "" } : this.outputs(news);
    } catch (error) {
      if (!(error instanceof TouchedError)) throw error;
      // The machine has it, though not as wanted or not known to be: the engine keeps the resource and tries again. With no digest of the
      // inputs in its state, the next run sees a difference.
      const properties = { ...this.outputs(news), digest: "", ...codeOf(news) };
      throw Object.assign(error, failed(id, properties, error.message));
    }
  }

  private inputs(news: Properties): MachineInputs {
    const { ssh, missingPackages = DEFAULT_MISSING_PACKAGES, environment, configuration, ...rest } = Inputs.parse(news);
    return { ssh, missingPackages, firstStart: rest.firstStart, environment, words: configuration };
  }

  /** The state keeps words and texts once, among the inputs; the digest stands for them here. */
  private outputs(inputs: Properties): Properties {
    const { ssh, environment, driverVersion } = inputs;
    // Pulumi takes no undefined value.
    const given = Object.fromEntries(
      ["missingPackages", "firstStart"].filter((key) => key in inputs).map((key) => [key, inputs[key]]),
    );
    return { ssh, ...given, environment, driverVersion, digest: this.digest(inputs) };
  }

  private digest(inputs: Properties): string {
    const { ssh, firstStart, environment, driverVersion, configuration } = inputs;
    const texts = this.driver.layers.map(({ name }) => inputs[name] ?? "");
    const start = firstStart === undefined ? {} : { firstStart };
    return digestOf({ ssh, ...start, environment, driverVersion, configuration, texts });
  }
}

/** A preview may run where machines can't be reached or entered: what is not known then is told. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof HostError)) throw error;
  console.log(`${error.message} So it is not known yet what it uses: up finds it out.`);
}

/** A machine that is not there yet is no failure: what is to be done is told, and the run goes on. */
async function orTold<T>(promise: Promise<T>): Promise<T | NotStartedError> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof NotStartedError)) throw error;
    console.log(error.message);
    return error;
  }
}

function report({ ssh }: MachineInputs, { notes }: Applied): void {
  for (const note of notes) console.log(`${ssh.name}: ${note}`);
}

/** By the name of the driver, as the code in the state has it: see providerCode. */
export const providers = Object.fromEntries([
  ...DRIVERS.map((driver) => [driver.name, new MachineProvider(driver)]),
  ...VCENTER_DRIVERS.map((driver) => [
    driver.name,
    new VcenterProvider(driver, { connect: () => vcenterSession(config), configure }),
  ]),
]);
