// What words leave to the machine (platforms/layer.ts, Detection): as it was found out before, or as the machine says now. Pure.
import type { AnyLayer, Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import { withoutEmpty, wordsFor } from "./machineWords.js";

/** Whether anything is left open: such words can be shown, and not applied. */
export function isOpen<Model extends MachineModel>({ layers }: Driver<Model>, words: MachineWords): boolean {
  return layers.some((layer) => layer.detection?.isOpen(wordsFor(layer, words)) ?? false);
}

/** `before`: the words that the state has of the machine; what they do not say stays open. */
export function asBefore<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  before: MachineWords,
): MachineWords {
  return ofOpen(driver, words, (own, layer) => layer.detection?.asBefore(own, wordsFor(layer, before)) ?? own);
}

/** As the facts of each layer have it, or every reason why that can't be. */
export function detected<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  facts: Readonly<Record<string, unknown>>,
): { readonly words: MachineWords; readonly conflicts: readonly string[] } {
  const conflicts: string[] = [];
  const found = ofOpen(driver, words, (own, layer) => {
    const answer = layer.detection?.detected(own, facts[layer.name]);
    if (answer === undefined) return own;
    if ("words" in answer) return answer.words;
    conflicts.push(...answer.conflicts);
    return own;
  });
  return { words: found, conflicts };
}

/** With another word for each layer that leaves something open. */
function ofOpen<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  decide: (own: unknown, layer: AnyLayer<Model>) => unknown,
): MachineWords {
  return withoutEmpty(driver, (layer) => {
    const own = wordsFor(layer, words);
    return layer.detection?.isOpen(own) ? decide(own, layer) : own;
  });
}
