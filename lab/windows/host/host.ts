// The host as its cmdlets see it: state, clock, and how long things take on it.
import type { Clock } from "./clock";
import { RELEASES, type Release } from "./releases";
import { QUIRKS, type Quirks, type Scenario, TIMES, type Times } from "./scenario";
import type { Adapter, HostState, VirtualSwitch } from "./state";
import { isSame } from "./wildcard";

export class Host {
  readonly times: Times;
  readonly quirks: Quirks;

  constructor(
    readonly state: HostState,
    readonly scenario: Scenario,
    readonly clock: Clock,
  ) {
    this.times = { ...TIMES, ...scenario.times };
    this.quirks = { ...QUIRKS, ...scenario.quirks };
  }

  get release(): Release {
    return RELEASES[this.state.release];
  }

  now(): number {
    return this.clock.now();
  }

  /** Upper-case, as Hyper-V and NDIS write them; the braces of interface GUIDs are the reader's. */
  newId(): string {
    const number = (this.state.nextId++).toString(16).toUpperCase().padStart(12, "0");
    return `7A1C0DE5-2B4F-4D3A-9E60-${number}`;
  }

  newIndex(): number {
    return this.state.nextIndex++;
  }

  /** VM-04. */
  newMac(): string {
    return `00155D0A0B${(this.state.nextMac++ % 256).toString(16).toUpperCase().padStart(2, "0")}`;
  }

  adapterOf(guid: string): Adapter {
    const found = this.state.adapters.find((adapter) => adapter.guid === guid);
    if (!found) throw new Error(`no adapter ${guid}`);
    return found;
  }

  adapterNamed(alias: string): Adapter | undefined {
    return this.state.adapters.find((adapter) => !isGhost(adapter) && isSame(adapter.alias, alias));
  }

  adapterWithIndex(index: number): Adapter | undefined {
    return this.state.adapters.find((adapter) => !isGhost(adapter) && adapter.index === index);
  }

  switchOf(id: string | undefined): VirtualSwitch | undefined {
    return this.state.switches.find((one) => one.id === id);
  }

  /** The switch that an adapter is an uplink of. */
  switchAbove(adapter: Adapter): VirtualSwitch | undefined {
    return this.state.switches.find((one) => one.uplinks.includes(adapter.guid));
  }

  hasModule(name: string): boolean {
    const { role, hasNetworkAtc } = this.state;
    const modules = ["CimCmdlets", "DnsClient", "NetAdapter", "NetLbfo", "NetTCPIP", "ScheduledTasks"];
    if (role === "hyperv") modules.push("Hyper-V");
    if (hasNetworkAtc) modules.push("NetworkATC");
    if (/^Microsoft\.PowerShell\.(Core|Management|Utility|Security)$/i.test(name)) return true;
    return modules.some((module) => isSame(module, name));
  }
}

/** Connections that Get-NetAdapter knows: hidden ones only when asked for (IP-26). */
export function connections(host: Host, { hidden }: { hidden: boolean }): Adapter[] {
  return host.state.adapters.filter(({ kind }) => kind !== "loopback" && (hidden || kind !== "ghost"));
}

export function isGhost(adapter: Adapter): boolean {
  return adapter.kind === "ghost";
}
