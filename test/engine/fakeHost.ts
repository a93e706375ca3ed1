// A machine that does what a test says and plays its side of a change: it learns from the scripts which change is under way and
// how long to wait for its confirmation, puts back what it had when none comes, keeps an ordered log of what was run, and
// fails where it is told to. Its clock is that of the test.
import { type Command, type CommandOutput, type Host, HostError } from "../../providers/host/host.js";

/** Where the machine fails: at connecting, or at a step such as `apply openvswitch`; `on`: only the so-manieth time, from 1. */
export type Failure =
  | { readonly at: "connect"; readonly kind: "unreachable" | "hostKey"; readonly on?: number }
  | { readonly at: string; readonly kind: "command" | "timeout" | "tryAgain"; readonly on?: number }
  /** The connection is lost before the step has begun, or once the machine has done it. */
  | { readonly at: string; readonly kind: "cut"; readonly takesEffect: boolean; readonly on?: number };

export interface FakeHostOptions {
  /** What the layer says, as JSON: before, and once a change took effect. */
  readonly before: string;
  readonly applied?: string;
  /** What it says once packages were installed. */
  readonly installed?: string;
  /** The name of that layer. */
  readonly layer?: string;
  /** Files with names of ours, with their texts. */
  readonly files?: Readonly<Record<string, string>>;
  /** So many times the old facts are still seen after a change. */
  readonly settlesAfter?: number;
  readonly failures?: readonly Failure[];
  /** Seconds from a change on in which no connection is let in. */
  readonly isUnreachableFor?: number;
  /** Why the machine puts back what it had on its own, so many seconds after the change began; `isSeen`: also by who looks at it. */
  readonly reverts?: {
    readonly after: number;
    readonly because: string;
    readonly takes?: number;
    readonly isSeen?: boolean;
    /** So many seconds after its beginning it counts as under way no more, though it has not ended. */
    readonly forgottenAfter?: number;
  };
  /** Of a change by somebody else that is under way, for so many seconds (default: for good), and of how the last one ended. */
  readonly change?: object;
  readonly changeEndsAfter?: number;
  readonly last?: object;
  /** The class of its errors: that of the compiled package where that is what is tested. */
  readonly hostError?: typeof HostError;
}

/** Layers beside the one that is looked at have nothing, and could have all. */
const QUIET = {
  linux: {
    missing: [],
    nics: {},
    ssh: "",
    renderers: { netplan: false, networkd: false, NetworkManager: false, ifupdown: false },
    tools: { netplan: false, ifupdown: false },
    links: [],
    addresses: [],
    routes: [],
    routes6: [],
    vlans: [],
    tables: [],
    rules: [],
    settings: [],
    teams: [],
  },
  libvirt: { missing: "virsh" },
  cloudInit: { missing: null, domains: "", running: "", saved: "", started: "", made: "" },
  nftables: { unit: "", links: "", tables: [] },
  sriov: { cmdline: "", iommuGroups: 0, nics: [], links: [], holders: [], domains: [], unit: null },
};

/** A change that nobody has confirmed yet. */
interface Pending {
  readonly id: string;
  readonly about: string;
  readonly old: string;
  /** When the way back begins, and when it has ended, by `Date.now()`. */
  readonly reverts: number;
  readonly ends: number;
  readonly because: string;
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
  private applied: string | null = null;
  private pending: Pending | undefined;
  private last: string | null;
  private reachableFrom = 0;
  private readonly begun = Date.now();

  constructor(private readonly options: FakeHostOptions) {
    this.HostError = options.hostError ?? HostError;
    this.facts = options.before;
    this.previous = options.before;
    this.last = options.last === undefined ? null : JSON.stringify(options.last);
  }

  readonly connect = async (): Promise<Host> => {
    this.log.push("connect");
    const failure = this.failureAt("connect");
    if (failure || Date.now() < this.reachableFrom) {
      const kind = failure?.kind ?? "unreachable";
      throw new this.HostError(kind as "unreachable", `k1: ${kind}. Check the cable.`);
    }
    this.isCut = false;
    return this;
  };

  async run({ step, script }: Command): Promise<CommandOutput> {
    if (this.isCut) throw new this.HostError("unreachable", `${this.label}: ${step}: the connection is closed.`);
    this.log.push(step);
    this.scripts.push(script);
    const failure = this.failureAt(step);
    if (failure?.kind === "command") throw this.failed(step, "exit code 1. ovs-vsctl: no.");
    if (failure?.kind === "tryAgain")
      throw new this.HostError("command", `${this.label}: ${step}: exit code 75. Another change has begun.`, 75);
    if (failure?.kind === "timeout") throw new this.HostError("timeout", `${this.label}: ${step}: no end after 60 s.`);
    if (failure?.kind !== "cut" || failure.takesEffect) this.obey(step, script);
    if (failure?.kind === "cut") {
      this.isCut = true;
      throw new this.HostError("unreachable", `${this.label}: ${step}: the connection was lost.`);
    }
    return { stdout: step === "read facts" ? this.document() : "", stderr: "" };
  }

