// What runs on a KVM host to run a script in one of its VMs over QEMU's guest agent, and what it answers. Pure.
import { z } from "zod";
import { SHELLS } from "./shell.js";

/** A script for a VM. */
export interface GuestScript {
  /** The VM's name in libvirt: letters, digits and `._+-`. */
  readonly domain: string;
  readonly script: string;
  readonly timeoutSeconds: number;
}

/**
 * Of a script, in one command to the agent. libvirt writes a command to a socket that takes about 200 KiB at once; what is longer it was seen
 * (9.0) to begin anew for every piece that fitted, for ever, and the agent to read the pieces as one.
 */
const PIECE_BYTES = 48_000;

/**
 * Of standard output and of standard error. libvirt hands on 4 MiB as base64 (REMOTE_STRING_MAX), and an answer of 10 MiB makes it give up
 * the agent of a VM until that is started again; the agent itself would keep 16 MiB.
 */
export const MAX_OUTPUT_BYTES = 1_400_000;

/** How the wrapper in the guest says that a script printed more; no script of ours ends so. */
const TOO_MUCH = 113;

/**
 * What the agent starts in the guest. All that stands in the guest's process list and in the agent's log is this; the script is on its standard
 * input, or in a file of the folder that is its argument. What the script prints goes to files without a name, so that no more of it
 * than fits goes through libvirt.
 */
const IN_GUEST = [
  "umask 077",
  'if [ -n "$1" ]; then exec <"$1/script" || exit 74; rm -rf "$1"; fi',
  'out=$(mktemp) && exec 3>"$out" 4<"$out" && rm -f "$out" || exit 74',
  'err=$(mktemp) && exec 5>"$err" 6<"$err" && rm -f "$err" || exit 74',
  "sh -s >&3 2>&5 3>&- 4<&- 5>&- 6<&-",
  "code=$?",
  `head -c ${MAX_OUTPUT_BYTES} <&4`,
  `head -c ${MAX_OUTPUT_BYTES} <&6 >&2`,
  `if [ -n "$(head -c 1 <&4 | tr '\\0' x)$(head -c 1 <&6 | tr '\\0' x)" ]; then exit ${TOO_MUCH}; fi`,
  "exit $code",
].join("; ");

/** Ends what the agent started, which is a session and a process group of its own. */
const END_IN_GUEST = "kill -s TERM -- -$1 && { sleep 0.5; kill -s KILL -- -$1 2>/dev/null; true; }";

// Stand-ins in commands for what only the host's shell knows, in words of its own.
const PID = "@pid@";
const FOLDER = "@folder@";

/**
 * For sh on the KVM host. virsh gets its command on standard input, as from a terminal: as an argument it would stand in the process list, and be
 * no longer than 128 KiB. What virsh would remember of a terminal's commands goes nowhere.
 */
export function guestAgentScript({ domain, script, timeoutSeconds }: GuestScript): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(domain)) throw new Error(`${domain} is no name of a VM in libvirt`);
  const pieces = inPieces(Buffer.from(SHELLS.sh.start(script).input));
  const [only, ...more] = pieces;
  const input = more.length === 0 ? { "input-data": only } : {};
  const start = ["sh", "-c", IN_GUEST, "sh", FOLDER];
  return `export LC_ALL=C
if ! command -v virsh >/dev/null; then
  echo absent
  exit 0
fi
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VIRSH_HISTSIZE=0 XDG_CACHE_HOME="$work"
domain='${domain}' folder= status=
v() { virsh --quiet --connect qemu:///system; }
# The answer to a command of the agent, without its frame; otherwise what virsh says of it is in a file.
ask() {
  printf "qemu-agent-command --timeout 30 --domain '%s' '%s'\\n" "$domain" "$1" | v 2>"$work/error" |
    sed -n 's/^\\(virsh [#>] \\)*{"return":\\(.*\\)}$/\\2/p'
}
# Starts something in the guest.
begin() {
  pid=$(ask "$1" | sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p')
  [ -n "$pid" ]
}
# Waits for its end, so many seconds: 0 and its status, 1 for too late, 2 when nothing more is heard of it.
await() {
  until=$(($(date +%s) + $1)) pause=0.05
  while :; do
    status=$(ask ${json("guest-exec-status", { pid: PID })})
    case $status in
    *'"exited":true'*) return 0 ;;
    *'"exited":false'*) ;;
    *) return 2 ;;
    esac
    [ "$(date +%s)" -lt "$until" ] || return 1
    sleep $pause
    case $pause in 0.05) pause=0.1 ;; 0.1) pause=0.2 ;; 0.2) pause=0.5 ;; *) pause=1 ;; esac
  done
}
# Does something small in the guest.
small() { begin "$1" && await 30 && case $status in *'"exitcode":0'*) ;; *) false ;; esac }
# $1: refused before the script began, or lost after.
give_up() {
  printf "domstate --domain '%s'\\n" "$domain" | v 2>/dev/null |
    sed -n 's/^\\(virsh [#>] \\)*\\([a-z][a-z -]*\\)$/\\2/p' | head -n 1 >"$work/state"
  echo "$1"
  grep . "$work/state" || echo unknown
  cat "$work/error"
  if [ -n "$folder" ]; then small ${json("guest-exec", { path: "rm", arg: ["-rf", FOLDER] })} || true; fi
  exit 0
}
piece() { small "$1" || give_up refused; }
${more.length === 0 ? "" : inFile(pieces)}
begin ${json("guest-exec", { path: "setsid", arg: start, ...input, "capture-output": true })} || give_up refused
await ${timeoutSeconds} && late=0 || late=$?
case $late in
0)
  printf 'ended\\n%s\\n' "$status" ;;
1)
  if begin ${json("guest-exec", { path: "sh", arg: ["-c", END_IN_GUEST, "sh", PID] })}; then echo stopped; else echo running; fi ;;
*) give_up lost ;;
esac
`;
}

