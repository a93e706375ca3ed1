// Random environments with all nouns of Hyper-V: some fit together, most have names that nothing carries or settings that clash.
import fc from "fast-check";
import {
  BANDWIDTH_MODES,
  HYPERV_SWITCH_KINDS,
  PORT_MIRRORINGS,
  WINDOWS_RELEASES,
} from "../providers/model/hypervHost.js";
import { TEAM_MODES, TEAM_POLICIES } from "../providers/model/uplinkTeam.js";

const nic = fc.constantFrom("SLOT 1", "SLOT 2", "slot 2", "Ethernet 3", "vEthernet (vs0)", "NIC 9");
const nics = fc.array(nic, { minLength: 1, maxLength: 3 });
const network = fc.constantFrom("app", "mgmt", "tenants", "front", "inner");
const portGroup = fc.constantFrom("vs 0/app", "vs 0/mgmt", "VS 1/app", "VS 1/tenants", "vs 0/none", "vs 9/app");
const rate = fc.integer({ min: 1, max: 2000 });

/** Keys that are not required are left out now and then. */
const partial = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });

const team = fc.tuple(
  fc.record({ members: nics }),
  partial({
    standby: nics,
    mode: fc.constantFrom(...TEAM_MODES),
    policy: fc.constantFrom(...TEAM_POLICIES),
    lacpRate: fc.constantFrom("slow", "fast"),
    lacpRole: fc.constantFrom("active", "passive"),
    failback: fc.boolean(),
    failureDetection: fc.constantFrom("link", "beacon"),
    name: fc.constantFrom("Team 1", "SLOT 1"),
    minLinks: fc.integer({ min: 0, max: 4 }),
  }),
);

const group = partial({
  network,
  security: partial({ promiscuous: fc.boolean(), macChanges: fc.boolean(), forgedTransmits: fc.boolean() }),
  blocked: fc.boolean(),
});

const virtualSwitch = fc
  .tuple(
    fc.record({ portGroups: fc.dictionary(network, fc.option(group), { minKeys: 1, maxKeys: 4 }) }),
    partial({
      kind: fc.constantFrom(...HYPERV_SWITCH_KINDS, "openvswitch"),
      uplinkTeam: team.map(([always, some]) => ({ ...always, ...some })),
      iov: fc.boolean(),
      bandwidthMode: fc.constantFrom(...BANDWIDTH_MODES),
      allowLbfo: fc.boolean(),
      spanningTree: fc.boolean(),
    }),
  )
  .map(([always, some]) => ({ ...always, ...some }));

const hostPort = partial({
  portGroup,
  addresses: fc.array(fc.constantFrom("10.0.0.11/24", "10.0.0.[11:12]/24", "10.9.0.1/24", "fd00::1/64"), {
    maxLength: 2,
  }),
  gateway: fc.constantFrom("10.0.0.1", "10.0.0.11"),
  mtu: fc.constantFrom(1500, 9000),
});

const host = fc
  .tuple(
    fc.record({ platform: fc.constantFrom("hyperv", "hyperv", "hyperv", "kvm", "vsphere") }),
    partial({
      release: fc.constantFrom(...WINDOWS_RELEASES),
      renderer: fc.constant("netplan"),
      uplinks: fc.dictionary(nic, fc.option(partial({ sriov: fc.constant({ numVfs: 4 }) })), { maxKeys: 4 }),
      virtualSwitches: fc.dictionary(fc.constantFrom("vs 0", "VS 0", "VS 1"), virtualSwitch, { maxKeys: 2 }),
      hostPorts: fc.dictionary(fc.constantFrom("Mgmt", "MGMT", "Storage 1"), hostPort, { maxKeys: 2 }),
    }),
  )
  .map(([always, some]) => ({ ...always, ...some }));

const adapter = partial({
  portGroup,
  mac: fc.constantFrom("00:15:5d:00:00:01", "00:15:5D:00:00:02"),
  guestInterface: fc.constantFrom("eth0", "eth1"),
  vf: nic,
  hyperv: partial({
    dhcpGuard: fc.boolean(),
    routerGuard: fc.boolean(),
    portMirroring: fc.constantFrom(...PORT_MIRRORINGS),
    allowTeaming: fc.boolean(),
    deviceNaming: fc.boolean(),
    bandwidth: partial({ minimumWeight: fc.integer({ min: 1, max: 100 }), minimumKbps: rate, maximumKbps: rate }),
    iov: partial({ weight: fc.integer({ min: 0, max: 100 }), queuePairs: fc.integer({ min: 1, max: 8 }) }),
    affinity: nic,
  }),
});

