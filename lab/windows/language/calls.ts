// Calls of commands: which one a name means, its arguments, and the stage of the pipeline that it makes.
import { type BoundCall, type Cmdlet, TerminatingError, type Value } from "../contract";
import { ALIASES } from "./aliases";
import type { Command, Expression, Script } from "./ast";
import { type Binding, bindArguments, type Given, resolveSet } from "./bind";
import { bindItem, refuseHopeless } from "./bindPipeline";
import { CORE, type CoreCall, type CoreCmdlet } from "./core";
import type { Origin } from "./errorRecords";
import { evaluate } from "./evaluateExpression";
import { runtimeError, Unsupported } from "./failure";
import { functionStage } from "./functions";
import type { Stage } from "./pipeline";
import { type CmdletReference, reference } from "./reference";
import { brokenRule, unansweredPrompt } from "./rules";
import { type Emit, originOf, type Session } from "./session";
import { isArray, isBlock, isHashtable, plain, toText } from "./values";

export async function makeStage(session: Session, command: Command, hasInput: boolean, emit: Emit): Promise<Stage> {
  const target = plain(await evaluate(session, command.name));
  const given = await argumentsOf(session, command);
  if (isBlock(target)) {
    if (command.operator === "") throw new Unsupported("a block in a command's place", command.at);
    return functionStage(session, { name: "", script: target.script }, given, hasInput, emit, command.operator === ".");
  }
  const name = toText(target);
  const own = session.scope.functionNamed(name);
  if (own) return functionStage(session, own, given, hasInput, emit, false);
  const alias = ALIASES[name.toLowerCase()];
  if (alias) throw new Unsupported(`the alias ${name} (it is ${alias})`, command.at);
  return cmdletStage(session, command, name, given, hasInput, emit);
}

/** The values after the name, with what @ takes apart. */
async function argumentsOf(session: Session, command: Command): Promise<Given[]> {
  const given: Given[] = [];
  for (const element of command.elements) {
    if (element.kind === "splat") given.push(...splatted(await evaluate(session, variable(element.name, command))));
    else if (element.kind === "argument")
      given.push({ kind: "argument", value: plain(await evaluate(session, element.value)) });
    else {
      const value = element.value && plain(await evaluate(session, element.value));
      given.push({ kind: "parameter", name: element.name, value });
    }
  }
  return given;
}

const variable = (name: string, command: Command): Expression => ({ kind: "variable", name, at: command.at });

export function splatted(value: Value): Given[] {
  if (isHashtable(value)) {
    return [...value.entries].map(([name, one]): Given => ({ kind: "parameter", name, value: plain(one) }));
  }
  const items = isArray(value) ? value : value === null ? [] : [value];
  return items.map((one): Given => ({ kind: "argument", value: one }));
}

/** Runs a block as & does: in a scope of its own, with arguments. */
export async function runBlock(
  session: Session,
  block: { script: Script },
  given: readonly Given[],
  emit: Emit,
): Promise<void> {
  const stage = functionStage(session, { name: "", script: block.script }, given, false, emit, false);
  await stage.end();
}

async function cmdletStage(
  session: Session,
  command: Command,
  name: string,
  given: readonly Given[],
  hasInput: boolean,
  emit: Emit,
): Promise<Stage> {
  const known = reference().cmdlet(name);
  const core = CORE[name.toLowerCase()];
  const host = session.machine.cmdlet(name);
  if (!known || !(core || (host && session.machine.hasModule(known.module))))
    throw notFound(session, name, known, host);
  const binding = bindArguments(session.signature(known), given);
  const origin = originOf(known.name, command.at);
  if (hasInput) refuseHopeless(binding);
  const context = { session, command, known, binding, origin, emit };
  if (core && touchesMachine(known.name)) await session.machine.beforeCall(known.name);
  return core ? coreStage(context, core, hasInput) : hostStage(context, host as Cmdlet, hasInput);
}

/** Those of the language that change something or take time: where the lab may let a run end too. */
const touchesMachine = (name: string) => /^(New|Remove|Set|Move|Copy|Rename)-(Item|Content)$|^Start-Sleep$/.test(name);

