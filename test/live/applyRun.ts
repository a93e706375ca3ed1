// `up` of one machine without Pulumi, in a process of its own that can be killed: the compiled package applies an environment's only KVM
// host, or its only Linux guest, over real SSH. I/O.
import { spawn } from "node:child_process";
import { join } from "node:path";

const DIST = join(__dirname, "../../dist/providers");

const PROGRAM = `
const load = (path) => require(${JSON.stringify(DIST)} + "/" + path);
const { Machine } = load("engine/machine.js");
const [text, configFile, platform] = process.argv.slice(1);
const driver = { kvm: load("platforms/kvm/index.js").kvm, linuxGuest: load("platforms/linuxGuest/index.js").linuxGuests }[platform];
const { connectSsh } = load("host/ssh.js");
const { toMachineWords } = load("engine/machineWords.js");
const { checkEnvironmentText } = load("engine/check.js");
const { environment, problems } = checkEnvironmentText(text, "environment.yaml");
if (!environment) throw new Error(JSON.stringify(problems));
const [{ machine: model }] = driver.machines(environment);
let connections = 0, trips = 0;
const connect = async (target) => {
  const host = await connectSsh(target, {}, { configFile });
  connections++;
  return { label: host.label, close: () => host.close(), run: (command) => { trips++; return host.run(command); } };
};
new Machine(driver, connect)
  .apply({ ssh: model.ssh, missingPackages: model.missingPackages, environment: environment.name, words: toMachineWords(driver, model, environment.name) })
  .then(
    ({ changes, notes }) => console.log(JSON.stringify({ changes: changes.map(({ path }) => path.join(".")), notes, connections, trips })),
    (error) => console.log(JSON.stringify({ error: error.name, message: error.message, connections, trips })),
  );
`;

/** How a run ended: an error by its class and words, or what was changed and told. */
export interface ApplyOutcome {
  readonly error?: string;
  readonly message?: string;
  readonly changes?: readonly string[];
  readonly notes?: readonly string[];
  readonly connections: number;
  /** Scripts that were run, each one round trip. */
  readonly trips: number;
}

export interface ApplyRun {
  /** Undefined when the process was killed. */
  readonly outcome: Promise<ApplyOutcome | undefined>;
  kill(): void;
}

/** Whose machine it is: the names of two drivers. */
export type Platform = "kvm" | "linuxGuest";

export function startApply(environment: string, sshConfig: string, platform: Platform = "kvm"): ApplyRun {
  const child = spawn(process.execPath, ["-e", PROGRAM, environment, sshConfig, platform], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  const outcome = new Promise<ApplyOutcome | undefined>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(stdout === "" ? undefined : (JSON.parse(stdout) as ApplyOutcome)));
  });
  return { outcome, kill: () => void child.kill("SIGKILL") };
}

/** Applies and waits; throws what the run ended with. */
export async function apply(environment: string, sshConfig: string, platform: Platform = "kvm"): Promise<ApplyOutcome> {
  const outcome = await startApply(environment, sshConfig, platform).outcome;
  if (outcome === undefined) throw new Error("the run printed nothing");
  if (outcome.error !== undefined) throw new Error(`${outcome.error}: ${outcome.message}`);
  return outcome;
}
