// Assignment to variables, indices and properties.
import type { Value } from "../contract";
import type { Expression } from "./ast";
import { evaluate } from "./evaluateExpression";
import { Unsupported } from "./failure";
import { setIndex, setMember } from "./members";
import { binary } from "./operators";
import type { Session } from "./session";
import { isArray, plain, toText } from "./values";
import { setVariable } from "./variables";

export async function assign(session: Session, target: Expression, operator: string, value: Value): Promise<void> {
  const made = operator === "=" ? value : await combined(session, target, operator.slice(0, -1), value);
  switch (target.kind) {
    case "variable":
      return setVariable(session, target.name, made);
    case "cast":
      if (target.operand.kind !== "variable") throw new Unsupported("this assignment", target.at);
      return setVariable(session, target.operand.name, made, target.type);
    case "member":
      return setMember(
        plain(await evaluate(session, target.object)),
        toText(await evaluate(session, target.name)),
        made,
      );
    case "index":
      return setIndex(
        plain(await evaluate(session, target.object)),
        plain(await evaluate(session, target.index)),
        made,
      );
    case "static":
      return setStatic(session, target, made);
    case "list":
      return assignEach(session, target.items, made);
    default:
      throw new Unsupported("this assignment", target.at);
  }
}

async function combined(session: Session, target: Expression, operator: string, value: Value): Promise<Value> {
  return binary(operator, await evaluate(session, target), value, () => {});
}

function setStatic(session: Session, target: Extract<Expression, { kind: "static" }>, value: Value): void {
  if (!/^(system\.)?console$/i.test(target.type) || !/^outputencoding$/i.test(target.name)) {
    throw new Unsupported(`setting [${target.type}]::${target.name}`, target.at);
  }
  session.consoleEncoding = value;
}

/** $a, $b = 1, 2: the last takes what is left. */
async function assignEach(session: Session, targets: readonly Expression[], value: Value): Promise<void> {
  const items = isArray(value) ? value : [value];
  for (const [at, target] of targets.entries()) {
    const isLast = at === targets.length - 1;
    const rest = items.slice(at);
    await assign(session, target, "=", isLast && rest.length > 1 ? rest : (rest[0] ?? null));
  }
}
