// Text that a machine sent, as it may stand in a message: no control characters that would steer a terminal. Pure.

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of text without control characters. */
export function printable(text: string): string {
  return text.replace(/\t/g, " ").replace(CONTROL, "").trim();
}

/** The last lines that say something, each printable and of bearable length. */
export function lastLines(text: string, { count = 10, width = 400 } = {}): string[] {
  const lines = text
    .split(/\r?\n|\r/)
    .map(printable)
    .filter(Boolean);
  return lines.slice(-count).map((line) => (line.length > width ? `${line.slice(0, width)} ...` : line));
}

/** Standard error at the end of a message. */
export function said(stderr: string): string {
  const lines = lastLines(stderr);
  return lines.length === 0 ? "" : ` It said:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
