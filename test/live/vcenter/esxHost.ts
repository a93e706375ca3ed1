// An ESXi host with a standard switch: what its tests declare, and what govc reads of it. I/O.
import { ESX } from "./hosts.js";
import type { VcenterSite } from "./vcenterSite.js";

/** An environment file with vSwitch1 on the first host; what a test changes is a parameter. */
export function environment({
  team = "members: [vmnic1, vmnic2], policy: source-port",
  more = "discovery: cdp-both",
  app = "{}",
  groups = "",
  switches = "",
  ports = "",
  uplinks = "",
} = {}): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30, mtu: 9000 }
  all: { vlans: [1-4094] }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks:
      vmnic1: { pci: "0000:3b:01.0" }
      vmnic2: {}
      vmnic3: {}
      vmnic4: {}
${uplinks}
    virtualSwitches:
      vSwitch1:
        uplinkTeam: { ${team} }
        ${more}
        portGroups:
          app: ${app}
          storage: { security: { promiscuous: true } }
          all: { uplinkTeam: { members: [vmnic2], policy: active-backup, failback: false } }
${groups}
${switches}
${ports}
`;
}

interface StandardSwitch {
  readonly name: string;
  readonly mtu: number;
  readonly spec: {
    readonly bridge?: {
      readonly nicDevice: string[];
      readonly linkDiscoveryProtocolConfig: { readonly protocol: string; readonly operation: string };
    };
    readonly policy: Policy;
  };
}

interface Policy {
  readonly security?: Record<string, boolean>;
  readonly nicTeaming?: {
    readonly policy?: string;
    readonly rollingOrder?: boolean;
    readonly nicOrder?: { readonly activeNic?: string[]; readonly standbyNic?: string[] };
  };
}

interface PortGroup {
  readonly spec: {
    readonly name: string;
    readonly vlanId: number;
    readonly vswitchName: string;
    readonly policy: Policy;
  };
}

/** A host as govc reads it. */
export class EsxHost {
  constructor(
    private readonly site: VcenterSite,
    readonly name: string = ESX[0],
  ) {}

  /** As govc names it. */
  get path(): string {
    return `/dc1/host/c1/${this.name}`;
  }

  read<T>(property: string): Promise<T> {
    return this.site.collect(this.path, property);
  }

  async vswitch(name: string): Promise<StandardSwitch | undefined> {
    return (await this.read<StandardSwitch[]>("config.network.vswitch")).find((each) => each.name === name);
  }

  async portGroup(name: string): Promise<PortGroup["spec"] | undefined> {
    return (await this.read<PortGroup[]>("config.network.portgroup")).find(({ spec }) => spec.name === name)?.spec;
  }
}
