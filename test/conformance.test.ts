// Every platform against every pair of mode and policy: the platform's own words, or that it can't and why. Written out
// whole, so that a platform that is added or a word that changes shows here, line by line.
import { describe, expect, it } from "vitest";
import { checkEnvironmentText, unsupportedBy } from "../providers/engine/check.js";
import { toMachineWords } from "../providers/engine/machineWords.js";
import type { Environment } from "../providers/model/environment.js";
import { TEAM_MODES, TEAM_POLICIES } from "../providers/model/uplinkTeam.js";
import { hyperv as hypervDriver } from "../providers/platforms/hyperv/index.js";
import { LBFO_TEAMS, SET_TEAMS } from "../providers/platforms/hyperv/uplinkTeam.js";
import type { VmswitchWords } from "../providers/platforms/hyperv/vmswitch/words.js";
import { openvswitch } from "../providers/platforms/kvm/openvswitch/index.js";
import { OVS_TEAMS } from "../providers/platforms/kvm/openvswitch/uplinkTeam.js";
import { KERNEL_TEAMS } from "../providers/platforms/linux/uplinkTeam.js";
import { toGuestWords } from "../providers/platforms/linuxGuest/toWords.js";
import { teamWord } from "../providers/platforms/teamSupport.js";
import { toTeaming, VSPHERE_TEAMS } from "../providers/platforms/vsphere/uplinkTeam.js";
import type { LbfoWords } from "../providers/platforms/windows/lbfo/words.js";

type Platform = "kvm" | "linux" | "vsphere" | "set" | "lbfo";
/** The platform's words; or, after "no: ", the beginning of its reason. */
type Expectation = Record<Platform, string>;

