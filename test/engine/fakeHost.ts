// A host that does what a test says: it answers facts from a state that the apply step replaces, keeps an ordered log of
// what was run, and fails where it is told to.
import { type Command, type CommandOutput, type Host, HostError } from "../../providers/host/host.js";

/** Where the host fails: at connecting, or at a step such as `apply openvswitch`. */
export type Failure =
  | { readonly at: "connect"; readonly kind: "unreachable" | "hostKey" }
  | { readonly at: string; readonly kind: "command" | "timeout" }
  /** The connection is lost once the step has begun to change the machine, or once it has ended. */
  | { readonly at: string; readonly kind: "cut"; readonly takesEffect: boolean };

export interface FakeHostOptions {
  /** What the facts script prints, and what it prints after an apply and after a remove. */
  readonly before: string;
  readonly applied?: string;
  readonly removed?: string;
  /** So many times the old facts are still seen after a change. */
  readonly settlesAfter?: number;
  readonly failures?: readonly Failure[];
  /** The class of its errors: that of the compiled package where that is what is tested. */
  readonly hostError?: typeof HostError;
}

export class FakeHost implements Host {
  readonly label = "k1 (k1.example.net:22)";
  /** Every step in order; `connect` and `close` around them. */
  readonly log: string[] = [];
  readonly scripts: string[] = [];
  private readonly HostError: typeof HostError;
  private facts: string;
  private stale = 0;
  private previous: string;
  private isCut = false;

  constructor(private readonly options: FakeHostOptions) {
    this.HostError = options.hostError ?? HostError;
    this.facts = options.before;
    this.previous = options.before;
  }

  readonly connect = async (): Promise<Host> => {
    this.log.push("connect");
    const failure = this.options.failures?.find(({ at }) => at === "connect");
    if (failure) throw new this.HostError(failure.kind as "unreachable", `k1: ${failure.kind}. Check the cable.`);
    return this;
  };

  async run({ step, script }: Command): Promise<CommandOutput> {
    if (this.isCut) throw new this.HostError("unreachable", `${this.label}: ${step}: the connection is closed.`);
    this.log.push(step);
    this.scripts.push(script);
    const failure = this.options.failures?.find(({ at }) => at === step);
    if (failure?.kind === "command")
      throw new this.HostError("command", `${this.label}: ${step}: exit code 1. ovs-vsctl: no.`);
    if (failure?.kind === "timeout") throw new this.HostError("timeout", `${this.label}: ${step}: no end after 60 s.`);
    if (failure?.kind !== "cut" || failure.takesEffect) this.change(step);
    if (failure?.kind === "cut") {
      this.isCut = true;
      if (!failure.takesEffect)
        throw new this.HostError("unreachable", `${this.label}: ${step}: the connection was lost.`);
    }
    const isStale = step === "read facts" && this.stale > 0;
    if (isStale) this.stale--;
    return { stdout: isStale ? this.previous : this.facts, stderr: "" };
  }

  async close(): Promise<void> {
    this.log.push("close");
  }

  private change(step: string): void {
    const next = step.startsWith("apply ")
      ? this.options.applied
      : step.startsWith("remove ")
        ? this.options.removed
        : undefined;
    if (next === undefined) return;
    this.previous = this.facts;
    this.stale = this.options.settlesAfter ?? 0;
    this.facts = next;
  }
}
