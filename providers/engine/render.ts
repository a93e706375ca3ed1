// From the words of a machine to text, for every machine of an environment. Reads templates, touches no host.
import type { Environment } from "../model/environment.js";
import type { Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import type { Heading } from "../platforms/heading.js";
import { DRIVERS } from "../platforms/index.js";
import type { TextSection } from "../platforms/layer.js";
import { toMachineWords, wordsFor } from "./machineWords.js";
import { fillTemplate } from "./template.js";

/** One rendered file of one machine. */
export interface RenderedFile {
  readonly machine: string;
  readonly driver: string;
  /** `seed` of what no layer has: the files for a machine's first start. */
  readonly layer: string;
  /** Path below the output folder of `multiport render`, such as `kvm-01/openvswitch.sh` or `kvm-01/etc/netplan/60-multiport.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** A file that a machine gets. */
export interface MachineFile {
  readonly layer: string;
  /** Absolute, on the machine. */
  readonly path: string;
  readonly mode: string;
  readonly text: string;
}

interface Rendered extends TextSection {
  readonly layer: string;
  readonly extension: string;
  readonly text: string;
}

function sections<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  heading: Heading,
): Rendered[] {
  return driver.layers.flatMap((layer) =>
    layer.sections(wordsFor(layer, words), heading).map((section) => ({
      ...section,
      layer: layer.name,
      extension: layer.extension,
      text: fillTemplate(section.template, section.data),
    })),
  );
}

/** The files that a machine gets. */
export function renderFiles<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  heading: Heading,
): MachineFile[] {
  return sections(driver, words, heading).flatMap(({ layer, path, mode = "0644", text }) =>
    path === undefined ? [] : [{ layer, path, mode, text }],
  );
}

/**
 * The text of every layer that has one, under its name: its sections, each below a line that says where it goes. Pulumi shows
 * whatever it can read as YAML as a tree, its own idea of the file without comments; a text with such a first line is none.
 * `files` are texts that stand on the machine instead of what would be rendered.
 */
export function renderTexts<Model extends MachineModel>(
  driver: Driver<Model>,
  { words, heading, files = {} }: { words: MachineWords; heading: Heading; files?: Readonly<Record<string, string>> },
): Record<string, string> {
  const texts = new Map<string, string>();
  for (const { layer, target, path, text } of sections(driver, words, heading)) {
    const there = path === undefined ? text : (files[path] ?? text);
    texts.set(layer, `${texts.get(layer) ?? ""}==> ${target} <==\n${there}`);
  }
  return Object.fromEntries(texts);
}

/** The files for a machine's first start, with their paths below its folder; none where it has no seed. */
export function renderSeed<Model extends MachineModel>(
  driver: Driver<Model>,
  machine: Model,
  environment: string,
): { readonly path: string; readonly text: string }[] {
  if (driver.seed === undefined) return [];
  const heading = { machine: machine.name, environment };
  const all = sections(driver, toMachineWords(driver, machine, environment), heading);
  const files = all.filter(({ path }) => path !== undefined);
  return driver
    .seed(machine, { files, heading })
    .map(({ path, template, data }) => ({ path, text: fillTemplate(template, data) }));
}

/** Every file of every machine, in the order of the environment, one at a time: a large site's texts need not all be in memory. */
export function* renderEnvironment(environment: Environment): Generator<RenderedFile> {
  for (const driver of DRIVERS) {
    for (const { machine } of driver.machines(environment)) {
      const heading = { machine: machine.name, environment: environment.name };
      const all = sections(driver, toMachineWords(driver, machine, environment.name), heading);
      for (const section of all) {
        yield {
          machine: machine.name,
          driver: driver.name,
          layer: section.layer,
          path: `${machine.name}${section.path ?? `/${section.file ?? section.extension}`}`,
          text: section.text,
        };
      }
      for (const { path, text } of renderSeed(driver, machine, environment.name))
        yield { machine: machine.name, driver: driver.name, layer: "seed", path: `${machine.name}/${path}`, text };
    }
  }
}