function inPieces(bytes: Buffer): readonly string[] {
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES).toString("base64"),
  );
}

/** A folder in the guest that only root enters, and in it the script. */
function inFile(pieces: readonly string[]): string {
  const add = ["-c", 'cat >>"$1/script"', "sh", FOLDER];
  return [
    `piece ${json("guest-exec", { path: "mktemp", arg: ["-d"], "capture-output": true })}`,
    `folder=$(printf %s "$status" | sed -n 's/.*"out-data":"\\([A-Za-z0-9+/=]*\\)".*/\\1/p' | base64 -d)`,
    `case $folder in *[!A-Za-z0-9/._-]* | '') folder=; give_up refused ;; esac`,
    ...pieces.map((piece) => `piece ${json("guest-exec", { path: "sh", arg: add, "input-data": piece })}`),
  ].join("\n");
}

/** A command of the agent as a word of the host's shell. No single quotes: they would end it, there and in virsh. */
function json(execute: string, args: object): string {
  const text = JSON.stringify({ execute, arguments: args }).replaceAll("'", "\\u0027");
  const filled = text.replaceAll(FOLDER, `'"$folder"'`).replace(`"pid":"${PID}"`, `"pid":'"$pid"'`);
  return `'${filled.replaceAll(PID, `'"$pid"'`)}'`;
}

const Status = z.object({
  exitcode: z.number().optional(),
  "out-data": z.string().default(""),
  "err-data": z.string().default(""),
});

export type GuestAnswer =
  /** Without a code it was ended by a signal. */
  | { readonly kind: "ended"; readonly code: number | undefined; readonly stdout: string; readonly stderr: string }
  /** It printed more than there is room for, and ran to its end. */
  | { readonly kind: "too much"; readonly stderr: string }
  /** It took too long; whether it was ended. */
  | { readonly kind: "late"; readonly isStopped: boolean }
  /** It did not begin, or began and then nothing was heard of it. `state`: of the VM, or "unknown". */
  | { readonly kind: "refused" | "lost"; readonly state: string; readonly message: string }
  | { readonly kind: "absent" };

/** Undefined: it is none. */
export function readGuestAnswer(text: string): GuestAnswer | undefined {
  const [kind, line = "", ...rest] = text.split("\n");
  switch (kind) {
    case "ended":
      return readEnd(line);
    case "stopped":
    case "running":
      return { kind: "late", isStopped: kind === "stopped" };
    case "refused":
    case "lost":
      return { kind, state: line, message: rest.join("\n") };
    case "absent":
      return { kind };
    default:
      return undefined;
  }
}

function readEnd(line: string): GuestAnswer | undefined {
  try {
    const { exitcode: code, "out-data": out, "err-data": err } = Status.parse(JSON.parse(line));
    const text = (data: string) => Buffer.from(data, "base64").toString("utf8");
    if (code === TOO_MUCH) return { kind: "too much", stderr: text(err) };
    return { kind: "ended", code, stdout: text(out), stderr: text(err) };
  } catch {
    return undefined;
  }
}
