// One argument to the declared type of its parameter. Pure.
import { TerminatingError, type Value } from "../contract";
import { cannotConvert, invalidArgument } from "./bindErrors";
import { canonicalType, convert } from "./convert";
import type { EnumReference, Parameter } from "./reference";
import {
  isArray,
  isBlock,
  isEnum,
  isHashtable,
  isNumber,
  isObject,
  plain,
  sameName,
  toText,
  typedObject,
  typeNameOf,
} from "./values";

/** A value that only a run can tell: it fits every type. Used by the check that does not run. */
export const UNKNOWN: Value = typedObject("unknown");

export interface Target {
  readonly parameter: Parameter;
  readonly enumeration: EnumReference | undefined;
  /** What follows the comma of an error's id. */
  readonly source: string;
}

export function bindValue(given: Value, target: Target): Value {
  const { parameter, source } = target;
  if (given === UNKNOWN) return UNKNOWN;
  const isList = parameter.type.endsWith("[]");
  const value = plain(given);
  if (value === null || value === "" || (isArray(value) && value.length === 0)) refuseEmpty(value, target);
  if (value === null) return null;
  if (isList) {
    const items = isArray(value) ? value : [value];
    return items.map((item) => bindOne(plain(item), target, parameter.type.slice(0, -2)));
  }
  if (isArray(value) && !takesAnything(parameter.type)) {
    throw cannotConvert(
      parameter.name,
      `Cannot convert 'System.Object[]' to the type '${parameter.type}' required by parameter '${parameter.name}'. Specified method is not supported.`,
      source,
    );
  }
  return bindOne(value, target, parameter.type);
}

const takesAnything = (type: string) => ["object", "psobject"].includes(canonicalType(type));

function refuseEmpty(value: Value, { parameter, source }: Target): void {
  const isMandatory = parameter.mandatoryIn.length > 0;
  if (!isMandatory || parameter.nullable || takesAnything(parameter.type.replace("[]", ""))) {
    if (
      value !== null ||
      !["boolean", "int32", "uint32", "switchparameter"].includes(canonicalType(parameter.type)) ||
      parameter.nullable
    )
      return;
    throw cannotConvert(parameter.name, `Cannot convert value "" to type "${parameter.type}".`, source);
  }
  const [id, what] =
    value === null
      ? ["NullNotAllowed", "null"]
      : value === ""
        ? ["EmptyStringNotAllowed", "an empty string"]
        : ["EmptyArrayNotAllowed", "an empty array"];
  if (value === "" && canonicalType(parameter.type.replace("[]", "")) !== "string") return;
  throw invalidArgument(
    parameter.name,
    `The argument is ${what}; it has to be a value.`,
    source,
    `ParameterArgumentValidationError${id}`,
  );
}

function bindOne(value: Value, target: Target, type: string): Value {
  if (value === UNKNOWN) return UNKNOWN;
  const { parameter, enumeration } = target;
  const made =
    enumeration || isNamedOnly(type, parameter) ? bindEnum(value, target, type) : bindPlain(value, target, type);
  refuseOutside(made, target);
  return made;
}

/** The types that convert() knows; every other is an object of that type. */
const PLAIN = new Set(
  "string boolean byte sbyte int16 uint16 int32 uint32 int64 uint64 double datetime guid hashtable idictionary scriptblock object psobject pscredential securestring version".split(
    " ",
  ),
);

const isNamedOnly = (type: string, parameter: Parameter) =>
  parameter.values !== undefined && !PLAIN.has(canonicalType(type));

function bindPlain(value: Value, target: Target, type: string): Value {
  const { parameter, source } = target;
  const to = canonicalType(type);
  const refuse = (why: string): never => {
    throw cannotConvert(parameter.name, why, source);
  };
  if (to === "switchparameter" || to === "boolean") {
    if (typeof value === "boolean") return value;
    if (isNumber(value)) return Number(value) !== 0;
    return refuse(
      `Cannot convert value "${typeNameOf(value)}" to type "System.${to === "boolean" ? "Boolean" : "Management.Automation.SwitchParameter"}". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.`,
    );
  }
  if (to === "timespan") {
    if (isObject(value) && value.type === "System.TimeSpan") return value;
    return refuse(
      `Cannot convert the "${toText(value)}" value of type "${typeNameOf(value)}" to type "System.TimeSpan".`,
    );
  }
  if (to === "wildcardpattern") return toText(value);
  if (!PLAIN.has(to)) return bindObject(value, target, type);
  if (to === "string" && (isHashtable(value) || isBlock(value)) && !isObject(value)) return toText(value);
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof TerminatingError) return refuse(error.message);
    throw error;
  }
}

