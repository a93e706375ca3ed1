// ConvertTo-Json, ConvertFrom-Json, ConvertTo-SecureString and Out-String.
import type { Value } from "../../contract";
import type { CoreCall, CoreCmdlet } from "../core";
import { runtimeError, Unsupported } from "../failure";
import { fromJson, toJson } from "../json";
import type { Stage } from "../pipeline";
import { isObject, itemsOf, toText, typedObject } from "../values";

/** One object gives itself, several an array; without a pipeline the argument as it is. */
function convertToJson(call: CoreCall): Stage {
  const items: Value[] = [];
  const depth = call.values.has("Depth") ? Number(call.values.get("Depth")) : 2;
  const compress = call.values.get("Compress") === true;
  return {
    async process(item) {
      items.push(item);
    },
    async end() {
      if (call.hasInput && items.length === 0) return;
      const value = call.hasInput
        ? items.length === 1
          ? (items[0] ?? null)
          : items
        : (call.values.get("InputObject") ?? null);
      await call.emit(toJson(value, depth, compress));
    },
  };
}

function convertFromJson(call: CoreCall): Stage {
  const lines: string[] = [];
  return {
    async process(item) {
      lines.push(toText(item));
    },
    async end() {
      if (!call.hasInput) lines.push(toText(call.values.get("InputObject") ?? null));
      const text = lines.join("\n");
      if (text.trim() === "") {
        if (call.hasInput) return;
        throw runtimeError(
          "ParameterArgumentValidationErrorEmptyStringNotAllowed,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
          "Cannot bind argument to parameter 'InputObject' because it is an empty string.",
          "InvalidData",
          "ParameterBindingValidationException",
        );
      }
      // 5.1 sends an array as one object.
      await call.emit(fromJson(text));
    },
  };
}

function outString(call: CoreCall): Stage {
  const lines: string[] = [];
  const take = (item: Value) => {
    if (isObject(item)) throw new Unsupported("the formatted text of an object", call.at);
    lines.push(toText(item));
  };
  return {
    async process(item) {
      take(item);
    },
    async end() {
      if (!call.hasInput) for (const item of itemsOf(call.values.get("InputObject") ?? [])) take(item);
      if (call.values.get("Stream") === true) for (const line of lines) await call.emit(line);
      else await call.emit(lines.map((line) => `${line}\r\n`).join(""));
    },
  };
}

export const conversionCmdlets: Record<string, CoreCmdlet> = {
  "convertto-json": { kind: "whole", start: convertToJson },
  "convertfrom-json": { kind: "whole", start: convertFromJson },
  "out-string": { kind: "whole", start: outString },
  "convertto-securestring": {
    kind: "perObject",
    run: async (call) => {
      if (call.values.get("AsPlainText") !== true || call.values.get("Force") !== true)
        throw new Unsupported("ConvertTo-SecureString but of plain text with -Force", call.at);
      await call.emit(
        typedObject("System.Security.SecureString", {
          Plain: call.values.get("String") ?? null,
          __text: "System.Security.SecureString",
        }),
      );
    },
  },
};
