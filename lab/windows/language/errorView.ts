// An error as the console of Windows PowerShell writes it, wrapped at 80 columns where there is none. Pure.
import type { ErrorRecord } from "../contract";
import { categoryText, type Origin } from "./errorRecords";

const COLUMNS = 80;

export function errorView(record: ErrorRecord, origin: Origin): string {
  const at = origin.at;
  const line = at?.text.split(/\r?\n/)[0] ?? "";
  const shown = [
    `${origin.command === "" ? "" : `${origin.command} : `}${record.message}`,
    `At line:${at?.line ?? 1} char:${at?.column ?? 1}`,
    `+ ${line}`,
    `+ ${"~".repeat(Math.min(line.length, COLUMNS - 2))}`,
    `    + CategoryInfo          : ${categoryText(record, origin)}`,
    `    + FullyQualifiedErrorId : ${record.id}`,
    " ",
  ];
  return shown.flatMap((one) => one.split("\n").flatMap(wrapped)).join("\r\n");
}

function wrapped(line: string): string[] {
  const made: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += COLUMNS - 1) made.push(line.slice(at, at + COLUMNS - 1));
  return made;
}
