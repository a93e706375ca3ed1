// docs/reference/commands.md: the commands' own help, exit codes, and the npm scripts of the checkout. Pure.
import { code, fence, type Page, page, plain, table } from "./page.js";

/** What each script of package.json is for; one that is missing here or there is an error. */
const SCRIPTS: Readonly<Record<string, string>> = {
  start: "Sets the checkout up, starts the lab, then runs preview, `up` and a second `up` of the stack demo.",
  stop: "Takes the lab down and removes the state of the stack demo. The built tools stay in the cache.",
  test: "Sets the checkout up and runs types, lint and every test. Arguments narrow the tests to matching files.",
  pulumi: "Pulumi with the lab's environment: `npm run --silent pulumi -- preview --diff`.",
  multiport: "The `multiport` command with the lab's environment: `npm run --silent multiport -- check`.",
  lab: "Any command with the lab's environment: `npm run --silent lab -- govc find /`.",
  build: "Compiles providers/, cli/ and lab/ to dist/.",
  check: "Types and lint.",
  format: "Formats the sources and sorts their imports.",
  unit: "The unit tests alone, on what the sources compile to now.",
  golden: "Writes the golden files of the unit tests anew; look at the difference before you commit it.",
  bench: "The measurements of bench/README.md, or those that are named: `npm run bench -- parse`.",
  schema: "Writes schema/environment.schema.json from the model; `-- --check` only says whether it is fresh.",
  docs: "Writes these reference pages; `-- --check` only says whether they are fresh.",
};

export interface CommandsSource {
  /** What `multiport help [command]` prints. */
  readonly help: (command?: string) => string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exitCodes: Readonly<Record<string, number>>;
}

const EXIT_WORDS: Readonly<Record<string, string>> = {
  clean: "Done; for `check`: no errors and no warnings.",
  errors: "The environment has errors, or the preview failed.",
  usage: "The command can't be carried out as given: an argument, a file or a setting is wrong.",
  warnings: "`check` alone: warnings and no errors.",
  bug: "A bug in multiport. MULTIPORT_TRACE=1 in the environment shows where; please report it.",
};

export function commandsPage({ help, scripts, exitCodes }: CommandsSource): Page {
  const main = help();
  return page("commands.md", "Commands", [
    "An environment is named by its Pulumi stack (`dev`), or by the path of a file that ends in `.yaml`; without a name, `check` and `render` take every stack of the project. In a checkout, put `npm run --silent multiport --` in place of `multiport`.",
    fence("text", main),
    ...commandsOf(main).flatMap((command) => [`## multiport ${command}`, fence("text", help(command))]),
    "## Exit codes",
    table(
      ["Code", "Meaning"],
      Object.entries(exitCodes).map(([name, number]) => [String(number), words(EXIT_WORDS, name, "exit code")]),
    ),
    "## npm scripts of the checkout",
    table(
      ["Script", "Runs", "What for"],
      Object.entries(scripts).map(([name, text]) => [code(callOf(name)), code(text), words(SCRIPTS, name, "script")]),
    ),
    "`start`, `stop`, `test`, `pulumi`, `multiport` and `lab` need nothing but Node: they install the npm packages and compile first. The others want a checkout that is set up; `npm run lab -- true` does that and nothing else.",
  ]);
}

/** The subcommands that the help lists, less help itself. */
function commandsOf(help: string): string[] {
  const list = help.slice(help.indexOf("Commands:"));
  return [...list.matchAll(/^ {2}(\w+)/gm)].flatMap(([, name = ""]) => (name === "help" ? [] : [name]));
}

function callOf(script: string): string {
  return ["start", "stop", "test"].includes(script)
    ? `npm ${script === "stop" ? "run stop" : script}`
    : `npm run ${script}`;
}

function words(all: Readonly<Record<string, string>>, name: string, kind: string): string {
  const text = all[name];
  if (text === undefined) throw new Error(`docs/reference/commands.md has no words for the ${kind} ${plain(name)}`);
  return text;
}
