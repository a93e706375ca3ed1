// Cables: veth pairs between machines, made, plugged, pulled and cut. I/O.
import { executeOrThrow } from "./execute";
import { restartVswitchd, runScriptOn } from "./machine";
import { managementAddress } from "./outer";
import type { ProcessRecord } from "./processRecord";
import type { Cable, CableEnd, LabMachine, LabTopology, NicAddress } from "./topology";

/** The processes that own the network namespaces. */
export interface LabProcesses {
  readonly outer: ProcessRecord;
  readonly machines: ReadonlyMap<string, ProcessRecord>;
}

/** The first process of a machine that is known to run. */
export function processOf(lab: LabProcesses, name: string): ProcessRecord {
  const found = lab.machines.get(name);
  if (found === undefined)
    throw new Error(`no machine "${name}" in this lab; there are ${[...lab.machines.keys()].join(", ")}`);
  return found;
}

/** The address of a machine's management NIC, `mgmt0`, in the lab's own management network. */
export function managementAddressOf(topology: LabTopology, name: string): string {
  const number = topology.machines.findIndex((machine) => machine.name === name);
  return managementAddress.replace(/\.0\.1$/, `.${Math.floor(number / 250)}.${(number % 250) + 2}`);
}

/** Makes the cables, and the management NICs, of machines that were just started. Kept machines lose what was left of theirs. */
export async function makeCables(
  topology: LabTopology,
  lab: LabProcesses,
  started: ReadonlySet<string>,
): Promise<void> {
  const cables = topology.cables.filter(({ a, b }) => started.has(a.machine) || started.has(b.machine));
  const leftOver = cables.flatMap(({ a, b }) => [a, b]).filter(({ machine }) => !started.has(machine));
  for (const { machine, nic } of leftOver)
    await runScriptOn(processOf(lab, machine), `ip link del ${nic} 2>/dev/null || true`);
  const management = [...started].flatMap((name) => managementCommands(topology, lab, name));
  const commands = [...management, ...cables.map((cable) => cableCommand(topology, lab, cable))];
  const inOuter = ["nsenter", "--target", `${lab.outer.pid}`, "--net"];
  await executeOrThrow([...inOuter, "ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  const changed = new Set([...started, ...leftOver.map(({ machine }) => machine)]);
  await Promise.all(
    topology.machines.filter(({ name }) => changed.has(name)).map((machine) => setUpNics(topology, lab, machine)),
  );
  const kept = new Set(leftOver.map(({ machine }) => machine));
  await Promise.all(
    topology.machines
      .filter(({ name, kind }) => kept.has(name) && kind !== "guest")
      .map(({ name }) => restartVswitchd(processOf(lab, name))),
  );
}

function managementCommands(topology: LabTopology, lab: LabProcesses, name: string): readonly string[] {
  const number = topology.machines.findIndex((machine) => machine.name === name);
  const { pid } = processOf(lab, name);
  // A machine that is made again keeps its MAC address: the lab's network still has the old one in mind.
  const mac = `02:00:00:00:${[number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
  return [`link add m${number} up master mgmt type veth peer name mgmt0 address ${mac} netns ${pid}`];
}

function cableCommand(topology: LabTopology, lab: LabProcesses, { a, b }: Cable): string {
  const end = (each: CableEnd) => {
    const mtu = each.mtuBytes ?? (kindOf(topology, each.machine) === "switch" ? 9216 : 1500);
    const mac = each.mac === undefined ? "" : ` address ${each.mac}`;
    return `name ${each.nic}${mac} mtu ${mtu} netns ${processOf(lab, each.machine).pid}`;
  };
  return `link add ${end(a)} type veth peer ${end(b)}`;
}

function kindOf(topology: LabTopology, name: string): LabMachine["kind"] | undefined {
  return topology.machines.find((machine) => machine.name === name)?.kind;
}

// Open vSwitch's userspace datapath passes packets on as they are: a checksum that the kernel left to a NIC stays wrong.
async function setUpNics(topology: LabTopology, lab: LabProcesses, machine: LabMachine): Promise<void> {
  const nics = topology.cables.flatMap(({ a, b }) => [a, b]).filter((end) => end.machine === machine.name);
  const addresses: readonly NicAddress[] = machine.kind === "switch" ? [] : (machine.addresses ?? []);
  const management = `${managementAddressOf(topology, machine.name)}/16`;
  await runScriptOn(
    processOf(lab, machine.name),
    [
      `ip addr replace ${management} dev mgmt0`,
      "ip link set mgmt0 up",
      ...nics.map(({ nic }) => `ethtool -K ${nic} tx off >/dev/null; ip link set ${nic} up`),
      ...addresses.map(({ nic, address }) => `ip addr replace ${address} dev ${nic}`),
    ].join("\n"),
  );
}

/** Pulls a cable: the switch's or host's end goes down, and the other end loses its carrier. */
export async function pullCable(lab: LabProcesses, { b }: Cable): Promise<void> {
  await runScriptOn(processOf(lab, b.machine), `ip link set ${b.nic} down`);
}

/** Cuts a cable without a sign: both ends keep their carrier, nothing that they send arrives. */
export async function cutCable(lab: LabProcesses, { a, b }: Cable): Promise<void> {
  await Promise.all([a, b].map((end) => runScriptOn(processOf(lab, end.machine), cutScript(end))));
}

// On the way out, because Open vSwitch's userspace datapath sees incoming packets before any ingress rule does.
function cutScript({ nic }: CableEnd): string {
  return `nft -f - <<'RULES'
table netdev cut-${nic}
delete table netdev cut-${nic}
table netdev cut-${nic} {
  chain egress { type filter hook egress device "${nic}" priority 0; policy drop; }
}
RULES`;
}

/** Undoes a pull and a cut. */
export async function restoreCable(lab: LabProcesses, { a, b }: Cable): Promise<void> {
  const undoCut = ({ nic }: CableEnd) => `nft delete table netdev cut-${nic} 2>/dev/null || true`;
  await runScriptOn(processOf(lab, a.machine), undoCut(a));
  await runScriptOn(processOf(lab, b.machine), `${undoCut(b)}\nip link set ${b.nic} up`);
}
