// Names in OpenSSH's files: `~`, `%h` and `${VARIABLE}` (ssh_config(5), TOKENS and ENVIRONMENT VARIABLES). Reads the environment.
import { userInfo } from "node:os";
import { join } from "node:path";

/** What each letter after `%` stands for. */
export interface Tokens {
  readonly [letter: string]: string;
  readonly h: string;
  readonly p: string;
  readonly r: string;
}

/** Puts values in place of `%` and its letter; a letter that is not known stays as it is. */
export function expandTokens(text: string, tokens: Tokens): string {
  return text.replace(/%(.)/g, (whole, letter: string) => tokens[letter] ?? whole);
}

/** The path that a leading `~` stands for. */
export function expandTilde(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homeFolder(), path.slice(1)) : path;
}

/** A file name of the client configuration as a path. */
export function expandPath(path: string, tokens: Tokens): string {
  const named = path.replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole);
  return expandTilde(expandTokens(named, tokens));
}

/** The home folder in ssh's eyes: that of the user database, whatever HOME says. */
export function homeFolder(): string {
  return userInfo().homedir;
}
