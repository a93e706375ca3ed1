// The example stacks: each previews as it stands in stacks/, on the real engine. KVM hosts and guests need no machine for
// that, distributed switches look names up in a vCenter, here the simulated one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoInventory } from "../../lab/demoInventory.js";
import { stackEnvironment } from "../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter } from "../../lab/vcenterProcess.js";

const ROOT = join(__dirname, "..", "..");

let folder: string;
let variables: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "multiport-stacks-"));
  const vcenter = await startVcenter(join(folder, "vcenter"), demoInventory, { report: () => {} });
  // No machine answers: an empty client configuration, and nothing else that leads to one.
  variables = stackEnvironment({ vcenter, sshConfig: "/dev/null" }, join(folder, "state"));
});

afterAll(async () => {
  await stopVcenter(join(folder, "vcenter"));
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[]) {
  const env = { ...process.env, ...variables };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, env, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

interface Report {
  readonly changes: readonly { readonly kind?: string; readonly action: string }[];
  readonly problems: readonly object[];
  readonly messages: readonly object[];
  readonly errors: readonly string[];
}

/** How many resources of each kind a preview creates. */
function createdKinds({ changes }: Report): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind = "other", action } of changes) {
    const key = action === "create" ? kind : `${kind}: ${action}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** One switch: what the provider makes, and the resource that sets it all. */
function switchKinds(portGroups: number): Record<string, number> {
  return {
    "distributed switch": 1,
    "distributed switch, the object": 1,
    "distributed port group, the object": portGroups,
  };
}

describe.each([
  [
    "demo",
    {
      "KVM host": 2,
      "ESXi host": 2,
      "Hyper-V host": 1,
      "Linux guest": 2,
      "Windows guest": 1,
      ...switchKinds(4),
    },
  ],
  ["dev", { "KVM host": 1, "Linux guest": 1, ...switchKinds(2) }],
  ["prod", { "KVM host": 40, "Linux guest": 20, ...switchKinds(6) }],
])("stack %s", (stack, kinds) => {
  it("previews offline, without a finding", () => {
    const settings = readFileSync(join(ROOT, "stacks", `Pulumi.${stack}.yaml`), "utf8");
    // The stack that somebody selected in this checkout stays selected.
    const made = run("pulumi", ["stack", "init", stack, "--no-select", "--non-interactive"]);
    expect(made.code, made.stderr).toBe(0);
    const { code, stdout, stderr } = run(process.execPath, ["dist/cli/main.js", "preview", stack, "--json"]);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ problems: [], messages: [], errors: [] });
    expect(createdKinds(report)).toEqual(kinds);
    expect(readFileSync(join(ROOT, "stacks", `Pulumi.${stack}.yaml`), "utf8")).toBe(settings);
  });
});
