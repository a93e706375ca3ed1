// Random environments with all nouns of vSphere: some fit together, most have names that nothing carries or numbers that clash.
import fc from "fast-check";
import { SWITCH_ALARMS } from "../providers/model/distributedSwitch.js";
import { LAG_HASHES } from "../providers/model/lag.js";
import { TRAFFIC_CLASSES } from "../providers/model/networkIoControl.js";
import { PORT_OVERRIDES } from "../providers/model/portGroup.js";
import { TEAM_MODES, TEAM_POLICIES } from "../providers/model/uplinkTeam.js";
import { VM_FEATURES } from "../providers/model/virtualMachine.js";
import { NETWORK_STACKS, VMKERNEL_SERVICES } from "../providers/model/vmkernelPort.js";

const nic = fc.constantFrom("vmnic0", "vmnic1", "vmnic2", "vmnic3", "vmnic9");
const nics = fc.array(nic, { minLength: 1, maxLength: 3 });
const network = fc.constantFrom("app", "dmz", "big");
const mtu = fc.constantFrom(1500, 9000);
const vlans = fc.constantFrom([10], [10, "20-30"], ["30-20"]);
const pci = fc.constantFrom("0000:05:00.0", "0000:05:00.1", "0000:AF:00.0");
const portGroup = fc.constantFrom("d/app", "d/big", "s/app", "s/big", "d/none", "x/app");
const subset = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 });

/** Keys that are not required are left out now and then. */
const partial = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });
/** The first part always, of the second what chance has. */
const withSome = (always: Record<string, fc.Arbitrary<unknown>>, some: Record<string, fc.Arbitrary<unknown>>) =>
  fc.tuple(fc.record(always), partial(some)).map(([a, b]) => ({ ...a, ...b }));

const rate = fc.integer({ min: 1, max: 2000 });
const shaping = withSome({ averageKbps: rate }, { peakKbps: rate, burstKilobytes: rate });
const security = partial({ promiscuous: fc.boolean(), macChanges: fc.boolean(), forgedTransmits: fc.boolean() });

const team = (members: fc.Arbitrary<string[]>) =>
  withSome(
    { members },
    {
      standby: members,
      mode: fc.constantFrom(...TEAM_MODES),
      policy: fc.constantFrom(...TEAM_POLICIES),
      lacpRate: fc.constantFrom("slow", "fast"),
      failback: fc.boolean(),
      notifySwitches: fc.boolean(),
      failureDetection: fc.constantFrom("link", "beacon"),
    },
  );

const groups = (members: fc.Arbitrary<string[]>) =>
  fc.dictionary(
    network,
    fc.option(
      partial({
        network,
        security,
        uplinkTeam: team(members),
        shaping: partial({ ingress: shaping, egress: shaping }),
        blocked: fc.boolean(),
        netflow: fc.boolean(),
        binding: fc.constantFrom("static", "ephemeral"),
        numPorts: fc.integer({ min: 0, max: 64 }),
        portOverrides: subset(PORT_OVERRIDES),
        microsoftNlb: fc.constantFrom("unicast", "multicast"),
      }),
    ),
    { minKeys: 1, maxKeys: 3 },
  );

const lag = withSome(
  { nics },
  {
    ports: fc.integer({ min: 1, max: 30 }),
    role: fc.constantFrom("active", "passive"),
    timeout: fc.constantFrom("slow", "fast"),
    hash: fc.constantFrom(...LAG_HASHES),
    vlans,
    netflow: fc.boolean(),
  },
);

const places = fc.constantFrom("u0", "u1", "l0", "l1", "u9");
const placed = fc.array(places, { minLength: 1, maxLength: 3 });

const traffic = partial({
  shares: fc.constantFrom("low", "high", 40),
  limitMbps: rate,
  reservationMbps: rate,
});

