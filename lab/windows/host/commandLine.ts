// Command lines of Windows: how a program splits its own, and what cmd.exe makes of one. Pure.

/** By the rules of CommandLineToArgvW: quotes group, and backslashes are only special before a quote. */
export function splitArguments(line: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++;
      continue;
    }
    const [word, next] = oneWord(line, at);
    found.push(word);
    at = next;
  }
  return found;
}

function oneWord(line: string, from: number): [string, number] {
  let word = "";
  let isQuoted = false;
  let at = from;
  for (; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "\\") {
      const [, slashes = ""] = /^(\\+)/.exec(line.slice(at)) ?? [];
      const beforeQuote = line.charAt(at + slashes.length) === '"';
      if (!beforeQuote) word += slashes;
      else word += "\\".repeat(Math.floor(slashes.length / 2)) + (slashes.length % 2 === 1 ? '"' : "");
      at += slashes.length - 1 + (beforeQuote && slashes.length % 2 === 1 ? 1 : 0);
    } else if (char === '"') {
      if (isQuoted && line.charAt(at + 1) === '"') {
        word += '"';
        at++;
      } else isQuoted = !isQuoted;
    } else if (/\s/.test(char) && !isQuoted) break;
    else word += char;
  }
  return [word, at];
}

/** A character that cmd.exe itself goes by: what it would do with it is not modelled. */
export function specialToCmd(line: string): string | undefined {
  let isQuoted = false;
  for (const char of line) {
    if (char === '"') isQuoted = !isQuoted;
    if (char === "%" || (!isQuoted && "&|<>^()".includes(char)) || char === "\n" || char === "\r") return char;
  }
  return undefined;
}

export function isPowerShell(program: string): boolean {
  const path = program.replaceAll("/", "\\").toLowerCase();
  const FOLDER = "c:\\windows\\system32\\windowspowershell\\v1.0\\";
  const name = path.startsWith(FOLDER)
    ? path.slice(FOLDER.length)
    : path.replace(/^%systemroot%\\system32\\windowspowershell\\v1\.0\\/, "");
  return name === "powershell" || name === "powershell.exe";
}
