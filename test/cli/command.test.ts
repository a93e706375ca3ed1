// The command as a user runs it: the compiled program, its exit codes, and what it says when something is wrong.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MULTIPORT = join(__dirname, "..", "..", "dist", "cli", "main.js");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "multiport-command-"));
  write("Pulumi.yaml", "name: site\nruntime: nodejs\nstackConfigDir: stacks\n");
  for (const name of ["clean", "warnings", "errors"]) {
    write(`stacks/Pulumi.${name}.yaml`, `config:\n  site:environment: stacks/${name}.yaml\n`);
    cpSync(join(__dirname, "environments", `${name}.yaml`), join(folder, "stacks", `${name}.yaml`));
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface RunOptions {
  readonly cwd?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

function run(args: readonly string[], { cwd = ".", variables = {} }: RunOptions = {}) {
  const env = { PATH: "/nowhere", HOME: folder, ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MULTIPORT, ...args], {
    cwd: join(folder, cwd),
    env,
    encoding: "utf8",
  });
  expect(`${stdout}${stderr}`, "no stack trace").not.toMatch(/^\s+at /m);
  return { code: status, stdout, stderr };
}

describe("exit codes", () => {
  it.each([
    ["0: clean", ["check", "clean"], 0],
    ["0: help", ["--help"], 0],
    ["0: help of a subcommand", ["check", "--help"], 0],
    ["0: version", ["--version"], 0],
    ["1: errors", ["check", "errors"], 1],
    ["1: errors in one of all", ["check"], 1],
    ["1: errors, as JSON", ["check", "errors", "--json"], 1],
    ["1: render of errors", ["render", "errors", "--out", "out"], 1],
    ["1: a preview that failed", ["preview", "errors", "--markdown"], 1],
    ["2: nothing asked", [], 2],
    ["2: no such command", ["chekc"], 2],
    ["2: no such option", ["check", "--yaml"], 2],
    ["2: too many arguments", ["check", "clean", "errors"], 2],
    ["2: two formats", ["check", "--json", "--sarif"], 2],
    ["2: no such environment", ["check", "clena"], 2],
    ["2: render to nowhere", ["render", "clean"], 2],
    ["2: no form of preview", ["preview", "clean"], 2],
    ["2: two forms of preview", ["preview", "clean", "--json", "--markdown"], 2],
    ["2: a limit that is none", ["preview", "clean", "--markdown", "--limit", "many"], 2],
    ["2: a limit below the head's size", ["preview", "clean", "--markdown", "--limit", "7999"], 2],
    ["2: a preview of a path", ["preview", "stacks/clean.yaml", "--markdown"], 2],
    ["2: a comment that is none", ["comment", "Pulumi.yaml"], 2],
    ["3: warnings", ["check", "warnings"], 3],
  ] as const)("%s", (_, args, code) => {
    expect(run(args).code).toBe(code);
  });
});

describe("what is wrong is said in one line", () => {
  it.each([
    [
      "an unknown environment",
      ["check", "clena"],
      'there is no environment "clena". Known: clean, errors, warnings; or give the path of a file that ends in .yaml',
    ],
    [
      "a file that is not there",
      ["check", "stacks/prod.yaml"],
      "stacks/prod.yaml can't be read: it does not exist. Check the path",
    ],
    ["a folder", ["check", "./stacks"], "./stacks can't be read: it is a folder. Check the path"],
    [
      "an output folder that is a file",
      ["render", "clean", "--out", "Pulumi.yaml"],
      "Pulumi.yaml/clean/kvm-01/openvswitch.sh can't be written: a part of the path is a file, not a folder. Choose another --out",
    ],
    [
      "no CI",
      ["comment", "comment.md"],
      "this is neither a GitHub workflow run nor a GitLab pipeline: GITHUB_ACTIONS and GITLAB_CI are not set",
    ],
  ])("%s", (_, args, message) => {
    write("comment.md", "<!-- multiport preview of site/clean -->\ntext\n");
    expect(run(args)).toMatchObject({ code: 2, stdout: "", stderr: `multiport: ${message}\n` });
  });

  it("a stack that names no file", () => {
    write("stacks/Pulumi.bare.yaml", "config: {}\n");
    expect(run(["check", "bare"]).stderr).toBe(
      "multiport: stacks/Pulumi.bare.yaml names no environment file. Set site:environment, such as: pulumi config set site:environment stacks/bare.yaml --stack bare\n",
    );
  });

  it("a stack that names a file which is gone", () => {
    rmSync(join(folder, "stacks/clean.yaml"));
    expect(run(["check", "clean"]).stderr).toBe(
      "multiport: stacks/clean.yaml can't be read: it does not exist. Check the path, which clean's stack config gives\n",
    );
  });

  it.each([
    ["no YAML", "config: [\n", "stacks/Pulumi.broken.yaml:2:1 is no valid YAML: "],
    ["no map", "- a\n", "stacks/Pulumi.broken.yaml has to be a map of settings, and is not"],
    [
      "a secret path",
      "config: { site:environment: { secure: v1:abc } }\n",
      "stacks/Pulumi.broken.yaml: site:environment has to be the path of an environment file, in clear text",
    ],
  ])("stack settings that are %s", (_, text, message) => {
    write("stacks/Pulumi.broken.yaml", text);
    for (const args of [["check", "broken"], ["check"]]) {
      const { code, stderr } = run(args);
      expect({ code, stderr: stderr.slice(0, `multiport: ${message}`.length) }).toEqual({
        code: 2,
        stderr: `multiport: ${message}`,
      });
    }
    // The others are not held up by it.
    expect(run(["check", "clean"]).code).toBe(0);
  });

  it("settings that can't be read", () => {
    symlinkSync("Pulumi.loop.yaml", join(folder, "stacks/Pulumi.loop.yaml"));
    expect(run(["check", "loop"]).stderr).toBe(
      "multiport: stacks/Pulumi.loop.yaml can't be read: its symbolic links lead in a circle\n",
    );
  });

  it("a project whose file is broken, or whose folder of settings is gone", () => {
    write("Pulumi.yaml", "name: [site\n");
    expect(run(["check"]).stderr).toMatch(/^multiport: Pulumi\.yaml:2:1 is no valid YAML: /);
    write("Pulumi.yaml", "name: site\nstackConfigDir: elsewhere\n");
    expect(run(["check"]).stderr).toBe(
      "multiport: elsewhere can't be read: it does not exist. Correct stackConfigDir in Pulumi.yaml\n",
    );
  });

  it("a folder without a project, where a path still works", () => {
    rmSync(join(folder, "Pulumi.yaml"));
    expect(run(["check"])).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no Pulumi.yaml in ") });
    expect(run(["check", "stacks/clean.yaml"]).code).toBe(0);
  });
});

describe("where it runs does not matter", () => {
  it("below the project: paths in messages lead from there", () => {
    expect(run(["check", "warnings"], { cwd: "stacks" }).stdout).toMatch(/^warning: warnings\.yaml:9:28: /);
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    expect(run(["check", "warnings"], { cwd: "deep/er" }).stdout).toMatch(
      /^warning: \.\.\/\.\.\/stacks\/warnings\.yaml:9:28: /,
    );
  });
});

describe("a preview", () => {
  const comment = (stack: string, text: string) =>
    `<!-- multiport preview of site/${stack} -->\n## Network preview of \`${stack}\`\n\n${text}`;

  it("of a file with errors says which, counted from the project, and starts no Pulumi", () => {
    const { stdout } = run(["preview", "errors", "--markdown"], { cwd: "stacks" });
    expect(
      stdout.startsWith(comment("errors", "**The preview failed.** Nothing can be said about what would change.\n")),
    ).toBe(true);
    expect(stdout).toContain(
      "- `stacks/errors.yaml has 3 errors, 0 warnings: see the findings below. Pulumi was not started.`\n",
    );
    expect(stdout).toContain("- **error** `stacks/errors.yaml:3:10: networks.app.vlan: ");
  });

  it("without Pulumi is a comment that says so", () => {
    const { code, stdout } = run(["preview", "clean", "--markdown"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "### Errors\n\n- `pulumi can't be started (spawn pulumi ENOENT). Install the Pulumi CLI`\n",
    );
  });

  it("as JSON has the same facts", () => {
    const { code, stdout } = run(["preview", "clean", "--json", "--commit", "abc"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      id: "site/clean",
      commit: "abc",
      changes: [],
      errors: [expect.any(String)],
    });
  });
});

it("ends quietly when its reader closes the pipe", () => {
  const { stderr } = spawnSync("sh", ["-c", '"$0" "$1" check --json | true', process.execPath, MULTIPORT], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
});
