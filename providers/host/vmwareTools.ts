// The transport into a VM by way of vCenter: vSphere's guest operations, which VMware Tools in the guest carry out. I/O behind it.
import { setTimeout as sleep } from "node:timers/promises";
import type { Ref } from "../model/vim.js";
import { type Command, type CommandOutput, type Host, HostError, type HostErrorKind } from "./host.js";
import { said } from "./printable.js";
import { DEFAULT_TIMEOUT_SECONDS, UNKNOWN_STATE } from "./runCommand.js";
import { GuestOperations } from "./vim/guestOperations.js";
import { VimFault } from "./vim/soapFault.js";
import type { Vcenter } from "./vim/vcenter.js";
import { VcenterError } from "./vim/vcenterError.js";
import { judged } from "./vmwareToolsFaults.js";
import {
  ANSWER_FILE,
  endArguments,
  FOLDER_PREFIX,
  isFolder,
  MAX_OUTPUT_BYTES,
  readAnswer,
  runArguments,
  SCRIPT_FILE,
  SHELL,
  scriptFile,
} from "./vmwareToolsScript.js";

export interface ToolsDoor {
  /** The VM's name in the file and in vCenter. */
  readonly vm: string;
  readonly user: string;
  readonly password: string;
  /** Opens vCenter and finds the VM there, with the host that it is on. Throws a HostError where there is none. */
  find(): Promise<{ readonly vcenter: Vcenter; readonly vm: Ref; readonly host: Ref }>;
}

/** The tools look once a second whether a program has ended. */
const PAUSES_MILLISECONDS = [200, 300, 500, 1000];
/** What the guest may take to end a script. */
const END_SECONDS = 30;

/** Opens it: the VM is there. Whether its guest answers the first script tells. Throws HostErrors. */
export async function connectVmwareTools(door: ToolsDoor): Promise<Host> {
  const label = `${door.vm} (VMware Tools through vCenter)`;
  try {
    const { vcenter, vm, host } = await door.find();
    const guest = await GuestOperations.open(vcenter, { ...door, vm, host });
    return new VmwareToolsHost(door, guest, `${door.vm} (VMware Tools through ${vcenter.label})`);
  } catch (error) {
    throw toHostError(error, { door, label: `${label}: connect` });
  }
}

class VmwareToolsHost implements Host {
  constructor(
    private readonly door: Pick<ToolsDoor, "vm" | "user" | "password">,
    private readonly guest: GuestOperations,
    readonly label: string,
  ) {}

  /** Throws HostErrors of every kind but "hostKey". */
  async run({ step, script, shell, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: Command): Promise<CommandOutput> {
    if (shell === "powershell") throw new Error("VMware Tools are asked to run sh");
    let hasBegun = false;
    let folder: string | undefined;
    try {
      folder = await this.makeFolder();
      await this.guest.upload(`${folder}/${SCRIPT_FILE}`, scriptFile(script));
      const pid = await this.guest.start(SHELL, runArguments(folder)).catch((error: unknown) => {
        // A fault says that nothing was done; without an answer nobody knows.
        hasBegun = !(error instanceof VimFault);
        throw error;
      });
      hasBegun = true;
      const code = await this.endOf(pid, timeoutSeconds);
      if (code === "late") throw await this.tooLate(step, folder, timeoutSeconds);
      return await this.outputOf(step, folder, code);
    } catch (error) {
      throw toHostError(error, { door: this.door, label: `${this.label}: ${step}`, hasBegun });
    } finally {
      if (folder !== undefined) await this.clear(folder);
    }
  }

  async close(): Promise<void> {
    this.guest.close();
  }

  private async makeFolder(): Promise<string> {
    const folder = await this.guest.createFolder(FOLDER_PREFIX);
    if (isFolder(folder)) return folder;
    throw new VcenterError("answer", "the guest made a folder with a name that is not expected. Is it Linux?");
  }

  /** Its exit code, once it has ended. */
  private async endOf(pid: string, seconds: number): Promise<number | "late"> {
    const deadline = Date.now() + seconds * 1000;
    for (let look = 0; ; look++) {
      await sleep(PAUSES_MILLISECONDS[look] ?? PAUSES_MILLISECONDS.at(-1));
      const process = await this.guest.process(pid);
      if (process === undefined)
        throw new VcenterError(
          "unreachable",
          "the guest knows nothing of the script any more: VMware Tools started anew.",
        );
      if (process.exitCode !== undefined) return process.exitCode;
      if (Date.now() > deadline) return "late";
    }
  }

  /** Ends all that the script has started. */
  private async tooLate(step: string, folder: string, seconds: number): Promise<HostError> {
    const pid = await this.guest.start(SHELL, endArguments(folder));
    const end = (await this.endOf(pid, END_SECONDS)) === 0 ? "was stopped" : "could not be stopped: it may still run";
    return this.error("timeout", step, `did not end within ${seconds} s and ${end}. ${UNKNOWN_STATE}`);
  }

  private async outputOf(step: string, folder: string, code: number): Promise<CommandOutput> {
    const file = await this.guest.download(`${folder}/${ANSWER_FILE}`, MAX_OUTPUT_BYTES);
    if (file === undefined)
      throw this.error("command", step, `printed more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB. ${UNKNOWN_STATE}`);
    const answer = readAnswer(file);
    if (answer === undefined)
      throw this.error("command", step, `what the guest answers can't be read (exit code ${code}). ${UNKNOWN_STATE}`);
    if (code !== 0) throw this.error("command", step, `exit code ${code}.${said(answer.stderr)}`, code);
    return answer;
  }

  /** A folder that can't be removed, as when vCenter is away, has what was printed in it, and the user alone enters it. */
  private async clear(folder: string): Promise<void> {
    await this.guest.removeFolder(folder).catch(() => {});
  }

  private error(kind: HostErrorKind, step: string, what: string, exitCode?: number): HostError {
    return new HostError(kind, `${this.label}: ${step}: ${what}`, exitCode);
  }
}

interface Circumstances {
  readonly door: Pick<ToolsDoor, "vm" | "user" | "password">;
  readonly label: string;
  /** A script may have run, whatever went wrong since. */
  readonly hasBegun?: boolean;
}

/** Whatever vCenter says, the password is not in it. */
function toHostError(error: unknown, { door, label, hasBegun = false }: Circumstances): unknown {
  if (!(error instanceof VcenterError)) return error;
  const { kind, remedy } = judged(error, door);
  const what = error.message.replaceAll(door.password, "***");
  const words = [what, ...(hasBegun ? [UNKNOWN_STATE] : []), remedy].filter(Boolean).join(" ");
  return new HostError(hasBegun && kind !== "invalid" ? "unreachable" : kind, `${label}: ${words}`);
}
