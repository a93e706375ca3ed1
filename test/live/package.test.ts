// The package as a user installs it: what npm packs is enough for a program, its dynamic provider and the command.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project } from "./project.js";

const ROOT = join(__dirname, "..", "..");

const environment = `
environment: t
networks: { app: { vlan: 10 } }
hosts:
  kvm-01:
    platform: kvm
    address: 127.0.0.1
    ssh: { port: 1 }
    uplinks: { ens1f0: , ens2f0: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1f0, ens2f0] }, portGroups: [app] } }
`;

let project: Project;

beforeAll(async () => {
  // Here the types are part of what is packed.
  project = await Project.create({ environment, variables: { PULUMI_NODEJS_TRANSPILE_ONLY: "false" } });
  install(project.folder);
});

afterAll(() => rmSync(project.folder, { recursive: true, force: true }));

/** The packed package in a node_modules of its own; all other packages are the checkout's. */
function install(folder: string): void {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", folder], { cwd: ROOT, encoding: "utf8" }),
  ) as [{ filename: string }];
  const modules = join(folder, "node_modules");
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, "node_modules")))
    if (name !== "multiport" && !name.startsWith("."))
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", folder]);
  renameSync(join(folder, "package"), join(modules, "multiport"));
}

it("previews an environment", async () => {
  const { text } = await project.must("preview", "--diff");
  expect(text).toContain("+ pulumi-nodejs:dynamic/kvm:Host: (create)");
  expect(text).toContain("==> ovs-vsctl, one transaction <==");
});

it("finds its provider: up gets as far as the host, which does not answer", async () => {
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(text).toMatch(/kvm-01.*127\.0\.0\.1/);
  expect(text).not.toMatch(/Cannot find module|^\s+at /m);
});

it("brings the command", () => {
  const command = join(project.folder, "node_modules", "multiport", "dist", "cli", "main.js");
  const output = execFileSync(process.execPath, [command, "check"], { cwd: project.folder, encoding: "utf8" });
  expect(output).toContain("environment.yaml: 0 errors, 0 warnings");
});
