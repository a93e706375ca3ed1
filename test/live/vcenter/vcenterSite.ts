// A simulated vCenter for one group of tests, and govc as an independent client that reads and changes what is in it. I/O.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { type Inventory, startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import type { Project } from "../project.js";

/** A call that vCenter got, as its control interface lists it. */
export interface SoapCall {
  readonly method: string;
  readonly userAgent: string;
  readonly mutating: boolean;
}

export class VcenterSite {
  private constructor(
    private readonly directory: string,
    readonly vcenter: Vcenter,
  ) {}

  static async start(inventory: Inventory): Promise<VcenterSite> {
    const directory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
    return new VcenterSite(directory, await startVcenter(directory, inventory, { report: () => {}, control: true }));
  }

  stop(): Promise<unknown> {
    return Promise.resolve(stopVcenter(this.directory));
  }

  /** Variables for pulumi and govc. */
  get variables(): Record<string, string> {
    return { ...vcenterVariables(this.vcenter), GOVC_PERSIST_SESSION: "false" };
  }

  /** Runs govc and returns what it printed. */
  async govc(project: Project, ...args: readonly string[]): Promise<string> {
    const { code, text, stdout } = await project.run("govc", args);
    if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
    return stdout.trim();
  }

  /** A property of an object of the datacenter, as govc reads it. */
  async read<T>(project: Project, path: string, property: string): Promise<T> {
    const [found] = JSON.parse(await this.govc(project, "object.collect", "-json", `/dc1/${path}`, property));
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
}
