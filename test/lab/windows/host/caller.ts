// What the tests of the simulated Windows host need: a host whose clock stands still, and calls of its cmdlets as the binder makes them.
import type { BoundCall, ErrorRecord, ObjectValue, RunPowerShell, Value } from "../../../../lab/windows/contract.js";
import { TerminatingError } from "../../../../lab/windows/contract.js";
import { asText, property } from "../../../../lab/windows/host/call.js";
import { ManualClock } from "../../../../lab/windows/host/clock.js";
import { WindowsMachine } from "../../../../lab/windows/host/machine.js";
import { isObject } from "../../../../lab/windows/host/objects.js";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";

export type Parameters = Readonly<Record<string, Value>>;

export interface Outcome {
  readonly out: readonly ObjectValue[];
  readonly errors: readonly ErrorRecord[];
  readonly warnings: readonly string[];
  /** The binder's errors, and questions that nobody answers. */
  readonly terminating: ErrorRecord | undefined;
}

export class Caller {
  readonly clock = new ManualClock();
  readonly machine: WindowsMachine;

  constructor(scenario: Partial<Scenario> = {}, runPowerShell: RunPowerShell = noPowerShell) {
    this.machine = new WindowsMachine({ ...HOST, ...scenario }, runPowerShell, this.clock);
  }

  get host() {
    return this.machine.host;
  }

  async call(cmdlet: string, parameters: Parameters = {}): Promise<Outcome> {
    return callOn(this.machine, cmdlet, parameters);
  }

  /** For what has to go well. */
  async ok(cmdlet: string, parameters: Parameters = {}): Promise<readonly ObjectValue[]> {
    const { out, errors, terminating } = await this.call(cmdlet, parameters);
    const [error] = [...errors, ...(terminating ? [terminating] : [])];
    if (error) throw new Error(`${cmdlet}: ${error.id}: ${error.message}`);
    return out;
  }

  /** Properties of what a cmdlet returns, as text, one object after the other. */
  async read(cmdlet: string, parameters: Parameters, names: readonly string[]): Promise<string[][]> {
    return (await this.ok(cmdlet, parameters)).map((one) => names.map((name) => shown(property(one, name))));
  }

  later(milliseconds: number): Promise<void> {
    return this.clock.advance(milliseconds);
  }
}

export async function callOn(machine: WindowsMachine, cmdlet: string, parameters: Parameters): Promise<Outcome> {
  const out: ObjectValue[] = [];
  const errors: ErrorRecord[] = [];
  const warnings: string[] = [];
  const bound: BoundCall = {
    cmdlet,
    parameterSet: "",
    parameters: new Map(Object.entries(parameters)),
    write: (value) => {
      if (isObject(value)) out.push(value);
    },
    error: (record) => errors.push(record),
    warning: (text) => warnings.push(text),
  };
  const run = machine.seen(4).cmdlet(cmdlet);
  if (!run) throw new Error(`the host has no ${cmdlet}`);
  try {
    await run(bound);
    return { out, errors, warnings, terminating: undefined };
  } catch (error) {
    if (!(error instanceof TerminatingError)) throw error;
    return { out, errors, warnings, terminating: error.record };
  }
}

function shown(value: Value): string {
  return Array.isArray(value) ? value.map(asText).join(",") : asText(value);
}

async function noPowerShell(): Promise<never> {
  throw new Error("this test runs no scripts");
}

/** Four NICs of one card, the first with the management address. */
export const HOST: Scenario = {
  release: "2022",
  nics: [
    {
      name: "NIC1",
      mac: "3CFDFE000001",
      ip: { addresses: ["192.0.2.11/24"], gateway: "192.0.2.1", dns: ["192.0.2.53"] },
      sriov: { maximum: 8 },
    },
    { name: "NIC2", mac: "3CFDFE000002", sriov: { maximum: 8 } },
    { name: "NIC3", mac: "3CFDFE000003" },
    { name: "NIC4", mac: "3CFDFE000004" },
  ],
  management: { address: "192.0.2.11" },
};

/** Longer than anything takes but LACP and a restart. */
export const SETTLED = 15_000;
