// Where a lab keeps what it must remember, and what is written where. I/O: the file system.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere } from "./processRecord";
import type { LabTopology } from "./topology";

/** A lab that came up: what a later start compares with, and what a handle is made from. */
export interface LabState {
  readonly id: string;
  readonly topology: LabTopology;
  /** By machine: the port on 127.0.0.1; machines behind another have none. */
  readonly sshPorts: Readonly<Record<string, number>>;
}

/** The files of one lab. */
export class StateDirectory {
  readonly path: string;
  readonly lock: string;
  /** Records of every outer namespace that was ever begun here: see outer.ts. */
  readonly outer: string;
  readonly generation: string;
  readonly log: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly identity: string;
  private readonly state: string;

  constructor(path: string) {
    this.path = path;
    this.lock = `${path}.lock`;
    this.outer = join(path, "outer.records");
    this.generation = join(path, "generation");
    this.log = join(path, "lab.log");
    this.sshConfig = join(path, "ssh_config");
    this.knownHosts = join(path, "known_hosts");
    this.identity = join(path, "id_ed25519");
    this.state = join(path, "lab.json");
  }

  /** A file that a machine reads at its start or writes. */
  ofMachine(name: string, ...file: readonly string[]): string {
    return join(this.path, "machines", name, ...file);
  }

  /** Makes the folder of a machine. */
  makeMachine(name: string): void {
    mkdirSync(this.ofMachine(name), { recursive: true, mode: 0o700 });
  }

  make(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** Undefined unless a start came to its end. */
  readState(): LabState | undefined {
    const text = readIfThere(this.state);
    return text === undefined ? undefined : (JSON.parse(text) as LabState);
  }

  writeState(state: LabState): void {
    replaceFile(this.state, `${JSON.stringify(state, null, 2)}\n`);
  }

  /** From here on, a start that does not come to its end leaves a lab that the next one takes down. */
  async forgetState(): Promise<void> {
    await rm(this.state, { force: true });
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Writes a file that only its owner reads; nobody ever sees half of it. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The last lines of a log, for an error message. */
export function tailOf(file: string): string {
  return (readIfThere(file) ?? "").trim().split("\n").slice(-8).join("\n");
}

/** The file's text without the newline at its end. */
export function readLine(file: string): string {
  return readFileSync(file, "utf8").trim();
}