const CASES: Record<string, Expectation> = {
  "switch-independent active-backup": {
    kvm: "active-backup off",
    linux: "active-backup",
    vsphere: "failover_explicit",
    set: "no: In a SET switch every member is active",
    lbfo: "SwitchIndependent HyperVPort",
  },
  "switch-independent source-port": {
    kvm: "no: Open vSwitch does not spread by virtual port",
    linux: "no: A bond of the kernel does not know the ports of VMs",
    vsphere: "loadbalance_srcid",
    set: "HyperVPort",
    lbfo: "SwitchIndependent HyperVPort",
  },
  "switch-independent source-mac": {
    kvm: "balance-slb off",
    linux: "no: Without a port channel on the switch",
    vsphere: "loadbalance_srcmac",
    set: "no: A SET switch hashes no addresses",
    lbfo: "SwitchIndependent MacAddresses",
  },
  "switch-independent ip-hash": {
    kvm: "no: Open vSwitch does not hash IP addresses alone",
    linux: "no: Without a port channel on the switch",
    vsphere: "no: Route based on IP hash needs a static port channel",
    set: "no: A SET switch hashes no addresses",
    lbfo: "SwitchIndependent IPAddresses",
  },
  "switch-independent transport-ports": {
    kvm: "no: only with LACP",
    linux: "no: Without a port channel on the switch",
    vsphere: "no: A distributed switch hashes transport ports only inside a LAG",
    set: "no: A SET switch hashes no addresses",
    lbfo: "SwitchIndependent TransportPorts",
  },
  "switch-independent load": {
    kvm: "no: Open vSwitch has no policy of this name",
    linux: "balance-tlb",
    vsphere: "loadbalance_loadbased",
    set: "Dynamic",
    lbfo: "SwitchIndependent Dynamic",
  },
  "switch-independent adaptive-load": {
    kvm: "no: Open vSwitch has no policy of this name",
    linux: "balance-alb",
    vsphere: "no: A distributed switch moves what goes out",
    set: "no: A SET switch has two policies",
    lbfo: "no: An LBFO team spreads what comes in only by the ports of the switch",
  },
  "switch-independent round-robin": {
    kvm: "no: Open vSwitch keeps the packets of a flow on one member",
    linux: "no: Without a port channel on the switch",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch has two policies",
    lbfo: "no: An LBFO team keeps the packets of a flow together",
  },
  "switch-independent broadcast": {
    kvm: "no: Open vSwitch sends no frame on all members",
    linux: "broadcast",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch has two policies",
    lbfo: "no: An LBFO team sends no frame on all members",
  },
  "switch-independent vlan-source-mac": {
    kvm: "balance-slb off",
    linux: "no: Without a port channel on the switch",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch has two policies",
    lbfo: "no: An LBFO team does not hash VLANs",
  },
  "static active-backup": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "no: The kernel has no standby members",
    vsphere: "no: This policy wants no port channel",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "no: In a port channel all members of an LBFO team are active",
  },
  "static source-port": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "no: A bond of the kernel does not know the ports of VMs",
    vsphere: "no: This policy wants no port channel",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "Static HyperVPort",
  },
  "static source-mac": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "balance-xor layer2",
    vsphere: "no: This policy wants no port channel",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "Static MacAddresses",
  },
  "static ip-hash": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "balance-xor layer2+3",
    vsphere: "loadbalance_ip",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "Static IPAddresses",
  },
  "static transport-ports": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "balance-xor layer3+4",
    vsphere: "no: A distributed switch hashes transport ports only inside a LAG",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "Static TransportPorts",
  },
  "static load": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "no: The kernel spreads by load only towards separate ports",
    vsphere: "no: This policy wants no port channel",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "Static Dynamic",
  },
  "static adaptive-load": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "no: The kernel spreads by load only towards separate ports",
    vsphere: "no: This policy wants no port channel",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "no: An LBFO team spreads what comes in only by the ports of the switch",
  },
  "static round-robin": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "balance-rr",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "no: An LBFO team keeps the packets of a flow together",
  },
  "static broadcast": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "broadcast",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "no: An LBFO team sends no frame on all members",
  },
  "static vlan-source-mac": {
    kvm: "no: Open vSwitch has no static port channel",
    linux: "balance-xor vlan+srcmac",
    vsphere: "no: Only a bond of Linux spreads so",
    set: "no: A SET switch is switch-independent and knows no static port channel",
    lbfo: "no: An LBFO team does not hash VLANs",
  },
  "lacp active-backup": {
    kvm: "active-backup active",
    linux: "no: The kernel has no standby members",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "no: In a port channel all members of an LBFO team are active",
  },
  "lacp source-port": {
    kvm: "no: Open vSwitch does not spread by virtual port",
    linux: "no: A bond of the kernel does not know the ports of VMs",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "Lacp HyperVPort",
  },
  "lacp source-mac": {
    kvm: "balance-slb active",
    linux: "802.3ad layer2",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "Lacp MacAddresses",
  },
  "lacp ip-hash": {
    kvm: "no: Open vSwitch does not hash IP addresses alone",
    linux: "802.3ad layer2+3",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "Lacp IPAddresses",
  },
  "lacp transport-ports": {
    kvm: "balance-tcp active",
    linux: "802.3ad layer3+4",
    vsphere: "loadbalance_ip",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "Lacp TransportPorts",
  },
  "lacp load": {
    kvm: "no: Open vSwitch has no policy of this name",
    linux: "no: The kernel spreads by load only towards separate ports",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "Lacp Dynamic",
  },
  "lacp adaptive-load": {
    kvm: "no: Open vSwitch has no policy of this name",
    linux: "no: The kernel spreads by load only towards separate ports",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "no: An LBFO team spreads what comes in only by the ports of the switch",
  },
  "lacp round-robin": {
    kvm: "no: Open vSwitch keeps the packets of a flow on one member",
    linux: "no: With LACP the kernel keeps the packets of a flow on one member",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "no: An LBFO team keeps the packets of a flow together",
  },
  "lacp broadcast": {
    kvm: "no: Open vSwitch sends no frame on all members",
    linux: "no: With LACP the kernel keeps the packets of a flow on one member",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "no: An LBFO team sends no frame on all members",
  },
  "lacp vlan-source-mac": {
    kvm: "balance-slb active",
    linux: "802.3ad vlan+srcmac",
    vsphere: "no: The LAG decides how traffic is spread",
    set: "no: A SET switch is switch-independent and knows no LACP",
    lbfo: "no: An LBFO team does not hash VLANs",
  },
};

function hyperv(kind: string, pair: string): string {
  return `environment: t
networks: { app: {} }
hosts: { h: { platform: hyperv, release: "2019", uplinks: { a: , b: }, virtualSwitches: { vs0: { kind: ${kind}, uplinkTeam: { members: [a, b], ${pair} }, portGroups: [app] } } } }
`;
}

function hypervWords({ hypervHosts: [host] }: Environment): { lbfo?: LbfoWords; vmswitch?: VmswitchWords } {
  return host ? toMachineWords(hypervDriver, host, "t") : {};
}

/** The pair on one platform, through the whole flow from file to words. */
const SITES: Record<
  Platform,
  { readonly text: (pair: string) => string; readonly words: (environment: Environment) => string }
