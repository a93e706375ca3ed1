// Binds the arguments of a call as PowerShell does: names and their prefixes, switches, positions, parameter sets. Pure.
import type { Value } from "../contract";
import { TerminatingError } from "../contract";
import {
  ambiguousParameter,
  ambiguousSet,
  boundTwice,
  missingArgument,
  missingMandatory,
  noPosition,
  unknownParameter,
} from "./bindErrors";
import { bindValue, isExactly, type Target, UNKNOWN } from "./bindValue";
import type { CmdletReference, EnumReference, Parameter } from "./reference";
import { sameName, toText } from "./values";

/** What stands after a command's name, with its values at hand. */
export type Given =
  | { readonly kind: "parameter"; readonly name: string; readonly value: Value | undefined }
  | { readonly kind: "argument"; readonly value: Value };

export interface Signature {
  readonly cmdlet: CmdletReference;
  /** Of the release that the machine has. */
  readonly parameters: readonly Parameter[];
  readonly enumeration: (type: string) => EnumReference | undefined;
}

export interface Binding {
  readonly signature: Signature;
  readonly values: Map<string, Value>;
  /** ErrorAction and its like, by their full names. */
  readonly common: Map<string, Value>;
  /** Sets that what is bound so far allows. */
  sets: readonly string[];
}

export const COMMON: Readonly<Record<string, readonly string[]>> = {
  Verbose: ["vb"],
  Debug: ["db"],
  ErrorAction: ["ea"],
  WarningAction: ["wa"],
  InformationAction: ["infa"],
  ErrorVariable: ["ev"],
  WarningVariable: ["wv"],
  InformationVariable: ["iv"],
  OutVariable: ["ov"],
  OutBuffer: ["ob"],
  PipelineVariable: ["pv"],
};
const COMMON_SWITCHES = ["Verbose", "Debug"];
const ACTIONS = ["SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend"];

export function bindArguments(signature: Signature, given: readonly Given[]): Binding {
  const binding: Binding = { signature, values: new Map(), common: new Map(), sets: signature.cmdlet.sets };
  const positional: Value[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const one = given[at];
    if (!one) continue;
    if (one.kind === "argument") {
      positional.push(one.value);
      continue;
    }
    const next = given[at + 1];
    if (bindNamed(binding, one, next?.kind === "argument" ? next : undefined)) at += 1;
  }
  bindPositional(binding, positional);
  return binding;
}

/** Whether it took the argument after it. */
function bindNamed(
  binding: Binding,
  given: Extract<Given, { kind: "parameter" }>,
  next: Extract<Given, { kind: "argument" }> | undefined,
): boolean {
  const found = lookUp(binding.signature, given.name);
  const isSwitch = typeof found === "string" ? COMMON_SWITCHES.includes(found) : found.type === "SwitchParameter";
  const name = typeof found === "string" ? found : found.name;
  const source = binding.signature.cmdlet.errorSource;
  if (binding.values.has(name) || binding.common.has(name)) throw boundTwice(name, source);
  const value = given.value ?? (isSwitch ? true : next?.value);
  if (value === undefined)
    throw missingArgument(name, typeof found === "string" ? "System.String" : found.type, source);
  if (typeof found === "string") setCommon(binding, found, value);
  else setParameter(binding, found, value);
  return given.value === undefined && !isSwitch;
}

function setCommon(binding: Binding, name: string, value: Value): void {
  const source = binding.signature.cmdlet.errorSource;
  const isAction = name.endsWith("Action");
  const action = ACTIONS.find((one) => sameName(one, toText(value)));
  if (isAction && value !== UNKNOWN && !action) {
    const enumeration: Target["enumeration"] = {
      type: "System.Management.Automation.ActionPreference",
      members: new Map(ACTIONS.map((one, index) => [one, index])),
    };
    bindValue(value, {
      parameter: plainParameter(name, "ActionPreference", binding.signature.cmdlet.sets),
      enumeration,
      source,
    });
  }
  binding.common.set(name, isAction && action ? action : value);
}

export function plainParameter(name: string, type: string, sets: readonly string[]): Parameter {
  return {
    name,
    type,
    aliases: [],
    position: undefined,
    sets,
    mandatoryIn: [],
    byValue: false,
    byName: false,
    remaining: false,
    values: undefined,
    range: undefined,
    nullable: false,
    since: undefined,
  };
}

