// The language's own cmdlets, by name.
import type { ErrorRecord, Value } from "../contract";
import type { Place } from "./ast";
import type { Binding } from "./bind";
import { conversionCmdlets } from "./core/conversion";
import { fileCmdlets } from "./core/files";
import { objectCmdlets } from "./core/objects";
import { processCmdlets } from "./core/process";
import { writeCmdlets } from "./core/write";
import type { Origin } from "./errorRecords";
import type { Stage } from "./pipeline";
import type { Emit, Session } from "./session";

export interface CoreCall {
  readonly session: Session;
  readonly emit: Emit;
  readonly at: Place;
  readonly origin: Origin;
  readonly hasInput: boolean;
  readonly binding: Binding;
  readonly values: ReadonlyMap<string, Value>;
  error(record: ErrorRecord): void;
  warning(text: string): void;
  verbose(text: string): void;
}

export type CoreCmdlet =
  /** Bound and run once per object of the pipeline. */
  | { readonly kind: "perObject"; readonly run: (call: CoreCall, set: string) => Promise<void> | void }
  /** Sees the pipeline as a whole. */
  | { readonly kind: "whole"; readonly start: (call: CoreCall) => Stage };

export const CORE: Readonly<Record<string, CoreCmdlet>> = {
  ...objectCmdlets,
  ...conversionCmdlets,
  ...writeCmdlets,
  ...fileCmdlets,
  ...processCmdlets,
};
