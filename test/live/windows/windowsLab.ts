// A simulated Windows host and the engine that reaches it over SSH, for tests; and what the host has, as plain data to compare. I/O.
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { WindowsHost } from "../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { type Applied, Machine } from "../../../providers/engine/machine.js";
import type { Connect } from "../../../providers/engine/machineAccess.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { compare, formatChange } from "../../../providers/model/change.js";
import type { Driver, MachineModel } from "../../../providers/platforms/driver.js";
import { hyperv } from "../../../providers/platforms/hyperv/index.js";
import { windows } from "../../../providers/platforms/windows/index.js";
import { modelOf } from "../../model/given.js";

const LOGIN = { user: "Administrator", password: "correct horse" };

export interface WindowsLab {
  readonly host: WindowsHost;
  /** Connections and round trips since the last {@link WindowsLab.apply} began. */
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

export type HypervLab = WindowsLab;

/** A Hyper-V host: the first one of the files that it is given. */
export function startHyperv(scenario: Scenario): Promise<WindowsLab> {
  return start(hyperv, scenario);
}

/** A Windows guest: the first one of the files that it is given. */
export function startGuest(scenario: Scenario): Promise<WindowsLab> {
  return start(windows, scenario);
}

async function start<Model extends MachineModel>(driver: Driver<Model>, scenario: Scenario): Promise<WindowsLab> {
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
  const engine = new Machine(driver, connect);
  const target = ({ ssh }: Model, confirmSeconds: number) => ({
    ...ssh,
    address: "127.0.0.1",
    port: host.port,
    user: LOGIN.user,
    hostKey: host.fingerprint,
    confirmSeconds,
  });
  const read = (spec: string, seconds = 30) => {
    const model = modelOf(spec);
    const [place] = driver.machines(model);
    if (!place) throw new Error(`no ${driver.kind} in the file`);
    const { machine } = place;
    return {
      environment: model.name,
      words: toMachineWords(driver, machine, model.name),
      ssh: target(machine, seconds),
    };
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
      return compare(wanted.words, found?.words ?? {}).map(formatChange);
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
export function stateOf({ state }: Pick<WindowsHost, "state">): object {
  const alias = (guid: string) => state.adapters.find((adapter) => adapter.guid === guid)?.alias;
  const switchName = (id: string | undefined) => state.switches.find((one) => one.id === id)?.name;
  return {
    switches: state.switches.map(({ id: _, uplinks, ...one }) => ({ ...one, uplinks: uplinks.map(alias).sort() })),
    interfaces: state.adapters.flatMap(({ alias: name, team }) => (team ? [[name, team.vlan ?? 0]] : [])),
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
