// cloud-init as the judge of a seed: its own conversion to the files of a renderer, and its own schema. It is not installed, but unpacked (lab/cloudInit.ts).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudInitModules } from "../../../lab/cloudInit.js";
import type { LinuxRenderer } from "../../../providers/model/linuxRenderer.js";

const CONVERT = `import sys
from cloudinit.cmd.devel import net_convert
net_convert.handle_args("net-convert", net_convert.get_parser().parse_args())
`;
const VALIDATE = `import sys, yaml
from cloudinit.config.schema import validate_cloudconfig_schema
validate_cloudconfig_schema(yaml.safe_load(sys.stdin), strict=True)
`;

function python(program: string, args: readonly string[], input = "") {
  // Debian's own: its modules are not those of another one on PATH.
  const env = { ...process.env, PYTHONPATH: cloudInitModules() ?? "", PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync("/usr/bin/python3", ["-c", program, ...args], { input, encoding: "utf8", env });
}

export function whyNoCloudInit(): string | undefined {
  if (cloudInitModules() === undefined)
    return "cloud-init is not unpacked below .lab (npm test does it, on Debian as root)";
  const { status, stderr } = python("from cloudinit.cmd.devel import net_convert", []);
  return status === 0 ? undefined : `cloud-init does not run (${stderr.trim().split("\n").at(-1)})`;
}

/** Its names for the renderers. */
const OUTPUT: Readonly<Record<LinuxRenderer, string>> = {
  netplan: "netplan",
  networkd: "networkd",
  NetworkManager: "network-manager",
  ifupdown: "eni",
};

export interface Converted {
  /** Path without the leading slash, and text. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** The last line that it said, where it failed. */
  readonly failure?: string;
}

/** What cloud-init writes for a renderer at the first start. */
export function convert(renderer: LinuxRenderer, networkConfig: string): Converted {
  const folder = mkdtempSync(join(tmpdir(), "cloud-init-"));
  try {
    const [source, target] = [join(folder, "network-config"), join(folder, "out")];
    writeFileSync(source, networkConfig);
    const args = ["-p", source, "-k", "yaml", "-O", OUTPUT[renderer], "-D", "debian", "-d", target];
    const { status, stderr } = python(CONVERT, args);
    if (status !== 0) return { files: [], failure: stderr.trim().split("\n").at(-1) ?? "" };
    const paths = readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return { files: paths.map((path) => ({ path: path.slice(target.length + 1), text: readFileSync(path, "utf8") })) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What its schema says against a user-data; empty: nothing. */
export function faultsOfUserData(text: string): string {
  const { status, stderr } = python(VALIDATE, [], text);
  return status === 0 ? "" : (stderr.trim().split("\n").at(-1) ?? "");
}
