// A Pulumi project with a stack of its own in a temporary folder: the real engine, and the time that it takes. I/O.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../lab/toolchain/command.js";
import { projectFolder } from "../lab/toolchain/project.js";

const STACK = "bench";

export interface ProjectOptions {
  readonly name: string;
  /** Files by path; the program is stacks/index.ts. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a run of pulumi took, the program and the plugins included. */
export interface Took {
  readonly seconds: number;
  /** Processor time on all cores; what else runs on the machine hardly changes it. */
  readonly processor: number;
}

export class Project {
  private readonly folder = mkdtempSync(join(tmpdir(), "multiport-bench-"));

  static async create(options: ProjectOptions): Promise<Project> {
    const project = new Project(options);
    await project.pulumi("stack", "init", STACK);
    return project;
  }

  private constructor(private readonly options: ProjectOptions) {
    mkdirSync(join(this.folder, "state"));
    const manifest = { name: options.name, runtime: "nodejs", main: "stacks/index.ts", stackConfigDir: "stacks" };
    this.write("Pulumi.yaml", JSON.stringify(manifest));
    this.write("package.json", JSON.stringify({ name: options.name }));
    this.write("stacks/tsconfig.json", readFileSync(join(projectFolder(), "stacks", "tsconfig.json"), "utf8"));
    for (const [path, text] of Object.entries(options.files)) this.write(path, text);
    symlinkSync(join(projectFolder(), "node_modules"), join(this.folder, "node_modules"));
  }

  private write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  up(): Promise<Took> {
    return this.pulumi("up", "--yes", "--skip-preview");
  }

  previewWithoutChanges(): Promise<Took> {
    return this.pulumi("preview", "--expect-no-changes");
  }

  /** Size of the state in bytes. */
  stateBytes(): number {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", this.options.name, `${STACK}.json`)).length;
  }

  /** No machine outlives the measurement, so there is nothing to destroy. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async pulumi(...args: readonly string[]): Promise<Took> {
    const env = {
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      ...this.options.variables,
    };
    const [started, used] = [performance.now(), processorOfChildren()];
    await run("pulumi", [...args, "--non-interactive", "--color", "never"], { folder: this.folder, env });
    return { seconds: (performance.now() - started) / 1000, processor: processorOfChildren() - used };
  }
}

/** Seconds of all ended children of this process and theirs: cutime and cstime of proc(5), in ticks of 10 ms. */
function processorOfChildren(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [user = "0", system = "0"] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15);
  return (Number(user) + Number(system)) / 100;
}