function notFound(session: Session, name: string, known: CmdletReference | undefined, host: Cmdlet | undefined): Error {
  if (known && session.machine.hasModule(known.module) && !host) {
    return new Unsupported(`what ${known.name} does (the host's model has no such cmdlet)`);
  }
  if (reference().isElsewhere(name)) return new Unsupported(`the cmdlet ${name}`);
  return runtimeError(
    "CommandNotFoundException",
    `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
    "ObjectNotFound",
    "CommandNotFoundException",
    `${name}:String`,
  );
}

interface Context {
  readonly session: Session;
  readonly command: Command;
  readonly known: CmdletReference;
  readonly binding: Binding;
  readonly origin: Origin;
  readonly emit: Emit;
}

/** ErrorAction of the call, or the preference. */
function actionOf({ session, binding }: Context, name: "Error" | "Warning" | "Verbose"): string {
  if (name === "Verbose")
    return binding.common.get("Verbose") === true ? "Continue" : session.preference("VerbosePreference");
  const given = binding.common.get(`${name}Action`);
  return given === undefined
    ? session.preference(`${name === "Error" ? "ErrorAction" : name}Preference`)
    : toText(given);
}

function complete(binding: Binding): { set: string } {
  const set = resolveSet(binding);
  const broken =
    brokenRule(binding.signature.cmdlet, binding.values) ?? unansweredPrompt(binding.signature.cmdlet, binding.values);
  if (broken) throw broken;
  return { set };
}

function hostStage(context: Context, cmdlet: Cmdlet, hasInput: boolean): Stage {
  const { session, binding } = context;
  const run = async (bound: Binding): Promise<void> => {
    const { set } = complete(bound);
    const written: Value[] = [];
    const variableName = binding.common.get("ErrorVariable");
    const call: BoundCall = {
      cmdlet: context.known.name,
      parameterSet: set,
      parameters: bound.values,
      write: (value) => written.push(value),
      error: (record) => {
        if (variableName !== undefined) keepError(context, toText(variableName), record.message);
        session.nonTerminating(record, context.origin, actionOf(context, "Error"), context.command.silent);
      },
      warning: (text) => session.warning(text, actionOf(context, "Warning")),
    };
    await session.machine.beforeCall(context.known.name);
    session.useModule();
    try {
      await cmdlet(call);
    } finally {
      for (const value of written) await context.emit(value);
    }
  };
  return stageOf(context, hasInput, run);
}

function keepError(context: Context, name: string, message: string): void {
  throw new Unsupported(`-ErrorVariable (${name}: ${message})`, context.command.at);
}

/** Runs once without a pipeline, or once per object of it. */
function stageOf(context: Context, hasInput: boolean, run: (binding: Binding) => Promise<void>): Stage {
  const { session, binding, origin } = context;
  return {
    async process(item) {
      let bound: Binding;
      try {
        bound = bindItem(binding, item);
        resolveSet(bound);
      } catch (error) {
        if (!(error instanceof TerminatingError)) throw error;
        session.nonTerminating(error.record, origin, actionOf(context, "Error"));
        return;
      }
      await run(bound);
    },
    async end() {
      if (!hasInput) await run(binding);
    },
  };
}

function coreStage(context: Context, core: CoreCmdlet, hasInput: boolean): Stage {
  const { session, command, emit, origin } = context;
  const call: CoreCall = {
    session,
    emit,
    at: command.at,
    origin,
    hasInput,
    binding: context.binding,
    values: context.binding.values,
    error: (record) => session.nonTerminating(record, origin, actionOf(context, "Error"), command.silent),
    warning: (text) => session.warning(text, actionOf(context, "Warning")),
    verbose: (text) => {
      if (/^(Continue|Inquire)$/i.test(actionOf(context, "Verbose"))) session.print(`VERBOSE: ${text}`);
    },
  };
  if (core.kind === "perObject") {
    return stageOf(context, hasInput, async (bound) => {
      const { set } = complete(bound);
      await core.run({ ...call, values: bound.values, binding: bound }, set);
    });
  }
  complete({ ...context.binding, values: withInput(context.binding) });
  return core.start(call);
}

/** Cmdlets that see the whole pipeline take what comes for InputObject or its like. */
function withInput(binding: Binding): Map<string, Value> {
  const values = new Map(binding.values);
  for (const parameter of binding.signature.parameters)
    if (parameter.byValue && !values.has(parameter.name) && parameter.mandatoryIn.length > 0)
      values.set(parameter.name, null);
  return values;
}