const distributedSwitch = withSome(
  {
    datacenter: fc.constant("dc"),
    hosts: fc.constantFrom(["e[1:2]"], ["e1"], ["e1", "e9"]),
    uplinks: fc.dictionary(fc.constantFrom("u0", "u1", "l0"), fc.option(nic), { maxKeys: 2 }),
    uplinkTeam: team(placed),
    portGroups: groups(placed),
  },
  {
    lags: fc.dictionary(fc.constantFrom("l0", "l1"), lag, { maxKeys: 2 }),
    mtu,
    discovery: fc.constantFrom("off", "cdp-both", "lldp-listen"),
    contact: withSome({ name: fc.constant("Network team") }, { details: fc.constant("noc@example.net, 4711") }),
    networkIoControl: partial({
      enabled: fc.boolean(),
      traffic: fc.dictionary(fc.constantFrom(...TRAFFIC_CLASSES), traffic, { maxKeys: 2 }),
    }),
    netflow: fc.constant({ collector: "10.0.0.9" }),
    healthCheck: partial({ vlanMtu: fc.boolean(), teaming: fc.boolean() }),
    alarms: subset(SWITCH_ALARMS),
  },
);

const standardSwitch = withSome(
  { portGroups: groups(nics) },
  {
    uplinkTeam: team(nics),
    mtu,
    security,
    shaping,
    adopt: fc.boolean(),
    discovery: fc.constantFrom("off", "cdp-listen"),
  },
);

const vmkernelPort = partial({
  portGroup,
  address: fc.constantFrom("10.0.0.5/24", "10.0.0.[5:6]/24", "10.9.0.1/24", "::1/64"),
  mtu,
  services: subset(VMKERNEL_SERVICES),
  networkStack: fc.constantFrom(...NETWORK_STACKS),
  iscsi: fc.boolean(),
});

const uplink = partial({ pci, sriov: fc.record({ numVfs: fc.integer({ min: 0, max: 256 }) }) });

const host = withSome(
  { platform: fc.constantFrom("vsphere", "vsphere", "kvm") },
  {
    uplinks: fc.dictionary(nic, fc.option(uplink), { maxKeys: 4 }),
    virtualSwitches: fc.dictionary(fc.constant("s"), standardSwitch, { maxKeys: 1 }),
    vmkernelPorts: fc.dictionary(fc.constantFrom("k0", "k1"), vmkernelPort, { maxKeys: 2 }),
    passthrough: fc.array(pci, { maxLength: 2 }),
    reboot: fc.constantFrom("never", "whenRequired"),
  },
);

const vm = withSome(
  {
    host: fc.constantFrom("e1", "e2", "e9"),
    ports: fc.dictionary(
      fc.constantFrom("p", "q", "r"),
      withSome({ portGroup }, { vf: fc.oneof(nic, fc.record({ from: nics })) }),
      { maxKeys: 3 },
    ),
  },
  {
    vsphere: partial({
      create: withSome(
        { memoryMegabytes: fc.integer({ min: 4, max: 4096 }), datastore: fc.constant("ds") },
        { cpus: rate.map((n) => (n % 64) + 1) },
      ),
      passthrough: fc.array(pci, { maxLength: 2 }),
      requires: subset(VM_FEATURES),
      powerOff: fc.constantFrom("never", "whenRequired"),
    }),
  },
);

/** Every value fits the schema. */
export const vsphereEnvironment = fc.record({
  environment: fc.constant("t"),
  networks: fc.constant({
    app: { vlan: 10, subnet: "10.0.0.0/24" },
    dmz: { privateVlan: { primary: 200, secondary: 201, type: "isolated" } },
    big: { vlans: [10, "20-30"], mtu: 9000 },
  }),
  vcenter: partial({ version: fc.constantFrom("7.0", "8.0", "9.0"), datacenter: fc.constant("dc") }),
  profiles: fc.record({ p: partial({ vmkernelPorts: fc.dictionary(fc.constantFrom("k0", "k1"), vmkernelPort) }) }),
  hosts: fc.record({
    "e[1:2]": fc.tuple(host, fc.boolean()).map(([body, has]) => (has ? { ...body, profile: "p" } : body)),
  }),
  distributedSwitches: fc.dictionary(fc.constantFrom("d", "d2"), distributedSwitch, { maxKeys: 2 }),
  vms: fc.dictionary(fc.constantFrom("v", "w"), vm, { maxKeys: 2 }),
});
