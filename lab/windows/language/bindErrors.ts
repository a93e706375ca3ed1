// The errors of parameter binding: all end the statement, whatever ErrorAction says. Pure.
import { type ErrorRecord, TerminatingError } from "../contract";

export function bindingError(
  id: string,
  message: string,
  source: string,
  category: ErrorRecord["category"] = "InvalidArgument",
) {
  return new TerminatingError({ message, category, id: `${id},${source}`, exception: "ParameterBindingException" });
}

export const unknownParameter = (name: string, source: string) =>
  bindingError("NamedParameterNotFound", `A parameter cannot be found that matches parameter name '${name}'.`, source);

export const ambiguousParameter = (name: string, matches: readonly string[], source: string) =>
  bindingError(
    "AmbiguousParameter",
    `Parameter cannot be processed because the parameter name '${name}' is ambiguous. Possible matches include: ${matches.map((match) => `-${match}`).join(" ")}.`,
    source,
  );

export const boundTwice = (name: string, source: string) =>
  bindingError(
    "ParameterAlreadyBound",
    `Cannot bind parameter because parameter '${name}' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".`,
    source,
  );

export const missingArgument = (name: string, type: string, source: string) =>
  bindingError(
    "MissingArgument",
    `Missing an argument for parameter '${name}'. Specify a parameter of type '${type}' and try again.`,
    source,
  );

export const noPosition = (text: string, source: string) =>
  bindingError(
    "PositionalParameterNotFound",
    `A positional parameter cannot be found that accepts argument '${text}'.`,
    source,
  );

export const ambiguousSet = (source: string) =>
  bindingError(
    "AmbiguousParameterSet",
    "Parameter set cannot be resolved using the specified named parameters.",
    source,
  );

export const missingMandatory = (names: readonly string[], source: string) =>
  bindingError(
    "MissingMandatoryParameter",
    `Cannot process command because of one or more missing mandatory parameters: ${names.join(" ")}.`,
    source,
  );

export const invalidArgument = (name: string, why: string, source: string, id = "ParameterArgumentValidationError") =>
  bindingError(id, `Cannot validate argument on parameter '${name}'. ${why}`, source, "InvalidData");

export const cannotConvert = (name: string, why: string, source: string) =>
  bindingError("CannotConvertArgumentNoMessage", `Cannot bind parameter '${name}'. ${why}`, source);

export const unboundInput = (source: string) =>
  bindingError(
    "InputObjectNotBound",
    "The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.",
    source,
  );
