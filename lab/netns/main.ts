// The demo's lab by hand: `node dist/lab/netns/main.js start|stop|status [DIRECTORY]`. I/O.
import { join } from "node:path";
import { projectFolder } from "../toolchain/project";
import { demoTopology } from "./demo";
import { openNetns, startNetns, stopNetns } from "./lab";
import { whyNotNetns } from "./requirements";

const report = (line: string) => console.error(line);

async function main([command, given]: readonly string[]): Promise<number> {
  const directory = given ?? join(projectFolder(), ".lab", "netns");
  if (command === "stop") {
    await stopNetns({ directory, report });
    return 0;
  }
  if (command === "status") return showStatus(directory);
  if (command !== "start") {
    report("usage: main.js start|stop|status [DIRECTORY]");
    return 2;
  }
  const reasons = whyNotNetns();
  for (const reason of reasons) report(reason);
  if (reasons.length > 0) return 1;
  await startNetns(demoTopology, { directory, id: "demo", report });
  return showStatus(directory);
}

function showStatus(directory: string): number {
  const lab = openNetns({ directory });
  if (lab === undefined) {
    console.log("not running");
    return 1;
  }
  for (const { name, kind } of lab.topology.machines)
    console.log(kind === "switch" ? `${name}: process ${lab.pid(name)}` : `ssh -F ${lab.sshConfig} ${name}`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    report(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
