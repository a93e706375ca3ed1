// The words of a machine, layer by layer: those of a layer that has nothing are left out. Pure but for the digest's JSON.
import type { AnyLayer, Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import { canonical } from "./digest.js";

/** Of a machine that shall have nothing of ours. */
export const NO_WORDS: MachineWords = {};

/** With sorted keys, as Pulumi hands them on: whatever is rendered from them is the same text on both sides. */
export function toMachineWords<Model extends MachineModel>(
  driver: Driver<Model>,
  machine: Model,
  environment: string,
): MachineWords {
  return withoutEmpty(driver, (layer) => layer.toWords(machine, environment));
}

/** The words of every layer that has any. */
export function withoutEmpty<Model extends MachineModel>(
  driver: Driver<Model>,
  wordsOf: (layer: AnyLayer<Model>) => unknown,
): MachineWords {
  const words = driver.layers.flatMap((layer) => {
    const own = canonical(wordsOf(layer));
    return own === canonical(layer.nothing) ? [] : [[layer.name, JSON.parse(own) as unknown] as const];
  });
  return Object.fromEntries(words);
}

export function wordsFor(layer: Pick<AnyLayer<never>, "name" | "nothing">, words: MachineWords): unknown {
  return words[layer.name] ?? layer.nothing;
}

/** How a machine keeps them (templates/machine/confirm.sh.hbs). */
export function recordOf(words: MachineWords): { readonly applied: string; readonly isEmpty: boolean } {
  const applied = canonical(words);
  return { applied, isEmpty: applied === canonical(NO_WORDS) };
}
