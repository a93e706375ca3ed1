// A simulated Windows host and the engine that reaches it over SSH, for tests; and what the host has, as plain data to compare. I/O.
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { WindowsHost } from "../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { type Applied, type Connect, Machine } from "../../../providers/engine/machine.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { formatChange } from "../../../providers/model/change.js";
import type { HypervHost } from "../../../providers/model/hypervHost.js";
import { hyperv } from "../../../providers/platforms/hyperv/index.js";
import { modelOf } from "../../model/given.js";

const LOGIN = { user: "Administrator", password: "correct horse" };

export interface HypervLab {
  readonly host: WindowsHost;
  /** Connections and round trips since the last {@link HypervLab.apply} began. */
  readonly trips: { connections: number; scripts: number };
  /** `seconds`: how long the host waits for the confirmation. Default 30. */
  apply(spec: string, seconds?: number): Promise<Applied>;
  /** What differs from the file, as a refresh would show it. */
  drift(spec: string): Promise<string[]>;
  remove(spec: string): Promise<readonly string[]>;
  /** Somebody's own script on the host. */
  byHand(script: string): Promise<void>;
  readonly connect: Connect;
}

export async function startHyperv(scenario: Scenario): Promise<HypervLab> {
  const host = await WindowsHost.start({ scenario, login: LOGIN, runPowerShell });
  const trips = { connections: 0, scripts: 0 };
  const connect: Connect = async (ssh) => {
    const found = await connectSsh(ssh, { password: LOGIN.password }, { configFile: "/dev/null" });
    trips.connections++;
    return {
      label: found.label,
      close: () => found.close(),
      run: (command) => {
        trips.scripts++;
        return found.run(command);
      },
    };
  };
  const engine = new Machine(hyperv, connect);
  const target = ({ ssh }: HypervHost, confirmSeconds: number) => ({
    ...ssh,
    address: "127.0.0.1",
    port: host.port,
    user: LOGIN.user,
    hostKey: host.fingerprint,
    confirmSeconds,
  });
  const read = (spec: string, seconds = 30) => {
    const { name: environment, hypervHosts } = modelOf(spec);
    const [machine] = hypervHosts;
    if (!machine) throw new Error("no Hyper-V host in the file");
    return { environment, words: toMachineWords(hyperv, machine, environment), ssh: target(machine, seconds) };
  };
  return {
    host,
    trips,
    connect,
    apply: (spec, seconds) => {
      Object.assign(trips, { connections: 0, scripts: 0 });
      return engine.apply({ ...read(spec, seconds), missingPackages: "refuse" });
    },
    drift: async (spec) => {
      const wanted = read(spec);
      const found = await engine.read(wanted);
      return hyperv.layers.flatMap((layer) =>
        layer
          .compare(wanted.words[layer.name] ?? layer.nothing, found?.words[layer.name] ?? layer.nothing)
          .map(formatChange),
      );
    },
    remove: (spec) => engine.remove(read(spec)),
    byHand: async (script) => {
      const encoded = Buffer.from(`$ErrorActionPreference = 'Stop'; ${script}`, "utf16le").toString("base64");
      const ended = await host.machine.start(["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded], "").ended;
      if (ended?.exitCode !== 0) throw new Error(ended?.stderr);
    },
  };
}

/** Everything of the host that a change of ours could touch, without numbers that Windows gives anew. */
export function stateOf({ state }: WindowsHost): object {
  const alias = (guid: string) => state.adapters.find((adapter) => adapter.guid === guid)?.alias;
  const switchName = (id: string | undefined) => state.switches.find((one) => one.id === id)?.name;
  return {
    switches: state.switches.map(({ id: _, uplinks, ...one }) => ({ ...one, uplinks: uplinks.map(alias).sort() })),
    teams: state.teams.map(({ name, mode, algorithm, members }) => ({
      name,
      mode,
      algorithm,
      members: members.map((member) => [alias(member.adapter), member.mode]),
    })),
    management: state.vnics.map(({ name, switchId, vlan }) => ({ name, on: switchName(switchId), vlan })),
    vms: state.vms.map(({ name, adapters }) => ({
      name,
      adapters: adapters.map(({ id: _, changedAt: __, switchId, mapping, mac, dynamicMac, ...rest }) => ({
        ...rest,
        on: switchName(switchId),
        mac: dynamicMac ? "dynamic" : mac,
        mapping: mapping ? alias(mapping.adapter) : undefined,
      })),
    })),
    addresses: Object.fromEntries(
      state.adapters
        .filter(({ kind }) => kind !== "ghost" && kind !== "loopback")
        .map(({ alias: name, ip }) => [
          name,
          [
            ...ip.addresses.map((address) => `${address.ip}/${address.prefix}`),
            ...ip.routes.map(({ destination, nextHop }) => `${destination} by ${nextHop}`),
          ].sort(),
        ]),
    ),
  };
}
