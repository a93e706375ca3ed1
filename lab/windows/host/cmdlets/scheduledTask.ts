// Register-, Unregister-, Get-, Start-, Stop-, Enable- and Disable-ScheduledTask, Get-ScheduledTaskInfo.
import type { ObjectValue } from "../../contract";
import { type Call, property, textOf } from "../call";
import { cimError, type HostError } from "../errors";
import { shaped } from "../objects";
import { nextTime, type Task, type TaskDefinition, type TaskScheduler, type Trigger } from "../taskScheduler";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { defaultPrincipal, defaultSettings, durationOf, principalOf } from "./scheduledTaskParts";

const CLASS = "MSFT_ScheduledTask";

function taskObject({ definition, enabled, running }: Task): ObjectValue {
  const { described } = definition;
  return shaped("Get-ScheduledTask", {
    State: running ? "Running" : enabled ? "Ready" : "Disabled",
    Actions: [described.action],
    Description: described.description === "" ? null : described.description,
    Principal: described.principal,
    Settings: described.settings,
    TaskName: definition.name,
    TaskPath: definition.path,
    Triggers: described.triggers,
    URI: `${definition.path}${definition.name}`,
  });
}

function tasksOf(tasks: TaskScheduler, call: Call): Task[] {
  const all = tasks.all();
  const nameOf = ({ definition }: Task) => definition.name;
  if (call.has("InputObject")) {
    const uriOf = ({ definition }: Task) => `${definition.path}${definition.name}`;
    return again(call, CLASS, all, { property: "URI", read: uriOf });
  }
  return query(call, CLASS, all, { TaskName: nameOf, TaskPath: ({ definition }) => definition.path });
}

const getTask: HostCmdlet = (_, call, { tasks }) => {
  for (const task of tasksOf(tasks, call)) call.bound.write(taskObject(task));
};

/** ST-07. */
const getInfo: HostCmdlet = (host, call, { tasks }) => {
  for (const task of tasksOf(tasks, call)) {
    const next = task.definition.triggers
      .map((trigger) => nextTime(trigger, host.now()))
      .filter((time) => time !== undefined)
      .sort((a, b) => a - b)[0];
    call.bound.write(
      shaped("Get-ScheduledTaskInfo", {
        LastRunTime: task.lastRun === undefined ? new Date(Date.UTC(1999, 10, 30)) : new Date(task.lastRun),
        LastTaskResult: task.lastResult,
        NextRunTime: next === undefined ? null : new Date(next),
        NumberOfMissedRuns: task.missed,
        TaskName: task.definition.name,
        TaskPath: task.definition.path,
      }),
    );
  }
};

function refused(call: Call, code: string, message: string): HostError {
  return cimError(call.cmdlet, {
    id: `HRESULT ${code}`,
    message,
    category: code === "0x800700b7" ? "ResourceExists" : "InvalidArgument",
    target: "PS_ScheduledTask:Root/Microsoft/Windows/TaskScheduler/PS_ScheduledTask",
  });
}

const register: HostCmdlet = (_, call, { tasks }) => {
  const name = call.text("TaskName") ?? "";
  const [action, second] = call.objects("Action");
  if (call.has("Xml") || call.has("InputObject") || !action || second)
    throw new Error("the lab's host registers a task from one -Action, with -Trigger, -Principal and -Settings");
  if (!call.confirmed({ asks: false })) return;
  const definition = definitionOf(call, name, action);
  const existing = tasks.find(definition);
  // ST-05.
  if (existing && !call.flag("Force"))
    throw refused(call, "0x800700b7", "Cannot create a file when that file already exists.");
  if (existing) {
    tasks.stop(existing);
    tasks.unregister(existing);
  }
  call.bound.write(taskObject(tasks.register(definition)));
};

function definitionOf(call: Call, name: string, action: ObjectValue): TaskDefinition {
  const settings = call.objects("Settings")[0] ?? defaultSettings();
  const principal = call.objects("Principal")[0] ?? principalOf(call) ?? defaultPrincipal();
  const triggers = call.objects("Trigger");
  const deleteAfter = durationOf(textOf(settings, "DeleteExpiredTaskAfter"));
  // ST-03.
  if (deleteAfter !== undefined && !triggers.every((trigger) => textOf(trigger, "EndBoundary") !== ""))
    throw refused(call, "0x80041319", "The task XML is missing a required element or attribute. (44,4):EndBoundary:");
  const path = call.text("TaskPath") ?? "\\";
  return {
    name,
    path: `\\${path.replace(/^\\+|\\+$/g, "")}\\`.replace(/^\\\\$/, "\\"),
    execute: textOf(action, "Execute"),
    arguments: textOf(action, "Arguments"),
    triggers: triggers.map(triggerOf),
    unattended: ["ServiceAccount", "Password", "S4U"].includes(textOf(principal, "LogonType")),
    startWhenAvailable: property(settings, "StartWhenAvailable") === true,
    demandStart: property(settings, "AllowDemandStart") !== false,
    timeLimit: durationOf(textOf(settings, "ExecutionTimeLimit")),
    deleteAfter,
    described: { action, principal, settings, triggers, description: call.text("Description") ?? "" },
  };
}

function triggerOf(given: ObjectValue): Trigger {
  if (given.type.endsWith("MSFT_TaskBootTrigger"))
    return { kind: "boot", delay: durationOf(textOf(given, "Delay")) ?? 0 };
  const repetition = property(given, "Repetition");
  const [every, until] = ["Interval", "Duration"].map((name) =>
    repetition !== null && typeof repetition === "object" && "kind" in repetition && repetition.kind === "object"
      ? durationOf(textOf(repetition, name))
      : undefined,
  );
  const end = Date.parse(textOf(given, "EndBoundary"));
  return {
    kind: "once",
    at: Date.parse(textOf(given, "StartBoundary")),
    ...(every === undefined ? {} : { every }),
    ...(until === undefined ? {} : { until }),
    ...(Number.isNaN(end) ? {} : { end }),
  };
}

/** ST-06. */
const unregister: HostCmdlet = (_, call, { tasks }) => {
  const found = tasksOf(tasks, call);
  if (found.length === 0 || !call.confirmed({ asks: true })) return;
  for (const task of found) tasks.unregister(task);
};

const start: HostCmdlet = (_, call, { tasks }) => {
  for (const task of tasksOf(tasks, call)) {
    if (!task.enabled) throw refused(call, "0x80041326", "The task is disabled.");
    if (!task.definition.demandStart) throw refused(call, "0x80041328", "The task cannot be started on demand.");
    tasks.run(task);
  }
};

const stop: HostCmdlet = (_, call, { tasks }) => {
  for (const task of tasksOf(tasks, call)) tasks.stop(task);
};

function setEnabled(enabled: boolean): HostCmdlet {
  return (_, call, { tasks }) => {
    for (const task of tasksOf(tasks, call)) {
      task.enabled = enabled;
      call.bound.write(taskObject(task));
    }
  };
}

export const SCHEDULED_TASK: Readonly<Record<string, HostCmdlet>> = {
  "Get-ScheduledTask": getTask,
  "Get-ScheduledTaskInfo": getInfo,
  "Register-ScheduledTask": register,
  "Unregister-ScheduledTask": unregister,
  "Start-ScheduledTask": start,
  "Stop-ScheduledTask": stop,
  "Enable-ScheduledTask": setEnabled(true),
  "Disable-ScheduledTask": setEnabled(false),
};
