// New-ScheduledTaskAction, -Trigger, -Principal and -SettingsSet: what a task is put together from.
import type { ObjectValue, Value } from "../../contract";
import { type Call, secondsOf } from "../call";
import { invalidParameter } from "../errors";
import { object, shaped } from "../objects";
import type { HostCmdlet } from "./cmdlet";

/** `PT72H`, `PT1M30S`, as the schema of tasks has it. */
function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = Math.floor(seconds) % 60;
  const text = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `PT${text === "" ? "0S" : text}`;
}

/** Milliseconds; undefined: none, or without end (`PT0S`). */
export function durationOf(text: string): number | undefined {
  const [, days, hours, minutes, seconds] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text) ?? [];
  const parts = [days, hours, minutes, seconds].map((part) => Number(part ?? 0));
  const [d = 0, h = 0, m = 0, s = 0] = parts;
  const total = ((d * 24 + h) * 60 + m) * 60 + s;
  return text === "" || total === 0 ? undefined : total * 1000;
}

const newAction: HostCmdlet = (_, call) => {
  call.bound.write(
    shaped("New-ScheduledTaskAction", {
      Execute: call.text("Execute") ?? "",
      Arguments: call.text("Argument") ?? null,
      WorkingDirectory: call.text("WorkingDirectory") ?? null,
      Id: call.text("Id") ?? null,
    }),
  );
};

/** ST-02. */
function boundary(value: Value): string | undefined {
  const time = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

const newTrigger: HostCmdlet = (_, call) => {
  const CLASS = "PS_ScheduledTask";
  if (call.flag("AtStartup")) {
    call.bound.write(shaped("BootTrigger", { Enabled: true, StartBoundary: null }));
    return;
  }
  if (!call.flag("Once")) throw new Error("the lab's host has triggers -Once and -AtStartup");
  const at = boundary(call.value("At"));
  if (at === undefined) throw invalidParameter(call.cmdlet, CLASS, "The parameter At is no time.");
  const interval = call.has("RepetitionInterval") ? secondsOf(call.value("RepetitionInterval")) : undefined;
  if (interval !== undefined && interval < 60)
    throw invalidParameter(call.cmdlet, CLASS, "The repetition interval is at least one minute.");
  const length = call.has("RepetitionDuration") ? secondsOf(call.value("RepetitionDuration")) : undefined;
  call.bound.write(
    shaped("TimeTrigger", {
      Enabled: true,
      StartBoundary: at,
      Repetition: object("MSFT_TaskRepetitionPattern", {
        Duration: length === undefined ? null : duration(length),
        Interval: interval === undefined ? null : duration(interval),
        StopAtDurationEnd: false,
      }),
    }),
  );
};

const SERVICES = ["SYSTEM", "LOCALSERVICE", "LOCAL SERVICE", "NETWORKSERVICE", "NETWORK SERVICE"];

/** Services need no password and nobody logged on (ST-01). */
export function principal(user: string, logon: string | undefined, runLevel: string | undefined): ObjectValue {
  const name = user.replace(/^NT AUTHORITY\\/i, "");
  const isService = SERVICES.includes(name.toUpperCase()) || /^S-1-5-(18|19|20)$/.test(name);
  return shaped("New-ScheduledTaskPrincipal", {
    Id: "Author",
    UserId: name,
    LogonType: isService ? "ServiceAccount" : (logon ?? "Interactive"),
    RunLevel: runLevel ?? "Limited",
  });
}

/** By -User and -RunLevel of Register-ScheduledTask. */
export function principalOf(call: Call): ObjectValue | undefined {
  const user = call.text("User");
  if (user === undefined) return undefined;
  return principal(user, call.has("Password") ? "Password" : undefined, call.text("RunLevel"));
}

/** Whoever registers it, while logged on: over SSH nobody is. */
export function defaultPrincipal(): ObjectValue {
  return principal("Administrator", undefined, undefined);
}

const newPrincipal: HostCmdlet = (_, call) => {
  call.bound.write(
    principal(call.text("UserId") ?? call.text("GroupId") ?? "", call.text("LogonType"), call.text("RunLevel")),
  );
};

/** ST-04. */
const SETTINGS = {
  AllowDemandStart: true,
  AllowHardTerminate: true,
  DisallowStartIfOnBatteries: true,
  Enabled: true,
  ExecutionTimeLimit: "PT72H",
  MultipleInstances: "IgnoreNew",
  Priority: 7,
  StopIfGoingOnBatteries: true,
} as const;

export function defaultSettings(): ObjectValue {
  return shaped("New-ScheduledTaskSettingsSet", SETTINGS);
}

const newSettings: HostCmdlet = (_, call) => {
  const limit = call.has("ExecutionTimeLimit") ? secondsOf(call.value("ExecutionTimeLimit")) : undefined;
  const deleteAfter = call.has("DeleteExpiredTaskAfter") ? secondsOf(call.value("DeleteExpiredTaskAfter")) : undefined;
  call.bound.write(
    shaped("New-ScheduledTaskSettingsSet", {
      ...SETTINGS,
      AllowDemandStart: !call.flag("DisallowDemandStart"),
      AllowHardTerminate: !call.flag("DisallowHardTerminate"),
      DisallowStartIfOnBatteries: !call.flag("AllowStartIfOnBatteries"),
      StopIfGoingOnBatteries: !call.flag("DontStopIfGoingOnBatteries"),
      StartWhenAvailable: call.flag("StartWhenAvailable"),
      Hidden: call.flag("Hidden"),
      Enabled: !call.flag("Disable"),
      WakeToRun: call.flag("WakeToRun"),
      RunOnlyIfNetworkAvailable: call.flag("RunOnlyIfNetworkAvailable"),
      RestartCount: call.number("RestartCount") ?? 0,
      MultipleInstances: call.text("MultipleInstances") ?? "IgnoreNew",
      Priority: call.number("Priority") ?? 7,
      ...(limit === undefined ? {} : { ExecutionTimeLimit: duration(limit) }),
      ...(deleteAfter === undefined ? {} : { DeleteExpiredTaskAfter: duration(deleteAfter) }),
    }),
  );
};

export const SCHEDULED_TASK_PARTS: Readonly<Record<string, HostCmdlet>> = {
  "New-ScheduledTaskAction": newAction,
  "New-ScheduledTaskTrigger": newTrigger,
  "New-ScheduledTaskPrincipal": newPrincipal,
  "New-ScheduledTaskSettingsSet": newSettings,
};