  async close(): Promise<void> {
    this.log.push("close");
  }

  private failureAt(step: string): Failure | undefined {
    const times = this.log.filter((entry) => entry === step).length;
    return this.options.failures?.find(({ at, on }) => at === step && (on === undefined || on === times));
  }

  private failed(step: string, words: string): HostError {
    return new this.HostError("command", `${this.label}: ${step}: ${words}`);
  }

  private obey(step: string, script: string): void {
    this.passTime();
    if (step.startsWith("install ")) this.facts = this.options.installed ?? this.facts;
    if (step.startsWith("apply ")) this.begin(script);
    if (step === "confirm the change") this.confirm(script);
    if (step === "record what is wanted") this.applied = recordedWords(script);
    if (step === "put back what it had") this.putBack(word(script, /revert\.sh live (.*) <\/dev\/null/m));
  }

  private begin(script: string): void {
    const { reverts, isUnreachableFor = 0, applied = this.facts, settlesAfter = 0 } = this.options;
    const seconds = Number(word(script, /^seconds=(.*)$/m));
    const begins = Date.now() + (reverts?.after ?? seconds) * 1000;
    this.pending = {
      id: word(script, /^id=(.*)$/m),
      about: word(script, /^printf '%s' (.*) >"\$change\/about\.json"$/m),
      old: this.facts,
      reverts: begins,
      ends: begins + (reverts?.takes ?? 0) * 1000,
      because: reverts?.because ?? "no confirmation came in time",
    };
    this.previous = this.facts;
    this.stale = settlesAfter;
    this.facts = applied;
    if (isUnreachableFor > 0) {
      this.isCut = true;
      this.reachableFrom = Date.now() + isUnreachableFor * 1000;
      throw new this.HostError("unreachable", `${this.label}: the connection was lost.`);
    }
  }

  private confirm(script: string): void {
    if (
      this.pending === undefined ||
      this.pending.id !== word(script, /^id=(.*)$/m) ||
      Date.now() >= this.pending.reverts
    )
      throw this.failed("confirm the change", "exit code 76. The machine had begun to put back what it had.");
    this.applied = recordedWords(script);
    this.end("confirmed", "");
  }

  private putBack(reason: string): void {
    if (this.pending === undefined) return;
    this.facts = this.pending.old;
    this.stale = 0;
    this.end("reverted", reason);
  }

  private end(outcome: string, reason: string): void {
    const at = Math.floor(Date.now() / 1000);
    this.last = JSON.stringify({ id: this.pending?.id, outcome, environment: "t", reason, at });
    this.pending = undefined;
  }

  /** What the machine has done by itself meanwhile. */
  private passTime(): void {
    if (this.pending && Date.now() >= this.pending.ends) this.putBack(this.pending.because);
  }

  private document(): string {
    this.passTime();
    const isStale = this.stale > 0;
    if (isStale) this.stale--;
    const { layer = "openvswitch", files = {}, change, changeEndsAfter = Number.POSITIVE_INFINITY } = this.options;
    const isForeign = change !== undefined && Date.now() < this.begun + changeEndsAfter * 1000;
    const { forgottenAfter = Number.POSITIVE_INFINITY } = this.options.reverts ?? {};
    const isForgotten = Date.now() >= (this.pending?.reverts ?? 0) + forgottenAfter * 1000;
    const current = this.pending?.about ?? (isForeign ? JSON.stringify(change) : null);
    const about = isForgotten ? null : current;
    return JSON.stringify({
      layers: { ...QUIET, [layer]: JSON.parse(isStale ? this.previous : this.facts) },
      packageManager: "apt-get",
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encoded(text)])),
      applied: encoded(this.applied),
      change: encoded(about),
      reverting: (this.options.reverts?.isSeen ?? false) && Date.now() >= (this.pending?.reverts ?? 0),
      last: encoded(this.last),
    });
  }
}

function encoded(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString("base64");
}

function recordedWords(script: string): string {
  return word(script, /^printf '%s' (.*) >"\$own\/applied\.json\.new"$/m);
}

/** A word of a script, as the shell would read it. */
function word(script: string, pattern: RegExp): string {
  const found = pattern.exec(script)?.[1];
  if (found === undefined) throw new Error(`the script has no line like ${pattern}`);
  return found.startsWith("'") ? found.slice(1, -1).replaceAll(`'\\''`, "'") : found;
}
