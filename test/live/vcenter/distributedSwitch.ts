// The distributed switch dvs0 as govc reads it: its LAGs, its port groups, and the NIC on each port of a member host. I/O.
import { ESX } from "./hosts.js";
import type { VcenterSite } from "./vcenterSite.js";

export interface Lag {
  readonly name: string;
  readonly mode: string;
  readonly uplinkNum: number;
  readonly loadbalanceAlgorithm: string;
  readonly timeoutMode?: string;
  readonly vlan?: { readonly vlanId?: readonly { readonly start: number; readonly end: number }[] };
}

interface Policy<T> {
  readonly value: T;
}

/** What a port group sets for its ports. */
export interface PortSetting {
  readonly vlan: { readonly vlanId?: unknown; readonly pvlanId?: number };
  readonly uplinkTeamingPolicy: {
    readonly policy: Policy<string>;
    readonly rollingOrder: Policy<boolean>;
    readonly notifySwitches: Policy<boolean>;
    readonly failureCriteria: { readonly checkBeacon: Policy<boolean> };
    readonly uplinkPortOrder: { readonly activeUplinkPort?: string[]; readonly standbyUplinkPort?: string[] };
  };
  readonly securityPolicy: Readonly<Record<"allowPromiscuous" | "macChanges" | "forgedTransmits", Policy<boolean>>>;
}

interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** A switch in a member host's own view. */
interface ProxySwitch {
  readonly dvsName: string;
  readonly uplinkPort?: readonly KeyValue[];
  readonly hostLag?: readonly { readonly uplinkPort: readonly KeyValue[] }[];
  readonly spec: { readonly backing: { readonly pnicSpec?: readonly { pnicDevice: string; uplinkPortKey: string }[] } };
}

/** Where the traffic of a switch goes. */
export interface Places {
  /** Names. */
  readonly lags: readonly string[];
  /** Of each port group: `ACTIVE,ACTIVE/STANDBY`. */
  readonly teams: readonly string[];
  /** Of each host: the NIC on each port. */
  readonly ports: readonly Readonly<Record<string, string>>[];
}

/** Two port groups with vmnic2 and vmnic3 on standalone uplinks, and on a LAG. */
export const ON_UPLINKS: Places = {
  lags: [],
  teams: ["uplink1,uplink2/", "uplink1,uplink2/"],
  ports: ESX.map(() => ({ uplink1: "vmnic2", uplink2: "vmnic3" })),
};
export const ON_LAG: Places = {
  lags: ["lag1"],
  teams: ["lag1/", "lag1/"],
  ports: ESX.map(() => ({ "lag1-0": "vmnic2", "lag1-1": "vmnic3" })),
};

export class DistributedSwitch {
  constructor(private readonly site: VcenterSite) {}

  config<T = Readonly<Record<string, unknown>>>(): Promise<T> {
    return this.site.read<T>("network/dvs0", "config");
  }

  async lags(): Promise<readonly Lag[]> {
    return (await this.config<{ readonly lacpGroupConfig?: Lag[] }>()).lacpGroupConfig ?? [];
  }

  portSetting(group: string): Promise<PortSetting> {
    return this.site.read(`network/${group}`, "config.defaultPortConfig");
  }

  /** What a port group does, in few words. */
  async portGroup(name: string) {
    const setting = await this.portSetting(name);
    const { policy, rollingOrder, notifySwitches, failureCriteria, uplinkPortOrder } = setting.uplinkTeamingPolicy;
    return {
      vlan: setting.vlan.pvlanId === undefined ? setting.vlan.vlanId : { private: setting.vlan.pvlanId },
      policy: policy.value,
      active: uplinkPortOrder.activeUplinkPort ?? [],
      standby: uplinkPortOrder.standbyUplinkPort ?? [],
      failback: !rollingOrder.value,
      notifySwitches: notifySwitches.value,
      beacon: failureCriteria.checkBeacon.value,
      allowed: Object.entries(setting.securityPolicy).flatMap(([name, policy]) =>
        policy.value === true ? [name] : [],
      ),
    };
  }

  /** The NIC on each port of the switch. */
  async ports(host: string): Promise<Record<string, string>> {
    const proxies = await this.site.read<readonly ProxySwitch[]>(`host/c1/${host}`, "config.network.proxySwitch");
    const proxy = proxies.find(({ dvsName }) => dvsName === "dvs0");
    const ports = [...(proxy?.uplinkPort ?? []), ...(proxy?.hostLag ?? []).flatMap(({ uplinkPort }) => uplinkPort)];
    return Object.fromEntries(
      (proxy?.spec.backing.pnicSpec ?? []).map(({ pnicDevice, uplinkPortKey }) => [
        ports.find(({ key }) => key === uplinkPortKey)?.value ?? "nowhere",
        pnicDevice,
      ]),
    );
  }

  /** Where the traffic of port groups goes. */
  async places(...groups: readonly string[]): Promise<Places> {
    return {
      lags: (await this.lags()).map(({ name }) => name),
      teams: await Promise.all(groups.map((group) => this.team(group))),
      ports: await Promise.all(ESX.map((host) => this.ports(host))),
    };
  }

  private async team(group: string): Promise<string> {
    const { uplinkPortOrder } = (await this.portSetting(group)).uplinkTeamingPolicy;
    const { activeUplinkPort = [], standbyUplinkPort = [] } = uplinkPortOrder;
    return `${activeUplinkPort.join(",")}/${standbyUplinkPort.join(",")}`;
  }
}
