// What each platform makes of one choice: a small environment per cell is judged and put into the platform's words. Pure.
import { checkEnvironmentSpec } from "../../providers/engine/check.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import type { BondSpec } from "../../providers/model/bond.js";
import type { Environment, EnvironmentSpec } from "../../providers/model/environment.js";
import type { KvmHost } from "../../providers/model/host.js";
import type { NetworkSpec } from "../../providers/model/network.js";
import type { Problem } from "../../providers/model/problem.js";
import type { UplinkTeamSpec } from "../../providers/model/uplinkTeam.js";
import { hyperv } from "../../providers/platforms/hyperv/index.js";
import type { VmswitchWords } from "../../providers/platforms/hyperv/vmswitch/words.js";
import { toNftablesWords } from "../../providers/platforms/kvm/nftables/toWords.js";
import { toOvsWords } from "../../providers/platforms/kvm/openvswitch/toWords.js";
import { toLinuxWords } from "../../providers/platforms/linux/toWords.js";
import { toGuestWords } from "../../providers/platforms/linuxGuest/toWords.js";
import { toSwitchWords } from "../../providers/platforms/vsphere/distributedSwitch/toWords.js";
import type { LbfoWords } from "../../providers/platforms/windows/lbfo/words.js";
import type { TcpipWords } from "../../providers/platforms/windows/tcpip/words.js";
import type { Cell } from "./reasonsTable.js";

/** One choice in the words of the environment file, on top of a plain switch with one port group. */
export interface Choice {
  readonly network?: object;
  readonly team?: object;
  readonly portGroup?: object;
  readonly bond?: object;
}

export interface Platform {
  readonly title: string;
  readonly spec: (choice: Choice) => EnvironmentSpec;
  /** Every setting that multiport gives the platform for the environment above. */
  readonly words: (environment: Environment) => object;
}

const portGroups = (choice: Choice) => ({ app: { ...choice.portGroup } });

type SwitchKind = "openvswitch" | "linux-bridge";

function kvmSpec(choice: Choice, kind: SwitchKind = "openvswitch"): EnvironmentSpec {
  const uplinkTeam = { members: ["up1", "up2"], ...choice.team };
  return {
    environment: "support",
    networks: { app: { ...choice.network } },
    hosts: {
      host: {
        platform: "kvm",
        uplinks: { up1: {}, up2: {} },
        virtualSwitches: { vs0: { kind, uplinkTeam, portGroups: portGroups(choice) } },
      },
    },
    // Some modes of the kernel's bonds exclude VMs (LB-16).
    ...(kind === "openvswitch" || choice.portGroup
      ? { vms: { vm: { host: "host", ports: { port: { portGroup: "vs0/app", mac: "52:54:00:00:00:01" } } } } }
      : {}),
  };
}

const UPLINKS = { uplinks: { up1: "vmnic1", up2: "vmnic2" } };
const LAG = { uplinks: { up1: null }, lags: { lag1: { nics: ["vmnic1", "vmnic2"] } } };

function vsphereSpec(choice: Choice): EnvironmentSpec {
  const isLacp = (choice.team as UplinkTeamSpec | undefined)?.mode === "lacp";
  return {
    environment: "support",
    networks: { app: { ...choice.network } },
    hosts: { host: { platform: "vsphere", uplinks: { vmnic1: {}, vmnic2: {} } } },
    distributedSwitches: {
      dvs0: {
        datacenter: "dc1",
        hosts: ["host"],
        ...(isLacp ? LAG : UPLINKS),
        uplinkTeam: { members: isLacp ? ["lag1"] : ["up1", "up2"], ...choice.team },
        portGroups: portGroups(choice),
      },
    },
  };
}

