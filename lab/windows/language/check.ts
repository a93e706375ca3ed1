// Reads a script without running it: every call has to be of a function of the script or of a cmdlet of the reference, and its
// arguments have to bind to one parameter set. What only a run can tell counts as fitting. Reads the grammar and the reference.
import { TerminatingError, type Value } from "../contract";
import { ALIASES } from "./aliases";
import type { Command, Expression, Place, Script } from "./ast";
import { type Binding, bindArguments, type Given, resolveSet, type Signature, setParameter } from "./bind";
import { refuseHopeless } from "./bindPipeline";
import { UNKNOWN } from "./bindValue";
import { ParserError, Unsupported } from "./failure";
import { signatureOf } from "./functions";
import { loadGrammar, parse } from "./parse";
import { type CmdletReference, reference } from "./reference";
import { brokenRule, unansweredPrompt } from "./rules";
import { type Splat, Splats } from "./splats";
import { staticValue } from "./staticValue";
import { isArray, sameName } from "./values";
import { walkScript } from "./walk";

export interface Finding {
  readonly line: number;
  readonly column: number;
  /** What stands there, its first line. */
  readonly text: string;
  /** As an error of PowerShell is called, or UnknownCommand, Alias, UnclearSplat, Unsupported. */
  readonly id: string;
  readonly reason: string;
}

export interface CheckOptions {
  /** Of Windows Server; parameters that came later are unknown. The newest unless told. */
  readonly release?: number;
}

/** Nothing found: every call binds. Scripts that it writes to files ending in .ps1, as one literal each, are checked too. */
export async function checkScript(text: string, options: CheckOptions = {}): Promise<Finding[]> {
  await loadGrammar();
  return checkText(text, options.release ?? 2025);
}

function checkText(text: string, release: number): Finding[] {
  let script: Script;
  try {
    script = parse(text);
  } catch (error) {
    if (error instanceof ParserError) {
      return [{ line: error.line, column: error.column, text: "", id: "ParserError", reason: error.message }];
    }
    if (error instanceof Unsupported)
      return [{ line: 0, column: 0, text: "", id: "Unsupported", reason: error.message }];
    throw error;
  }
  const functions = functionsOf(script);
  const splats = new Splats(script);
  const findings: Finding[] = [];
  walkScript(script, {
    command: (command, hasInput) => {
      findings.push(...new Call(command, hasInput, splats, functions, release).findings());
    },
    expression: (expression) => findings.push(...written(expression, release)),
  });
  return findings;
}

