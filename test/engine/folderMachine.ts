// A machine whose scripts are run by a real shell, in a folder in the place of /: without systemd, and with stand-ins for the
// programs that layers call. Writes below that folder.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineScript } from "../../providers/engine/machineScript.js";
import { fillTemplate } from "../../providers/engine/template.js";
import type { Filled } from "../../providers/platforms/layer.js";

/** What a change is made of; what is left out is empty. */
export interface ChangeParts {
  readonly id?: string;
  readonly seconds?: number;
  readonly environment?: string;
  readonly about?: string;
  readonly puts?: readonly { readonly path: string; readonly text: string; readonly mode: string }[];
  readonly removes?: readonly string[];
  readonly check?: readonly Filled[];
  readonly after?: readonly Filled[];
  readonly revertAfter?: readonly Filled[];
}

/** The script of a change, as the engine fills it. */
export function changeScript(parts: ChangeParts): string {
  const lists = { puts: [], removes: [], check: [], after: [], revertAfter: [] };
  const defaults = { id: "7", seconds: 30, wayBackSeconds: 60, environment: "t", about: "{}", ...lists };
  const { puts, removes, ...given } = { ...defaults, ...parts };
  const paths = [...puts.map(({ path }) => path), ...removes];
  const data = { ...given, puts, removes, paths, before: [], revertBefore: [] };
  return machineScript("sh", "change", {
    ...data,
    apply: machineScript("sh", "apply", data),
    revert: machineScript("sh", "revert", data),
    units: {
      files: fillTemplate("machine/revert-files.service", {}),
      rest: fillTemplate("machine/revert.service", {}),
    },
  });
}

export class FolderMachine {
  readonly root = mkdtempSync(join(tmpdir(), "machine-"));
  readonly state = join(this.root, "var/lib/multiport");

  constructor() {
    mkdirSync(join(this.root, "bin"));
    mkdirSync(join(this.root, "etc/netplan"), { recursive: true });
    // Say what they were told; fail where the test says so.
    for (const name of ["ovs-vsctl", "netplan"])
      writeFileSync(join(this.root, "bin", name), `#!/bin/sh\necho ${name}: "$*"\nexit "\${FAILS:-0}"\n`, {
        mode: 0o755,
      });
  }

  /** Runs a script whose paths on the machine are below the folder. */
  run(
    script: string,
    variables: Record<string, string> = {},
  ): { status: number | null; stdout: string; stderr: string } {
    return spawnSync("sh", ["-s"], {
      input: script
        .replaceAll("/var/lib/multiport", this.state)
        .replaceAll("/etc/netplan", join(this.root, "etc/netplan"))
        .replaceAll("/run/systemd/system", "/nowhere")
        .replaceAll("PATH=/usr/local/sbin", `PATH=${join(this.root, "bin")}:/usr/local/sbin`),
      cwd: this.root,
      env: { PATH: `${join(this.root, "bin")}:${process.env.PATH}`, ...variables },
      encoding: "utf8",
    });
  }

  path(name: string): string {
    return join(this.root, "etc", name);
  }

  /** Every file below etc/. */
  files(): string[] {
    return readdirSync(join(this.root, "etc"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
