// The simulated vCenter as a process of this checkout's lab: built once, started, found again, stopped. I/O.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, isRunning } from "./ownProcess";
import { ensureGoProgram } from "./toolchain/goModule";
import { projectFolder } from "./toolchain/project";
import type { Report } from "./toolchain/step";

/** A vCenter that answers. */
export interface Vcenter {
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  /** Fingerprints of its self-signed certificate: upper hex with colons. */
  readonly certificate: { readonly sha1: string; readonly sha256: string };
  /** URL of the control interface, when it was started with one: faults to inject, calls that were made. */
  readonly control?: string;
}

/** Hosts and their devices of a simulated vCenter, as lab/vcenter reads them. */
export interface Inventory {
  readonly datacenter: string;
  readonly cluster: string;
  readonly hosts: readonly InventoryHost[];
}

/** An ESXi host. Its first NIC carries its management network. */
export interface InventoryHost {
  readonly name: string;
  readonly nics: readonly InventoryNic[];
  /** Devices that are no network ports. */
  readonly pciDevices?: readonly InventoryPciDevice[];
}

/** A physical network port. */
export interface InventoryNic {
  /** Name on the host, such as `vmnic2`. */
  readonly device: string;
  /** PCI address, such as `0000:3b:00.0`. */
  readonly pci: string;
  /** Name of the card. Default: an Intel E810. */
  readonly card?: string;
  /** Speed of the link in Mbit/s. Default 25000. */
  readonly speedMbps?: number;
  /** Set for a port that can have virtual functions, 1 to 128. */
  readonly sriov?: { readonly maxVirtualFunctions: number };
}

/** A device that a VM may be given, if the host can pass it through. */
export interface InventoryPciDevice {
  readonly pci: string;
  readonly name: string;
  readonly passthrough: boolean;
}

/** What lab/vcenter writes into its state file. */
type State = Pick<Vcenter, "pid" | "certificate" | "control"> & { readonly url: string };

const START_SECONDS = 20;

/** How long things take there, as the program's flags have it, such as `{ reboot: "400ms" }`. Default: the program's own. */
export type VcenterTimes = Readonly<Partial<Record<"task" | "reboot" | "settle", string>>>;

export interface VcenterOptions {
  readonly report: Report;
  /** Opens its control interface. */
  readonly control?: boolean;
  readonly times?: VcenterTimes;
}

/** Starts the simulated vCenter in `directory`, or finds the one that runs there. */
export async function startVcenter(directory: string, inventory: Inventory, options: VcenterOptions): Promise<Vcenter> {
  const running = await findVcenter(directory);
  if (running) return running;
  const { program } = await ensureGoProgram(
    {
      name: "vcenter",
      folder: join(projectFolder(), "lab", "vcenter"),
      neededFor: "to run the simulated vCenter",
      usualSeconds: 60,
    },
    options,
  );
  options.report("starting the simulated vCenter");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "inventory.json"), JSON.stringify(inventory));
  rmSync(join(directory, "state.json"), { force: true });
  spawnVcenter(program, directory, options);
  for (const deadline = Date.now() + START_SECONDS * 1000; Date.now() < deadline; await sleep(50)) {
    const started = await findVcenter(directory);
    if (started) return started;
  }
  throw new Error(`the simulated vCenter did not come up in ${START_SECONDS} s: see ${join(directory, "vcenter.log")}`);
}

/** Ends the vCenter of `directory`, if one runs. */
export async function stopVcenter(directory: string): Promise<void> {
  const running = await findVcenter(directory);
  if (running) await endProcess({ pid: running.pid, file: join(directory, "state.json") });
  rmSync(directory, { recursive: true, force: true });
}

/** The vCenter that was started in `directory` and still runs. */
export async function findVcenter(directory: string): Promise<Vcenter | undefined> {
  const file = join(directory, "state.json");
  if (!existsSync(file)) return undefined;
  const { url, ...state } = JSON.parse(readFileSync(file, "utf8")) as State;
  if (!isRunning({ pid: state.pid, file: join(directory, "state.json") })) return undefined;
  return { server: new URL(url).host, ...state, ...credentials(directory) };
}

function spawnVcenter(program: string, directory: string, { control, times = {} }: VcenterOptions): void {
  const { user, password } = credentials(directory);
  const log = openSync(join(directory, "vcenter.log"), "a", 0o600);
  const args = [
    "--listen",
    "127.0.0.1:0",
    "--inventory",
    join(directory, "inventory.json"),
    "--state-file",
    join(directory, "state.json"),
    ...(control ? ["--control", "127.0.0.1:0"] : []),
    ...Object.entries(times).flatMap(([what, time]) => [`--${what}-time`, time]),
  ];
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, VCENTER_USER: user, VCENTER_PASSWORD: password },
  });
  child.unref();
  closeSync(log);
}

/** Made once per lab: a password that stands in no source and no command line. */
function credentials(directory: string): { user: string; password: string } {
  const file = join(directory, "password");
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  }
  return { user: "administrator@vsphere.local", password: readFileSync(file, "utf8") };
}
