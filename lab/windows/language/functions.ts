// Calls of a script's own functions and blocks: their parameters, their scope, their part in a pipeline.
import type { Value } from "../contract";
import type { ParameterNode, Script } from "./ast";
import { type Binding, bindArguments, type Given, plainParameter, resolveSet } from "./bind";
import { convert } from "./convert";
import { runStatements } from "./evaluate";
import { evaluate } from "./evaluateExpression";
import type { Stage } from "./pipeline";
import type { CmdletReference, Parameter } from "./reference";
import { Scope } from "./scope";
import { type Emit, Flow, type Session } from "./session";
import { isArray } from "./values";

const SET = "__AllParameterSets";

/** dot: . runs it in the scope of its caller. */
export function functionStage(
  session: Session,
  called: { name: string; script: Script },
  given: readonly Given[],
  hasInput: boolean,
  send: Emit,
  dot: boolean,
): Stage {
  const { script } = called;
  const { binding, rest } = bind(session, called, given);
  const outside = session.scope;
  // The commands after it run where the pipeline stands, not in the function.
  const emit: Emit = (value) => session.inScope(outside, () => send(value));
  const scope = dot ? session.scope : new Scope(session.scope);
  const input: Value[] = [];
  let begun = false;
  const within = (run: () => Promise<void>) => session.inScope(scope, () => returning(run));
  const begin = async () => {
    if (begun) return;
    begun = true;
    await within(() => fillIn(session, scope, script.parameters, binding, rest));
    await within(() => runStatements(session, script.begin, emit));
  };
  return {
    async process(item) {
      input.push(item);
      if (script.process.length === 0) return;
      await begin();
      scope.set("_", item);
      await within(() => runStatements(session, script.process, emit));
    },
    async end() {
      await begin();
      if (hasInput) scope.set("input", input);
      if (!hasInput && script.process.length > 0) await within(() => runStatements(session, script.process, emit));
      await within(() => runStatements(session, script.end, emit));
    },
  };
}

async function returning(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Flow) || error.kind !== "return") throw error;
  }
}

function bind(
  session: Session,
  { name, script }: { name: string; script: Script },
  given: readonly Given[],
): { binding: Binding; rest: Value[] } {
  const cmdlet = signatureOf(name, script);
  const signature = { ...session.signature(cmdlet), parameters: cmdlet.parameters };
  const binding = bindArguments(signature, given);
  resolveSet(binding);
  const rest = binding.values.get("args");
  return { binding, rest: isArray(rest ?? null) ? (rest as Value[]) : rest === undefined ? [] : [rest] };
}

/** A function as the binder sees a cmdlet. Simple functions put what is left into $args. */
export function signatureOf(name: string, script: Script): CmdletReference {
  const positions = script.parameters.some((one) => one.position !== undefined);
  const parameters = script.parameters.map((one, at): Parameter => {
    const type = one.type?.toLowerCase() === "switch" ? "SwitchParameter" : (one.type ?? "Object");
    return {
      ...plainParameter(one.name, type, [SET]),
      position: one.type?.toLowerCase() === "switch" ? undefined : positions ? one.position : at,
      mandatoryIn: one.mandatory ? [SET] : [],
      values: one.values,
    };
  });
  const rest: Parameter[] = script.advanced ? [] : [{ ...plainParameter("args", "Object[]", [SET]), remaining: true }];
  return {
    name,
    module: "",
    sets: [SET],
    defaultSet: SET,
    parameters: [...parameters, ...rest],
    errorSource: name,
    confirms: "no",
    rules: [],
  };
}

async function fillIn(
  session: Session,
  scope: Scope,
  parameters: readonly ParameterNode[],
  binding: Binding,
  rest: readonly Value[],
): Promise<void> {
  scope.set("args", [...rest]);
  for (const parameter of parameters) {
    const given = binding.values.get(parameter.name);
    const value =
      given ?? (given === undefined && parameter.fallback ? await evaluate(session, parameter.fallback) : null);
    scope.set(parameter.name, parameter.type ? convert(value, parameter.type) : value, parameter.type);
  }
}
