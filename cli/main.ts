#!/usr/bin/env node
// The multiport command: reads arguments, calls one function per subcommand, sets the exit code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { templatesFolder } from "../providers/engine/template.js";
import { checkFiles, EXIT } from "./check.js";
import { COMMENT_LIMIT } from "./markdown.js";
import { previewMarkdown } from "./preview.js";
import { findEnvironments, UsageError } from "./project.js";
import { renderFiles } from "./render.js";

const { version } = JSON.parse(readFileSync(join(templatesFolder(), "..", "package.json"), "utf8")) as {
  version: string;
};

const program = new Command("multiport")
  .description("Virtual machines with several physical network ports, as code.")
  .version(version)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.clean : EXIT.usage));

program
  .command("check [environment]")
  .description("judge environment files offline; exit code 0 clean, 1 errors, 3 warnings only")
  .addOption(new Option("--json", "machine-readable output").conflicts("sarif"))
  .addOption(new Option("--sarif", "SARIF 2.1.0 for code hosts"))
  .action((name: string | undefined, options: { json?: true; sarif?: true }) => {
    const { output, exitCode } = checkFiles(
      findEnvironments(name),
      options.json ? "json" : options.sarif ? "sarif" : "text",
    );
    console.log(output);
    process.exitCode = exitCode;
  });

program
  .command("render [environment]")
  .description("write every file of every host and guest, offline")
  .requiredOption("--out <folder>", "folder to write below")
  .action((name: string | undefined, { out }: { out: string }) => {
    for (const path of renderFiles(findEnvironments(name), out)) console.log(path);
  });

program
  .command("preview <environment>")
  .description("run pulumi preview and print it as a pull-request comment")
  .requiredOption("--markdown", "print Markdown (for a terminal, use pulumi preview --diff)")
  .addOption(
    new Option("--limit <characters>", "largest comment; 0 for no limit").default(COMMENT_LIMIT).argParser(Number),
  )
  .action(async (name: string, { limit }: { limit: number }) => {
    const [environment] = findEnvironments(name);
    if (!environment) throw new UsageError(`there is no environment "${name}"`);
    const { markdown, exitCode } = await previewMarkdown(environment, limit);
    console.log(markdown);
    process.exitCode = exitCode;
  });

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`multiport: ${error.message}`);
  process.exitCode = EXIT.errors;
});
