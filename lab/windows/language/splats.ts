// Hashtables that a script builds to splat them: which parameters they name, as far as the text says. Pure.
import type { Value } from "../contract";
import type { Expression, Script, Statement } from "./ast";
import { UNKNOWN } from "./bindValue";
import { statementValue, staticValue } from "./staticValue";
import { sameName } from "./values";
import { walkScript } from "./walk";

export interface Splat {
  /** Keys of the literal that it begins as. */
  readonly always: ReadonlyMap<string, Value>;
  /** Keys that are put in later, perhaps. */
  readonly perhaps: ReadonlyMap<string, Value>;
}

/** By scope and lower-case name; a variable that is anything else somewhere is not among them. */
export class Splats {
  private readonly found = new Map<
    Script,
    Map<string, { always: Map<string, Value>; perhaps: Map<string, Value> } | "unclear">
  >();

  constructor(script: Script) {
    walkScript(script, {
      command: () => {},
      statement: (statement, scope) => this.read(statement, scope),
      expression: (expression, scope) => this.readAdd(expression, scope),
    });
  }

  of(name: string, scope: Script): Splat | undefined {
    const splat = this.found.get(scope)?.get(name.toLowerCase());
    return splat === undefined || splat === "unclear" ? undefined : splat;
  }

  private read(statement: Statement, scope: Script): void {
    if (statement.kind !== "assign") return;
    const { target, value } = statement;
    if (target.kind === "variable") this.begin(target.name, value, scope);
    else if (target.kind === "member" && target.object.kind === "variable")
      this.put(target.object.name, target.name, scope, statementValue(value));
    else if (target.kind === "index" && target.object.kind === "variable")
      this.put(target.object.name, target.index, scope, statementValue(value));
  }

  private readAdd(expression: Expression, scope: Script): void {
    if (expression.kind !== "invoke" || expression.object.kind !== "variable") return;
    const [key, value] = expression.args;
    if (!key || !sameName(String(staticValue(expression.name)), "Add")) return;
    this.put(expression.object.name, key, scope, value ? staticValue(value) : UNKNOWN);
  }

  private begin(name: string, value: Statement, scope: Script): void {
    const made = this.found.get(scope) ?? new Map();
    this.found.set(scope, made);
    const key = name.toLowerCase();
    const table = statementValue(value);
    const isTable = table !== null && typeof table === "object" && "kind" in table && table.kind === "hashtable";
    // A second beginning leaves open which one holds.
    if (!isTable || made.has(key)) made.set(key, "unclear");
    else made.set(key, { always: new Map(table.entries), perhaps: new Map() });
  }

  private put(name: string, key: Expression, scope: Script, value: Value): void {
    const splat = this.found.get(scope)?.get(name.toLowerCase());
    if (splat === undefined || splat === "unclear") return;
    const spelled = staticValue(key);
    if (typeof spelled !== "string") this.found.get(scope)?.set(name.toLowerCase(), "unclear");
    else splat.perhaps.set(spelled, value);
  }
}
