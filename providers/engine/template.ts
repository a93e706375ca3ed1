// Handlebars over the files in templates/: a missing word is an error, text is text, and the only helpers quote, or fill in another template.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { Filled } from "../platforms/layer.js";
import {
  interfaces,
  keyfile,
  keyfileItem,
  nft,
  ps,
  psArray,
  literal as quoteLiteral,
  sh,
  systemd,
  systemdText,
  xml,
  yaml,
} from "./quote.js";

const handlebars = Handlebars.create();
// Another template in the place of a hole, with its own data.
const fill = ({ template, data }: Filled) => fillTemplate(template, data).trimEnd();
// Another template as a text within YAML.
const literal = ({ template, data }: Filled) => quoteLiteral(fillTemplate(template, data));
const quoting = { sh, yaml, keyfile, keyfileItem, interfaces, nft, ps, psArray, systemd, systemdText, xml };
const helpers = Object.fromEntries(
  Object.entries({ ...quoting, fill, literal }).map(([name, help]) => [
    name,
    (...[value]: unknown[]) => (help as (value: unknown) => string)(given(value)),
  ]),
);
handlebars.registerHelper(helpers);

/** What strict mode leaves out: the word that a helper is given. */
function given<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("the data lacks a word that the template quotes");
  return value;
}

const compiled = new Map<string, HandlebarsTemplateDelegate>();

/** Fills `templates/<name>.hbs`. Throws when the data lacks a word that the template names. */
export function fillTemplate(name: string, data: object): string {
  let template = compiled.get(name);
  if (!template) {
    const source = readFileSync(join(templatesFolder(), `${name}.hbs`), "utf8");
    template = handlebars.compile(source, {
      strict: true,
      noEscape: true,
      knownHelpersOnly: true,
      knownHelpers: Object.fromEntries(Object.keys(helpers).map((helper) => [helper, true])),
    });
    compiled.set(name, template);
  }
  return template(data);
}

let folder: string | undefined;

/** The package's templates, whether this file runs from the sources or from dist/. */
export function templatesFolder(): string {
  folder ??= ["../../templates", "../../../templates"]
    .map((path) => join(__dirname, path))
    .find((path) => existsSync(path));
  if (folder === undefined)
    throw new Error("the templates of multiport are not installed beside its code: reinstall the package");
  return folder;
}
