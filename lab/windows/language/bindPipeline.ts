// Binds an object that comes down the pipeline: by its value, then by its properties. Pure.
import { TerminatingError, type Value } from "../contract";
import { type Binding, setParameter, targetOf } from "./bind";
import { missingMandatory, unboundInput } from "./bindErrors";
import { bindValue, isExactly } from "./bindValue";
import { propertyOf } from "./convert";
import type { Parameter } from "./reference";
import { isHashtable, isObject } from "./values";

/** A copy of the binding with what the object gives to it. */
export function bindItem(call: Binding, item: Value): Binding {
  const binding: Binding = { ...call, values: new Map(call.values) };
  const bound = byValue(binding, item, true) || byName(binding, item) || byValue(binding, item, false);
  if (bound) byName(binding, item);
  if (!bound) throw unboundInput(call.signature.cmdlet.errorSource);
  return binding;
}

const open = (binding: Binding) =>
  binding.signature.parameters.filter(
    (one) => !binding.values.has(one.name) && one.sets.some((set) => binding.sets.includes(set)),
  );

/** exactly: the object is of the parameter's type already. The default set's parameters come first. */
function byValue(binding: Binding, item: Value, exactly: boolean): boolean {
  const { defaultSet } = binding.signature.cmdlet;
  const isDefault = (one: Parameter) => defaultSet !== undefined && one.sets.includes(defaultSet);
  const candidates = open(binding)
    .filter((one) => one.byValue)
    .sort((one, other) => Number(isDefault(other)) - Number(isDefault(one)));
  for (const parameter of candidates) {
    if (exactly && !isExactly(item, parameter)) continue;
    if (attempt(binding, parameter, item)) return true;
  }
  return false;
}

function byName(binding: Binding, item: Value): boolean {
  if (!isObject(item) || isHashtable(item)) return false;
  let bound = false;
  for (const parameter of open(binding).filter((one) => one.byName)) {
    const value = [parameter.name, ...parameter.aliases]
      .map((name) => propertyOf(item, name))
      .find((one) => one !== undefined && one !== null);
    if (value !== undefined && attempt(binding, parameter, value)) bound = true;
  }
  return bound;
}

function attempt(binding: Binding, parameter: Parameter, value: Value): boolean {
  if (!parameter.sets.some((set) => binding.sets.includes(set))) return false;
  try {
    bindValue(value, targetOf(binding.signature, parameter));
  } catch (error) {
    if (error instanceof TerminatingError) return false;
    throw error;
  }
  setParameter(binding, parameter, value);
  return true;
}

/** Before anything comes: whether some set can still be complete, given that the pipeline may fill in what it can. */
export function refuseHopeless({ signature, values, sets }: Binding): void {
  const missing = (set: string) =>
    signature.parameters.filter(
      (one) => one.mandatoryIn.includes(set) && !values.has(one.name) && !one.byValue && !one.byName,
    );
  if (sets.some((set) => missing(set).length === 0)) return;
  const [first = ""] = sets;
  throw missingMandatory(
    missing(first).map((one) => one.name),
    signature.cmdlet.errorSource,
  );
}