/** A parameter of the cmdlet, or the full name of a common one. */
function lookUp({ cmdlet, parameters }: Signature, name: string): Parameter | string {
  const exact = parameters.find(
    (one) => sameName(one.name, name) || one.aliases.some((alias) => sameName(alias, name)),
  );
  if (exact) return exact;
  const common = Object.entries(COMMON).find(
    ([full, aliases]) => sameName(full, name) || aliases.some((alias) => sameName(alias, name)),
  );
  if (common) return common[0];
  const begins = (text: string) => text.toLowerCase().startsWith(name.toLowerCase());
  const candidates: (Parameter | string)[] = [
    ...parameters.filter((one) => begins(one.name) || one.aliases.some(begins)),
    ...Object.keys(COMMON).filter(begins),
  ];
  if (candidates.length === 0) throw unknownParameter(name, cmdlet.errorSource);
  if (candidates.length > 1) {
    throw ambiguousParameter(
      name,
      candidates.map((one) => (typeof one === "string" ? one : one.name)),
      cmdlet.errorSource,
    );
  }
  return candidates[0] as Parameter | string;
}

export function setParameter(binding: Binding, parameter: Parameter, value: Value): void {
  const { cmdlet } = binding.signature;
  const converted = bindValue(value, targetOf(binding.signature, parameter));
  const sets = binding.sets.filter((set) => parameter.sets.includes(set));
  if (sets.length === 0) throw ambiguousSet(cmdlet.errorSource);
  binding.sets = sets;
  binding.values.set(parameter.name, converted);
}

export const targetOf = (signature: Signature, parameter: Parameter): Target => ({
  parameter,
  enumeration: signature.enumeration(parameter.type.replace("[]", "")),
  source: signature.cmdlet.errorSource,
});

function bindPositional(binding: Binding, values: readonly Value[]): void {
  for (let at = 0; at < values.length; at += 1) {
    const candidates = candidatesAtNextPosition(binding);
    const value = values[at] ?? null;
    const fitting = candidates.filter((one) => refusal(binding, one, value) === undefined);
    // Those whose type it is come before those that it is converted to.
    const bound = fitting.find((one) => isExactly(value, one)) ?? fitting[0];
    if (!bound) {
      const rest = remainingParameter(binding);
      if (!rest)
        throw candidates[0]
          ? refusal(binding, candidates[0], values[at] ?? null)
          : noPosition(toText(values[at] ?? null), binding.signature.cmdlet.errorSource);
      setParameter(binding, rest, values.slice(at));
      return;
    }
    setParameter(binding, bound, bound.remaining && at < values.length - 1 ? values.slice(at) : (values[at] ?? null));
    if (bound.remaining) return;
  }
}

const remainingParameter = ({ signature, values, sets }: Binding) =>
  signature.parameters.find(
    (one) => one.remaining && !values.has(one.name) && one.sets.some((set) => sets.includes(set)),
  );

/** Those of the lowest position that is free, the default set's first. */
function candidatesAtNextPosition({ signature, values, sets }: Binding): Parameter[] {
  const free = signature.parameters.filter(
    (one) => one.position !== undefined && !values.has(one.name) && one.sets.some((set) => sets.includes(set)),
  );
  const lowest = Math.min(...free.map((one) => one.position ?? 0));
  const { defaultSet } = signature.cmdlet;
  const isDefault = (one: Parameter) =>
    defaultSet !== undefined && sets.includes(defaultSet) && one.sets.includes(defaultSet);
  return free
    .filter((one) => one.position === lowest)
    .sort((one, other) => Number(isDefault(other)) - Number(isDefault(one)));
}

function refusal(binding: Binding, parameter: Parameter, value: Value): TerminatingError | undefined {
  try {
    bindValue(value, targetOf(binding.signature, parameter));
    return undefined;
  } catch (error) {
    if (error instanceof TerminatingError) return error;
    throw error;
  }
}

/** The one set that the call is of, once everything is bound. */
export function resolveSet({ signature, values, sets }: Binding): string {
  const { cmdlet } = signature;
  const missing = (set: string) =>
    signature.parameters.filter((one) => one.mandatoryIn.includes(set) && !values.has(one.name)).map((one) => one.name);
  const complete = sets.filter((set) => missing(set).length === 0);
  if (cmdlet.defaultSet !== undefined && complete.includes(cmdlet.defaultSet)) return cmdlet.defaultSet;
  const [only, ...others] = complete;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) throw ambiguousSet(cmdlet.errorSource);
  const asked =
    cmdlet.defaultSet !== undefined && sets.includes(cmdlet.defaultSet)
      ? cmdlet.defaultSet
      : sets.length === 1
        ? sets[0]
        : undefined;
  if (asked === undefined) throw ambiguousSet(cmdlet.errorSource);
  throw missingMandatory(missing(asked), cmdlet.errorSource);
}
