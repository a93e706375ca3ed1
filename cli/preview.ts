// multiport preview: runs Pulumi's own preview and tells it as a pull-request comment. I/O: starts pulumi.
import { spawn } from "node:child_process";
import { relative } from "node:path";
import { checkEnvironmentText } from "../providers/engine/check.js";
import type { Environment } from "../providers/model/environment.js";
import { formatProblem, hasErrors, type Problem } from "../providers/model/problem.js";
import { countWords } from "./check.js";
import { EXIT } from "./exit.js";
import type { Comment } from "./markdown.js";
import { type PreviewJson, readPreview } from "./previewJson.js";
import { toReport } from "./previewReport.js";
import type { EnvironmentFile, Project } from "./project.js";

export interface PreviewOutcome {
  readonly comment: Comment;
  /** 0: the preview ran. 1: it failed; the comment says why. */
  readonly exitCode: number;
}

/** Previews one stack. A file with errors is not given to Pulumi: what it would say is known. */
export async function previewStack(
  environment: EnvironmentFile,
  { project, commit }: { readonly project: Project; readonly commit?: string | undefined },
): Promise<PreviewOutcome> {
  const file = relative(project.folder, environment.file);
  const { environment: model, problems } = checkEnvironmentText(environment.text, file);
  const told = hasErrors(problems)
    ? failed([`${file} has ${countWords(problems)}: see the findings below. Pulumi was not started.`])
    : tell(await runPulumi(project, environment.name), problems, model);
  const about = { id: `${project.name}/${environment.name}`, environment: environment.name, problems };
  const comment = { ...about, ...(commit === undefined ? {} : { commit }), ...told };
  return { comment, exitCode: told.errors.length > 0 ? EXIT.errors : EXIT.clean };
}

type Told = Pick<Comment, "changes" | "others" | "below" | "errors" | "messages">;

function failed(errors: readonly string[], messages: Told["messages"] = []): Told {
  return { changes: [], others: [], below: [], errors, messages };
}

/** What a finished run of `pulumi preview --json` says. */
export function tell(
  { stdout, stderr, code }: Finished,
  problems: readonly Problem[],
  environment?: Environment,
): Told {
  const preview = readPreview(stdout);
  const messages = messagesOf(preview, problems);
  const isError = ({ severity }: { severity: string }) => severity === "error";
  const beside = messages.filter((message) => !isError(message));
  if (code === 0 && preview !== undefined) return { ...toReport(preview, environment), errors: [], messages: beside };
  const errors = [...messages.filter(isError).map(({ text }) => text), ...printedErrors(stderr)];
  return failed(errors.length > 0 ? [...new Set(errors)] : [withoutReason(code, stderr || stdout)], beside);
}

/** Diagnostics of the engine, less those that our own program logged about its findings. */
function messagesOf(preview: PreviewJson | undefined, problems: readonly Problem[]): Told["messages"] {
  const known = problems.map(({ source: _, ...problem }) => formatProblem(problem));
  const all = (preview?.diagnostics ?? []).map(({ message = "", severity = "info" }) => ({
    severity: severity.replace(/#.*/, ""),
    text: plainText(message),
  }));
  const isNews = (text: string) => text !== "" && !known.some((line) => text.includes(line));
  const news = all.filter(({ severity, text }) => severity !== "debug" && isNews(text));
  return news.filter(({ text }, index) => news.findIndex((other) => other.text === text) === index);
}

/** What stands on standard error from an `error:` on: Pulumi's own words before there is a preview. */
function printedErrors(stderr: string): string[] {
  return stderr
    .split(/^(?=error:)/m)
    .filter((part) => part.startsWith("error:"))
    .map(plainText);
}

const LAST_LINES = 5;

function withoutReason(code: number, output: string): string {
  const last = plainText(output).split("\n").slice(-LAST_LINES).join("\n");
  return `pulumi preview ended with exit code ${code} and gave no reason. ${last === "" ? "It printed nothing." : `Its last lines: ${last}`}`;
}

/** Without colours, the severity in front, and the stack of a program that failed. */
function plainText(text: string): string {
  return (
    text
      .replaceAll(/<\{%[^%]*%\}>/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
      .replaceAll(/\u001b\[[\d;]*m/g, "")
      .replace(/^(?:error|warning|info): /, "")
      .split("\n")
      .filter((line) => !/^\s+at \S/.test(line))
      .join("\n")
      .trim()
  );
}

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

function runPulumi(project: Project, stack: string): Promise<Finished> {
  const args = ["preview", "--json", "--non-interactive", "--color", "never", "--stack", stack];
  // The streaming form is another one than what readPreview reads.
  const { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: _, ...inherited } = process.env;
  const env = { ...inherited, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((resolve) => {
    const child = spawn("pulumi", args, { cwd: project.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    // A comment that says so is worth more to a reviewer than none.
    child.on("error", ({ message }) =>
      resolve({ stdout: "", stderr: `error: pulumi can't be started (${message}). Install the Pulumi CLI`, code: 1 }),
    );
    child.on("close", (code, signal) => {
      const ended = signal === null ? "" : `\nerror: pulumi preview was ended by ${signal}`;
      resolve({ stdout, stderr: `${stderr}${ended}`, code: code ?? 1 });
    });
  });
}
