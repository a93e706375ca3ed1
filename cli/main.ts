#!/usr/bin/env node
// The multiport command: reads arguments, calls one function per subcommand, sets the exit code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { templatesFolder } from "../providers/engine/template.js";
import { type CheckFormat, checkFiles } from "./check.js";
import { commentFile } from "./comment/command.js";
import { EXIT, FailedError, UsageError } from "./exit.js";
import { COMMENT_LIMITS, SMALLEST_LIMIT, toMarkdown } from "./markdown.js";
import { previewStack } from "./preview.js";
import { findEnvironments, findProject, findStack, isPath } from "./project.js";
import { renderFiles } from "./render.js";

const { version } = JSON.parse(readFileSync(join(templatesFolder(), "..", "package.json"), "utf8")) as {
  version: string;
};

const EXIT_CODES = "\nExit codes: 0 clean; 1 errors, or the preview failed; 2 wrong usage; 3 warnings only (check).";
const ENVIRONMENT = "a stack of this project, or the path of an environment file; without it, all stacks";

const program = new Command("multiport")
  .description("Virtual machines with several physical network ports, as code.")
  .version(version)
  .addHelpText("after", EXIT_CODES)
  .showHelpAfterError("(multiport --help lists what there is)");

program
  .command("check")
  .description("judge environment files, offline: errors, and breaches of the design rules")
  .argument("[environment]", ENVIRONMENT)
  .addOption(new Option("--json", "one object per environment, for machines").conflicts("sarif"))
  .addOption(new Option("--sarif", "SARIF 2.1.0, for code hosts"))
  .option("--notes", "also tell what is only worth knowing")
  .addHelpText("after", "\nExit codes: 0 clean; 1 errors; 2 wrong usage; 3 warnings only.")
  .action((name: string | undefined, options: { json?: true; sarif?: true; notes?: true }) => {
    const format: CheckFormat = options.json ? "json" : options.sarif ? "sarif" : "text";
    const { output, exitCode } = checkFiles(findEnvironments(name), format, options);
    console.log(output);
    process.exitCode = exitCode;
  });

program
  .command("render")
  .description("write every file of every host and guest, offline; nothing at all where there are errors")
  .argument("[environment]", ENVIRONMENT)
  .requiredOption("--out <folder>", "folder to write below: <folder>/<environment>/<machine>/<file>")
  .option("--json", "what was written and removed, for machines")
  .addHelpText(
    "after",
    "\nFiles that an earlier run left for machines that are gone are deleted; files of others are left alone and named.",
  )
  .action((name: string | undefined, { out, json }: { out: string; json?: true }) => {
    const rendered = renderFiles(findEnvironments(name), out);
    if (json) return console.log(JSON.stringify(rendered, null, 2));
    for (const path of rendered.files) console.log(path);
    for (const path of rendered.removed) console.error(`removed ${path}: no longer declared`);
    for (const path of rendered.foreign) console.error(`left alone ${path}: not written by multiport`);
    for (const note of rendered.notes) console.error(`note: ${note}`);
  });

program
  .command("preview")
  .description("run pulumi preview and print it as a pull-request comment, or as JSON")
  .argument("<environment>", "a stack of this project")
  .addOption(new Option("--markdown", "a comment; for a terminal, use pulumi preview --diff").conflicts("json"))
  .option("--json", "the same facts, for machines")
  .addOption(
    new Option("--limit <characters>", "largest comment: github, gitlab, a number, or 0 for no limit")
      .default(COMMENT_LIMITS.github, "github")
      .argParser(parseLimit),
  )
  .option("--commit <id>", "what is previewed; the comment names it")
  .addHelpText("after", "\nExit codes: 0 the preview ran; 1 it failed, and the comment says why; 2 wrong usage.")
  .action(async (name: string, options: { markdown?: true; json?: true; limit: number; commit?: string }) => {
    if (!options.markdown && !options.json)
      throw new UsageError("say --markdown or --json. For a terminal there is pulumi preview --diff");
    if (isPath(name)) throw new UsageError(`"${name}" is a path. Pulumi previews a stack: give its name`);
    const project = findProject();
    const environment = findStack(project, name);
    console.error(`multiport: running pulumi preview of ${name}`);
    const { comment, exitCode } = await previewStack(environment, { project, commit: options.commit });
    console.log(options.json ? JSON.stringify(comment, null, 2) : toMarkdown(comment, options.limit).trimEnd());
    process.exitCode = exitCode;
  });

program
  .command("comment")
  .description("put a preview on the pull request of this GitHub or GitLab CI run, in place of the earlier one")
  .argument("<file>", "what multiport preview --markdown printed; - for standard input")
  .addHelpText(
    "after",
    "\nGitHub: needs GITHUB_TOKEN and permissions: pull-requests: write.\nGitLab: needs GITLAB_TOKEN, a project access token with scope api.",
  )
  .action(async (file: string) => {
    const { host, posted } = await commentFile(file, process.env);
    console.log(`${host}: comment ${posted}`);
  });

function parseLimit(text: string): number {
  if (text === "github" || text === "gitlab") return COMMENT_LIMITS[text];
  const limit = Number(text);
  if (/^\d+$/.test(text) && (limit === 0 || limit >= SMALLEST_LIMIT)) return limit;
  throw new InvalidArgumentError(`Give github, gitlab, 0, or a number from ${SMALLEST_LIMIT} on.`);
}

/** Commander ends the process by itself: 0 after help, 2 after a wrong argument. */
function endAs(command: Command): void {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.clean : EXIT.usage));
  for (const child of command.commands) endAs(child);
}

function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError || error instanceof FailedError) console.error(`multiport: ${message}`);
  else
    console.error(
      `multiport: this is a bug in multiport, please report it: ${process.env.MULTIPORT_TRACE ? (error as Error).stack : `${message} (more with MULTIPORT_TRACE=1)`}`,
    );
  process.exitCode = error instanceof UsageError ? EXIT.usage : error instanceof FailedError ? EXIT.errors : EXIT.bug;
}

// `multiport check | head` closes the pipe early: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

endAs(program);
program.parseAsync().catch(report);
