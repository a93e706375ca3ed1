// The transport into a Windows guest by way of its Hyper-V host: PowerShell Direct, over the host's own connection. I/O behind it.
import type { PowershellDirect } from "../model/ssh.js";
import { type Command, type CommandOutput, type Host, HostError, type HostErrorKind } from "./host.js";
import { type Answer, POWERSHELL_DIRECT, readAnswer } from "./powershellDirectScript.js";
import { printable, said } from "./printable.js";
import { DEFAULT_TIMEOUT_SECONDS, UNKNOWN_STATE } from "./runCommand.js";
import { powershellStart } from "./shell.js";
import { withoutAnnouncement } from "./stopShell.js";

export interface GuestDoor extends Omit<PowershellDirect, "host"> {
  /** The VM's name in Hyper-V. */
  readonly vm: string;
  readonly password: string;
  /** The VM's host, with PowerShell; closed with this one. */
  readonly hypervisor: Host;
}

/** What the host may take to let a script in, beside the script's own time. */
const ENTRY_SECONDS = 60;

/** What PowerShell puts before an error that ends a script. */
const STOPPED = /^The running command stopped because [^:]+ is set to Stop: /;

/** Guests that took their password once: what they say of it later is said by one that isn't up yet. */
const letIn = new Set<string>();

export class PowershellDirectHost implements Host {
  readonly label: string;

  constructor(private readonly door: GuestDoor) {
    this.label = `${door.vm} (PowerShell Direct through ${door.hypervisor.label})`;
  }

  /** Throws HostErrors of every kind but "hostKey". */
  async run(command: Command): Promise<CommandOutput> {
    const { vm, user, password, hypervisor } = this.door;
    const { step, script, data, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = command;
    const { args, input } = powershellStart(script, data);
    const { stdout } = await hypervisor.run({
      step: `${step} in ${vm}`,
      script: POWERSHELL_DIRECT,
      data: [password, user, vm, args, input, String(timeoutSeconds * 1000)],
      shell: "powershell",
      timeoutSeconds: timeoutSeconds + ENTRY_SECONDS,
    });
    const answer = readAnswer(stdout);
    if (answer === undefined) throw this.error("command", step, "what the Hyper-V host answers can't be read.");
    if (!("code" in answer)) throw this.notRun(step, answer);
    letIn.add(this.key);
    const stderr = withoutAnnouncement(answer.stderr);
    if (answer.code === 0) return { stdout: answer.stdout, stderr };
    if (answer.code !== null)
      throw this.error("command", step, `exit code ${answer.code}.${said(stderr)}`, answer.code);
    throw this.error("timeout", step, `did not end within ${timeoutSeconds} s and was stopped. ${UNKNOWN_STATE}`);
  }

  close(): Promise<void> {
    return this.door.hypervisor.close();
  }

  private get key(): string {
    const { vm, user, password, hypervisor } = this.door;
    return JSON.stringify([hypervisor.label, vm, user, password]);
  }

  private notRun(step: string, answer: Extract<Answer, { id: string }>): HostError {
    const { user, vm } = this.door;
    const message = printable(answer.message.replace(STOPPED, ""));
    const { kind, words } = judged(answer, { user, vm, wasLetIn: letIn.has(this.key) });
    return this.error(kind, step, `${words} The host said: ${message}`);
  }

  private error(kind: HostErrorKind, step: string, what: string, exitCode?: number): HostError {
    return new HostError(kind, `${this.label}: ${step}: ${this.withoutPassword(what)}`, exitCode);
  }

  /** Nothing that we send has it in an error; what others make of it is not ours. */
  private withoutPassword(text: string): string {
    return text.replaceAll(this.door.password, "***");
  }
}

interface Entry {
  readonly user: string;
  readonly vm: string;
  readonly wasLetIn: boolean;
}

/** Ids are the same in every language of Windows, messages are not. */
function judged(
  { id, message, states }: Extract<Answer, { id: string }>,
  { user, vm, wasLetIn }: Entry,
): { readonly kind: HostErrorKind; readonly words: string } {
  const [state, ...others] = states;
  if (state === undefined)
    return { kind: "invalid", words: `the host has no VM "${vm}". Check the VM's name and host in the file.` };
  if (others.length > 0)
    return { kind: "invalid", words: `the host has ${states.length} VMs "${vm}". Rename all but one (Rename-VM).` };
  if (state !== "Running")
    return { kind: "unreachable", words: `the VM does not run (${printable(state)}). Start it (Start-VM).` };
  if (!/^(PSSessionStateBroken|InvalidVMState|CreateRemoteRunspaceForVMFailed)\b/.test(id))
    return { kind: "command", words: "the script could not be run in the guest." };
  if (/credential is invalid/i.test(message) && !wasLetIn)
    return {
      kind: "authentication",
      words: `the guest does not let user ${user} in. Check the user in the file (powershellDirect.user) and the password in the stack (multiport:guestPassword); a guest that is still starting says the same.`,
    };
  return {
    kind: "unreachable",
    words: `the guest can't be entered, or the connection was cut. ${UNKNOWN_STATE} It has to be Windows 10, Windows Server 2016 or later, and to have started.`,
  };
}
