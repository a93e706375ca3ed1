// A VM in a simulated vCenter whose inside is a lab machine in namespaces: what tests of VMware Tools have. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startNetns, stopNetns } from "../../../lab/netns/lab.js";
import type { NetnsLab } from "../../../lab/netns/runningLab.js";
import type { LabTopology } from "../../../lab/netns/topology.js";
import { ESX, plainHosts } from "./hosts.js";
import { VcenterSite } from "./vcenterSite.js";

export const VM = "db-01";

/** What would end a text or be code in a shell and in XML. */
export const PASSWORD = 'p\'a$(in) `the` "<stack>" & ß';

const topology: LabTopology = {
  machines: [
    { kind: "guest", name: VM },
    { kind: "guest", name: "peer", addresses: [{ nic: "app0", address: "10.10.0.1/24" }] },
  ],
  cables: [{ a: { machine: VM, nic: "app0", mac: "00:50:56:00:00:01" }, b: { machine: "peer", nic: "app0" } }],
};

/** How the VM's inside is for those who come through vCenter. */
export interface Inside {
  readonly user?: string;
  readonly isWithoutTools?: boolean;
  readonly areStartedAnew?: boolean;
  readonly isForbidden?: boolean;
  readonly files?: "host" | "vcenter" | "stranger";
}

export class ToolsGuest {
  readonly site = new VcenterSite(plainHosts);
  private readonly directory = mkdtempSync(join(tmpdir(), "multiport-netns-"));
  private running: NetnsLab | undefined;

  async start(): Promise<this> {
    const options = { directory: this.directory, id: `v${process.pid}`, report: () => {} };
    const [lab] = await Promise.all([startNetns(topology, options), this.site.start()]);
    this.running = lab;
    const at = ["-host", ESX[0], "-ds", "datastore1", "-g", "otherGuest64", "-m", "512", "-net", "VM Network"];
    await this.site.govc("vm.create", "-on=false", ...at, VM);
    await this.site.govc("vm.power", "-on", VM);
    await this.set({});
    return this;
  }

  async stop(): Promise<void> {
    await this.site.stop();
    await stopNetns({ directory: this.directory });
    rmSync(this.directory, { recursive: true, force: true });
  }

  get lab(): NetnsLab {
    if (!this.running) throw new Error("the lab was not started");
    return this.running;
  }

  async set(inside: Inside): Promise<void> {
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const namespaces = ["--mount", "--net", "--uts", "--pid"];
    const enter = ["nsenter", "--target", `${this.lab.pid(VM)}`, ...namespaces, "env", "-i", path, "HOME=/root"];
    await this.site.control("POST", "/guest", { vm: VM, user: "root", password: PASSWORD, enter, ...inside });
  }

  setAway(isAway: boolean): Promise<unknown> {
    return this.site.control("POST", "/away", { isAway });
  }

  /** Runs a program in the guest, past vCenter. */
  async on(...command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.lab.run(VM, command);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${code} ${stderr}`);
    return stdout.trim();
  }

  /** Whether a command of the guest's shell ends well. */
  async is(condition: string): Promise<boolean> {
    return (await this.lab.run(VM, ["sh", "-c", condition])).code === 0;
  }

  async until(condition: string, seconds = 30): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !(await this.is(condition)); await sleep(50))
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${condition}`);
  }
}
