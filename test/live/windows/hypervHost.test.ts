// A Hyper-V host over SSH, as the file says: made, changed in place and anew, drifted, removed; nothing of others is touched. On the
// simulated host: lab/windows/README.md says what that proves.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { formatChange } from "../../../providers/model/change.js";
import { type HypervLab, startHyperv, stateOf } from "./windowsLab.js";

const SCENARIO: Scenario = {
  release: "2022",
  nics: [
    { name: "SLOT 3 Port 1", mac: "b49691000001", ip: { addresses: ["10.10.0.11/24"], gateway: "10.10.0.1" } },
    { name: "SLOT 5 Port 1", mac: "b49691000002" },
    { name: "SLOT 7 Port 1", mac: "b49691000003" },
  ],
  vms: [
    { name: "db-01", state: "Running" },
    { name: "hand", adapters: [{ name: "Network Adapter" }] },
  ],
  management: { address: "10.10.0.11", gateway: "10.10.0.1" },
};

interface Choice {
  readonly members?: string;
  readonly appVlan?: number;
  readonly mgmt?: string;
  readonly more?: string;
  readonly vm?: string;
}

const file = ({
  members = "SLOT 3 Port 1, SLOT 5 Port 1",
  appVlan = 20,
  mgmt = "{}",
  more = "",
  vm = "",
}: Choice = {}) => `
environment: live
networks:
  mgmt: ${mgmt}
  app: { vlan: ${appVlan} }
hosts:
  hv-01:
    platform: hyperv
    release: "2022"
    uplinks: { SLOT 3 Port 1: , SLOT 5 Port 1: , SLOT 7 Port 1: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [${members}] }, portGroups: [mgmt, app]${more} }
    hostPorts:
      mgmt0: { portGroup: vs0/mgmt, addresses: [10.10.0.11/24], gateway: 10.10.0.1, nameservers: [10.10.0.53] }
vms:
  db-01:
    host: hv-01
    ports:
      app0: { portGroup: vs0/app${vm} }
`;

let lab: HypervLab;
beforeEach(async () => {
  lab = await startHyperv(SCENARIO);
});
afterEach(async () => {
  expect(lab.host.machine.failures).toEqual([]);
  await lab.host.stop();
});

const paths = (changes: Awaited<ReturnType<HypervLab["apply"]>>["changes"]) =>
  changes.map(({ path, disruption }) => `${path.join(".")}: ${disruption}`);

describe("a Hyper-V host", () => {
  it("that is reached over a NIC takes the address along into the switch over it, and a second look changes nothing", async () => {
    await lab.apply(file());
    expect(lab.trips).toEqual({ connections: 2, scripts: 4 });
    expect(stateOf(lab.host)).toMatchObject({
      switches: [{ name: "vs0", notes: "multiport=live", uplinks: ["SLOT 3 Port 1", "SLOT 5 Port 1"], iov: false }],
      management: [{ name: "mgmt0", on: "vs0" }],
      addresses: { "vEthernet (mgmt0)": ["0.0.0.0/0 by 10.10.0.1", "10.10.0.11/24"], "SLOT 3 Port 1": [] },
    });
    expect((await lab.apply(file())).changes).toEqual([]);
    expect(lab.trips).toEqual({ connections: 1, scripts: 1 });
  });

  it("changes the VLAN of a running VM and nothing else", async () => {
    await lab.apply(file());
    const calls = lab.host.machine.calls.length;
    const { changes } = await lab.apply(file({ appVlan: 30 }));
    expect(paths(changes)).toEqual(["vmswitch.vms.db-01.app0.vlan.AccessVlanId: brief"]);
    const made = lab.host.machine.calls
      .slice(calls)
      .filter(({ cmdlet }) => /^(New|Remove|Add|Connect)-(VM|Net)/.test(cmdlet));
    expect(made).toEqual([]);
    expect(await lab.drift(file({ appVlan: 30 }))).toEqual([]);
  });

  it("exchanges a NIC of a team", async () => {
    await lab.apply(file());
    const { changes } = await lab.apply(file({ members: "SLOT 3 Port 1, SLOT 7 Port 1" }));
    expect(changes.map(formatChange)).toEqual([
      'vmswitch.switches.vs0.NetAdapterName: is ["SLOT 3 Port 1","SLOT 5 Port 1"], wanted ["SLOT 3 Port 1","SLOT 7 Port 1"]',
    ]);
    expect(stateOf(lab.host)).toMatchObject({ switches: [{ uplinks: ["SLOT 3 Port 1", "SLOT 7 Port 1"] }] });
  });

  it("makes a switch anew for what is fixed at its making, and its adapters are on it again", async () => {
    await lab.apply(file());
    const { changes } = await lab.apply(
      file({ more: ", bandwidthMode: weight", vm: ", hyperv: { bandwidth: { minimumWeight: 30 } }" }),
    );
    expect(paths(changes)).toEqual([
      "vmswitch.switches.vs0.BandwidthReservationMode: outage",
      "vmswitch.vms.db-01.app0.MinimumBandwidthWeight: none",
    ]);
    expect(stateOf(lab.host)).toMatchObject({
      switches: [{ name: "vs0" }],
      management: [{ name: "mgmt0", on: "vs0" }],
      vms: [{ name: "db-01", adapters: [{ name: "app0", on: "vs0" }] }, {}],
    });
    expect(
      await lab.drift(file({ more: ", bandwidthMode: weight", vm: ", hyperv: { bandwidth: { minimumWeight: 30 } }" })),
    ).toEqual([]);
  });

  it("shows what somebody changed, and has it back", async () => {
    await lab.apply(file());
    await lab.byHand("Set-VMNetworkAdapterVlan -VMName db-01 -VMNetworkAdapterName app0 -Untagged");
    await lab.byHand("Set-DnsClientServerAddress -InterfaceAlias 'vEthernet (mgmt0)' -ServerAddresses 192.0.2.53");
    expect(await lab.drift(file())).toEqual([
      "vmswitch.vms.db-01.app0.vlan.AccessVlanId: is null, wanted 20",
      'vmswitch.vms.db-01.app0.vlan.OperationMode: is "Untagged", wanted "Access"',
      'tcpip.interfaces."vEthernet (mgmt0)".ServerAddresses: is ["192.0.2.53"], wanted ["10.10.0.53"]',
    ]);
    await lab.apply(file());
    expect(await lab.drift(file())).toEqual([]);
  });

  it("leaves with all that was ours, and nothing else", async () => {
    const before = stateOf(lab.host);
    await lab.byHand(
      "[void](New-VMSwitch -Name Lab -SwitchType Internal); Connect-VMNetworkAdapter -VMName hand -SwitchName Lab",
    );
    const others = stateOf(lab.host);
    expect(others).not.toEqual(before);
    await lab.apply(file());
    await lab.remove(file());
    expect(stateOf(lab.host)).toEqual(others);
    expect(lab.host.machine.files.list("C:\\Program Files\\multiport")).not.toContain("live");
    expect(lab.host.machine.tasks.all()).toEqual([]);
  });
});