/** Whether a value is of the parameter's type as it is, or a list of such. */
export function isExactly(value: Value, parameter: Parameter): boolean {
  const declared = canonicalType(parameter.type.replace("[]", ""));
  if (value === UNKNOWN || declared === "object" || declared === "psobject") return true;
  // The classes of a module's objects are told apart by its own name for them, which the reference does not have.
  if (declared === "ciminstance" && parameter.name !== "InputObject") return false;
  const items = isArray(value) && parameter.type.endsWith("[]") ? value : [value];
  return items.every(
    (item) =>
      canonicalType(typeNameOf(item)) === declared ||
      canonicalType(lastName(typeNameOf(item))) === declared ||
      isInstance(item, parameter.type.replace("[]", "")),
  );
}

function bindEnum(value: Value, target: Target, type: string): Value {
  const { parameter, enumeration, source } = target;
  const members = enumeration?.members ?? new Map((parameter.values ?? []).map((name, index) => [name, index]));
  const typeName = enumeration?.type ?? type;
  const found = [...members].find(([name, number]) =>
    isEnum(value)
      ? value.name === name
      : isNumber(value)
        ? Number(value) === number
        : typeof value === "string" && sameName(name, value.trim()),
  );
  if (!found) {
    const why =
      typeof value === "boolean"
        ? `Invalid cast from 'System.Boolean' to '${typeName}'.`
        : `Cannot convert value "${toText(value)}" to type "${typeName}". Unable to match the identifier name ${toText(value)} to a valid enumerator name. Specify one of the following enumerator names and try again: ${[...members.keys()].join(", ")}`;
    throw cannotConvert(parameter.name, why, source);
  }
  return { kind: "enum", type: typeName, name: found[0], number: found[1] };
}

/** Base types that parameters declare, and what derives from them. */
const DERIVED: Record<string, readonly string[]> = {
  VMNetworkAdapterBase: [
    "VMNetworkAdapter",
    "VMInternalNetworkAdapter",
    "VMLegacyNetworkAdapter",
    "VMExternalNetworkAdapter",
  ],
  VirtualMachineBase: ["VirtualMachine", "VMSnapshot"],
};

function bindObject(value: Value, { parameter, source }: Target, type: string): Value {
  if (isInstance(value, type) && (parameter.name !== "InputObject" || isOfNoun(value, source))) return value;
  throw cannotConvert(
    parameter.name,
    `Cannot convert the "${toText(value)}" value of type "${typeNameOf(value)}" to type "${type}".`,
    source,
  );
}

/** -InputObject of a CIM cmdlet takes the class that the cmdlet is about: Set-NetIPInterface no MSFT_NetAdapter. */
function isOfNoun(value: Value, source: string): boolean {
  const schema = isObject(value) ? value.type.split("#")[1] : undefined;
  const noun = /^[A-Z][a-z]+-(\w+)$/.exec(source)?.[1];
  if (schema === undefined || noun === undefined) return true;
  const about = (schema.split("/").at(-1) ?? "").replace(/^MSFT_/i, "").replace(/SettingData$/i, "");
  return sameName(about, noun) || sameName(`${about}Info`, noun);
}

function isInstance(value: Value, type: string): boolean {
  if (!isObject(value)) return false;
  const own = lastName(value.type);
  if (own === type || own.startsWith(`${type}#`) || (DERIVED[type] ?? []).includes(own)) return true;
  return type === "Exception" && own.endsWith("Exception");
}

const lastName = (type: string) => {
  const [name = "", schema] = type.split("#");
  const short = name.split(".").at(-1) ?? name;
  return schema === undefined ? short : `${short}#${schema}`;
};

function refuseOutside(value: Value, { parameter, source }: Target): void {
  const text = toText(value);
  if (parameter.values && !parameter.values.some((allowed) => sameName(allowed, text))) {
    const set = parameter.values.join(",");
    throw invalidArgument(
      parameter.name,
      `The argument "${text}" does not belong to the set "${set}" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.`,
      source,
    );
  }
  if (!parameter.range || !isNumber(value)) return;
  const [least, most] = parameter.range;
  if (value >= least && value <= most) return;
  const [side, bound] = value < least ? ["less than the minimum", least] : ["greater than the maximum", most];
  throw invalidArgument(
    parameter.name,
    `The ${text} argument is ${side} allowed range of ${bound}. Supply an argument that is ${value < least ? "greater than or equal to" : "less than or equal to"} ${bound} and then try the command again.`,
    source,
  );
}
