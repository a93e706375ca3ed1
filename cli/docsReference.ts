// Writes docs/reference/*.md from the model, the rules, the platforms and the commands; with --check only says which
// committed page is not fresh.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templatesFolder } from "../providers/engine/template.js";
import { EXIT } from "./exit.js";
import { commandsPage } from "./reference/commandsPage.js";
import { environmentPage } from "./reference/environmentPage.js";
import { linuxRenderersPage } from "./reference/linuxRenderersPage.js";
import type { Page } from "./reference/page.js";
import { rulesPage } from "./reference/rulesPage.js";
import { supportPage } from "./reference/supportPage.js";

const project = join(templatesFolder(), "..");
const folder = join(project, "docs", "reference");

const example = (name: string) => readFileSync(join(folder, "examples", `${name}.yaml`), "utf8");

/** Commander's own help, in the width that it has without a terminal. */
function help(command?: string): string {
  const args = [join(__dirname, "main.js"), "help", ...(command === undefined ? [] : [command])];
  return execFileSync(process.execPath, args, { encoding: "utf8" });
}

function pages(): Page[] {
  const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return [
    environmentPage(example),
    rulesPage(example("accepted")),
    supportPage(),
    linuxRenderersPage(),
    commandsPage({ help, scripts, exitCodes: EXIT }),
  ];
}

for (const { path, text } of pages()) {
  const file = join(folder, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`docs/reference/${path} is not what the code says. Run: npm run docs`);
    process.exitCode = 1;
  }
}
