// Cmdlets about the process and its machine: time, commands, modules, strict mode.
import type { Value } from "../../contract";
import { runBlock } from "../calls";
import type { CoreCall, CoreCmdlet } from "../core";
import { CORE } from "../core";
import { Unsupported } from "../failure";
import { formatted } from "../format";
import { timeSpan } from "../operators";
import { reference } from "../reference";
import { invokeInVm } from "../remote";
import { credential } from "../statics";
import { customObject, isBlock, isHashtable, itemsOf, sameName, toText, typedObject } from "../values";
import { hasWildcard, wildcard } from "../wildcard";

async function getCommand(call: CoreCall): Promise<void> {
  const { session } = call;
  if (!call.values.has("Name")) throw new Unsupported("Get-Command without a name", call.at);
  const { machine } = session;
  const isThere = (name: string, module: string) => CORE[name.toLowerCase()] !== undefined || machine.hasModule(module);
  const modules = itemsOf(call.values.get("Module") ?? []).map(toText);
  for (const name of itemsOf(call.values.get("Name") ?? []).map(toText)) {
    const own = session.scope.functionNamed(name);
    const found = reference().cmdlets.filter(
      (one) =>
        (hasWildcard(name) ? wildcard(name).test(one.name) : sameName(one.name, name)) &&
        isThere(one.name, one.module) &&
        (modules.length === 0 || modules.some((module) => sameName(module, one.module))),
    );
    if (own)
      await call.emit(
        typedObject("System.Management.Automation.FunctionInfo", { Name: own.name, CommandType: "Function" }),
      );
    for (const one of found) {
      const parameters = session
        .signature(one)
        .parameters.map((parameter): [string, Value] => [parameter.name, customObject([["Name", parameter.name]])]);
      await call.emit(
        typedObject("System.Management.Automation.CmdletInfo", {
          Name: one.name,
          CommandType: one.errorSource === one.name ? "Function" : "Cmdlet",
          ModuleName: one.module,
          Parameters: { kind: "hashtable", entries: new Map(parameters) },
          __text: one.name,
        }),
      );
    }
    if (!own && found.length === 0 && !hasWildcard(name)) {
      call.error({
        message: `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
        category: "ObjectNotFound",
        id: "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand",
        exception: "CommandNotFoundException",
        target: `${name}:String`,
      });
    }
  }
}

async function getModule(call: CoreCall): Promise<void> {
  for (const name of itemsOf(call.values.get("Name") ?? []).map(toText)) {
    if (!call.session.machine.hasModule(name)) continue;
    await call.emit(typedObject("System.Management.Automation.PSModuleInfo", { Name: name, __text: name }));
  }
}

function importModule(call: CoreCall): void {
  for (const name of itemsOf(call.values.get("Name") ?? []).map(toText)) {
    if (call.session.machine.hasModule(name) || /^Microsoft\.PowerShell\./i.test(name)) continue;
    call.error({
      message: `The specified module '${name}' was not loaded because no valid module file was found in any module directory.`,
      category: "ResourceUnavailable",
      id: "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand",
      exception: "FileNotFoundException",
      target: `${name}:String`,
    });
  }
}

async function newObject(call: CoreCall): Promise<void> {
  const type = toText(call.values.get("TypeName") ?? null)
    .toLowerCase()
    .replace(/^system\./, "");
  const args = itemsOf(call.values.get("ArgumentList") ?? []);
  if (type === "management.automation.pscredential") {
    const [user = null, password = null] = args;
    return call.emit(credential(user, password));
  }
  const properties = call.values.get("Property");
  if (["psobject", "management.automation.psobject", "pscustomobject"].includes(type) && args.length === 0) {
    return call.emit(customObject(properties !== undefined && isHashtable(properties) ? properties.entries : []));
  }
  throw new Unsupported(`New-Object ${type}`, call.at);
}

async function invokeCommand(call: CoreCall, set: string): Promise<void> {
  const block = call.values.get("ScriptBlock") ?? null;
  if (set === "VMName" && isBlock(block) && !call.hasInput) return invokeInVm(call, block);
  if (set !== "InProcess" || !isBlock(block))
    throw new Unsupported("Invoke-Command but in its own process or a VM by name", call.at);
  const args = itemsOf(call.values.get("ArgumentList") ?? []);
  await runBlock(
    call.session,
    block,
    args.map((value) => ({ kind: "argument", value })),
    call.emit,
  );
}

async function getDate(call: CoreCall): Promise<void> {
  const given = call.values.get("Date");
  if (["UFormat", "Year", "Month", "Day", "Hour", "Minute", "Second"].some((name) => call.values.has(name)))
    throw new Unsupported("Get-Date but -Date and -Format", call.at);
  const date = given instanceof Date ? given : call.session.machine.now();
  await call.emit(call.values.has("Format") ? formatted(date, toText(call.values.get("Format") ?? null)) : date);
}

const UNITS = { Days: 86_400_000, Hours: 3_600_000, Minutes: 60_000, Seconds: 1000 };

async function newTimeSpan(call: CoreCall, set: string): Promise<void> {
  const date = (name: string) => {
    const given = call.values.get(name);
    return (given instanceof Date ? given : call.session.machine.now()).getTime();
  };
  const parts = Object.entries(UNITS).map(([name, unit]) => Number(call.values.get(name) ?? 0) * unit);
  await call.emit(timeSpan(set === "Time" ? parts.reduce((sum, part) => sum + part, 0) : date("End") - date("Start")));
}

export const processCmdlets: Record<string, CoreCmdlet> = {
  "start-sleep": {
    kind: "perObject",
    run: async (call, set) => {
      const time = Number(call.values.get(set === "Seconds" ? "Seconds" : "Milliseconds"));
      await call.session.machine.sleep(set === "Seconds" ? time * 1000 : time);
    },
  },
  "new-timespan": { kind: "perObject", run: newTimeSpan },
  "get-date": { kind: "perObject", run: getDate },
  "set-strictmode": {
    kind: "perObject",
    run: (call) => {
      const version = toText(call.values.get("Version") ?? "off");
      if (!/^(Latest|off|[23]\.0|[23])$/i.test(version))
        throw new Unsupported(`Set-StrictMode -Version ${version}`, call.at);
      call.session.strict = !/^off$/i.test(version);
    },
  },
  "get-command": { kind: "perObject", run: getCommand },
  "get-module": { kind: "perObject", run: getModule },
  "import-module": { kind: "perObject", run: importModule },
  "new-object": { kind: "perObject", run: newObject },
  "invoke-command": { kind: "perObject", run: invokeCommand },
  "get-process": {
    kind: "perObject",
    run: async (call) => {
      const ids = itemsOf(call.values.get("Id") ?? []);
      if (ids.length === 0) throw new Unsupported("Get-Process but by -Id", call.at);
      for (const id of ids) {
        if (Number(id) === call.session.pid) {
          await call.emit(
            typedObject("System.Diagnostics.Process", {
              Id: call.session.pid,
              ProcessName: "powershell",
              StartTime: call.session.machine.now(),
              HasExited: false,
            }),
          );
          continue;
        }
        call.error({
          message: `Cannot find a process with the process identifier ${toText(id)}.`,
          category: "ObjectNotFound",
          id: "NoProcessFoundForGivenId,Microsoft.PowerShell.Commands.GetProcessCommand",
          exception: "ProcessCommandException",
          target: `${toText(id)}:Int32`,
        });
      }
    },
  },
};
