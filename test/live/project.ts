// A Pulumi project for one test: the real program and the real engine, with state, stack settings and environment file in
// a folder of its own. I/O.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withInlineProgram } from "./inlineProgram.js";

const ROOT = join(__dirname, "..", "..");

export interface Outcome {
  readonly code: number;
  /** Standard output and error as the user sees them, without colour. */
  readonly text: string;
  readonly stdout: string;
}

export interface ProjectOptions {
  readonly environment: string;
  /** Default: `t`. */
  readonly stack?: string;
  /** Variables for every run, such as where SSH and vCenter are. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Stack settings; a value with a leading `secret:` is stored as a secret. */
  readonly config?: Readonly<Record<string, string>>;
  /** Runs the program in this process. Default: as a user's, in one that Pulumi starts. */
  readonly inline?: boolean;
}

/** One stack in a project of its own. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "multiport-project-"));

  static async create(options: ProjectOptions): Promise<Project> {
    const project = new Project(options);
    project.write(options.environment);
    await project.must("stack", "init", project.stack);
    for (const [key, value] of Object.entries(options.config ?? {})) {
      const isSecret = value.startsWith("secret:");
      await project.must("config", "set", ...(isSecret ? ["--secret", key, value.slice(7)] : [key, value]));
    }
    return project;
  }

  readonly stack: string;
  private readonly variables: Readonly<Record<string, string>>;
  private readonly inline: boolean;

  private constructor({ stack = "t", variables = {}, inline = false }: ProjectOptions) {
    this.stack = stack;
    this.variables = variables;
    this.inline = inline;
    mkdirSync(join(this.folder, "stacks"));
    mkdirSync(join(this.folder, "state"));
    for (const file of ["Pulumi.yaml", "stacks/index.ts", "stacks/tsconfig.json"])
      cpSync(join(ROOT, file), join(this.folder, file));
    writeFileSync(join(this.folder, "package.json"), '{ "name": "project" }');
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"));
    writeFileSync(
      join(this.folder, "stacks", `Pulumi.${this.stack}.yaml`),
      "config:\n  multiport:environment: environment.yaml\n",
    );
  }

  /** Replaces the environment file. */
  write(environment: string): void {
    writeFileSync(join(this.folder, "environment.yaml"), environment);
  }

  /** Runs pulumi in the project. */
  pulumi(...args: readonly string[]): Promise<Outcome> {
    const run = (flags: readonly string[]) =>
      this.run("pulumi", [...args, ...flags, "--non-interactive", "--color", "never"]);
    const runsProgram = args[0] === "up" || args[0] === "preview";
    return this.inline && runsProgram
      ? withInlineProgram({ folder: this.folder, variables: this.variables }, run)
      : run([]);
  }

  /** Runs pulumi and expects it to succeed. */
  async must(...args: readonly string[]): Promise<Outcome> {
    const outcome = await this.pulumi(...args);
    if (outcome.code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${outcome.code}\n${outcome.text}`);
    return outcome;
  }

  up(...args: readonly string[]): Promise<Outcome> {
    return this.must("up", "--yes", "--skip-preview", ...args);
  }

  /** Starts `pulumi up` and kills it with all its processes as soon as `isTime` says so; then frees the stack. */
  async cutOff(isTime: () => Promise<boolean>): Promise<void> {
    const options = { cwd: this.folder, env: this.env(), stdio: "ignore" } as const;
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], options);
    const { pid } = child;
    if (pid === undefined) throw new Error("pulumi did not start");
    const end = new Promise<number | null>((resolve) => child.on("close", resolve));
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    while (!isOver && !(await isTime())) await sleep(20);
    if (isOver) throw new Error("pulumi up ended before it could be cut off");
    // The provider is a process group of its own: left alive, it would finish what it is at.
    for (const each of [pid, ...descendants(pid)]) process.kill(each, "SIGKILL");
    await end;
    await this.must("cancel", "--yes");
  }

  private env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      // The program is always the same, and `npm run check` checks its types: in each of the runs here that would be most of the work.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      ...this.variables,
    };
  }

  run(command: string, args: readonly string[]): Promise<Outcome> {
    const env = this.env();
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        stdout += chunk;
      });
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, text, stdout }));
    });
  }

  /** The state file as text. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "multiport", `${this.stack}.json`), "utf8");
  }

  /** Takes everything down, then the folder; errors of the take-down are thrown after it. */
  async remove(): Promise<void> {
    try {
      await this.must("destroy", "--yes", "--skip-preview");
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/**
 * The lines of a preview that go or come, of texts and of settings: without their indentation in the preview, with their own trimmed, and
 * without the blanks by which Pulumi aligns colons.
 */
export function changedLines(text: string): string[] {
  return text
    .split("\n")
    .flatMap((line) => /^ {10,}([-+]) +(.*)$/.exec(line)?.slice(1).join(" ") ?? [])
    .map((line) => line.replace(/^([-+] \S+) +: /, "$1: "));
}

/** The processes that a process has started, and those that they have started. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc").filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/status`, "utf8").includes(`\nPPid:\t${pid}\n`);
    } catch {
      return false;
    }
  });
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}
