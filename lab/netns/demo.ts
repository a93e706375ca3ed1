// The demo's lab as data: what stacks/demo.yaml describes of its KVM hosts and guests. Pure.
import type { Cable, CableEnd, LabTopology, PortChannel } from "./topology";

const appVlan = 10;
const storageVlan = 30;
const tenantVlans = Array.from({ length: 100 }, (_, index) => 100 + index);
const jumboBytes = 9000;

/** A host's uplink into both switches of the pair: Ethernet1/1 of tor-a is port `a-e1-1` of the one stand-in. */
function uplinks(host: string, port: number): readonly Cable[] {
  return [
    { a: { machine: host, nic: "ens1f0" }, b: { machine: "tor", nic: `a-e1-${port}` } },
    { a: { machine: host, nic: "ens2f0" }, b: { machine: "tor", nic: `b-e1-${port}` } },
  ];
}

function portChannel(port: number): PortChannel {
  return {
    name: `po${port}`,
    members: [`a-e1-${port}`, `b-e1-${port}`],
    lacp: "active",
    lacpRate: "fast",
    trunks: [appVlan, storageVlan, ...tenantVlans],
  };
}

// A tap takes the MTU that its guest's NIC has; so do both ends here.
function vmPort(guest: CableEnd, host: CableEnd): Cable {
  return { a: guest, b: guest.mtuBytes === undefined ? host : { ...host, mtuBytes: guest.mtuBytes } };
}

/** Two KVM hosts, each with two uplinks into one port channel of `tor`, and a guest on each. */
export const demoTopology: LabTopology = {
  machines: [
    {
      kind: "switch",
      name: "tor",
      portChannels: [portChannel(1), portChannel(2)],
      core: [
        { name: "core10", vlan: appVlan, address: "10.10.0.1/24" },
        { name: "core30", vlan: storageVlan, address: "10.30.0.1/24", mtuBytes: jumboBytes },
      ],
    },
    { kind: "kvm", name: "kvm-01" },
    { kind: "kvm", name: "kvm-02" },
    { kind: "guest", name: "db-01" },
    { kind: "guest", name: "web-01" },
  ],
  cables: [
    ...uplinks("kvm-01", 1),
    ...uplinks("kvm-02", 2),
    vmPort({ machine: "db-01", nic: "app0", mac: "52:54:00:10:00:01" }, { machine: "kvm-01", nic: "db-01-app" }),
    vmPort(
      { machine: "db-01", nic: "sto0", mac: "52:54:00:10:00:02", mtuBytes: jumboBytes },
      { machine: "kvm-01", nic: "db-01-sto0" },
    ),
    vmPort(
      { machine: "db-01", nic: "sto1", mac: "52:54:00:10:00:03", mtuBytes: jumboBytes },
      { machine: "kvm-01", nic: "db-01-sto1" },
    ),
    vmPort({ machine: "web-01", nic: "app0", mac: "52:54:00:10:00:11" }, { machine: "kvm-02", nic: "web-01-app" }),
  ],
};
