// OpenSSH's patterns (ssh_config(5), PATTERNS): `*` and `?`, with `!` before what is not meant. Pure.

/** Whether the whole text is what a pattern with `*` and `?` stands for. */
export function matchPattern(text: string, pattern: string): boolean {
  return toRegExp(pattern).test(text);
}

/** Whether any pattern matches, and no pattern with a leading `!` does. */
export function matchPatternList(text: string, patterns: readonly string[]): boolean {
  const isMatch = (pattern: string) => matchPattern(text, pattern);
  const negated = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  return !negated.some(isMatch) && patterns.some((pattern) => !pattern.startsWith("!") && isMatch(pattern));
}

function toRegExp(pattern: string): RegExp {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const source = pattern.replace(/\*+|\?|[^*?]+/g, (part) => ({ "*": ".*", "?": "." })[part[0] ?? ""] ?? literal(part));
  return new RegExp(`^${source}$`, "su");
}
