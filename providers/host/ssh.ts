// PLACEHOLDER until the transport is there.
import { spawnSync } from "node:child_process";
import type { SshTarget } from "../model/ssh.js";
import type { Host } from "./host.js";
export async function connectSsh(
  target: SshTarget,
  _credentials: object,
  settings: { configFile?: string },
): Promise<Host> {
  return {
    label: target.name,
    close: async () => {},
    run: async ({ step, script }) => {
      const r = spawnSync("ssh", ["-F", settings.configFile ?? "", target.address, "sh", "-s"], {
        input: script,
        encoding: "utf8",
      });
      if (r.status !== 0) throw new Error(`${target.name}: ${step}: ${r.status} ${r.stderr}`);
      return { stdout: r.stdout, stderr: r.stderr };
    },
  };
}
