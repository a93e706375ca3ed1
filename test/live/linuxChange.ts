// A change of a host's network devices by the layer alone, without the engine's way back: facts, plan, files and scripts, as a machine runs them.
import type { Outcome } from "../../lab/netns/execute";
import { fillTemplate } from "../../providers/engine/template.js";
import type { Change } from "../../providers/model/change.js";
import type { Filled } from "../../providers/platforms/layer.js";
import type { LinuxFacts } from "../../providers/platforms/linux/facts.js";
import { linux } from "../../providers/platforms/linux/index.js";
import type { LinuxWords } from "../../providers/platforms/linux/words.js";

interface Machine {
  run(command: string, options?: { readonly timeoutSeconds?: number; readonly input?: string }): Promise<Outcome>;
}

const heading = { machine: "lab", environment: "live" };

export class LinuxMachine {
  /** What was applied last, and the files that hold it. */
  private last: LinuxWords = linux.nothing;
  files: Readonly<Record<string, string>> = {};

  constructor(private readonly machine: Machine) {}

  async facts(): Promise<LinuxFacts> {
    return linux.readFacts(JSON.parse(await this.script([{ template: linux.facts, data: {} }])));
  }

  actual(facts: LinuxFacts, desired: LinuxWords): LinuxWords {
    return linux.fromFacts(facts, { environment: heading.environment, known: [desired, this.last], files: this.files });
  }

  /** What the kernel has otherwise than wanted. */
  async differences(desired: LinuxWords): Promise<Change[]> {
    const actual = this.actual(await this.facts(), desired);
    return linux.compare(desired, { ...actual, renderer: desired.renderer });
  }

  async plan(desired: LinuxWords) {
    const facts = await this.facts();
    return linux.plan(desired, { actual: this.actual(facts, desired), facts, heading });
  }

  /** The whole change; an error says what a script printed. */
  async apply(desired: LinuxWords): Promise<void> {
    const plan = await this.plan(desired);
    if (plan.conflicts.length > 0) throw new Error(plan.conflicts.join("\n"));
    const wanted = linux
      .sections(desired, heading)
      .flatMap(({ path, mode = "0644", template, data }) =>
        path === undefined ? [] : [{ path, mode, text: fillTemplate(template, data) }],
      );
    await this.script([], `rm -rf /root/stage; mkdir /root/stage`);
    for (const file of wanted) await this.put(`/root/stage${file.path}`, file);
    await this.script(plan.check, "export stage=/root/stage");
    await this.script(plan.before);
    const leaving = Object.keys(this.files).filter((path) => !wanted.some((file) => file.path === path));
    for (const path of leaving) await this.script([], `rm -f '${path}'`);
    for (const file of wanted) await this.put(file.path, file);
    await this.script(plan.after);
    this.files = Object.fromEntries(wanted.map(({ path, text }) => [path, text]));
    this.last = desired;
  }

  private async put(path: string, { mode, text }: { mode: string; text: string }): Promise<void> {
    const command = `mkdir -p "$(dirname '${path}')"; cat >'${path}'; chmod ${mode} '${path}'`;
    const { code, stderr } = await this.machine.run(command, { input: text, timeoutSeconds: 60 });
    if (code !== 0) throw new Error(stderr);
  }

  private async script(parts: readonly Filled[], before = ":"): Promise<string> {
    const bodies = parts.map(({ template, data }) => `(\n${fillTemplate(template, data)}\n)\n`);
    const text = `set -eu\nLC_ALL=C\nexport LC_ALL\n${before}\n${bodies.join("")}`;
    const { code, stdout, stderr } = await this.machine.run("sh -s", { input: text, timeoutSeconds: 240 });
    if (code !== 0) throw new Error(`exit code ${code}\n${stdout}${stderr}`);
    return stdout;
  }
}