const vm = fc
  .tuple(
    fc.record({
      host: fc.constantFrom("h[1:2]", "h1", "k", "h9"),
      ports: fc.dictionary(fc.constantFrom("p", "P", "Network Adapter"), adapter, { maxKeys: 3 }),
    }),
    partial({
      guest: fc.constant({ os: "linux", renderer: "netplan" }),
      bonds: fc.constant({ b0: { members: ["p", "P"] } }),
      libvirt: fc.constant({}),
    }),
  )
  .map(([always, some]) => ({ ...always, ...some }));

export const hypervEnvironment = fc.record({
  environment: fc.constant("t"),
  networks: fc.constant({
    app: { vlan: 10, subnet: "10.0.0.0/24" },
    mgmt: {},
    tenants: { vlans: ["100-199"], native: 100 },
    front: { privateVlan: { primary: 200, type: "promiscuous" } },
    inner: { privateVlan: { primary: 200, secondary: 201, type: "isolated" } },
  }),
  hosts: fc.dictionary(fc.constantFrom("h[1:2]", "h1", "k"), host, { minKeys: 1, maxKeys: 2 }),
  vms: fc.dictionary(fc.constantFrom("v", "SQL [1:2]", "h1"), vm, { maxKeys: 2 }),
});

const carried = fc.constantFrom("app", "tenants", "inner");
const placedAdapter = fc
  .tuple(
    fc.record({ portGroup: fc.tuple(fc.constantFrom("Converged", "Plain"), carried).map((names) => names.join("/")) }),
    fc.constantFrom(
      {},
      { hyperv: { portMirroring: "source", allowTeaming: true } },
      { hyperv: { bandwidth: { minimumWeight: 7 } } },
      { hyperv: { bandwidth: { minimumKbps: 1000, maximumKbps: 2000 } } },
      { hyperv: { iov: {} } },
      { hyperv: { iov: { weight: 0 } } },
      { hyperv: { affinity: "SLOT 1" } },
      { hyperv: { affinity: "SLOT 3" } },
    ),
  )
  .map(([always, some]) => ({ ...always, ...some }));

const settings = partial({ iov: fc.boolean(), bandwidthMode: fc.constantFrom(...BANDWIDTH_MODES) });
const portGroups = fc.constant(["app", "tenants", "inner"]);

/** Environments in which every name is declared: whether they pass depends on what switches and adapters ask of each other. */
export const declaredHypervEnvironment = fc
  .record({
    release: fc.constantFrom(...WINDOWS_RELEASES),
    kind: fc.constantFrom("set", "lbfo", "internal", "private"),
    policy: fc.constantFrom("source-port", "load", "ip-hash"),
    settings: fc.tuple(settings, settings),
    ports: fc.dictionary(fc.constantFrom("p", "q", "Network Adapter"), placedAdapter, { maxKeys: 3 }),
    hostPorts: fc.dictionary(fc.constantFrom("Mgmt", "Storage 1"), fc.constant({ portGroup: "Converged/app" }), {
      maxKeys: 2,
    }),
    portGroups,
  })
  .map(({ release, kind, policy, settings: [first, second], ports, hostPorts, portGroups: groups }) => {
    const isTeamed = kind === "set" || kind === "lbfo";
    const team = isTeamed ? { uplinkTeam: { members: ["SLOT 1", "SLOT 2"], policy } } : {};
    const converged = { kind, ...first, ...team, portGroups: groups };
    const plain = { ...second, uplinkTeam: { members: ["SLOT 3"] }, portGroups: groups };
    return {
      environment: "t",
      networks: {
        app: { vlan: 10 },
        tenants: { vlans: ["100-199"], native: 100 },
        inner: { privateVlan: { primary: 200, secondary: 201, type: "isolated" } },
      },
      hosts: {
        h: {
          platform: "hyperv",
          release,
          uplinks: { "SLOT 1": null, "SLOT 2": null, "SLOT 3": null },
          virtualSwitches: { Converged: converged, Plain: plain },
          hostPorts,
        },
      },
      vms: { "SQL 1": { host: "h", ports } },
    };
  });
