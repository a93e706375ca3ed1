// The parameters of one call, read as what they are meant to be. Pure.
import type { BoundCall, ObjectValue, Value } from "../contract";
import { promptError } from "./errors";
import { isEnum, isObject } from "./objects";

/** Parameters that a cmdlet may leave alone where there was nothing to do. */
const HARMLESS = ["passthru", "confirm", "whatif", "force"];

export class Call {
  private readonly asked = new Set<string>(HARMLESS);

  constructor(readonly bound: BoundCall) {}

  get cmdlet(): string {
    return this.bound.cmdlet;
  }

  has(name: string): boolean {
    this.asked.add(name.toLowerCase());
    return this.bound.parameters.has(name);
  }

  /** Parameters that were given and that nobody has asked for: the lab's host does not know them. */
  get ignored(): readonly string[] {
    return [...this.bound.parameters.keys()].filter((name) => !this.asked.has(name.toLowerCase()));
  }

  value(name: string): Value {
    this.asked.add(name.toLowerCase());
    return this.bound.parameters.get(name) ?? null;
  }

  /** undefined: not given. */
  text(name: string): string | undefined {
    return this.has(name) ? asText(this.value(name)) : undefined;
  }

  texts(name: string): readonly string[] | undefined {
    return this.has(name) ? this.values(name).map(asText) : undefined;
  }

  values(name: string): readonly Value[] {
    const value = this.value(name);
    if (value === null) return [];
    return Array.isArray(value) ? value : [value];
  }

  objects(name: string): readonly ObjectValue[] {
    return this.values(name).filter(isObject);
  }

  number(name: string): number | undefined {
    return this.has(name) ? asNumber(this.value(name)) : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    return this.has(name) ? this.values(name).map(asNumber) : undefined;
  }

  /** Of a switch: whether it is on. Of a Boolean that is not given: `otherwise`. */
  flag(name: string, otherwise = false): boolean {
    return this.has(name) ? this.value(name) === true : otherwise;
  }

  /** EM-06: questions end a script that nobody watches. False: asked for -WhatIf, nothing is to be done. */
  confirmed({ asks, owner = this.cmdlet, force }: { asks: boolean; owner?: string; force?: string }): boolean {
    if (this.flag("WhatIf")) {
      this.bound.write(`What if: Performing the operation "${this.cmdlet}".`);
      return false;
    }
    const isSure = force === undefined ? this.has("Confirm") && !this.flag("Confirm") : this.flag(force);
    if ((asks && !isSure) || (this.flag("Confirm") && this.has("Confirm"))) throw promptError(owner);
    return true;
  }
}

export function asText(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (isEnum(value)) return value.name;
  if (isObject(value)) return asText(property(value, "Name"));
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

function asNumber(value: Value): number {
  if (isEnum(value)) return value.number;
  return Number(value);
}

export function property(from: ObjectValue, name: string): Value {
  for (const [key, value] of from.properties) if (key.toLowerCase() === name.toLowerCase()) return value;
  return null;
}

export function textOf(from: ObjectValue, name: string): string {
  return asText(property(from, name));
}

/** Seconds of a [TimeSpan], or undefined where it has no end. */
export function secondsOf(value: Value): number | undefined {
  if (isObject(value)) {
    const ticks = property(value, "Ticks");
    const seconds = ticks === null ? Number(property(value, "TotalSeconds")) : Number(ticks) / 10_000_000;
    return seconds > 900_000_000_000 ? undefined : seconds;
  }
  if (typeof value === "string") {
    const [, days, hours, minutes, seconds] = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(value) ?? [];
    if (seconds !== undefined)
      return Number(days ?? 0) * 86400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
  return undefined;
}
