// Words of a Hyper-V host in which every text is what a test gives, in every shape that a template writes differently; and the scripts
// that are made of them. Pure but for the templates.
import { machineScript } from "../../../providers/engine/machineScript.js";
import { hyperv } from "../../../providers/platforms/hyperv/index.js";
import type { NicsWords } from "../../../providers/platforms/hyperv/nics/index.js";
import type {
  ManagementAdapterWord,
  SwitchWord,
  VlanWord,
  VmAdapterWord,
  VmswitchWords,
} from "../../../providers/platforms/hyperv/vmswitch/words.js";
import { type Filled, NOTHING_TO_DO } from "../../../providers/platforms/layer.js";
import type { JumboWords } from "../../../providers/platforms/windows/jumbo/words.js";
import type { LbfoWords } from "../../../providers/platforms/windows/lbfo/words.js";
import type { TcpipWords } from "../../../providers/platforms/windows/tcpip/words.js";

/** Names and other text, and addresses, which a `/` ends and a `:` makes IPv6: the n-th of each. */
export interface Texts {
  readonly name: (at: number) => string;
  readonly address: (at: number) => string;
}
export const NAMES = 30;
export const ADDRESSES = 12;
/** Of the heading: the name of the machine, which stands in comments alone. */
export const MACHINE = 0;

const UNTAGGED: VlanWord = {
  OperationMode: "Untagged",
  AccessVlanId: null,
  NativeVlanId: null,
  AllowedVlanIdList: null,
  PrimaryVlanId: null,
  SecondaryVlanId: null,
  SecondaryVlanIdList: null,
};
const EXTERNAL = {
  SwitchType: "External",
  EmbeddedTeamingEnabled: true,
  LoadBalancingAlgorithm: "Dynamic",
  IovEnabled: false,
  BandwidthReservationMode: "Weight",
  isOnTeam: false,
} as const;
const ADAPTER = {
  MacAddressSpoofing: "Off",
  DhcpGuard: "On",
  RouterGuard: "Off",
  PortMirroringMode: "None",
  AllowTeaming: "Off",
  DeviceNaming: "Off",
  MinimumBandwidthWeight: 5,
  MinimumBandwidthAbsolute: 0,
  MaximumBandwidth: 1_000_000,
  IovWeight: 100,
  IovQueuePairsRequested: 2,
} as const;

function vmswitchWords({ name }: Texts): { desired: VmswitchWords; actual: VmswitchWords } {
  const [stays, single, lab, leaves] = [name(2), name(3), name(4), name(5)];
  const adapter = (more: Pick<VmAdapterWord, "SwitchName" | "vlan" | "MacAddress" | "NetAdapterName">) => ({
    ...ADAPTER,
    ...more,
  });
  const plain = { MacAddress: null, NetAdapterName: null };
  const switches: Record<string, SwitchWord> = {
    [stays]: { ...EXTERNAL, NetAdapterName: [name(6), name(7)] },
    [single]: { ...EXTERNAL, NetAdapterName: [name(8)], EmbeddedTeamingEnabled: false, isOnTeam: true },
    [lab]: {
      ...EXTERNAL,
      SwitchType: "Private",
      NetAdapterName: [],
      EmbeddedTeamingEnabled: false,
      BandwidthReservationMode: "Absolute",
    },
  };
  const vlan = (more: Partial<VlanWord>): VlanWord => ({ ...UNTAGGED, ...more });
  const management: Record<string, ManagementAdapterWord> = {
    [name(9)]: { SwitchName: stays, vlan: vlan({ OperationMode: "Access", AccessVlanId: 20 }) },
  };
  return {
    desired: {
      switches,
      management,
      vms: {
        [name(10)]: {
          [name(11)]: adapter({
            SwitchName: stays,
            vlan: vlan({ OperationMode: "Trunk", NativeVlanId: 0, AllowedVlanIdList: name(12) }),
            MacAddress: name(13),
            NetAdapterName: name(6),
          }),
          [name(14)]: adapter({
            ...plain,
            SwitchName: lab,
            vlan: vlan({ OperationMode: "Promiscuous", PrimaryVlanId: 200, SecondaryVlanIdList: name(15) }),
          }),
        },
        [name(16)]: {
          [name(17)]: adapter({
            ...plain,
            SwitchName: single,
            vlan: vlan({ OperationMode: "Isolated", PrimaryVlanId: 200, SecondaryVlanId: 201 }),
          }),
        },
      },
    },
    actual: {
      switches: {
        [stays]: { ...EXTERNAL, NetAdapterName: [name(6), name(7), name(18)] },
        [leaves]: { ...EXTERNAL, NetAdapterName: [name(19), name(20)] },
      },
      management: { [name(21)]: { SwitchName: leaves, vlan: UNTAGGED } },
      vms: { [name(10)]: { [name(22)]: adapter({ ...plain, SwitchName: leaves, vlan: UNTAGGED }) } },
    },
  };
}

function lbfoWords({ name }: Texts): { desired: LbfoWords; actual: LbfoWords } {
  const team = { TeamingMode: "Lacp", LoadBalancingAlgorithm: "Dynamic", LacpTimer: "Fast", Standby: null } as const;
  const alone = { ...team, TeamingMode: "SwitchIndependent", LacpTimer: null } as const;
  const nics = (at: number) => ({ [name(at)]: { VlanID: null }, [`${name(at)} - VLAN 30`]: { VlanID: 30 } });
  return {
    desired: {
      teams: {
        [name(23)]: { ...team, TeamMembers: [name(6), name(7)], TeamNics: nics(23) },
        [name(24)]: { ...alone, TeamMembers: [name(8), name(18)], Standby: name(18), TeamNics: {} },
      },
    },
    actual: {
      teams: {
        [name(23)]: { ...team, TeamMembers: [name(6), name(19)], TeamNics: {} },
        [name(25)]: { ...alone, TeamMembers: [name(20)], TeamNics: {} },
      },
    },
  };
}

