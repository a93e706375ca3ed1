// What VMware Tools start in a Linux guest to run a script, and what comes back. Pure.

export const SHELL = "/bin/sh";

/** Names of the folder that a script is in while it runs. */
export const FOLDER_PREFIX = "multiport-";
export const SCRIPT_FILE = "script";
export const ANSWER_FILE = "answer";

/** Facts of a large guest are some hundred KB; more than this is no answer to anything that we ask. */
export const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** A script could not be begun in its folder. */
const NOT_BEGUN = 74;

/**
 * All that stands in the guest's process list and in the log of the tools is this; the script is in a file of the folder that is its argument,
 * which is gone before the script runs. The script has a session of its own, whose number is in a file: what it starts can be ended as one.
 * Both of its streams come back in one file, so that one transfer is enough.
 */
const RUN = [
  'f=$1; u=$(umask); umask 077; exec 3<"$f/script" >>"$f/out" 2>>"$f/err" </dev/null',
  `rm "$f/script" || exit ${NOT_BEGUN}`,
  "{ umask $u; exec setsid sh -s; } <&3 3<&- & p=$!",
  'exec 3<&-; echo $p >"$f/session"; wait $p; c=$?',
  '{ wc -c <"$f/err"; cat "$f/err" "$f/out"; } >"$f/answer"',
  "exit $c",
].join("; ");

const END = 'p=$(cat "$1/session") && kill -s TERM -- -$p && { sleep 0.5; kill -s KILL -- -$p 2>/dev/null; true; }';

/** Ends well for a folder in which a script runs. */
export const endArguments = (folder: string) => argumentsOf(END, folder);
export const runArguments = (folder: string) => argumentsOf(RUN, folder);

/** The tools put the program before it, and have a shell read both. */
function argumentsOf(script: string, folder: string): string {
  if (!isFolder(folder)) throw new Error("the guest's folder has a name that no shell is given");
  return `-c '${script}' sh ${folder}`;
}

/** A path as the tools make it, such as /tmp/multiport-vmware-1234. */
export function isFolder(path: string): boolean {
  return /^(\/[A-Za-z0-9._-]+)+$/.test(path);
}

/**
 * What the file has. A shell reads a group to its end before it runs any of it: of a file that was cut, nothing runs. The script's own commands
 * find their input empty, so that none of them swallows the rest of the script.
 */
export function scriptFile(script: string): Buffer {
  return Buffer.from(`{ ${script}\n} </dev/null\n`);
}

/** Undefined: it is none. */
export function readAnswer(file: Buffer): { readonly stdout: string; readonly stderr: string } | undefined {
  const end = file.indexOf("\n");
  const [, digits] = /^ *(\d+)$/.exec(file.subarray(0, Math.max(end, 0)).toString()) ?? [];
  if (digits === undefined) return undefined;
  const body = file.subarray(end + 1);
  const length = Number(digits);
  if (length > body.length) return undefined;
  return { stderr: body.subarray(0, length).toString(), stdout: body.subarray(length).toString() };
}
