// -f and ToString(format): .NET's composite formats as far as scripts of ours use them. Pure.
import type { Value } from "../contract";
import { runtimeError, Unsupported } from "./failure";
import { isNumber, plain, toText } from "./values";

export function formatText(template: string, items: readonly Value[]): string {
  return template.replace(
    /\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^}]*))?\}/g,
    (whole, index?: string, width?: string, format?: string) => {
      if (index === undefined) return whole.slice(0, 1);
      if (Number(index) >= items.length) {
        throw runtimeError(
          "FormatError",
          "Error formatting a string: Index (zero based) must be greater than or equal to zero and less than the size of the argument list..",
        );
      }
      const text = formatted(plain(items[Number(index)] ?? null), format ?? "");
      const places = Number(width ?? 0);
      return places < 0 ? text.padEnd(-places) : text.padStart(places);
    },
  );
}

export function formatted(value: Value, format: string): string {
  if (format === "") return toText(value);
  if (value instanceof Date) return formattedDate(value, format);
  if (isNumber(value)) return formattedNumber(value, format);
  return toText(value);
}

function formattedNumber(value: number | bigint, format: string): string {
  const [, kind = "", digits = ""] = /^([xXdDnNfF])(\d*)$/.exec(format) ?? [];
  switch (kind) {
    case "x":
      return value.toString(16).padStart(Number(digits), "0");
    case "X":
      return value.toString(16).toUpperCase().padStart(Number(digits), "0");
    case "d":
    case "D":
      return value.toString().padStart(Number(digits), "0");
    case "f":
    case "F":
      return Number(value).toFixed(digits === "" ? 2 : Number(digits));
    default:
      if (/^0+$/.test(format)) return value.toString().padStart(format.length, "0");
      throw new Unsupported(`the number format "${format}"`);
  }
}

const two = (part: number) => String(part).padStart(2, "0");

function formattedDate(date: Date, format: string): string {
  if (format === "o" || format === "O") return date.toISOString().replace(/(\.\d{3})Z$/, "$10000Z");
  if (format === "s") return date.toISOString().slice(0, 19);
  if (format === "u") return `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
  return format.replace(/yyyy|MM|dd|HH|mm|ss|fff|K|Z|[A-Za-z]+|'([^']*)'/g, (part, quoted?: string) => {
    const made: Record<string, string> = {
      yyyy: String(date.getUTCFullYear()),
      MM: two(date.getUTCMonth() + 1),
      dd: two(date.getUTCDate()),
      HH: two(date.getUTCHours()),
      mm: two(date.getUTCMinutes()),
      ss: two(date.getUTCSeconds()),
      fff: String(date.getUTCMilliseconds()).padStart(3, "0"),
      K: "Z",
      Z: "Z",
      T: "T",
    };
    if (quoted !== undefined) return quoted;
    const found = made[part];
    if (found === undefined) throw new Unsupported(`the date format "${format}"`);
    return found;
  });
}
