// Variables and functions by scope: a call makes one, what it reads it finds in its callers too. Pure.
import type { Value } from "../contract";
import type { Script } from "./ast";

interface Cell {
  value: Value;
  /** Of [int]$x: later assignments are converted as well. */
  type: string | undefined;
}

export class Scope {
  private readonly variables = new Map<string, Cell>();
  private readonly functions = new Map<string, { name: string; script: Script }>();

  constructor(readonly parent: Scope | undefined) {}

  find(name: string): Cell | undefined {
    return this.variables.get(name.toLowerCase()) ?? this.parent?.find(name);
  }

  own(name: string): Cell | undefined {
    return this.variables.get(name.toLowerCase());
  }

  set(name: string, value: Value, type?: string): void {
    this.variables.set(name.toLowerCase(), { value, type: type ?? this.own(name)?.type });
  }

  remove(name: string): void {
    this.variables.delete(name.toLowerCase());
  }

  define(name: string, script: Script): void {
    this.functions.set(name.toLowerCase(), { name, script });
  }

  functionNamed(name: string): { name: string; script: Script } | undefined {
    return this.functions.get(name.toLowerCase()) ?? this.parent?.functionNamed(name);
  }

  get root(): Scope {
    return this.parent?.root ?? this;
  }
}
