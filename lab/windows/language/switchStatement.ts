// switch over a value or each item of an array.
import type { Value } from "../contract";
import type { Statement, SwitchClause } from "./ast";
import { runStatements, statementValue } from "./evaluate";
import { evaluate } from "./evaluateExpression";
import { equal, pattern } from "./operators";
import { collect, type Emit, Flow, type Session } from "./session";
import { isArray, isBlock, isTrue, plain, toText, unrolled } from "./values";
import { wildcard } from "./wildcard";

type Switch = Extract<Statement, { kind: "switch" }>;

export async function runSwitch(session: Session, statement: Switch, emit: Emit): Promise<void> {
  const value = await statementValue(session, statement.over);
  const items = isArray(value) ? value : [plain(value)];
  const before = session.scope.own("_")?.value ?? null;
  try {
    for (const item of items) {
      session.scope.set("_", item);
      await runClauses(session, statement, item, emit);
    }
  } catch (error) {
    if (!(error instanceof Flow) || error.kind !== "break") throw error;
  } finally {
    session.scope.set("_", before);
  }
}

/** Every clause that fits runs; continue goes on with the next item. */
async function runClauses(session: Session, statement: Switch, item: Value, emit: Emit): Promise<void> {
  let matched = false;
  try {
    for (const clause of statement.clauses) {
      if (!clause.condition || !(await fits(session, statement, clause, item))) continue;
      matched = true;
      await runStatements(session, clause.body, emit);
    }
    const last = statement.clauses.find((clause) => !clause.condition);
    if (!matched && last) await runStatements(session, last.body, emit);
  } catch (error) {
    if (!(error instanceof Flow) || error.kind !== "continue") throw error;
  }
}

async function fits(session: Session, statement: Switch, clause: SwitchClause, item: Value): Promise<boolean> {
  if (!clause.condition) return false;
  const condition = plain(await evaluate(session, clause.condition));
  if (isBlock(condition)) {
    return isTrue(unrolled(await collect((emit) => runStatements(session, condition.script.end, emit))));
  }
  if (statement.form === "wildcard") return wildcard(toText(condition), statement.caseSensitive).test(toText(item));
  if (statement.form === "regex") {
    return new RegExp(pattern(toText(condition)), statement.caseSensitive ? "" : "i").test(toText(item));
  }
  return equal(item, condition, statement.caseSensitive);
}
