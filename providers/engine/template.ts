// Handlebars over the files in templates/: a missing word is an error, text is text, and the only helpers quote.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { sh, xml, yaml } from "./quote.js";

const handlebars = Handlebars.create();
handlebars.registerHelper({ sh, xml, yaml });

const compiled = new Map<string, HandlebarsTemplateDelegate>();

/** Fills `templates/<name>.hbs`. Throws when the data lacks a word that the template names. */
export function fillTemplate(name: string, data: object): string {
  let template = compiled.get(name);
  if (!template) {
    template = compile(name);
    compiled.set(name, template);
  }
  return template(data);
}

/** A template may hold others, as `{{> kvm/libvirt/network.xml}}`: named as here, and filled with what stands at that place. */
function compile(name: string): HandlebarsTemplateDelegate {
  const source = readFileSync(join(templatesFolder(), `${name}.hbs`), "utf8");
  for (const [, partial = ""] of source.matchAll(/\{\{> ([\w./-]+)/g))
    if (!Object.hasOwn(handlebars.partials, partial)) handlebars.registerPartial(partial, compile(partial));
  return handlebars.compile(source, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { sh: true, xml: true, yaml: true },
  });
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
