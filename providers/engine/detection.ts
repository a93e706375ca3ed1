// Words that leave something open for the machine to decide (platforms/layer.ts, Detection), and the same words once it is decided: as it was
// before, by the state, or as the machine says. The provider's check closes the inputs, so that the state has what was decided; where no
// machine answers there, the inputs stay open, and the change itself closes its own copy. Pure.
import type { AnyLayer, Driver, MachineModel, MachineWords } from "../platforms/driver.js";
import type { Decided } from "../platforms/layer.js";
import type { MachineFacts } from "./machineFacts.js";
import { withoutEmpty, wordsFor } from "./machineWords.js";

/** Whether anything is left open: such words can be shown, and not applied. */
export function isOpen<Model extends MachineModel>({ layers }: Driver<Model>, words: MachineWords): boolean {
  return layers.some((layer) => layer.detection?.isOpen(wordsFor(layer, words)) ?? false);
}

/** Words that may be as open as before, with every reason why something that is decided can't be had. */
export interface Closed {
  readonly words: MachineWords;
  readonly conflicts: readonly string[];
}

/** `before`: the words that the state has of the machine; what they do not say stays open. */
export function asBefore<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  before: MachineWords,
): Closed {
  return closed(driver, words, (own, layer) => layer.detection?.asBefore(own, wordsFor(layer, before)));
}

export function detected<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  { layers, applied }: MachineFacts,
): Closed {
  return closed(driver, words, (own, { name, detection }) => detection?.detected(own, layers[name], applied?.[name]));
}

function closed<Model extends MachineModel>(
  driver: Driver<Model>,
  words: MachineWords,
  decide: (own: unknown, layer: AnyLayer<Model>) => Decided<unknown> | undefined,
): Closed {
  // Nearly always: a machine whose file says all has nothing rewritten.
  if (!isOpen(driver, words)) return { words, conflicts: [] };
  const conflicts: string[] = [];
  const found = withoutEmpty(driver, (layer) => {
    const own = wordsFor(layer, words);
    const answer = layer.detection?.isOpen(own) ? decide(own, layer) : undefined;
    if (answer === undefined) return own;
    if ("words" in answer) return answer.words;
    conflicts.push(...answer.conflicts);
    return own;
  });
  return { words: found, conflicts };
}
