// What a measurement says: figures, the bound they are held against, and whether it held. Pure but for printing.

/** One figure with its bound. */
export interface Verdict {
  readonly what: string;
  readonly value: number;
  /** Largest value that is good. Undefined: there is only something to see. */
  readonly bound?: number;
  /** Unit of both, as it stands after the number: "s", "x", "bytes". */
  readonly unit: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const around = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return around.reduce((sum, value) => sum + value, 0) / around.length;
}

/** `1.52 s (1.48 to 1.71)`: the median and how far the runs were apart. */
export function formatSeconds(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

export function holds({ value, bound }: Verdict): boolean {
  return bound === undefined || value <= bound;
}

export function formatVerdict(verdict: Verdict): string {
  const { what, value, bound, unit } = verdict;
  const figure = `${what}: ${round(value)} ${unit}`;
  if (bound === undefined) return figure;
  return `${figure}, bound ${bound} ${unit}: ${holds(verdict) ? "held" : "NOT HELD"}`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