> = {
  kvm: {
    text: (pair) => `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { a: , b: }, virtualSwitches: { vs0: { uplinkTeam: { members: [a, b], ${pair} }, portGroups: [app] } } } }
`,
    words: ({ kvmHosts: [host] }) => {
      const bond = host && openvswitch.toWords(host, "t").bridges.vs0?.ports["vs0-uplinks"]?.bond;
      return `${bond?.bond_mode} ${bond?.lacp}`;
    },
  },
  linux: {
    text: (pair) => `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { a: , b: }, virtualSwitches: { vs0: { uplinkTeam: { members: [a, b] }, portGroups: [app] } } } }
vms: { v: { host: k, ports: { p: { portGroup: vs0/app, guestInterface: eth0 }, q: { portGroup: vs0/app, guestInterface: eth1 } }, guest: { os: linux }, bonds: { b: { members: [p, q], ${pair} } } } }
`,
    words: ({ virtualMachines: [vm] }) => {
      const bond = vm?.guest && toGuestWords(vm.guest).bonds.b;
      return [bond?.mode, bond?.xmit_hash_policy].filter(Boolean).join(" ");
    },
  },
  vsphere: {
    text: (pair) => `environment: t
networks: { app: {} }
hosts: { e: { platform: vsphere, uplinks: { vmnic0: , vmnic1: } } }
distributedSwitches: { d: { datacenter: dc, hosts: [e], ${pair.startsWith("mode: lacp") ? "uplinks: { u0: }, lags: { l: { nics: [vmnic0, vmnic1] } }, uplinkTeam: { members: [l]" : "uplinks: { u0: vmnic0, u1: vmnic1 }, uplinkTeam: { members: [u0, u1]"}, ${pair} }, portGroups: [app] } }
`,
    words: ({ distributedSwitches: [dvs] }) => (dvs ? toTeaming(dvs.uplinkTeam).policy : "none"),
  },
  set: {
    text: (pair) => hyperv("set", pair),
    words: (environment) => `${hypervWords(environment).vmswitch?.switches.vs0?.LoadBalancingAlgorithm}`,
  },
  lbfo: {
    text: (pair) => hyperv("lbfo", pair),
    words: (environment) => {
      const team = hypervWords(environment).lbfo?.teams["vs0-team"];
      return `${team?.TeamingMode} ${team?.LoadBalancingAlgorithm}`;
    },
  },
};

const TABLES = {
  kvm: OVS_TEAMS,
  linux: KERNEL_TEAMS,
  vsphere: VSPHERE_TEAMS,
  set: SET_TEAMS,
  lbfo: LBFO_TEAMS,
} as const;

describe("teams on every platform", () => {
  it("every neutral pair is expected of every platform", () => {
    const pairs = TEAM_MODES.flatMap((mode) => TEAM_POLICIES.map((policy) => `${mode} ${policy}`));
    expect(Object.keys(CASES)).toEqual(pairs);
  });

  const rows = Object.entries(CASES).flatMap(([pair, expectation]) =>
    (Object.keys(SITES) as Platform[]).map((platform) => ({ pair, platform, expected: expectation[platform] })),
  );

  it.each(rows)("$pair on $platform: $expected", ({ pair, platform, expected }) => {
    const [mode = "", policy = ""] = pair.split(" ");
    const { environment, problems } = checkEnvironmentText(
      SITES[platform].text(`mode: ${mode}, policy: ${policy}`),
      "e",
    );
    if (!environment) throw new Error("no model");
    const unsupported = problems.filter((problem) => problem.rule === "unsupported");
    if (expected.startsWith("no: ")) {
      expect(unsupported).toHaveLength(1);
      expect(unsupported[0]?.remedy).toContain(expected.slice(4));
      expect(unsupported[0]?.wanted).toMatch(/^one of .* with /);
    } else {
      expect(unsupported).toEqual([]);
      expect(SITES[platform].words(environment)).toBe(expected);
    }
    expect(unsupportedBy(environment)).toHaveLength(expected.startsWith("no: ") ? 1 : 0);
  });

  it("no reason is empty, and each says what to use instead", () => {
    for (const table of Object.values(TABLES)) {
      for (const mode of TEAM_MODES) {
        for (const policy of TEAM_POLICIES) {
          const entry = teamWord<unknown>(table, { mode, policy });
          if ("unsupported" in entry) expect(entry.unsupported).toMatch(/\b(Use|Set) /);
        }
      }
    }
  });
});
