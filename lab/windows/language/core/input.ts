// What cmdlets of a pipeline share: blocks run with an object as $_, objects one by one, what @{ Expression = {} } makes of one.
import type { Value } from "../../contract";
import type { CoreCall } from "../core";
import { runStatements } from "../evaluate";
import { memberOf } from "../members";
import type { Stage } from "../pipeline";
import { collect } from "../session";
import { type Block, isBlock, isHashtable, plain, toText, unrolled } from "../values";

/** Runs a block in the scope of the pipeline, with the object as $_. */
export async function withItem(call: CoreCall, block: Block, item: Value, emit = call.emit): Promise<void> {
  const { session } = call;
  const before = session.scope.own("_")?.value;
  session.scope.set("_", item);
  try {
    for (const part of [block.script.begin, block.script.process, block.script.end])
      await runStatements(session, part, emit);
  } finally {
    if (before === undefined) session.scope.remove("_");
    else session.scope.set("_", before);
  }
}

/** Objects one by one; without a pipeline those of -InputObject. */
export function overInput(
  call: CoreCall,
  process: (item: Value) => Promise<void>,
  end: () => Promise<void> = async () => {},
): Stage {
  return {
    process,
    async end() {
      const given = call.values.get("InputObject");
      if (!call.hasInput && given !== undefined) await process(given);
      await end();
    },
  };
}

/** A property's value, or what the block of @{ Expression = {} } makes. */
export async function keyOfItem(call: CoreCall, item: Value, property: Value): Promise<Value> {
  const expression = isHashtable(property)
    ? (memberOf(property, "Expression") ?? memberOf(property, "e") ?? null)
    : property;
  if (isBlock(expression)) return plain(unrolled(await collect((emit) => withItem(call, expression, item, emit))));
  return item === null ? null : (memberOf(item, toText(expression)) ?? null);
}
