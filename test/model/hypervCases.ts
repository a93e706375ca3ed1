// Designs that break the rules about Hyper-V hosts and the guests on them, and the nearest ones that do not.
import type { Cases } from "./vsphereCases.js";

interface Site {
  /** What stands beside members in the team. */
  readonly team?: string;
  readonly members?: string;
  readonly uplinks?: string;
  /** What stands beside the team in the virtual switch. */
  readonly kind?: string;
  readonly release?: string;
  readonly networks?: string;
  readonly portGroups?: string;
  /** More keys of the host. */
  readonly host?: string;
  readonly vms?: string;
  readonly switches?: string;
}

const site = (of: Site) => `environment: t
networks: ${of.networks ?? "{ app: { vlan: 10, subnet: 10.0.0.0/24 }, db: { vlan: 20, subnet: 10.0.1.0/24 } }"}
switches: ${of.switches ?? "{}"}
hosts:
  h:
    platform: hyperv
    release: "${of.release ?? "2019"}"
    uplinks: ${of.uplinks ?? "{ SLOT 1: , SLOT 2: }"}
    virtualSwitches: { vs0: { ${of.kind ?? ""}uplinkTeam: { members: ${of.members ?? "[SLOT 1, SLOT 2]"}, ${of.team ?? ""} }, portGroups: ${of.portGroups ?? "[app, db]"} } }
    ${of.host ?? ""}
vms: ${of.vms ?? "{}"}
`;

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `NIC ${index + 1}`);
const wide = (count: number, kind: string) =>
  site({
    kind: `kind: ${kind}, `,
    uplinks: `{ ${numbered(count)
      .map((name) => `${name}: `)
      .join(", ")} }`,
    members: `[${numbered(count).join(", ")}]`,
  });
const lbfo = (team: string, rest: Site = {}) => site({ kind: "kind: lbfo, ", ...rest, team });
const vm = (port: string, rest: Site = {}) =>
  site({ ...rest, vms: `{ v: { host: h, ports: { p: { portGroup: vs0/app, ${port} } } } }` });

/** A Linux guest with a bond of two ports. */
const guest = (second: string, { port = "", network = "app" } = {}) =>
  site({
    kind: "iov: true, ",
    vms: `{ v: { host: h, guest: { os: linux, renderer: netplan }, ports: { p: { portGroup: vs0/app, guestInterface: eth0${port} }, q: { portGroup: vs0/${network}, guestInterface: eth1${second} } }, bonds: { b: { members: [p, q] } } } }`,
  });
/** A Windows guest with a team of ports on two switches, in the kinds that are named. */
const windows = (team: string, { kinds = ["external", "external"], second = "vs1", port = "" } = {}) => {
  const switches = kinds.map((kind, index) => {
    const uplinks = kind === "internal" ? "" : `uplinkTeam: { members: [SLOT ${index + 1}] }, `;
    return `vs${index}: { kind: ${kind}, ${uplinks}portGroups: [app] }`;
  });
  return `environment: t
networks: { app: { vlan: 10 } }
hosts: { h: { platform: hyperv, uplinks: { SLOT 1: , SLOT 2: }, virtualSwitches: { ${switches.join(", ")} } } }
vms: { v: { host: h, guest: { os: windows }, ports: { p: { portGroup: vs0/app, guestInterface: a }, q: { portGroup: ${second}/app, guestInterface: b${port} }, r: { portGroup: vs0/app, guestInterface: c } }, bonds: { t: { ${team} } } } }
`;
};
const pq = "members: [p, q]";
const functions = ", hyperv: { iov: { queuePairs: 2 } }";
const ports = (second: string) =>
  site({ host: `hostPorts: { one: { portGroup: vs0/app, addresses: [10.0.0.11/24] }, two: ${second} }` });
const apart = "{ SLOT 1: { cable: a 1/1 }, SLOT 2: { cable: b 1/1 } }";
const singles = "{ a: { platform: nxos }, b: { platform: nxos } }";

