// Environment files of any size: one written with groups and profiles, one that spells out every machine. Pure.

export interface Size {
  readonly hosts: number;
  readonly vmsPerHost: number;
  /** Whether the inside of the VMs is declared too. */
  readonly hasGuests: boolean;
}

export type Form = "groups" | "entries";

/** The text of an environment in which every VM has three ports and a bond over two of them. */
export function environmentText(form: Form, size: Size): string {
  const body = form === "groups" ? groups(size) : entries(size);
  return `${HEAD}${body.join("\n")}\n`;
}

const HEAD = `environment: bench
networks:
  app: { vlan: 10, subnet: 10.0.0.0/9, gateway: 10.0.0.1 }
  storage: { vlan: 30, subnet: 10.128.0.0/9, mtu: 9000 }
  tenants: { vlans: [100-199] }
switches:
  tor-a: { platform: nxos, mlag: { peer: tor-b, domain: 10 } }
  tor-b: { platform: nxos, mlag: { peer: tor-a, domain: 10 } }
`;

const SWITCH = "vs0: { uplinkTeam: { members: [ens1f0, ens2f0], mode: lacp }, portGroups: [app, storage, tenants] }";
const GUEST = "    guest: { os: linux, renderer: netplan }";

function groups({ hosts, vmsPerHost, hasGuests }: Size): string[] {
  const all = `[${number(1)}:${number(hosts)}]`;
  const vms = Array.from({ length: vmsPerHost }, (_, index) => [
    `  v${index}-${all}:`,
    `    host: kvm-${all}`,
    "    ports:",
    "      app0: { portGroup: vs0/app, guestInterface: ens3 }",
    "      sto0: { portGroup: vs0/storage, guestInterface: ens4 }",
    "      sto1: { portGroup: vs0/storage, guestInterface: ens5 }",
    ...(hasGuests ? [GUEST, "    bonds: { storage: { members: [sto0, sto1] } }"] : []),
  ]);
  return [
    "profiles:",
    "  kvm:",
    "    platform: kvm",
    `    virtualSwitches: { ${SWITCH} }`,
    "hosts:",
    `  kvm-${all}:`,
    "    profile: kvm",
    `    address: kvm-${all}.example.net`,
    "    uplinks:",
    `      ens1f0: { pci: "0000:3b:00.0", cable: "tor-a Ethernet1/[1:${hosts}]" }`,
    `      ens2f0: { pci: "0000:5e:00.0", cable: "tor-b Ethernet1/[1:${hosts}]" }`,
    "vms:",
    ...vms.flat(),
  ];
}

function entries({ hosts, vmsPerHost, hasGuests }: Size): string[] {
  const hostLines = Array.from({ length: hosts }, (_, index) => [
    `  ${hostName(index)}:`,
    "    platform: kvm",
    `    address: ${hostName(index)}.example.net`,
    "    uplinks:",
    `      ens1f0: { pci: "0000:3b:00.0", cable: tor-a Ethernet1/${index + 1} }`,
    `      ens2f0: { pci: "0000:5e:00.0", cable: tor-b Ethernet1/${index + 1} }`,
    "    virtualSwitches:",
    `      ${SWITCH}`,
  ]);
  const vmLines = Array.from({ length: hosts * vmsPerHost }, (_, index) => [
    `  v${index}:`,
    `    host: ${hostName(Math.floor(index / vmsPerHost))}`,
    "    ports:",
    `      app0: { portGroup: vs0/app, mac: "${mac(3 * index)}", addresses: [${address(0, index)}/9], gateway: 10.0.0.1 }`,
    `      sto0: { portGroup: vs0/storage, mac: "${mac(3 * index + 1)}" }`,
    `      sto1: { portGroup: vs0/storage, mac: "${mac(3 * index + 2)}" }`,
    ...(hasGuests
      ? [GUEST, `    bonds: { storage: { members: [sto0, sto1], addresses: [${address(128, index)}/9] } }`]
      : []),
  ]);
  return ["hosts:", ...hostLines.flat(), "vms:", ...vmLines.flat()];
}

/** The name of a host by its index, which counts from 0. */
export function hostName(index: number): string {
  return `kvm-${number(index + 1)}`;
}

function number(value: number): string {
  return String(value).padStart(5, "0");
}

function mac(index: number): string {
  const digits = index.toString(16).padStart(6, "0");
  return `52:54:00:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

/** Hosts of 10.<base>.0.0/9 from 10.<base>.0.11 on. */
function address(base: number, index: number): string {
  const host = index + 11;
  return `10.${base + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
}