/** Findings in a script that this one writes, told by the line that they stand on here. */
function written(expression: Expression, release: number): Finding[] {
  if (expression.kind !== "staticInvoke" || !/^WriteAllText$/i.test(expression.name)) return [];
  const [path, content] = expression.args;
  const text = content && staticValue(content);
  if (!content || typeof text !== "string" || !path || !/\.ps1["']?$/i.test(path.at.text.trim())) return [];
  const first = content.at.line - 1;
  return checkText(text, release).map((finding) => ({ ...finding, line: first + finding.line }));
}

function functionsOf(script: Script): Map<string, CmdletReference> {
  const found = new Map<string, CmdletReference>();
  walkScript(script, {
    command: () => {},
    statement: (statement) => {
      if (statement.kind === "function")
        found.set(statement.name.toLowerCase(), signatureOf(statement.name, statement.script));
    },
  });
  return found;
}

/** The splats of a call, one for each of its @. */
type Splatted = ReadonlyMap<string, Splat>;

class Call {
  constructor(
    private readonly command: Command,
    private readonly hasInput: boolean,
    private readonly splats: Splats,
    private readonly functions: ReadonlyMap<string, CmdletReference>,
    private readonly release: number,
  ) {}

  findings(): Finding[] {
    const name = staticValue(this.command.name);
    if (typeof name !== "string") return [];
    const known = this.functions.get(name.toLowerCase()) ?? reference().cmdlet(name);
    const alias = ALIASES[name.toLowerCase()];
    if (!known && alias) return [this.finding("Alias", `${name} is an alias: write ${alias}.`)];
    if (!known) {
      return [
        this.finding("UnknownCommand", `${name} is neither a function of the script nor a cmdlet of the reference.`),
      ];
    }
    const asked = sameName(known.name, "Get-Command") ? this.unknownNames() : [];
    if (asked.length > 0)
      return [this.finding("UnknownCommand", `${asked.join(", ")}: there is no such cmdlet in the reference.`)];
    const splatted = this.splatted();
    if (!splatted) {
      return [
        this.finding(
          "UnclearSplat",
          "What this splats cannot be read from the script: build it from @{..} in the same function.",
        ),
      ];
    }
    return splatted.flatMap((one) => this.refused(known, one)).slice(0, 1);
  }

  /** Names that are asked for though no machine has them. */
  private unknownNames(): string[] {
    return this.command.elements
      .flatMap((element) => (element.kind === "argument" ? [staticValue(element.value)] : []))
      .flatMap((value) => (isArray(value) ? value : [value]))
      .filter((value) => typeof value === "string")
      .filter((value) => /^[a-z]+-\w+$/i.test(value) && !reference().cmdlet(value) && !reference().isElsewhere(value));
  }

  /** Every combination of what the variables may hold. */
  private splatted(): Splatted[] | undefined {
    let made: Splatted[] = [new Map()];
    for (const element of this.command.elements) {
      if (element.kind !== "splat") continue;
      const splats = this.splats.at(this.command, element.name);
      if (!splats) return undefined;
      made = made.flatMap((one) => splats.map((splat): Splatted => new Map([...one, [element.name, splat]])));
    }
    return made;
  }

  private refused(known: CmdletReference, splatted: Splatted): Finding[] {
    const found = this.refusal(known, splatted, "all");
    if (!found) return [];
    // Keys that are put in perhaps may exclude one another: then each has to fit alone.
    const keys = [...splatted.values()].flatMap((splat) => [...splat.perhaps.keys()]);
    const fitsAlone =
      keys.length > 1 &&
      found.record.id.startsWith("AmbiguousParameterSet") &&
      keys.every((key) => this.refusal(known, splatted, key) === undefined);
    return fitsAlone ? [] : [this.finding(found.record.id.split(",")[0] ?? "", found.message)];
  }

  private refusal(known: CmdletReference, splatted: Splatted, perhaps: string): TerminatingError | undefined {
    try {
      const binding = bindArguments(this.signature(known), this.given(known, splatted, perhaps));
      if (this.hasInput) this.resolveWithInput(binding);
      else resolveSet(binding);
      return brokenRule(known, binding.values) ?? unansweredPrompt(known, binding.values);
    } catch (error) {
      if (error instanceof TerminatingError) return error;
      throw error;
    }
  }

  /** One parameter that takes the pipeline has to complete a set, unless one is complete without. */
  private resolveWithInput(binding: Binding): void {
    refuseHopeless(binding);
    const takers = binding.signature.parameters.filter(
      (one) => (one.byValue || one.byName) && !binding.values.has(one.name),
    );
    const completes = takers.some((taker) => {
      const tried: Binding = { ...binding, values: new Map(binding.values) };
      return !refuses(() => {
        setParameter(tried, taker, UNKNOWN);
        resolveSet(tried);
      });
    });
    if (!completes) resolveSet(binding);
  }

  private signature(cmdlet: CmdletReference): Signature {
    return {
      cmdlet,
      parameters: cmdlet.parameters.filter((one) => (one.since ?? 0) <= this.release),
      enumeration: (type) => reference().enumeration(type, cmdlet.module),
    };
  }

  private given(known: CmdletReference, splatted: Splatted, perhaps: string): Given[] {
    return this.command.elements.flatMap((element): Given[] => {
      if (element.kind === "argument") return [{ kind: "argument", value: staticValue(element.value) }];
      if (element.kind === "parameter")
        return [{ kind: "parameter", name: element.name, value: element.value && staticValue(element.value) }];
      const splat = splatted.get(element.name);
      const put = [...(splat?.perhaps ?? [])].filter(
        ([key]) => (perhaps === "all" || key === perhaps) && !this.comesLater(known, key),
      );
      const entries = new Map<string, Value>([...(splat?.always ?? []), ...put]);
      return [...entries].map(([name, value]): Given => ({ kind: "parameter", name, value }));
    });
  }

  /** A key that is put in perhaps, of a parameter that this release has not: scripts ask Get-Command for it first. */
  private comesLater(known: CmdletReference, key: string): boolean {
    return known.parameters.some((one) => (one.since ?? 0) > this.release && sameName(one.name, key));
  }

  private finding(id: string, reason: string, at: Place = this.command.at): Finding {
    return { line: at.line, column: at.column, text: at.text.split(/\r?\n/)[0] ?? "", id, reason };
  }
}

function refuses(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof TerminatingError) return true;
    throw error;
  }
}
