// multiport preview: runs Pulumi's own preview and tells it as a pull-request comment.
import { spawn } from "node:child_process";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { toMarkdown } from "./markdown.js";
import { machineChanges, type PreviewJson } from "./previewReport.js";
import { type EnvironmentFile, findProject, UsageError } from "./project.js";

export interface PreviewOutcome {
  readonly markdown: string;
  /** 0: the preview ran. 1: it failed; the comment says why. */
  readonly exitCode: number;
}

/** Previews one stack; `limit` is the largest comment in characters, 0 for no limit. */
export async function previewMarkdown(environment: EnvironmentFile, limit: number): Promise<PreviewOutcome> {
  const { problems } = checkEnvironmentText(environment.text, environment.file);
  const { stdout, stderr, code } = await runPulumi([
    "preview",
    "--json",
    "--non-interactive",
    "--stack",
    environment.name,
  ]);
  const preview = readPreview(stdout);
  const failed = code !== 0 || preview === undefined;
  const errors = failed ? errorMessages(preview, stderr) : [];
  const isKnown = (message: string) => problems.some((problem) => message.includes(problem.message));
  const markdown = toMarkdown(
    {
      environment: environment.name,
      changes: failed ? [] : machineChanges(preview),
      problems,
      // What the lint section says already is not said twice.
      errors:
        failed && errors.length === 0 ? ["Pulumi gave no reason."] : errors.filter((message) => !isKnown(message)),
    },
    limit,
  );
  return { markdown, exitCode: failed ? 1 : 0 };
}

function readPreview(stdout: string): PreviewJson | undefined {
  try {
    return JSON.parse(stdout) as PreviewJson;
  } catch {
    return undefined;
  }
}

function errorMessages(preview: PreviewJson | undefined, stderr: string): string[] {
  const reported = (preview?.diagnostics ?? [])
    .filter((item) => item.severity === "error")
    .map((item) => item.message ?? "");
  const printed = stderr.split("\n").filter((line) => /^error:/.test(line));
  return [...new Set([...reported, ...printed].map(withoutColour).filter((message) => message !== ""))];
}

function withoutColour(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

function runPulumi(args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd: findProject(), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.on("error", () =>
      reject(
        new UsageError("pulumi can't be started. Install the Pulumi CLI, or run this through `npm run multiport --`"),
      ),
    );
    child.on("close", (code) => resolve({ stdout, stderr, code: code ?? 1 }));
  });
}
