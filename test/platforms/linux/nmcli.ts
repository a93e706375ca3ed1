// NetworkManager's own reading of profiles, as a machine checks them before a change: by the real nmcli, with files staged in a folder.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { networkManager } from "../../../providers/platforms/linux/networkManager/index.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { filesOf, scriptOf } from "./rendering.js";

export const hasNmcli = findOnPath("nmcli") !== undefined;
if (!hasNmcli)
  console.log("left out: nmcli is not installed, so NetworkManager can't be asked (apt-get install network-manager)");

export interface Daemon {
  readonly type?: string;
  readonly state?: string;
  readonly running?: string;
  readonly nics?: readonly string[];
}

/** Stands for the daemon: says that it runs and what it thinks of each NIC; what reads profiles is the real nmcli. */
export function writeDaemon(folder: string, given: Daemon = {}): void {
  const { type = "ethernet", state = "disconnected", running = "running" } = given;
  const { nics = ["eth0", "eth1", "eth2", "eth3", "eth4", "eth5"] } = given;
  const script = `#!/bin/sh
case "$*" in
  '-t -f RUNNING general') echo '${running}' ;;
  '-t -f DEVICE,TYPE,STATE device') ${type === "missing" ? ":" : `printf '%s:${type}:${state}\\n' ${nics.join(" ")}`} ;;
  *) exec ${findOnPath("nmcli")} "$@" ;;
esac
`;
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", "nmcli"), script, { mode: 0o755 });
}

/** Runs the check as a machine does; `spoil` may change a file. */
export function checkByNmcli(
  folder: string,
  words: LinuxWords,
  spoil: (text: string) => string = (text) => text,
): { status: number | null; stderr: string } {
  for (const { path, text } of filesOf(networkManager, words)) {
    const file = join(folder, "stage", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, spoil(text));
  }
  return spawnSync("sh", ["-eu"], {
    input: scriptOf(networkManager.check(words)),
    encoding: "utf8",
    env: { PATH: `${folder}/bin:${process.env.PATH}`, stage: `${folder}/stage`, LC_ALL: "C.UTF-8" },
  });
}
