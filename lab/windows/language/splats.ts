// Hashtables that a script builds to splat them: which parameters they name at a call, as far as the text says. Pure.
import type { Value } from "../contract";
import type { Command, Expression, Script, Statement } from "./ast";
import { UNKNOWN } from "./bindValue";
import { statementValue, staticValue } from "./staticValue";
import { isHashtable, sameName } from "./values";
import { type Spot, walkScript } from "./walk";

export interface Splat {
  /** Keys of the literal that it begins as. */
  readonly always: ReadonlyMap<string, Value>;
  /** Keys that are put in later, perhaps. */
  readonly perhaps: ReadonlyMap<string, Value>;
}

type Event = Spot & { readonly name: string; readonly at: number } & (
    | { readonly kind: "begin"; readonly table: ReadonlyMap<string, Value> | undefined }
    | { readonly kind: "put"; readonly key: string | undefined; readonly value: Value }
  );

export class Splats {
  private readonly events: Event[] = [];
  private readonly calls = new Map<Command, Spot & { readonly at: number }>();
  private step = 0;

  constructor(script: Script) {
    walkScript(script, {
      command: (command, _, spot) => this.calls.set(command, { ...spot, at: this.next() }),
      statement: (statement, spot) => this.readAssignment(statement, spot),
      expression: (expression, spot) => this.readAdd(expression, spot),
    });
  }

  /** What a variable may hold at a call: one splat for each place where it may have begun. undefined: the text does not say. */
  at(call: Command, name: string): readonly Splat[] | undefined {
    const spot = this.calls.get(call);
    if (!spot) return undefined;
    const before = this.events.filter(
      (event) => event.scope === spot.scope && sameName(event.name, name) && event.at < spot.at,
    );
    const splats: Splat[] = [];
    const puts = new Map<string, Value>();
    for (const event of before.reverse()) {
      if (event.kind === "put") {
        if (event.key === undefined) return undefined;
        if (!puts.has(event.key)) puts.set(event.key, event.value);
        continue;
      }
      if (!event.table) return undefined;
      splats.push({ always: event.table, perhaps: new Map(puts) });
      // Where it stands in a block around the call it ran for certain; else an earlier one may hold.
      if (event.blocks.every((block, depth) => spot.blocks[depth] === block)) return splats;
    }
    return undefined;
  }

  private next(): number {
    this.step += 1;
    return this.step;
  }

  private readAssignment(statement: Statement, spot: Spot): void {
    if (statement.kind !== "assign") return;
    const { target, value } = statement;
    if (target.kind === "variable") this.begin(target.name, statementValue(value), spot);
    else if (target.kind === "member" || target.kind === "index") {
      const key = target.kind === "member" ? target.name : target.index;
      if (target.object.kind === "variable") this.put(target.object.name, key, statementValue(value), spot);
    }
  }

  private readAdd(expression: Expression, spot: Spot): void {
    if (expression.kind !== "invoke" || expression.object.kind !== "variable") return;
    const [key, value] = expression.args;
    if (!key || !sameName(String(staticValue(expression.name)), "Add")) return;
    this.put(expression.object.name, key, value ? staticValue(value) : UNKNOWN, spot);
  }

  private begin(name: string, value: Value, spot: Spot): void {
    // The assignment itself comes after what stands in it; nothing that matters here stands there.
    const table = isHashtable(value) ? value.entries : undefined;
    this.events.push({ ...spot, kind: "begin", name, table, at: this.next() });
  }

  private put(name: string, key: Expression, value: Value, spot: Spot): void {
    const spelled = staticValue(key);
    this.events.push({
      ...spot,
      kind: "put",
      name,
      key: typeof spelled === "string" ? spelled : undefined,
      value,
      at: this.next(),
    });
  }
}
