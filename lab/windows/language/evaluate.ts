// Runs statements. What it does not know it refuses (failure.ts).
import { TerminatingError, type Value } from "../contract";
import { assign } from "./assign";
import type { Script, Statement } from "./ast";
import { convert } from "./convert";
import { type Origin, StoppingError } from "./errorRecords";
import { categoryTypeMatches, thrown } from "./errorTypes";
import { evaluate } from "./evaluateExpression";
import { runPipeline } from "./pipeline";
import { reference } from "./reference";
import { collect, type Emit, Exit, Flow, originOf, type Session } from "./session";
import { runSwitch } from "./switchStatement";
import { isArray, isTrue, plain, sameName, unrolled } from "./values";

export async function runStatements(session: Session, statements: readonly Statement[], emit: Emit): Promise<void> {
  for (const statement of statements) {
    try {
      await runStatement(session, statement, emit);
    } catch (error) {
      if (!(error instanceof TerminatingError)) throw error;
      const stops = error instanceof StoppingError || session.tries > 0;
      const preference = session.preference("ErrorActionPreference");
      const origin = originOf(commandOf(error), statement.at);
      if (stops || sameName(preference, "Stop")) throw stopping(error, origin);
      session.fail(error, origin);
      if (!/^(SilentlyContinue|Ignore)$/i.test(preference)) session.show(error.record, origin);
    }
  }
}

/** Callers with another preference are not asked again; the innermost statement is where it came from. */
function stopping(error: TerminatingError, origin: Origin): StoppingError {
  if (error instanceof StoppingError && error.origin) return error;
  return new StoppingError(error.record, error instanceof StoppingError ? error.value : undefined, origin);
}

/** The command that an error names, by its id. */
export function commandOf(error: TerminatingError): string {
  const [, source = ""] = /,([^,]*)$/.exec(error.record.id) ?? [];
  return reference().cmdlets.find((cmdlet) => cmdlet.errorSource === source)?.name ?? source;
}

export async function runScript(session: Session, script: Script, emit: Emit): Promise<void> {
  for (const part of [script.begin, script.process, script.end]) await runStatements(session, part, emit);
}

async function runStatement(session: Session, statement: Statement, emit: Emit): Promise<void> {
  switch (statement.kind) {
    case "pipeline":
      return runPipeline(session, statement.elements, emit);
    case "assign": {
      const value = await statementValue(session, statement.value);
      await assign(session, statement.target, statement.operator, value);
      session.success = true;
      return;
    }
    case "if": {
      for (const clause of statement.clauses) {
        if (await isConditionTrue(session, clause.condition)) return runStatements(session, clause.body, emit);
      }
      return runStatements(session, statement.otherwise, emit);
    }
    case "foreach": {
      const value = await statementValue(session, statement.over);
      const items = plain(value) === null ? [] : isArray(value) ? [...value] : [value];
      return loop(items, async (item) => {
        session.scope.set(statement.variable, item);
        await runStatements(session, statement.body, emit);
      });
    }
    case "for":
      return runFor(session, statement, emit);
    case "while":
      return runWhile(session, statement, emit);
    case "switch":
      return runSwitch(session, statement, emit);
    case "try":
      return runTry(session, statement, emit);
    case "function":
      session.scope.define(statement.name, statement.script);
      return;
    case "exit": {
      const value = statement.value ? plain(await statementValue(session, statement.value)) : 0;
      throw new Exit(Number(convert(value, "int")) & 0xffffffff);
    }
    case "return":
      if (statement.value) await emitStatement(session, statement.value, emit);
      throw new Flow("return");
    case "throw":
      throw thrown(session, statement.value ? plain(await statementValue(session, statement.value)) : undefined);
    default:
      throw new Flow(statement.kind);
  }
}

async function emitStatement(session: Session, statement: Statement, emit: Emit): Promise<void> {
  await runStatement(session, statement, emit);
}

/** What a statement is worth where a value is due: an expression as it is, everything else what it sends, unrolled. */
export async function statementValue(session: Session, statement: Statement): Promise<Value> {
  if (statement.kind === "pipeline" && statement.elements.length === 1) {
    const [only] = statement.elements;
    if (only && only.kind !== "command") {
      const value = await evaluate(session, only);
      session.success = true;
      return value;
    }
  }
  if (statement.kind === "assign") {
    await runStatement(session, statement, async () => {});
    return evaluate(session, statement.target);
  }
  const values = await collect((emit) => runStatement(session, statement, emit));
  return unrolled(values);
}

export const isConditionTrue = async (session: Session, condition: Statement) =>
  isTrue(await statementValue(session, condition));

/** break and continue end here. */
async function loop<T>(items: Iterable<T>, body: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) if (await leaves(() => body(item))) return;
}

async function leaves(body: () => Promise<void>): Promise<boolean> {
  try {
    await body();
    return false;
  } catch (error) {
    if (error instanceof Flow && error.kind === "continue") return false;
    if (error instanceof Flow && error.kind === "break") return true;
    throw error;
  }
}

async function runFor(session: Session, statement: Extract<Statement, { kind: "for" }>, emit: Emit): Promise<void> {
  if (statement.start) await runStatement(session, statement.start, async () => {});
  while (statement.condition === undefined || (await isConditionTrue(session, statement.condition))) {
    if (await leaves(() => runStatements(session, statement.body, emit))) return;
    if (statement.step) await runStatement(session, statement.step, async () => {});
  }
}

async function runWhile(session: Session, statement: Extract<Statement, { kind: "while" }>, emit: Emit): Promise<void> {
  const goesOn = async () => (await isConditionTrue(session, statement.condition)) !== (statement.form === "doUntil");
  if (statement.form === "while" && !(await goesOn())) return;
  do {
    if (await leaves(() => runStatements(session, statement.body, emit))) return;
  } while (await goesOn());
}

async function runTry(session: Session, statement: Extract<Statement, { kind: "try" }>, emit: Emit): Promise<void> {
  try {
    await guarded(session, statement, emit);
  } catch (error) {
    // A process that is ended from outside, or by the stand-in itself, runs nothing any more.
    if (error instanceof TerminatingError || error instanceof Flow || error instanceof Exit) {
      await runStatements(session, statement.last, emit);
    }
    throw error;
  }
  await runStatements(session, statement.last, emit);
}

async function guarded(session: Session, statement: Extract<Statement, { kind: "try" }>, emit: Emit): Promise<void> {
  const [scope, tries] = [session.scope, session.tries];
  try {
    session.tries += statement.catches.length > 0 ? 1 : 0;
    await runStatements(session, statement.body, emit);
  } catch (error) {
    if (!(error instanceof TerminatingError)) throw error;
    const clause = statement.catches.find(
      ({ types }) => types.length === 0 || types.some((type) => categoryTypeMatches(type, error.record)),
    );
    if (!clause) throw error;
    session.tries = tries;
    session.scope = scope;
    const origin = error instanceof StoppingError ? error.origin : undefined;
    const value = session.fail(error, origin ?? originOf(commandOf(error), statement.at));
    const before = session.scope.own("_")?.value;
    session.scope.set("_", value);
    try {
      await runStatements(session, clause.body, emit);
    } finally {
      if (before === undefined) session.scope.remove("_");
      else session.scope.set("_", before);
    }
  } finally {
    session.tries = tries;
  }
}
