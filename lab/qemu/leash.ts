// Ends a lab when the program that started it is gone, however that ended: an emulated host left behind would take a
// processor and a gigabyte until somebody finds it. I/O: a process that reads a pipe.
import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import type { ProcessRecord } from "../netns/processRecord";

// The pipe ends with the program. Field 22 of proc(5) stat is the start time: a number that is used again is another
// process. The name, field 2, has no spaces here.
const script = `pid=$1 start=$2
read -r word && [ "$word" = release ] && exit
set -- $(cat "/proc/$pid/stat")
[ "\${22}" = "$start" ] && kill -KILL "$pid"`;

/** Holds the first process of a lab's namespaces; all others end with it. */
export class Leash {
  private constructor(private readonly pipe: Writable) {}

  static hold({ pid, start }: ProcessRecord): Leash {
    const child = spawn("sh", ["-c", script, "sh", `${pid}`, start], {
      cwd: "/",
      // Of a group of its own: what interrupts the program must not end this first.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.unref();
    unref(child.stdin);
    child.stdin.on("error", () => {});
    return new Leash(child.stdin);
  }

  release(): void {
    this.pipe.end("release\n");
  }
}

// A pipe of a child is a socket to Node, which would wait for it.
function unref(stream: Writable): void {
  if ("unref" in stream && typeof stream.unref === "function") stream.unref();
}