function hypervSpec(choice: Choice, kind: "set" | "lbfo"): EnvironmentSpec {
  const { privateVlan, vlans } = (choice.network ?? {}) as NetworkSpec;
  const isPromiscuous = privateVlan?.type === "promiscuous";
  const isolated = { privateVlan: { primary: privateVlan?.primary ?? 0, secondary: 201, type: "isolated" as const } };
  return {
    environment: "support",
    networks: { app: { ...choice.network }, ...(isPromiscuous ? { isolated } : {}) },
    hosts: {
      host: {
        platform: "hyperv",
        release: "2019",
        uplinks: { up1: {}, up2: {} },
        virtualSwitches: {
          vs0: {
            kind,
            uplinkTeam: { members: ["up1", "up2"], ...choice.team },
            portGroups: { ...portGroups(choice), ...(isPromiscuous ? { isolated: {} } : {}) },
          },
        },
        ...(vlans ? {} : { hostPorts: { host0: { portGroup: "vs0/app", addresses: ["10.0.0.2/24"] } } }),
      },
    },
    vms: { vm: { host: "host", ports: { port: { portGroup: "vs0/app" } } } },
  };
}

/** A guest with one bond, above a plain switch of either platform. */
function withGuest(spec: EnvironmentSpec, switchName: string, { bond, network }: Choice): EnvironmentSpec {
  const port = (mac: string) => ({ portGroup: `${switchName}/app`, mac });
  return {
    ...spec,
    networks: { app: { ...network } },
    vms: {
      vm: {
        host: "host",
        ports: { port1: port("52:54:00:00:00:01"), port2: port("52:54:00:00:00:02") },
        guest: { os: "linux" },
        bonds: { bond0: { members: ["port1", "port2"], ...bond } },
      },
    },
  };
}

/** A port channel ends on a physical switch, and adaptive-load moves MAC addresses: the members of such a bond are virtual functions, in place of ports of a virtual switch. */
function withKvmGuest(choice: Choice): EnvironmentSpec {
  const spec = withGuest(kvmSpec({}), "vs0", choice);
  const { mode, policy } = (choice.bond ?? {}) as BondSpec;
  if (mode !== "lacp" && mode !== "static" && policy !== "adaptive-load") return spec;
  const port = (vf: string, mac: string) => ({ network: "app", vf, mac });
  const sriov = { numVfs: 1, vfs: { trust: true } };
  const host = { ...spec.hosts?.host, uplinks: { up1: {}, up2: {}, up3: { sriov }, up4: { sriov } } };
  const ports = { port1: port("up3", "52:54:00:00:00:01"), port2: port("up4", "52:54:00:00:00:02") };
  return { ...spec, hosts: { host }, vms: { vm: { ...spec.vms?.vm, host: "host", ports } } };
}

function ovsWords({ kvmHosts: [host] }: Environment): object {
  const bridge = host && toOvsWords(host).bridges.vs0;
  return { uplinks: bridge?.ports["vs0-uplinks"], port: bridge?.ports["vm-port"], guard: guardOf(host) };
}

/** What nftables checks of the VM's port; its MAC address is no choice. */
function guardOf(host: KvmHost | undefined): object {
  const { ingress, egress } = (host && toNftablesWords(host).ports["vm-port"]) ?? {};
  return { ingress, egress };
}

function kernelWords({ kvmHosts: [host] }: Environment): object {
  if (!host) return {};
  const { bonds, bridges, links } = toLinuxWords(host);
  return {
    bond: bonds["vs0-bond"],
    uplink: bridges.vs0?.ports["vs0-bond"]?.vlan,
    mtu: links.vs0?.mtu,
    guard: guardOf(host),
  };
}

function hypervWords({ hypervHosts: [host] }: Environment): object {
  if (!host) return {};
  const { lbfo, vmswitch, tcpip } = toMachineWords(hyperv, host, "support") as {
    lbfo?: LbfoWords;
    vmswitch?: VmswitchWords;
    tcpip?: TcpipWords;
  };
  const { vlan, ...port } = vmswitch?.vms.vm?.port ?? {};
  return {
    switch: vmswitch?.switches.vs0,
    team: lbfo?.teams["vs0-team"],
    port,
    vlan,
    ip: tcpip?.interfaces["vEthernet (host0)"],
  };
}

