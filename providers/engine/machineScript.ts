// The scripts of a machine itself, in the language of its shell. Reads templates, touches no host.
import type { ShellName } from "../model/ssh.js";
import { TIMER_SECONDS } from "./patience.js";
import { fillTemplate } from "./template.js";

const EXTENSIONS: Readonly<Record<ShellName, string>> = { sh: "sh", powershell: "ps1" };

/** The file on a machine that tells how its last change ended. */
export const LAST_CHANGE: Readonly<Record<ShellName, string>> = {
  sh: "/var/lib/multiport/last.json",
  powershell: "C:\\Program Files\\multiport\\last.json",
};

/** Those of templates/machine/ that there are for every shell. */
export type MachineScript = "facts" | "change" | "apply" | "revert" | "confirm" | "record" | "refuse";

export function machineScript(shell: ShellName, name: MachineScript, data: object): string {
  return fillTemplate(`machine/${name}.${EXTENSIONS[shell]}`, { timerSeconds: TIMER_SECONDS, ...data });
}