describe("other switches", () => {
  it("stand on an LBFO team that speaks LACP, and on one NIC, and leave with the team", async () => {
    const lbfo = (members: string, one: string) => `
environment: live
networks: { app: { vlan: 20 }, backup: {} }
hosts:
  hv-01:
    platform: hyperv
    release: "2019"
    uplinks: { Ethernet: , Ethernet 2: , Ethernet 3: }
    virtualSwitches:
      vs0:
        kind: lbfo
        uplinkTeam: { members: [${members}], mode: lacp, policy: load, name: Team One }
        portGroups: [app]
      vs1: { uplinkTeam: { members: [${one}] }, portGroups: [backup] }
`;
    await lab.host.stop();
    lab = await startHyperv({
      release: "2019",
      nics: ["Ethernet", "Ethernet 2", "Ethernet 3"].map((name, index) => ({
        name,
        mac: `b4969100000${index}`,
        lacpPartner: true,
      })),
      times: { lacp: 2000, teamMember: 500, rebind: 500, handBack: 500 },
    });
    const before = stateOf(lab.host);
    await lab.apply(lbfo("Ethernet, Ethernet 2", "Ethernet 3"));
    expect(stateOf(lab.host)).toMatchObject({
      teams: [{ name: "Team One", mode: "Lacp", algorithm: "Dynamic" }],
      switches: [
        { name: "vs0", uplinks: ["Team One"] },
        { name: "vs1", uplinks: ["Ethernet 3"] },
      ],
    });
    expect((await lab.apply(lbfo("Ethernet, Ethernet 2", "Ethernet 3"))).changes).toEqual([]);
    await lab.remove(lbfo("Ethernet, Ethernet 2", "Ethernet 3"));
    expect(stateOf(lab.host)).toEqual(before);
  });

  it("give virtual functions to adapters, and say why there are none", async () => {
    const iov = `
environment: live
networks: { app: { vlan: 20 } }
hosts:
  hv-01:
    platform: hyperv
    uplinks: { Ethernet: { sriov: { numVfs: 8 } }, Ethernet 2: { sriov: { numVfs: 8 } } }
    virtualSwitches:
      vs0: { iov: true, uplinkTeam: { members: [Ethernet, Ethernet 2] }, portGroups: [app] }
vms:
  db-01:
    host: hv-01
    ports: { app0: { portGroup: vs0/app, hyperv: { iov: { queuePairs: 2 } } } }
`;
    const nics = ["Ethernet", "Ethernet 2"].map((name, index) => ({
      name,
      mac: `b4969100000${index}`,
      sriov: { maximum: 16 },
    }));
    await lab.host.stop();
    const vms = [{ name: "db-01", state: "Running" as const, hasVfDriver: true }];
    lab = await startHyperv({ release: "2022", nics, vms });
    const { notes, changes } = await lab.apply(iov);
    expect(changes.map(({ path }) => path.join("."))).toContain("nics.nics.Ethernet.NumVFs");
    expect(notes).toEqual([]);
    expect((await lab.apply(iov)).notes).toEqual([]);
    // What was left out stays on the NIC and is ours no more.
    const left = iov.replace("Ethernet: { sriov: { numVfs: 8 } }, ", "Ethernet: , ");
    expect((await lab.apply(left)).changes).toEqual([]);
    expect(await lab.drift(left)).toEqual([]);
    expect((await lab.apply(iov)).changes).toEqual([]);
    await lab.byHand("Disable-NetAdapterSriov -Name 'Ethernet'; Disable-NetAdapterSriov -Name 'Ethernet 2'");
    expect(await lab.drift(iov)).not.toEqual([]);

    await lab.host.stop();
    const reason =
      "The chipset on the system does not do interrupt remapping, without which SR-IOV cannot be supported.";
    lab = await startHyperv({ release: "2022", nics, vms, iovReasons: [reason] });
    const told = [`adapter app0 of VM db-01 has no virtual function and uses the virtual switch: ${reason}`];
    expect((await lab.apply(iov)).notes).toEqual(told);
    expect(await lab.apply(iov)).toEqual({ changes: [], notes: told });
  });
});
