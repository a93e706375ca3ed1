// PowerShell's wildcards: * ? [abc] [a-z], and ` to take one literally. Pure.

export function wildcard(text: string, exact = false): RegExp {
  let made = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    const set = /^\[(?:[^\]]+)\]/.exec(text.slice(at))?.[0];
    if (character === "`" && at + 1 < text.length) {
      at += 1;
      made += literally(text[at] ?? "");
    } else if (character === "*") made += "[\\s\\S]*";
    else if (character === "?") made += "[\\s\\S]";
    else if (set) {
      made += `[${set.slice(1, -1).replace(/[\\^\]]/g, "\\$&")}]`;
      at += set.length - 1;
    } else made += literally(character);
  }
  return new RegExp(`^${made}$`, exact ? "" : "i");
}

const literally = (character: string) => character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

export const hasWildcard = (text: string) => /[*?[\]]/.test(text);