export const HYPERV_CASES: Readonly<Record<string, Cases>> = {
  "HV-01": {
    breaks: { "LACP under SET": site({ team: "mode: lacp" }), "a channel under SET": site({ team: "mode: static" }) },
    keeps: {
      "an independent SET": site({ team: "mode: switch-independent" }),
      "LACP in an LBFO team": lbfo("mode: lacp"),
    },
  },
  "HV-02": {
    breaks: { "nine members of SET": wide(9, "set") },
    keeps: { "eight members of SET": wide(8, "set"), "nine of an LBFO team": wide(9, "lbfo") },
  },
  "HV-04": {
    breaks: { "a standby member of SET": site({ team: "standby: [SLOT 2]" }) },
    keeps: { "SET without any": site({ team: "standby: []" }), "one of an LBFO team": lbfo("standby: [SLOT 2]") },
  },
  "HV-05": {
    breaks: { "a hash under SET": site({ team: "policy: transport-ports" }) },
    keeps: { "by port": site({ team: "policy: source-port" }), "by load": site({ team: "policy: load" }) },
  },
  "HV-06": {
    breaks: { "SET on a host that is a VM": vm("").replace("v: { host: h", "h: { host: h") },
    keeps: {
      "one card on such a host": vm("", { members: "[SLOT 1]" }).replace("v: { host: h", "h: { host: h"),
      "SET on a host that is none": vm(""),
    },
  },
  "HV-08": {
    breaks: {
      "a weight on SET": vm("hyperv: { bandwidth: { minimumWeight: 10 } }", { kind: "bandwidthMode: weight, " }),
      "a minimum on SET": vm("hyperv: { bandwidth: { minimumKbps: 1000 } }"),
    },
    keeps: {
      "a limit on SET": vm("hyperv: { bandwidth: { maximumKbps: 1000 } }"),
      "a minimum on one card": vm("hyperv: { bandwidth: { minimumKbps: 1000 } }", { members: "[SLOT 1]" }),
    },
  },
  "HV-10": {
    breaks: {
      "a team of LBFO on 2016": lbfo("", { release: "2016" }),
      "a team of LBFO on 2022": lbfo("", { release: "2022" }),
      "one that 2025 is told to take": lbfo("", { release: "2025", kind: "kind: lbfo, allowLbfo: true, " }),
    },
    keeps: { "SET on 2022": site({ release: "2022" }) },
  },
  "HV-12": {
    breaks: {
      "SR-IOV on a team of LBFO": lbfo("", { kind: "kind: lbfo, iov: true, " }),
      "virtual functions of a member": lbfo("", { uplinks: "{ SLOT 1: { sriov: { numVfs: 4 } }, SLOT 2: }" }),
    },
    keeps: {
      "SR-IOV on SET": site({ kind: "iov: true, ", uplinks: "{ SLOT 1: { sriov: { numVfs: 4 } }, SLOT 2: }" }),
      "virtual functions of another card": lbfo("", {
        uplinks: "{ SLOT 1: , SLOT 2: , SLOT 3: { sriov: { numVfs: 4 } } }",
      }),
    },
  },
  "HV-13": {
    breaks: {
      "an adapter of the host in a team": site({
        uplinks: "{ vEthernet (a): , SLOT 2: }",
        members: "[vEthernet (a), SLOT 2]",
      }),
    },
    keeps: {
      "physical ports in a team": site({ uplinks: "{ Ethernet (a): , SLOT 2: }", members: "[Ethernet (a), SLOT 2]" }),
    },
  },
  "HV-14": {
    breaks: { "33 members of LBFO": wide(33, "lbfo") },
    keeps: { "32 members of LBFO": wide(32, "lbfo") },
  },
  "HV-15": {
    breaks: {
      "a team of one in Windows": windows("members: [p]"),
      "a team of three in Windows": windows("members: [p, q, r]"),
    },
    keeps: { "a team of two in Windows": windows(pq) },
  },
  "HV-16": {
    breaks: {
      "members on one switch": windows(pq, { second: "vs0" }),
      "a member on an internal switch": windows(pq, { kinds: ["external", "internal"] }),
    },
    keeps: {
      "members on two external switches": windows(pq),
      "members on a SET switch and another one": windows(pq, { kinds: ["set", "external"] }),
    },
  },
  "HV-17": {
    breaks: {
      "LACP in a Windows VM": windows(`${pq}, mode: lacp`),
      "a policy by port in a Windows VM": windows(`${pq}, policy: source-port`),
      "a standby member in a Windows VM": windows(`${pq}, policy: active-backup`),
    },
    keeps: {
      "an address hash by default": windows(pq),
      "a hash of IP addresses": windows(`${pq}, policy: ip-hash`),
    },
  },
  "HV-18": {
    breaks: {
      "a bonded port that may not team": guest(", hyperv: { allowTeaming: false }"),
      "one of a Windows guest": windows(pq, { port: ", hyperv: { allowTeaming: false }" }),
    },
    keeps: {
      "bonded ports as they are by default": guest(""),
      "a bonded port that sends with its own MAC address alone": guest(", hyperv: { allowTeaming: false }").replace(
        "members: [p, q]",
        "members: [p, q], failOverMac: active",
      ),
      "a bonded port that may send with any": guest(", hyperv: { allowTeaming: false }").replace(
        /portGroups: [^}]*\]/,
        "portGroups: { app: { security: { macChanges: true, forgedTransmits: true } } }",
      ),
      "a port in no bond": vm("hyperv: { allowTeaming: false }"),
    },
  },
  "HV-19": {
    breaks: { "virtual functions of two VLANs": guest(functions, { port: functions, network: "db" }) },
    keeps: { "virtual functions of one": guest(functions, { port: functions }) },
  },
  "HV-20": {
    breaks: { "ports of two VLANs": guest("", { network: "db" }) },
    keeps: { "ports of one": guest("") },
  },
  "HV-24": {
    breaks: { "weights with SR-IOV": site({ kind: "iov: true, bandwidthMode: weight, " }) },
    keeps: {
      "SR-IOV without any": site({ kind: "iov: true, " }),
      "weights without SR-IOV": site({ kind: "bandwidthMode: weight, " }),
    },
  },
  "HV-25": {
    breaks: { "a virtual function without SR-IOV": vm("hyperv: { iov: { queuePairs: 2 } }") },
    keeps: {
      "one with it": vm("hyperv: { iov: { queuePairs: 2 } }", { kind: "iov: true, " }),
      "a weight of nothing": vm("hyperv: { iov: { weight: 0 } }"),
    },
  },
  "HV-26": {
    breaks: { "a virtual function with one queue pair": vm("hyperv: { iov: {} }", { kind: "iov: true, " }) },
    keeps: {
      "one with four": vm("hyperv: { iov: { queuePairs: 4 } }", { kind: "iov: true, " }),
      "no virtual function": vm("hyperv: { iov: { weight: 0 } }", { kind: "iov: true, " }),
    },
  },
  "HV-32": {
    breaks: { "two adapters of the host in one subnet": ports("{ portGroup: vs0/app, addresses: [10.0.0.12/24] }") },
    keeps: {
      "in one each": ports("{ portGroup: vs0/db, addresses: [10.0.1.12/24] }"),
      "a second without address": ports("{ portGroup: vs0/app }"),
    },
  },
  "HV-34": {
    breaks: { "a hash without a channel": lbfo("policy: transport-ports") },
    keeps: {
      "a hash with one": lbfo("mode: static, policy: transport-ports"),
      "no hash": lbfo("policy: load"),
    },
  },
};

/** What rules of other platforms make of such hosts. */
export const ON_HYPERV: Readonly<Record<string, Cases>> = {
  "VS-25": {
    breaks: { "an LBFO channel over two switches": lbfo("mode: lacp", { uplinks: apart, switches: singles }) },
    keeps: { "a SET switch over two switches": site({ uplinks: apart, switches: singles }) },
  },
  "VS-38": {
    breaks: { "a switch of Hyper-V over one card": site({ members: "[SLOT 1]" }) },
    keeps: { "a SET switch over two cards": site({}) },
  },
  "LB-03": {
    breaks: { "LACP of a guest on Hyper-V": guest("").replace("members: [p, q]", "members: [p, q], mode: lacp") },
    keeps: { "active-backup of a guest on Hyper-V": guest("") },
  },
};