function tcpipWords({ name, address }: Texts): { desired: TcpipWords; actual: TcpipWords } {
  const word = (at: number) => ({
    HardwareInterface: false,
    Dhcp: "Disabled" as const,
    IPAddress: [`${address(at)}/24`],
    DefaultGateway: [address(at + 1)],
    Routes: { [`${address(at + 1)}/16`]: { [address(at + 2)]: 256 } },
    ServerAddresses: [address(at + 2)],
    NlMtuBytes: 1500,
  });
  return {
    desired: {
      interfaces: {
        [name(26)]: word(0),
        [name(27)]: { ...word(3), ServerAddresses: [] },
        "52:54:00:10:00:02": word(3),
      },
    },
    actual: { interfaces: { [name(26)]: word(6), [name(28)]: word(3) } },
  };
}

/** What Windows says of an interface that is nobody's. */
function otherInterface({ name, address }: Texts): object {
  const InterfaceAlias = name(29);
  const [ip, gateway, server] = [address(9), address(10), address(11)];
  const route = { InterfaceAlias, RouteMetric: 256, Protocol: "NetMgmt" };
  return {
    addresses: [{ InterfaceAlias, IPAddress: ip, PrefixLength: 24, PrefixOrigin: "Manual", AddressState: "Preferred" }],
    routes: [
      { ...route, DestinationPrefix: "0.0.0.0/0", NextHop: gateway },
      { ...route, DestinationPrefix: `${gateway}/16`, NextHop: server },
    ],
    interfaces: [{ InterfaceAlias, AddressFamily: "IPv4", Dhcp: "Disabled", NlMtu: 1500 }],
    servers: [{ InterfaceAlias, ServerAddresses: [server] }],
    nics: [],
  };
}

function jumboState({ name }: Texts): { desired: JumboWords; actual: JumboWords; facts: object } {
  const range = { ValidRegistryValues: [], NumericParameterMinValue: "614", NumericParameterMaxValue: "9614" };
  return {
    desired: {
      adapters: { [name(6)]: { JumboPacketBytes: 9014 }, "52:54:00:10:00:02": { JumboPacketBytes: 4014 } },
    },
    actual: { adapters: { [name(6)]: { JumboPacketBytes: 1514 } } },
    facts: { adapters: [{ Name: name(6), RegistryValue: name(7), ...range }], nics: [] },
  };
}

/** Of each layer: what is wanted, what is there, and what else the machine says. */
function statesOf(texts: Texts): Readonly<Record<string, { desired: unknown; actual: unknown; facts: unknown }>> {
  const nic = { Enabled: true, NumVFs: 4 };
  const nics: { desired: NicsWords; actual: NicsWords } = {
    desired: { nics: { [texts.name(6)]: nic, [texts.name(7)]: { Enabled: false, NumVFs: 0 } } },
    actual: { nics: { [texts.name(6)]: { ...nic, NumVFs: 2 } } },
  };
  const none = { switches: [], management: [], vms: [], adapters: [], nics: [], intents: [] };
  return {
    nics: { ...nics, facts: { nics: [], all: [] } },
    lbfo: {
      ...lbfoWords(texts),
      facts: { missing: null, client: null, teams: [], members: [], interfaces: [], nics: [], intents: [] },
    },
    vmswitch: {
      ...vmswitchWords(texts),
      facts: { missing: null, ...none, iovSupport: true, iovSupportReasons: [] },
    },
    jumbo: jumboState(texts),
    tcpip: { ...tcpipWords(texts), facts: otherInterface(texts) },
  };
}

/** Every script that the engine sends, by name, with all layers in it. */
export function scriptsOf(texts: Texts): Record<string, string> {
  const heading = { machine: texts.name(MACHINE), environment: texts.name(1) };
  const states = statesOf(texts);
  const plans = hyperv.layers.map((layer) => {
    const state = states[layer.name];
    if (!state) throw new Error(`no hostile words of layer ${layer.name}`);
    const now = { actual: state.actual, applied: undefined, facts: layer.readFacts(state.facts), heading };
    return { ...NOTHING_TO_DO, ...layer.plan(state.desired, now) };
  });
  const all = (key: "before" | "after" | "revertBefore" | "revertAfter"): Filled[] =>
    plans.flatMap((plan) => [...plan[key]]);
  const shared = { id: "7", environment: heading.environment };
  const apply = machineScript("powershell", "apply", { ...shared, before: all("before"), after: all("after") });
  const revert = machineScript("powershell", "revert", {
    wayBackSeconds: 60,
    ...shared,
    revertBefore: all("revertBefore"),
    revertAfter: all("revertAfter"),
  });
  const about = texts.name(1);
  const facts = hyperv.layers.map((layer) => ({ name: layer.name, facts: { template: layer.facts, data: {} } }));
  return {
    // With the change and the way back in it.
    change: machineScript("powershell", "change", { ...shared, seconds: 30, apply, revert, check: [], about }),
    confirm: machineScript("powershell", "confirm", { ...shared, applied: about, isEmpty: false }),
    record: machineScript("powershell", "record", { ...shared, applied: about, isEmpty: false }),
    refuse: machineScript("powershell", "refuse", { id: "7", reason: texts.name(1) }),
    facts: machineScript("powershell", "facts", { applied: texts.name(1), layers: facts }),
  };
}
