// Designs that break the design rules of vSphere, and the nearest ones that do not. One entry per rule id.

/** A site of one ESXi host with a distributed switch; each part can be replaced, and `more` stands at the end of the file. */
interface Site {
  readonly networks?: string;
  readonly switches?: string;
  readonly vcenter?: string;
  readonly uplinks?: string;
  /** Further keys of the host. */
  readonly host?: string;
  readonly places?: string;
  readonly team?: string;
  readonly groups?: string;
  /** Further keys of the switch. */
  readonly dvs?: string;
  readonly more?: string;
}

const NICS =
  '{ vmnic0: { pci: "0000:01:00.0" }, vmnic1: { pci: "0000:02:00.0" }, vmnic2: { pci: "0000:03:00.0" }, vmnic3: { pci: "0000:04:00.0" } }';

function site({
  networks = "{ app: {} }",
  switches = "{}",
  vcenter = "{}",
  uplinks = NICS,
  host = "",
  places = "uplinks: { u0: vmnic0, u1: vmnic1, u2: }",
  team = "{ members: [u0, u1] }",
  groups = "[app]",
  dvs = "",
  more = "",
}: Site): string {
  return `environment: t
networks: ${networks}
switches: ${switches}
vcenter: ${vcenter}
hosts: { e: { platform: vsphere, uplinks: ${uplinks}${host} } }
distributedSwitches: { d: { datacenter: dc, hosts: [e], ${places}, uplinkTeam: ${team}, portGroups: ${groups}${dvs} } }
${more}`;
}

const LAG = "uplinks: { u0: vmnic2, u1: vmnic3 }, lags: { l: { nics: [vmnic0, vmnic1] } }";
const TWO_LAGS = "uplinks: { u0: }, lags: { l: { nics: [vmnic0, vmnic1] }, m: { nics: [vmnic2, vmnic3] } }";
const ON_LAG = { places: LAG, team: "{ members: [l], mode: lacp }" };

/** A host with one standard switch. */
const standard = (body: string, rest = "") =>
  site({
    host: `, virtualSwitches: { s: { ${body} } }${rest}`,
    places: "uplinks: { u0: }",
    team: "{ members: [u0] }",
    networks: "{ app: {}, std: {}, big: { mtu: 9000 } }",
  });

const vmkernel = (port: string, given: Site = {}) =>
  site({ ...given, host: `, vmkernelPorts: { k: { portGroup: d/app${port} } }` });

const PFS =
  '{ vmnic0: , vmnic1: , vmnic4: { pci: "0000:05:00.0", cable: a 1, sriov: { numVfs: 8 } }, vmnic5: { pci: "0000:05:00.1", cable: b 1, sriov: { numVfs: 8 } }, vmnic6: { pci: "0000:06:00.0", cable: b 2, sriov: { numVfs: 8 } }, vmnic7: { pci: "0000:07:00.0", cable: a 2, sriov: { numVfs: 8 } } }';
const SWITCHES = "{ a: { platform: nxos }, b: { platform: nxos } }";

/** A VM on the host; `vsphere` are the keys of its hardware. */
const vm = (ports: string, { vsphere = "", rest = "", ...given }: Site & { vsphere?: string; rest?: string } = {}) =>
  site({
    uplinks: PFS,
    switches: SWITCHES,
    ...given,
    more: `vms: { v: { host: e, ports: ${ports}, vsphere: { ${vsphere} }${rest} } }\n`,
  });

const vf = (uplink: string, rest = "") => `{ portGroup: d/app, vf: ${uplink}${rest} }`;
const pfs = (count: number, numVfs: number) =>
  `{ vmnic0: , vmnic1: , ${Array.from({ length: count }, (_, i) => `vmnic${i + 9}: { sriov: { numVfs: ${numVfs} } }`).join(", ")} }`;
