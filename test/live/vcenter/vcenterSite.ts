// A simulated vCenter and the Pulumi project of one group of tests, with govc as an independent client that reads and changes
// what is in it, and its control interface: calls that it got, faults to come. I/O.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import {
  type Inventory,
  startVcenter,
  stopVcenter,
  type Vcenter,
  type VcenterTimes,
} from "../../../lab/vcenterProcess.js";
import { type Outcome, Project } from "../project.js";

/** A call that vCenter got, as its control interface lists it. */
export interface SoapCall {
  readonly method: string;
  /** Key of the object that it is about, such as `host-12`. */
  readonly object: string;
  readonly userAgent: string;
  readonly mutating: boolean;
  /** The kind of fault that it ran into. */
  readonly injected?: string;
}

export interface SiteProjectOptions {
  /** Take the place of those that lead to this vCenter. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Whether the program runs in the test's process. Default true. Not where an input is rejected, as where vCenter can't be asked at all:
   * that ends a process, and an inline program of Pulumi never.
   */
  readonly inline?: boolean;
}

export class VcenterSite {
  private directory: string | undefined;
  private running: Vcenter | undefined;
  private readonly projects: Project[] = [];

  constructor(
    private readonly inventory: Inventory,
    private readonly times: VcenterTimes = {},
  ) {}

  async start(): Promise<this> {
    this.directory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
    this.running = await startVcenter(this.directory, this.inventory, {
      report: () => {},
      control: true,
      times: this.times,
    });
    return this;
  }

  /** Ends the vCenter and removes the folders of its projects, whatever they have still in it. */
  async stop(): Promise<void> {
    if (this.directory !== undefined) await stopVcenter(this.directory);
    for (const { folder } of this.projects) rmSync(folder, { recursive: true, force: true });
  }

  /** Where the vCenter keeps its files, its log among them. */
  get folder(): string {
    if (this.directory === undefined) throw new Error("the vCenter was not started");
    return this.directory;
  }

  get vcenter(): Vcenter {
    if (!this.running) throw new Error("the vCenter was not started");
    return this.running;
  }

  /** The first project. */
  get project(): Project {
    const [first] = this.projects;
    if (!first) throw new Error("the vCenter has no project");
    return first;
  }

  /** Makes a project with its environment file. */
  async addProject(environment: string, { variables = {}, inline = true }: SiteProjectOptions = {}): Promise<Project> {
    const project = await Project.create({ environment, variables: { ...this.variables, ...variables }, inline });
    this.projects.push(project);
    return project;
  }

  /** Variables for pulumi and govc. */
  get variables(): Record<string, string> {
    return { ...vcenterVariables(this.vcenter), GOVC_PERSIST_SESSION: "false" };
  }

  /** Runs govc and returns what it printed. */
  async govc(...args: readonly string[]): Promise<string> {
    const options = { env: { ...process.env, ...this.variables }, maxBuffer: 2 ** 26 };
    return (await promisify(execFile)("govc", args, options)).stdout.trim();
  }

  /** A property of an object of the datacenter by its path, such as `network/dvs0`, as govc reads it. */
  read<T>(path: string, property: string): Promise<T> {
    return this.collect(`/${this.inventory.datacenter}/${path}`, property);
  }

  /** A property of any object, by its whole path or as TYPE:KEY, as govc reads it. */
  async collect<T>(object: string, property: string): Promise<T> {
    const [found] = JSON.parse(await this.govc("object.collect", "-json", object, property));
    // govc wraps lists, and an empty one is null in its wrapping.
    return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
  }

  /** Asks the control interface. */
  async control<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.vcenter.control}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** The calls since the last `forgetCalls`, in their order. */
  calls(): Promise<SoapCall[]> {
    return this.control("GET", "/calls");
  }

  /** Those that changed something. */
  async changes(): Promise<SoapCall[]> {
    return (await this.calls()).filter(({ mutating }) => mutating);
  }

  /** Their methods. */
  async changingMethods(): Promise<string[]> {
    return (await this.changes()).map(({ method }) => method);
  }

  forgetCalls(): Promise<unknown> {
    return this.control("DELETE", "/calls");
  }

  /** Lets calls to come go wrong, as lab/vcenter takes it. */
  inject(fault: object): Promise<unknown> {
    return this.control("POST", "/faults", fault);
  }

  /** What was injected and did not happen yet. */
  pendingFaults(): Promise<unknown[]> {
    return this.control("GET", "/faults");
  }

  /** Runs an up that must not succeed, and returns what the user is told. */
  async failingUp(project = this.project): Promise<string> {
    const outcome = await project.pulumi("up", "--yes", "--skip-preview");
    expect(outcome.code, outcome.text).not.toBe(0);
    this.expectPlain(outcome, project);
    return outcome.text;
  }

  /** A user is shown sentences, never where in our code something happened, and the password is nowhere. */
  expectPlain({ text }: Outcome, project = this.project): void {
    expect(text).not.toMatch(/^\s+at /m);
    expect(text).not.toMatch(/panic|goroutine|node:internal|session\[/);
    for (const each of [text, project.state()]) expect(each).not.toContain(this.vcenter.password);
  }

  /** Runs an up of this file that must be refused before it changes anything, and returns what the user is told. */
  async refusal(environment: string): Promise<string> {
    this.project.write(environment);
    await this.forgetCalls();
    const text = await this.failingUp();
    expect(await this.changes()).toEqual([]);
    return text;
  }

  /** The next run comes to what is wanted, and after it vCenter has no difference. */
  async converges(): Promise<void> {
    await this.project.up();
    await this.project.must("preview", "--refresh", "--expect-no-changes");
  }
}

/** Gives a group of tests a vCenter of its own and, with an environment file, a project: what one leaves behind is nothing to the next. */
export function useVcenter(inventory: Inventory, environment?: string, options?: SiteProjectOptions): VcenterSite {
  const site = new VcenterSite(inventory);
  beforeAll(async () => {
    await site.start();
    if (environment !== undefined) await site.addProject(environment, options);
  });
  afterAll(() => site.stop());
  return site;
}