function vsphereWords({ distributedSwitches: [dvs] }: Environment): object {
  if (!dvs) return {};
  const { mtuBytes, defaults, portGroups } = toSwitchWords(dvs);
  return { switch: { mtuBytes, teaming: defaults.teaming }, port: portGroups.app };
}

function guestWords({ virtualMachines: [vm] }: Environment): object {
  if (!vm?.guest) return {};
  const { bonds, links } = toGuestWords(vm.guest);
  return { bond: bonds.bond0, ip: links.bond0 };
}

export const KVM: Platform = { title: "KVM with Open vSwitch", spec: (choice) => kvmSpec(choice), words: ovsWords };
export const KERNEL: Platform = {
  title: "KVM with a Linux bridge",
  spec: (choice) => kvmSpec(choice, "linux-bridge"),
  words: kernelWords,
};
export const VSPHERE: Platform = { title: "vSphere distributed switch", spec: vsphereSpec, words: vsphereWords };
export const SET: Platform = {
  title: "Hyper-V with SET",
  spec: (choice) => hypervSpec(choice, "set"),
  words: hypervWords,
};
export const LBFO: Platform = {
  title: "Hyper-V with LBFO (2016, 2019)",
  spec: (choice) => hypervSpec(choice, "lbfo"),
  words: hypervWords,
};
export const GUEST_ON_KVM: Platform = {
  title: "Linux guest",
  spec: withKvmGuest,
  words: guestWords,
};
export const GUEST_ON_VSPHERE: Platform = {
  title: "Linux guest, on vSphere",
  spec: (choice) => withGuest(vsphereSpec({}), "dvs0", choice),
  words: guestWords,
};

/**
 * What the choice sets on the platform beyond what `base` sets: words such as `lacp-time=slow`. No words: the platform
 * takes the choice and nothing of it changes.
 */
export function judge(platform: Platform, choice: Choice, base: Choice = {}): Cell {
  const wanted = settingsOf(platform, choice);
  if ("reason" in wanted) return wanted;
  const before = settingsOf(platform, base);
  const had = new Map("reason" in before ? [] : before.settings.map(({ path, value }) => [path, value]));
  return { words: words(wanted.settings.filter(({ path, value }) => had.get(path) !== value)) };
}

/** All that stands at these paths for a choice, such as `bond/mode`. */
export function wordsAt(platform: Platform, choice: Choice, paths: readonly string[]): Cell {
  const wanted = settingsOf(platform, choice);
  if ("reason" in wanted) return wanted;
  return { words: words(wanted.settings.filter(({ path, value }) => value !== UNSET && paths.includes(path))) };
}

interface Setting {
  /** Such as `port/vlan_mode`. */
  readonly path: string;
  readonly value: string;
}

const UNSET = "unset";

function settingsOf(platform: Platform, choice: Choice): { settings: readonly Setting[] } | { reason: string } {
  const { environment, problems } = checkEnvironmentSpec(platform.spec(choice));
  const error = problems.find((problem) => problem.severity === "error");
  if (error) return { reason: reasonOf(error) };
  if (!environment) throw new Error(`${platform.title}: no model of ${JSON.stringify(choice)}`);
  return { settings: leaves(platform.words(environment), []) };
}

function leaves(value: unknown, path: readonly string[]): Setting[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  const text = value === null || value === "" ? UNSET : typeof value === "string" ? value : JSON.stringify(value);
  return [{ path: path.join("/"), value: text ?? UNSET }];
}

function words(settings: readonly Setting[]): string[] {
  return [...new Set(settings.map(({ path, value }) => `${path.slice(path.lastIndexOf("/") + 1)}=${value}`))];
}

/** A message about a pair of mode and policy only repeats the row: its remedy says why. */
function reasonOf({ rule, path, message, remedy }: Problem): string {
  if (rule === "unsupported" && path.at(-1) === "policy") return remedy;
  return `${message.replace(/^(?!multiport)./, (letter) => letter.toUpperCase())}. ${remedy}`;
}
