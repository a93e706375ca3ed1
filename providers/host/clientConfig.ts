// The OpenSSH client configuration of one machine (ssh_config(5)): Host, Match and Include evaluated as ssh does. I/O:
// reads the files, and runs the commands of `Match exec`, which are the user's own.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Directive, LineType, parse, type Section } from "ssh-config";
import { listFiles } from "./fileList.js";
import { HostError } from "./host.js";
import { matchPatternList } from "./patterns.js";
import { expandTilde, expandTokens, homeFolder, type Tokens } from "./tokens.js";

/** Options by lower-case keyword. The first value that ssh meets is in force; only IdentityFile has several. */
export type ClientOptions = ReadonlyMap<string, readonly string[]>;

/** What is asked: the host as the user writes it, and what is given beside it on ssh's command line. */
export interface ClientQuery {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** File instead of ~/.ssh/config and /etc/ssh/ssh_config; it has to exist. */
  readonly configFile?: string | undefined;
}

/** Reads what the client configuration says about a host; throws a HostError of kind "invalid". */
export function readClientOptions(query: ClientQuery): ClientOptions {
  const first = new Evaluation(query, { isFinal: false, options: new Map() });
  first.readAll();
  if (!first.wantsFinal) return first.options;
  const last = new Evaluation(query, { isFinal: true, options: first.options });
  last.readAll();
  return last.options;
}

const MAX_INCLUDES = 16;
const EXEC_TIMEOUT_SECONDS = 10;

interface Source {
  readonly file: string;
  /** Where relative names of Include are looked for. */
  readonly folder: string;
  readonly depth: number;
}

class Evaluation {
  readonly options: Map<string, string[]>;
  wantsFinal = false;
  private readonly isFinal: boolean;

  constructor(
    private readonly query: ClientQuery,
    { isFinal, options }: { readonly isFinal: boolean; readonly options: Map<string, string[]> },
  ) {
    this.isFinal = isFinal;
    this.options = options;
    if (query.user !== undefined) options.set("user", [query.user]);
    if (query.port !== undefined) options.set("port", [String(query.port)]);
  }

  readAll(): void {
    const user = join(homeFolder(), ".ssh");
    const { configFile } = this.query;
    if (configFile !== undefined) {
      this.readFile({ file: requireFile(configFile), folder: user, depth: 0 });
    } else {
      this.readFile({ file: join(user, "config"), folder: user, depth: 0 });
      this.readFile({ file: "/etc/ssh/ssh_config", folder: "/etc/ssh", depth: 0 });
    }
  }

  private readFile(source: Source): void {
    if (source.depth > MAX_INCLUDES)
      throw new HostError("invalid", `SSH client configuration ${source.file}: Include is nested too deeply.`);
    for (const line of readLines(source.file)) {
      if (!("config" in line)) this.take(line, source);
      else if (this.isMeant(line)) for (const inner of directives(line.config)) this.take(inner, source);
    }
  }

  private take(directive: Directive, source: Source): void {
    const keyword = directive.param.toLowerCase();
    const values = words(directive.value);
    const known = this.options.get(keyword);
    if (keyword === "include") this.include(values, source);
    else if (known === undefined) this.options.set(keyword, values);
    else if (keyword === "identityfile") known.push(...values.filter((value) => !known.includes(value)));
  }

  private include(names: readonly string[], source: Source): void {
    for (const name of names.map(expandTilde)) {
      const pattern = isAbsolute(name) ? name : join(source.folder, name);
      for (const file of listFiles(pattern)) this.readFile({ ...source, file, depth: source.depth + 1 });
    }
  }

  private isMeant(section: Section): boolean {
    const values = words(section.value);
    if (section.param.toLowerCase() === "host") return matchPatternList(this.query.host, values);
    for (let index = 0; index < values.length; index++) {
      const negated = values[index]?.startsWith("!") ?? false;
      const criterion = (values[index] ?? "").slice(negated ? 1 : 0).toLowerCase();
      const argument = ["all", "canonical", "final"].includes(criterion) ? "" : (values[++index] ?? "");
      if (this.holds(criterion, argument) === negated) return false;
    }
    return true;
  }

  private holds(criterion: string, argument: string): boolean {
    if (criterion === "final") this.wantsFinal = true;
    const lists: Record<string, string> = {
      host: this.tokens().h,
      originalhost: this.query.host,
      user: this.tokens().r,
      localuser: userInfo().username,
    };
    const text = lists[criterion];
    if (text !== undefined) return matchPatternList(text, argument.split(","));
    if (criterion === "exec") return this.exec(argument);
    return criterion === "all" || (criterion === "final" && this.isFinal);
  }

  private exec(command: string): boolean {
    const shell = process.env.SHELL || "/bin/sh";
    const timeout = EXEC_TIMEOUT_SECONDS * 1000;
    return spawnSync(shell, ["-c", expandTokens(command, this.tokens())], { stdio: "ignore", timeout }).status === 0;
  }

  private tokens(): Tokens {
    return clientTokens(this.query.host, this.options);
  }
}

/** The tokens of ssh_config(5) as far as they are known from the options. */
export function clientTokens(host: string, options: ClientOptions): Tokens {
  const [hostName = "%h"] = options.get("hostname") ?? [];
  return {
    "%": "%",
    d: homeFolder(),
    h: hostName.replace(/%([%h])/g, (_, token) => (token === "h" ? host : "%")),
    n: host,
    p: options.get("port")?.[0] ?? "22",
    r: options.get("user")?.[0] ?? userInfo().username,
    u: userInfo().username,
  };
}

function requireFile(path: string): string {
  const file = expandTilde(path);
  if (existsSync(file)) return file;
  throw new HostError(
    "invalid",
    `SSH client configuration ${file}: there is no such file. Correct the stack setting multiport:sshConfig.`,
  );
}

function readLines(file: string): (Directive | Section)[] {
  if (!existsSync(file)) return [];
  try {
    return directives(parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HostError(
      "invalid",
      `SSH client configuration ${file}: cannot be read: ${reason}. Try: ssh -G -F ${file} HOST`,
    );
  }
}

function directives(lines: readonly { readonly type: LineType }[]): (Directive | Section)[] {
  return lines.filter((line): line is Directive | Section => line.type === LineType.DIRECTIVE);
}

function words(value: Directive["value"]): string[] {
  return typeof value === "string" ? [value] : value.map(({ val }) => val);
}
