// Cmdlets that write: output, warnings, errors, and those that swallow.
import type { ErrorRecord } from "../../contract";
import type { CoreCmdlet } from "../core";
import { thrown } from "../errorRecords";
import { Unsupported } from "../failure";
import { enumerate } from "../session";
import { isEnum, isObject, itemsOf, toText } from "../values";

const CATEGORIES = new Set<string>(
  "NotSpecified InvalidArgument InvalidData InvalidOperation InvalidType ObjectNotFound ResourceBusy ResourceExists ResourceUnavailable PermissionDenied ParserError OperationStopped OpenError CloseError ConnectionError WriteError ReadError".split(
    " ",
  ),
);

const isCategory = (text: string): text is ErrorRecord["category"] => CATEGORIES.has(text);

export const writeCmdlets: Record<string, CoreCmdlet> = {
  "write-output": {
    kind: "perObject",
    run: async (call) => {
      const value = call.values.get("InputObject") ?? null;
      if (call.values.get("NoEnumerate") === true) return call.emit(value);
      for (const item of itemsOf(value)) await enumerate(item, call.emit);
    },
  },
  "write-warning": { kind: "perObject", run: (call) => call.warning(toText(call.values.get("Message") ?? null)) },
  "write-verbose": { kind: "perObject", run: (call) => call.verbose(toText(call.values.get("Message") ?? null)) },
  "write-error": {
    kind: "perObject",
    run: (call) => {
      const known = call.values.get("ErrorRecord");
      if (known !== undefined) return call.error(thrown(known).record);
      const exception = call.values.get("Exception");
      const text = call.values.has("Message")
        ? toText(call.values.get("Message") ?? null)
        : toText((exception !== undefined && isObject(exception) ? exception.properties.get("Message") : null) ?? null);
      const given = call.values.get("Category");
      const category = given === undefined ? "NotSpecified" : isEnum(given) ? given.name : toText(given);
      if (!isCategory(category)) throw new Unsupported(`the category ${category}`, call.at);
      const id = call.values.has("ErrorId")
        ? toText(call.values.get("ErrorId") ?? null)
        : "Microsoft.PowerShell.Commands.WriteErrorException";
      call.error({ message: text, category, id, exception: "WriteErrorException" });
    },
  },
  "out-null": { kind: "whole", start: () => ({ process: async () => {}, end: async () => {} }) },
};
