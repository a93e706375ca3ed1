// cloud-init as the judge of a seed: its own conversion to the files of a renderer, and its own schema. It is not installed, but unpacked (lab/cloudInit.ts).
import { spawnSync } from "node:child_process";
import { cloudInitModules } from "../../../lab/cloudInit.js";
import type { LinuxRenderer } from "../../../providers/model/linuxRenderer.js";

/** Of a list of requests: a start of it takes longer than all of its work. */
const CONVERT = `import json, os, sys, tempfile
from cloudinit.cmd.devel import net_convert
def convert(kind, text):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "network-config"), os.path.join(folder, "out")
        with open(source, "w") as file:
            file.write(text)
        args = ["-p", source, "-k", "yaml", "-O", kind, "-D", "debian", "-d", target]
        try:
            net_convert.handle_args("net-convert", net_convert.get_parser().parse_args(args))
        except Exception as error:
            return {"files": [], "failure": f"{type(error).__name__}: {error}"}
        paths = sorted(os.path.join(at, name) for at, _, names in os.walk(target) for name in names)
        return {"files": [{"path": os.path.relpath(path, target), "text": open(path).read()} for path in paths]}
print(json.dumps([convert(**request) for request in json.load(sys.stdin)]))
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
  /** The error that it ended with. */
  readonly failure?: string;
}

export interface Request {
  readonly renderer: LinuxRenderer;
  readonly networkConfig: string;
}

/** What cloud-init writes for a renderer at the first start. */
export function convert(renderer: LinuxRenderer, networkConfig: string): Converted {
  const [converted] = convertAll([{ renderer, networkConfig }]);
  if (converted === undefined) throw new Error("no answer");
  return converted;
}

/** The same for many; one of netplan at most, for it takes its settings for those of the last one. */
export function convertAll(requests: readonly Request[]): Converted[] {
  const input = requests.map(({ renderer, networkConfig }) => ({ kind: OUTPUT[renderer], text: networkConfig }));
  const { status, stdout, stderr } = python(CONVERT, [], JSON.stringify(input));
  if (status !== 0) throw new Error(`cloud-init can't be asked: ${stderr}`);
  return JSON.parse(stdout) as Converted[];
}

/** What its schema says against a user-data; empty: nothing. */
export function faultsOfUserData(text: string): string {
  const { status, stderr } = python(VALIDATE, [], text);
  return status === 0 ? "" : (stderr.trim().split("\n").at(-1) ?? "");
}

const VMWARE = `import json, os, sys
from cloudinit import sources
from cloudinit.sources.DataSourceVMware import DataSourceVMware
os.environ["VMX_GUESTINFO"] = "1"
for key, value in json.load(sys.stdin).items():
    os.environ[("vmx." + key).upper().replace(".", "_")] = value
source = DataSourceVMware({}, None, None)
found = source._get_data()
print(json.dumps({"found": found, "id": source.get_instance_id(), "hostname": source.metadata.get("local-hostname"),
    "network": source.network_config, "userData": source.userdata_raw}))
`;

export interface VmwareData {
  readonly found: boolean;
  readonly id: string;
  readonly hostname: string | null;
  readonly network: unknown;
  readonly userData: string;
}

/** What its data source VMware makes of the keys of a VM. */
export function readGuestinfo(keys: Readonly<Record<string, string>>): VmwareData {
  const { status, stdout, stderr } = python(VMWARE, [], JSON.stringify(keys));
  if (status !== 0) throw new Error(`cloud-init can't be asked: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as VmwareData;
}
