// PowerShell as we evaluate it: the syntax tree without the grammar's inner layers. Pure.

/** Where something stands in its script, counted from 1, and what stands there. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface Script {
  readonly parameters: readonly ParameterNode[];
  /** [CmdletBinding()] or a [Parameter()]: unknown parameters are refused. */
  readonly advanced: boolean;
  readonly begin: readonly Statement[];
  readonly process: readonly Statement[];
  readonly end: readonly Statement[];
  readonly at: Place;
}

export interface ParameterNode {
  readonly name: string;
  readonly type: string | undefined;
  readonly mandatory: boolean;
  readonly position: number | undefined;
  readonly values: readonly string[] | undefined;
  readonly fallback: Expression | undefined;
  readonly at: Place;
}

export type Statement =
  | { readonly kind: "pipeline"; readonly elements: readonly (Command | Expression)[]; readonly at: Place }
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly operator: string;
      readonly value: Statement;
      readonly at: Place;
    }
  | {
      readonly kind: "if";
      readonly clauses: readonly { readonly condition: Statement; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
      readonly at: Place;
    }
  | {
      readonly kind: "foreach";
      readonly variable: string;
      readonly over: Statement;
      readonly body: readonly Statement[];
      readonly at: Place;
    }
  | {
      readonly kind: "for";
      readonly start: Statement | undefined;
      readonly condition: Statement | undefined;
      readonly step: Statement | undefined;
      readonly body: readonly Statement[];
      readonly at: Place;
    }
  | {
      readonly kind: "while";
      readonly condition: Statement;
      readonly body: readonly Statement[];
      /** do { } while and do { } until look afterwards. */
      readonly form: "while" | "doWhile" | "doUntil";
      readonly at: Place;
    }
  | {
      readonly kind: "switch";
      readonly form: "exact" | "wildcard" | "regex";
      readonly caseSensitive: boolean;
      readonly over: Statement;
      readonly clauses: readonly SwitchClause[];
      readonly at: Place;
    }
  | {
      readonly kind: "try";
      readonly body: readonly Statement[];
      readonly catches: readonly { readonly types: readonly string[]; readonly body: readonly Statement[] }[];
      readonly last: readonly Statement[];
      readonly at: Place;
    }
  | {
      readonly kind: "break" | "continue" | "return" | "throw" | "exit";
      readonly value: Statement | undefined;
      readonly at: Place;
    }
  | { readonly kind: "function"; readonly name: string; readonly script: Script; readonly at: Place };

export interface SwitchClause {
  /** undefined: default. */
  readonly condition: Expression | undefined;
  readonly body: readonly Statement[];
}

export interface Command {
  readonly kind: "command";
  readonly operator: "" | "&" | ".";
  readonly name: Expression;
  readonly elements: readonly CommandElement[];
  /** 2>$null: errors are kept but not shown. */
  readonly silent: boolean;
  readonly at: Place;
}

export type CommandElement =
  | { readonly kind: "parameter"; readonly name: string; readonly value: Expression | undefined; readonly at: Place }
  | { readonly kind: "argument"; readonly value: Expression; readonly at: Place }
  | { readonly kind: "splat"; readonly name: string; readonly at: Place };

export type Expression =
  | { readonly kind: "literal"; readonly value: number | bigint | string; readonly bare: boolean; readonly at: Place }
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[]; readonly at: Place }
  | { readonly kind: "variable"; readonly name: string; readonly at: Place }
  | { readonly kind: "list"; readonly items: readonly Expression[]; readonly at: Place }
  | { readonly kind: "array" | "sub"; readonly body: readonly Statement[]; readonly at: Place }
  | { readonly kind: "group"; readonly body: Statement; readonly at: Place }
  | {
      readonly kind: "hashtable";
      readonly entries: readonly { readonly key: Expression; readonly value: Statement }[];
      readonly at: Place;
    }
  | { readonly kind: "block"; readonly script: Script; readonly at: Place }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Place;
    }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression; readonly at: Place }
  | { readonly kind: "cast"; readonly type: string; readonly operand: Expression; readonly at: Place }
  | { readonly kind: "type"; readonly name: string; readonly at: Place }
  | { readonly kind: "member"; readonly object: Expression; readonly name: Expression; readonly at: Place }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression; readonly at: Place }
  | {
      readonly kind: "invoke";
      readonly object: Expression;
      readonly name: Expression;
      readonly args: readonly Expression[];
      readonly at: Place;
    }
  | { readonly kind: "static"; readonly type: string; readonly name: string; readonly at: Place }
  | {
      readonly kind: "staticInvoke";
      readonly type: string;
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: Place;
    }
  | {
      readonly kind: "step";
      readonly target: Expression;
      readonly by: 1 | -1;
      readonly before: boolean;
      readonly at: Place;
    };
