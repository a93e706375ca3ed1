// Text of others inside Markdown: whatever a name, a value or an error says, it stays text on GitHub and GitLab. No
// markup, no HTML, no mention, no link, no way out of a table cell, a code fence or a folded part. Pure.

/** Text in one line, as a code span: mentions, links and references are not made of what stands in code. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === "") return "(empty)";
  // In a table even a code span ends at a bar, and backslashes before one are read differently by different readers.
  if (line.includes("|")) return `<code>${toEntities(line)}</code>`;
  const fence = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** The same inside a block of HTML, where Markdown is not read. */
export function htmlCode(text: string): string {
  const escaped = oneLine(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  return `<code>${escaped}</code>`;
}

/** Several lines as a fenced block; the fence is longer than any in the text. */
export function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${visible(text)}\n${fence}`;
}

/** At most `limit` characters; what is left out is counted. */
export function shortened(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const notice = ` … (${characters.length - limit} more characters)`;
  return `${characters.slice(0, limit).join("")}${notice}`;
}

/** Length as GitHub and GitLab count it: in Unicode characters, not in UTF-16 units or bytes. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function oneLine(text: string): string {
  return visible(text.replaceAll(/\s+/g, " ").trim());
}

// What a reader would not see, or would see in another order than it stands (text direction).
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are made visible
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;

/** Invisible characters as `\u{202e}`. */
function visible(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

/** Every character that Markdown could read as something else, as a numeric entity: those are never markup. */
function toEntities(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ,;=()→…-]/gu, (character) => `&#${character.codePointAt(0)};`);
}
