// Pipelines: every object goes through all the commands before the next one is made.
import type { Value } from "../contract";
import type { Command, Expression } from "./ast";
import { makeStage } from "./calls";
import { evaluate } from "./evaluateExpression";
import { type Emit, enumerate, type Session } from "./session";

/** One command of a running pipeline. */
export interface Stage {
  process(item: Value): Promise<void>;
  end(): Promise<void>;
}

/** Select-Object -First has enough: the commands before it stop. */
export class Enough extends Error {
  constructor(readonly stage: object) {
    super("enough");
  }
}

export async function runPipeline(
  session: Session,
  elements: readonly (Command | Expression)[],
  emit: Emit,
): Promise<void> {
  const [first, ...others] = elements;
  if (!first) return;
  if (first.kind !== "command" && others.length === 0) {
    const value = await evaluate(session, first);
    if (first.kind !== "step") await enumerate(value, emit);
    session.success = true;
    return;
  }
  session.success = true;
  const stages: Stage[] = [];
  let next = emit;
  for (let at = elements.length - 1; at >= 0; at -= 1) {
    const element = elements[at];
    if (element?.kind !== "command") break;
    const stage = await makeStage(session, element, at > 0, next);
    stages.unshift(stage);
    next = (value) => stage.process(value);
  }
  session.success = true;
  await feed(session, first, stages, next);
}

async function feed(
  session: Session,
  first: Command | Expression,
  stages: readonly Stage[],
  into: Emit,
): Promise<void> {
  let remaining = stages;
  try {
    if (first.kind !== "command") await enumerate(await evaluate(session, first), into);
    for (const stage of stages) {
      remaining = remaining.slice(1);
      await stage.end();
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    const from = stages.indexOf(error.stage as Stage);
    for (const stage of stages.slice(from)) await stage.end();
  }
}