const devices = (count: number) =>
  Array.from({ length: count }, (_, i) => `"0000:${(16 + (i >> 3)).toString(16)}:00.${i & 7}"`).join(", ");
const given = (count: number) =>
  vm("{ p: { portGroup: d/app } }", {
    vcenter: '{ version: "7.0" }',
    host: `, passthrough: [${devices(count)}]`,
    vsphere: `passthrough: [${devices(count)}]`,
  });
const lags = (count: number) =>
  site({
    uplinks: `{ ${Array.from({ length: 2 * count }, (_, i) => `n${i}: `).join(", ")} }`,
    places: `uplinks: { u0: , u1: }, lags: { ${Array.from({ length: count }, (_, i) => `l${i}: { nics: [n${2 * i}, n${2 * i + 1}] }`).join(", ")} }`,
  });
const cards = (count: number, vcenter: string) =>
  vm(`{ ${Array.from({ length: count }, (_, i) => `p${i}: { portGroup: d/app }`).join(", ")} }`, { vcenter });
const bonded = (security: string, own = "failOverMac: none") =>
  vm(`{ p: ${vf("vmnic4", ", guestInterface: a")}, q: ${vf("vmnic6", ", guestInterface: b")} }`, {
    groups: `{ app: { security: ${security} } }`,
    rest: `, guest: { os: linux, renderer: netplan }, bonds: { b0: { members: [p, q], ${own} } }`,
  });
/** A guest that bonds ordinary cards. */
const cardsBonded = (security: string, own: string) => bonded(security, own).replaceAll(/, vf: vmnic\d/g, "");
const guestBond = (mode: string) =>
  site({
    more: `vms: { v: { host: e, ports: { p: { portGroup: d/app, guestInterface: a }, q: { portGroup: d/app, guestInterface: b } }, guest: { os: linux, renderer: netplan }, bonds: { b0: { members: [p, q], mode: ${mode} } } } }\n`,
  });

export interface Cases {
  readonly breaks: Readonly<Record<string, string>>;
  readonly keeps: Readonly<Record<string, string>>;
}

