// From problems to what a Pulumi user sees: one message per problem, no stack trace, nothing created.
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "./model/environment.js";
import type { Parsed } from "./model/parse.js";
import { formatProblem, type Problem, type Severity } from "./model/problem.js";

const LOG: Record<Severity, (message: string) => Promise<void>> = {
  error: pulumi.log.error,
  warning: pulumi.log.warn,
  info: pulumi.log.info,
};

/** The environment of a judged file; with errors among the problems the program ends here, before any resource. */
export function requireValid({ environment, problems }: Parsed, name: string): Environment {
  for (const problem of problems) void LOG[problem.severity](formatProblem(problem));
  const errors = problems.filter((problem) => problem.severity === "error");
  if (environment === undefined || errors.length > 0) throw new InvalidEnvironmentError(name, errors);
  return environment;
}

/** The environment has errors. Each was logged on its own; Pulumi prints this message without a stack. */
export class InvalidEnvironmentError extends pulumi.RunError {
  constructor(
    name: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${name}: ${problems.length} ${problems.length === 1 ? "error" : "errors"}, nothing was changed.`);
    this.name = "InvalidEnvironmentError";
  }
}
