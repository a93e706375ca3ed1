// PowerShell's wildcards: * ? [abc] [a-z], with a backtick before what is meant itself; letters in either case. Pure.

export function hasWildcard(pattern: string): boolean {
  return /(?<!`)[*?[]/.test(pattern);
}

export function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${source(pattern)}$`, "is").test(text);
}

function source(pattern: string): string {
  let out = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    const close = char === "[" ? pattern.indexOf("]", at + 1) : -1;
    if (char === "`" && at + 1 < pattern.length) out += quoted(pattern.charAt(++at));
    else if (char === "*") out += ".*";
    else if (char === "?") out += ".";
    else if (close > at + 1) {
      out += `[${pattern.slice(at + 1, close).replace(/[\\^\]]/g, "\\$&")}]`;
      at = close;
    } else out += quoted(char);
  }
  return out;
}

function quoted(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

export function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