export const VSPHERE_CASES: Readonly<Record<string, Cases>> = {
  "VS-01": {
    breaks: {
      "a LAG beside an uplink": site({ places: LAG, team: "{ members: [l, u0], mode: lacp }" }),
      "two LAGs": site({ places: TWO_LAGS, team: "{ members: [l, m], mode: lacp }" }),
      "a LAG beside an uplink in a port group": site({
        ...ON_LAG,
        groups: "{ app: { uplinkTeam: { members: [l, u0], mode: lacp } } }",
      }),
    },
    keeps: { "one LAG": site(ON_LAG), "uplinks beside a LAG that nobody uses": site({ places: LAG }) },
  },
  "VS-02": {
    breaks: {
      "an uplink that stands by for a LAG": site({
        places: LAG,
        team: "{ members: [l, u0], mode: lacp, standby: [u0] }",
      }),
    },
    keeps: { "a LAG alone": site(ON_LAG) },
  },
  "VS-04": {
    breaks: {
      "a LAG of one port": site({
        places: "uplinks: { u0: vmnic1 }, lags: { l: { nics: [vmnic0] } }",
        team: "{ members: [l], mode: lacp }",
      }),
    },
    keeps: {
      "a LAG of two ports, one of them free": site({
        places: "uplinks: { u0: vmnic1 }, lags: { l: { nics: [vmnic0], ports: 2 } }",
        team: "{ members: [l], mode: lacp }",
      }),
    },
  },
  "VS-07": {
    breaks: {
      "a NIC on ports of two LAGs": site({ places: TWO_LAGS.replace("vmnic3", "vmnic1") }),
      "a NIC on two ports of one LAG": site({ places: LAG.replace("vmnic1", "vmnic0") }),
      "a NIC of an uplink on a LAG port": site({ places: LAG.replace("vmnic2", "vmnic0") }),
    },
    keeps: { "every NIC once": site({ places: TWO_LAGS, team: "{ members: [l], mode: lacp }" }) },
  },
  "VS-08": {
    breaks: { "33 LAGs on a host": lags(33), "65 LAGs of a switch": lags(65) },
    keeps: { "32 LAGs": lags(32) },
  },
  "VS-09": {
    breaks: { "a LAG of 25 ports": site({ ...ON_LAG, places: LAG.replace("vmnic1] }", "vmnic1], ports: 25 }") }) },
    keeps: { "a LAG of 24 ports": site({ ...ON_LAG, places: LAG.replace("vmnic1] }", "vmnic1], ports: 24 }") }) },
  },
  "VS-11": {
    breaks: {
      "LACP on a standard switch": standard("uplinkTeam: { members: [vmnic0, vmnic1], mode: lacp }, portGroups: [std]"),
    },
    keeps: {
      "a static channel there": standard("uplinkTeam: { members: [vmnic0, vmnic1], mode: static }, portGroups: [std]"),
    },
  },
  "VS-12": {
    breaks: {
      "LACP in a guest": guestBond("lacp"),
      "a LAG of an ESXi host that is a VM": site({
        ...ON_LAG,
        more: "vms: { e: { host: e, ports: { p: { portGroup: d/app } } } }\n",
      }),
    },
    keeps: { "a bond without the switch": guestBond("switch-independent") },
  },
  "VS-13": {
    breaks: { "iSCSI port binding over a LAG": vmkernel(", iscsi: true", ON_LAG) },
    keeps: {
      "iSCSI port binding over an uplink": vmkernel(", iscsi: true"),
      "iSCSI without binding over a LAG": vmkernel("", ON_LAG),
    },
  },
  "VS-14": {
    breaks: { "management over a LAG": vmkernel(", services: [management]", ON_LAG) },
    keeps: {
      "vMotion over a LAG": vmkernel(", services: [vmotion]", ON_LAG),
      "management over uplinks": vmkernel(", services: [management]"),
    },
  },
  "VS-15": { breaks: { "any LAG": site(ON_LAG) }, keeps: { "no LAG": site({}) } },
  "VS-16": { breaks: { "any LAG": site(ON_LAG) }, keeps: { "no LAG": site({}) } },
  "VS-17": {
    breaks: { "a teaming health check of a switch with a LAG": site({ ...ON_LAG, dvs: ", healthCheck: {}" }) },
    keeps: { "a health check of VLANs alone": site({ ...ON_LAG, dvs: ", healthCheck: { teaming: false }" }) },
  },
  "VS-18": {
    breaks: {
      "LACP over uplinks": site({ team: "{ members: [u0, u1], mode: lacp }" }),
      "a LAG without mode lacp": site({ places: LAG, team: "{ members: [l] }" }),
    },
    keeps: { "mode lacp over a LAG": site(ON_LAG) },
  },
  "VS-21": {
    breaks: {
      "IP hash without a channel": site({ team: "{ members: [u0, u1], policy: ip-hash }" }),
      "a channel by port": site({ team: "{ members: [u0, u1], mode: static, policy: source-port }" }),
    },
    keeps: { "IP hash with a channel": site({ team: "{ members: [u0, u1], mode: static }" }) },
  },
  "VS-28": {
    breaks: {
      "load on a standard switch": standard(
        "uplinkTeam: { members: [vmnic0, vmnic1], policy: load }, portGroups: [std]",
      ),
    },
    keeps: { "load on a distributed switch": site({ team: "{ members: [u0, u1], policy: load }" }) },
  },
  "VS-29": {
    breaks: { "unicast NLB where switches are notified": site({ groups: "{ app: { microsoftNlb: unicast } }" }) },
    keeps: {
      "unicast NLB where they are not": site({
        team: "{ members: [u0, u1], notifySwitches: false }",
        groups: "{ app: { microsoftNlb: unicast } }",
      }),
      "multicast NLB": site({ groups: "{ app: { microsoftNlb: multicast } }" }),
    },
  },
  "VS-30": {
    breaks: { "failback as it is by default": site({}) },
    keeps: { "no failback": site({ team: "{ members: [u0, u1], failback: false }" }), "a LAG": site(ON_LAG) },
  },
  "VS-31": {
    breaks: { "link status alone": site({}) },
    keeps: { beacons: site({ team: "{ members: [u0, u1, u2], failureDetection: beacon }" }), "a LAG": site(ON_LAG) },
  },
  "VS-32": {
    breaks: {
      "a port group with uplinks of its own": site({
        groups: "{ app: { uplinkTeam: { members: [u1, u0] } } }",
        dvs: ", healthCheck: {}",
      }),
      "one uplink": site({ places: "uplinks: { u0: vmnic0 }", team: "{ members: [u0] }", dvs: ", healthCheck: {}" }),
    },
    keeps: {
      "the same uplinks for all": site({ dvs: ", healthCheck: {}" }),
      "no probes of VLANs": site({
        groups: "{ app: { uplinkTeam: { members: [u1, u0] } } }",
        dvs: ", healthCheck: { vlanMtu: false }",
      }),
    },
  },
  "VS-33": {
    breaks: { "a vmkernel port of another size than its network": vmkernel(", mtu: 1400") },
    keeps: { "one of the same size": vmkernel(", mtu: 1500") },
  },
  "VS-34": {
    breaks: {
      "a distributed switch smaller than its network": site({ networks: "{ app: { mtu: 9000 } }", dvs: ", mtu: 1500" }),
      "a standard switch smaller than its network": standard(
        "uplinkTeam: { members: [vmnic0, vmnic1] }, portGroups: [big], mtu: 1500",
      ),
      "a vmkernel port larger than its switch": vmkernel(", mtu: 9000"),
    },
    keeps: { "a switch as large as its network": site({ networks: "{ app: { mtu: 9000 } }", dvs: ", mtu: 9000" }) },
  },
  "VS-35": {
    breaks: {
      "a LAG that lacks the VLANs of a port group": site({
        ...ON_LAG,
        places: LAG.replace("vmnic1] }", "vmnic1], vlans: [10-20, 25] }"),
        networks: "{ app: { vlans: [15-25] } }",
      }),
    },
    keeps: {
      "a LAG that has them": site({
        ...ON_LAG,
        places: LAG.replace("vmnic1] }", "vmnic1], vlans: [10-20, 21-30] }"),
        networks: "{ app: { vlans: [15-25] } }",
      }),
      "a LAG without a list of its own": site({ ...ON_LAG, networks: "{ app: { vlan: 10 } }" }),
    },
  },
  "VS-39": {
    breaks: { "VLANs that overlap": site({ networks: "{ app: { vlans: [10-20, 15] } }" }) },
    keeps: { "VLANs that do not": site({ networks: "{ app: { vlans: [10-20, 25] } }" }) },
  },
  "VS-50": {
    breaks: {
      "snapshots with a virtual function": vm(`{ p: ${vf("vmnic4")} }`, { vsphere: "requires: [snapshots]" }),
      "a virtual function, which costs something": vm(`{ p: ${vf("vmnic4")} }`),
    },
    keeps: { "snapshots without": vm("{ p: { portGroup: d/app } }", { vsphere: "requires: [snapshots]" }) },
  },
  "VS-51": {
    breaks: {
      "HA with a passthrough device": vm("{ p: { portGroup: d/app } }", {
        host: `, passthrough: [${devices(1)}]`,
        vsphere: `requires: [ha], passthrough: [${devices(1)}]`,
      }),
    },
    keeps: { "HA without": vm("{ p: { portGroup: d/app } }", { vsphere: "requires: [ha]" }) },
  },
  "VS-54": {
    breaks: {
      "65 functions of a port": vm("{}", { uplinks: pfs(1, 65) }),
      "1,088 functions of a host": vm("{}", { uplinks: pfs(17, 64) }),
    },
    keeps: { "1,024 functions, 64 of each port": vm("{}", { uplinks: pfs(16, 64) }) },
  },
  "VS-55": {
    breaks: {
      "a virtual function on a shaped port group": vm(`{ p: ${vf("vmnic4")} }`, {
        groups: "{ app: { shaping: { egress: { averageKbps: 1000 } } } }",
      }),
    },
    keeps: {
      "an ordinary port on it": vm("{ p: { portGroup: d/app } }", {
        groups: "{ app: { shaping: { egress: { averageKbps: 1000 } } } }",
      }),
    },
  },
  "VS-56": {
    breaks: { "17 devices with vSphere 7.0": given(17) },
    keeps: {
      "16 with vSphere 7.0": given(16),
      "17 with vSphere 9.0, whose number is not known": given(17).replace('"7.0"', '"9.0"'),
    },
  },
  "VS-57": {
    breaks: {
      "one physical port for both": vm(`{ p: ${vf("vmnic4")}, q: ${vf("vmnic4")} }`),
      "one network card for both": vm(`{ p: ${vf("vmnic4")}, q: ${vf("vmnic5")} }`),
      "one switch for both": vm(`{ p: ${vf("vmnic5")}, q: ${vf("vmnic6")} }`),
      "a pool that has no second card": vm(
        `{ p: ${vf("{ from: [vmnic4, vmnic5] }")}, q: ${vf("{ from: [vmnic4, vmnic5] }")} }`,
      ),
    },
    keeps: {
      "two cards and two switches": vm(`{ p: ${vf("vmnic4")}, q: ${vf("vmnic6")} }`),
      "a pool that has them": vm(
        `{ p: ${vf("{ from: [vmnic4, vmnic6, vmnic7] }")}, q: ${vf("{ from: [vmnic4, vmnic6, vmnic7] }")} }`,
      ),
    },
  },
  "VS-62": {
    breaks: { "any virtual function": vm(`{ p: ${vf("vmnic4")} }`) },
    keeps: { "an ordinary port": vm("{ p: { portGroup: d/app } }") },
  },
  "GT-11": {
    breaks: {
      "bonded cards that may not change their MAC address": cardsBonded("{}", "failOverMac: none"),
      "cards whose MAC address moves on": cardsBonded("{ forgedTransmits: true }", "failOverMac: follow"),
      "cards that send with two": cardsBonded("{ macChanges: true }", "policy: load"),
    },
    keeps: {
      "bonded cards that keep theirs, as by default": cardsBonded("{}", ""),
      "bonded cards that may change it": cardsBonded("{ macChanges: true }", "failOverMac: none"),
      "cards that may send with any": cardsBonded("{ macChanges: true, forgedTransmits: true }", "policy: load"),
    },
  },
  "VS-63": {
    breaks: {
      "bonded functions that may not change their MAC address": bonded("{ forgedTransmits: true }"),
      "functions whose MAC address moves on": bonded("{}", "failOverMac: follow"),
    },
    keeps: {
      "bonded functions that may": bonded("{ macChanges: true }"),
      "bonded functions that keep it, as by default": bonded("{}", ""),
      "functions whose standard switch lets them": bonded("{}")
        .replaceAll("d/app", "s/std")
        .replace("app: {}", "app: {}, std: {}")
        .replace(
          "platform: vsphere,",
          "platform: vsphere, virtualSwitches: { s: { portGroups: [std], security: { macChanges: true } } },",
        ),
    },
  },
  "VS-64": {
    breaks: { "eleven network cards": cards(11, "{}") },
    keeps: {
      "ten network cards": cards(10, "{}"),
      "eleven with vSphere 9.0, whose number is not known": cards(11, '{ version: "9.0" }'),
    },
  },
};
