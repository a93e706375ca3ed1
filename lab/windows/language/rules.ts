// What cmdlets refuse though it binds: exclusive switches and the like, and prompts where nobody answers. Pure.
import { TerminatingError, type Value } from "../contract";
import type { CmdletReference, Rule } from "./reference";

/** undefined: nothing to refuse. */
export function brokenRule(cmdlet: CmdletReference, values: ReadonlyMap<string, Value>): TerminatingError | undefined {
  const given = (name: string) => values.has(name) && values.get(name) !== false;
  const why = cmdlet.rules.map((rule) => broken(rule, given, values)).find((one) => one !== undefined);
  if (why === undefined) return undefined;
  return new TerminatingError({
    message: why,
    category: "InvalidArgument",
    id: `InvalidParameter,${cmdlet.errorSource}`,
    exception: "VirtualizationException",
  });
}

function broken(rule: Rule, given: (name: string) => boolean, values: ReadonlyMap<string, Value>): string | undefined {
  switch (rule.kind) {
    case "exactlyOne": {
      const found = rule.of.filter(given);
      return found.length === 1
        ? undefined
        : `Exactly one of ${rule.of.join(", ")} has to be given; found ${found.length === 0 ? "none" : found.join(", ")}.`;
    }
    case "needs": {
      const missing = rule.others.filter((other) => !given(other) && !values.has(other));
      return given(rule.when) && missing.length > 0 ? `${rule.when} needs ${missing.join(", ")} too.` : undefined;
    }
    case "excludes": {
      const found = rule.others.filter(given);
      return given(rule.when) && found.length > 0 ? `${rule.when} goes not with ${found.join(", ")}.` : undefined;
    }
    case "onlyWith":
      return values.has(rule.name) && !rule.others.some(given)
        ? `${rule.name} goes only with ${rule.others.join(" or ")}.`
        : undefined;
    case "anyBeside":
      return [...values.keys()].some((name) => !rule.others.includes(name))
        ? undefined
        : "You must specify at least one parameter.";
  }
}

/** A cmdlet that asks before it acts, where nobody can answer. */
export function unansweredPrompt(
  cmdlet: CmdletReference,
  values: ReadonlyMap<string, Value>,
): TerminatingError | undefined {
  if (values.get("Confirm") === false || values.get("WhatIf") === true) return undefined;
  if (values.get("Confirm") !== true) {
    if (cmdlet.confirms === "no") return undefined;
    if (cmdlet.confirms === "unlessForce" && values.get("Force") === true) return undefined;
  }
  return new TerminatingError({
    message: "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
    category: "InvalidOperation",
    id: `InvalidOperation,${cmdlet.errorSource}`,
    exception: "PSInvalidOperationException",
  });
}
