// The transport into a VM by way of its KVM host: QEMU's guest agent, which libvirt speaks with, over the host's own connection. I/O behind it.
import type { GuestAgent } from "../model/ssh.js";
import { type GuestAnswer, guestAgentScript, MAX_OUTPUT_BYTES, readGuestAnswer } from "./guestAgentScript.js";
import { type Command, type CommandOutput, type Host, HostError, type HostErrorKind } from "./host.js";
import { lastLines, printable, said } from "./printable.js";
import { DEFAULT_TIMEOUT_SECONDS, UNKNOWN_STATE } from "./runCommand.js";
import { withoutAnnouncement } from "./stopShell.js";

export interface AgentDoor extends Omit<GuestAgent, "host"> {
  /** The VM's name in the file. */
  readonly vm: string;
  /** The VM's host; closed with this one. */
  readonly hypervisor: Host;
}

/** What libvirt and the agent may take for their answers, beside the script's own time, and for so many of its characters one second more. */
const ENTRY_SECONDS = 60;
const CHARACTERS_PER_SECOND = 20_000;

export class GuestAgentHost implements Host {
  readonly label: string;

  constructor(private readonly door: AgentDoor) {
    this.label = `${door.vm} (guest agent through ${door.hypervisor.label})`;
  }

  /** Throws HostErrors of every kind but "hostKey" and "authentication". */
  async run({ step, script, shell, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: Command): Promise<CommandOutput> {
    if (shell === "powershell") throw new Error("a guest agent is asked to run sh");
    const { vm, domain, hypervisor } = this.door;
    const { stdout } = await hypervisor.run({
      step: `${step} in ${vm}`,
      script: guestAgentScript({ domain, script, timeoutSeconds }),
      timeoutSeconds: timeoutSeconds + ENTRY_SECONDS + Math.ceil(script.length / CHARACTERS_PER_SECOND),
    });
    const answer = readGuestAnswer(stdout);
    if (answer?.kind === "ended" && answer.code === 0)
      return { stdout: answer.stdout, stderr: withoutAnnouncement(answer.stderr) };
    throw this.failure(step, answer, timeoutSeconds);
  }

  close(): Promise<void> {
    return this.door.hypervisor.close();
  }

  private failure(step: string, answer: GuestAnswer | undefined, seconds: number): HostError {
    if (answer === undefined) return this.error("command", step, "what the KVM host answers can't be read.");
    switch (answer.kind) {
      case "ended": {
        const end = answer.code === undefined ? "ended by a signal" : `exit code ${answer.code}`;
        return this.error("command", step, `${end}.${said(withoutAnnouncement(answer.stderr))}`);
      }
      case "too much":
        return this.error(
          "command",
          step,
          `printed more than ${MAX_OUTPUT_BYTES} bytes. ${UNKNOWN_STATE}${said(withoutAnnouncement(answer.stderr))}`,
        );
      case "late": {
        const end = answer.isStopped ? "was stopped" : "could not be stopped: it may still run";
        return this.error("timeout", step, `did not end within ${seconds} s and ${end}. ${UNKNOWN_STATE}`);
      }
      case "absent":
        return this.error("invalid", step, "the host has no virsh. Install it there (Debian: libvirt-clients).");
      default: {
        const { kind, words } = judged(answer, this.door.domain);
        const lines = lastLines(answer.message.replaceAll(/^error: /gm, "")).join(" ");
        return this.error(kind, step, `${words}${lines === "" ? "" : ` libvirt said: ${lines}`}`);
      }
    }
  }

  private error(kind: HostErrorKind, step: string, what: string): HostError {
    return new HostError(kind, `${this.label}: ${step}: ${what}`);
  }
}

interface Verdict {
  readonly kind: HostErrorKind;
  readonly words: string;
}

/** How to let the agent of a distribution that forbids it run commands. */
const ALLOW =
  "In the guest, take guest-exec and guest-exec-status out of BLOCK_RPCS or BLACKLIST_RPC in /etc/sysconfig/qemu-ga, or add them to --allow-rpcs of FILTER_RPC_ARGS there, and restart qemu-guest-agent.";

/** By the words of libvirt and of the agent in the C locale, which virsh is asked in. */
const CAUSES: readonly (readonly [RegExp, HostErrorKind, string | ((domain: string) => string)])[] = [
  [
    /failed to connect to the hypervisor|cannot recv data|socket to/i,
    "unreachable",
    "libvirt on the host does not answer. Look there: systemctl status libvirtd virtqemud.",
  ],
  [
    /failed to get domain|domain not found/i,
    "invalid",
    (domain) =>
      `libvirt on the host has no VM "${domain}". Check the VM's host in the file, and set libvirt.domain of the VM where its name in libvirt is another.`,
  ],
  [
    /agent is not configured/i,
    "invalid",
    (domain) =>
      `the VM has no channel for a guest agent. Add one (virsh edit ${domain}: <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>) and start the VM anew.`,
  ],
  [/has been disabled|is disabled/i, "invalid", `the agent in the guest is not allowed to run commands. ${ALLOW}`],
  [
    /command guest-exec has not been found|CommandNotFound/i,
    "invalid",
    "the agent in the guest can't run commands: it is older than QEMU 2.5. Update qemu-guest-agent in the guest.",
  ],
];

function judged({ kind, state, message }: Extract<GuestAnswer, { state: string }>, domain: string): Verdict {
  const cause = CAUSES.find(([pattern]) => pattern.test(message));
  if (kind === "refused" && cause) {
    const [, verdict, words] = cause;
    return { kind: verdict, words: typeof words === "string" ? words : words(domain) };
  }
  const isUnclear = kind === "lost" || /for now|disappeared/.test(message);
  const unclear = isUnclear ? ` ${UNKNOWN_STATE}` : "";
  if (state !== "running" && state !== "unknown") {
    const remedy = state === "paused" ? `Let it go on (virsh resume ${domain}).` : `Start it (virsh start ${domain}).`;
    return { kind: "unreachable", words: `the VM does not run (${printable(state)}).${unclear} ${remedy}` };
  }
  if (kind === "lost") return { kind: "unreachable", words: `nothing more was heard of it.${unclear}` };
  if (/^Guest agent is not|guest agent is not|guest-sync/im.test(message))
    return {
      kind: "unreachable",
      words: `the guest agent does not answer.${unclear} Install qemu-guest-agent in the guest and start it; a guest that is still starting says the same.`,
    };
  return { kind: "command", words: "the script could not be run in the guest." };
}
