// The inside of a Windows guest over SSH, as the file says: teams, their interfaces in VLANs, IP settings; drifted, removed, and put back
// by the guest itself where it is cut off. On the simulated host: lab/windows/README.md says what that proves.
import { afterEach, describe, expect, it } from "vitest";
import type { NicScenario, Scenario } from "../../../lab/windows/host/scenario.js";
import { ConflictError, RevertedError } from "../../../providers/engine/machineErrors.js";
import { formatChange } from "../../../providers/model/change.js";
import { startGuest, stateOf, type WindowsLab } from "./windowsLab.js";

const nic = (number: number): NicScenario => ({
  name: `Ethernet ${number}`,
  description: `Microsoft Hyper-V Network Adapter #${number}`,
  driver: "netvsc.sys",
  mac: `00155d10000${number}`,
  externalSwitch: true,
});

const TIMES = { rebind: 300, boot: 3000, addressCheck: 300, interfaceReady: 100, teamMember: 500, nicRestart: 300 };

/** Reached by its first adapter, over DHCP; two more make the team. */
const SCENARIO: Scenario = {
  computerName: "SQL01",
  release: "2019",
  role: "server",
  nics: [nic(1), nic(2), nic(3), nic(4)],
  dhcp: [{ leases: { "00155D100001": "10.20.0.31/24" }, gateway: "10.20.0.1" }],
  management: { address: "10.20.0.31", gateway: "10.20.0.1" },
  times: TIMES,
};

interface Choice {
  readonly bond?: string;
  readonly ports?: string;
  readonly vlan?: number;
}

const file = ({
  bond = "{ addresses: [10.10.0.31/24], nameservers: [10.10.0.53], mtu: 1400 }",
  ports = "",
  vlan = 30,
}: Choice = {}) => `
environment: live
networks:
  mgmt: { subnet: 10.20.0.0/24 }
  trunk: { vlans: [10, 30-39] }
  app: { vlan: 10, subnet: 10.10.0.0/24 }
  backup: { vlan: ${vlan}, subnet: 10.30.0.0/24 }
hosts:
  hv-01:
    platform: hyperv
    uplinks: { N1: , N2: , N3: , N4: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [N1, N2] }, portGroups: [mgmt, trunk] }
      vs1: { uplinkTeam: { members: [N3, N4] }, portGroups: [mgmt, trunk] }
vms:
  sql-01:
    host: hv-01
    guest: { os: windows, release: "2019" }
    ports:
      Left: { portGroup: vs0/trunk, mac: "00:15:5d:10:00:02" }
      Right: { portGroup: vs1/trunk, guestInterface: Ethernet 3 }
${ports}
    bonds:
      Team 1:
        members: [Left, Right]
        interfaces:
          app: ${bond}
          backup: { addresses: [10.30.0.31/24] }
`;

let lab: WindowsLab | undefined;
afterEach(async () => {
  expect(lab?.host.machine.failures).toEqual([]);
  await lab?.host.stop();
  lab = undefined;
});

async function start(scenario: Scenario = SCENARIO): Promise<WindowsLab> {
  lab = await startGuest(scenario);
  return lab;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: unknown) => error as Error,
  );
}

const TEAM = {
  teams: [
    {
      name: "Team 1",
      mode: "SwitchIndependent",
      algorithm: "TransportPorts",
      members: [
        ["Ethernet 2", "Active"],
        ["Ethernet 3", "Active"],
      ],
    },
  ],
  interfaces: [
    ["Team 1", 0],
    ["Team 1 - VLAN 10", 10],
    ["Team 1 - VLAN 30", 30],
  ],
};

describe("a Windows guest", () => {
  it("has its team with interfaces in VLANs, and a second look changes nothing", async () => {
    const { host, apply, trips } = await start();
    await apply(file());
    expect(stateOf(host)).toMatchObject({
      ...TEAM,
      addresses: { "Team 1 - VLAN 10": ["10.10.0.31/24"], "Team 1 - VLAN 30": ["10.30.0.31/24"], "Ethernet 1": [] },
    });
    expect((await apply(file())).changes).toEqual([]);
    expect(trips).toEqual({ connections: 1, scripts: 1 });
  });

  it("moves an interface to another VLAN with its address", async () => {
    const { host, apply, drift } = await start();
    await apply(file());
    const { changes } = await apply(file({ vlan: 31 }));
    expect(changes.map(formatChange)).toContain(
      'lbfo.teams."Team 1".TeamNics."Team 1 - VLAN 31": is missing, wanted {"VlanID":31}',
    );
    expect(stateOf(host)).toMatchObject({
      interfaces: [
        ["Team 1", 0],
        ["Team 1 - VLAN 10", 10],
        ["Team 1 - VLAN 31", 31],
      ],
      addresses: { "Team 1 - VLAN 31": ["10.30.0.31/24"] },
    });
    expect(await drift(file({ vlan: 31 }))).toEqual([]);
  });

  it("shows what somebody changed, and has it back", async () => {
    const { host, apply, drift, byHand } = await start();
    await apply(file());
    await byHand("Set-NetLbfoTeam -Name 'Team 1' -LoadBalancingAlgorithm Dynamic -Confirm:$false");
    await byHand("Remove-NetLbfoTeamNic -Team 'Team 1' -VlanID 30 -Confirm:$false");
    await byHand("Rename-NetAdapter -Name 'Team 1 - VLAN 10' -NewName 'Production'");
    await byHand("[void](Add-NetLbfoTeamNic -Team 'Team 1' -VlanID 77 -Confirm:$false)");
    const shown = await drift(file());
    expect(shown).toContain('lbfo.teams."Team 1".LoadBalancingAlgorithm: is "Dynamic", wanted "TransportPorts"');
    expect(shown).toContain('lbfo.teams."Team 1".TeamNics."Team 1 - VLAN 30": is missing, wanted {"VlanID":30}');
    expect(shown).toContain('lbfo.teams."Team 1".TeamNics."Team 1 - VLAN 77": is {"VlanID":77}, wanted nothing');
    await apply(file());
    expect(stateOf(host)).toMatchObject(TEAM);
    expect(await drift(file())).toEqual([]);
  });

  it("sets a port by its MAC address, also below what IPv6 takes", async () => {
    const { host, apply, drift, byHand } = await start();
    const one = (number: number) =>
      file({
        ports: `      Own: { portGroup: vs0/mgmt, mac: "00:15:5d:10:00:0${number}", addresses: [10.20.0.40/24], mtu: 1200 }`,
      });
    await byHand("Rename-NetAdapter -Name 'Ethernet 4' -NewName 'Storage'");
    await apply(one(4));
    expect(stateOf(host)).toMatchObject({ addresses: { Storage: ["10.20.0.40/24"] } });
    expect(await drift(one(4))).toEqual([]);
    await byHand("Set-NetIPInterface -InterfaceAlias Storage -NlMtuBytes 1290");
    expect(await drift(one(4))).toEqual(['tcpip.interfaces."00:15:5d:10:00:04".NlMtuBytes: is 1290, wanted 1200']);
    const missing = await failure(apply(one(9)));
    expect(missing).toBeInstanceOf(ConflictError);
    expect(missing.message).toMatch(
      /no NIC of its own with MAC address 00-15-5D-10-00-09, it has .*Correct the address/,
    );
  });

  it("leaves with all that was ours, and nothing else", async () => {
    const { host, apply, remove } = await start();
    const before = stateOf(host);
    await apply(file());
    await remove(file());
    expect(stateOf(host)).toEqual(before);
    expect(host.machine.files.list("C:\\Program Files\\multiport")).not.toContain("live");
    expect(host.machine.tasks.all()).toEqual([]);
  });

  it("tells a virtual function from the adapter whose MAC address it has", async () => {
    const vf = {
      ...nic(4),
      name: "Ethernet 9",
      driver: "mlx5.sys",
      description: "Mellanox ConnectX-5 Virtual Adapter",
    };
    const { host, apply } = await start({ ...SCENARIO, nics: [nic(1), nic(2), nic(3), vf, nic(4)] });
    await apply(
      file({
        ports: `      Own: { portGroup: vs0/mgmt, mac: "00:15:5d:10:00:04", addresses: [10.20.0.40/24] }`,
      }),
    );
    expect(stateOf(host)).toMatchObject({ addresses: { "Ethernet 4": ["10.20.0.40/24"], "Ethernet 9": [] } });
  });

  it("refuses a team that somebody else made", async () => {
    const { apply, byHand } = await start();
    await byHand("[void](New-NetLbfoTeam -Name 'Team 1' -TeamMembers 'Ethernet 4' -Confirm:$false)");
    const error = await failure(apply(file()));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error.message).toMatch(/team Team 1 exists and was not made by multiport/);
  });
});

describe("routes and large frames of a guest", () => {
  const ROUTES = "{ to: 172.16.0.0/12, via: 10.20.0.254 }, { to: 192.0.2.0/24, metric: 20 }";
  const own = (routes = ROUTES, mtu = 9000) =>
    file({
      ports: `      Own: { portGroup: vs0/big, guestInterface: Ethernet 4, addresses: [10.20.0.40/24, "fd00:20::40/64"], mtu: ${mtu}, routes: [${routes}] }`,
      bond: '{ addresses: [10.10.0.31/24], routes: [{ to: "10.99.0.0/16", via: 10.10.0.254 }] }',
    })
      .replace("  trunk: { vlans: [10, 30-39] }", "  trunk: { vlans: [10, 30-39], mtu: 4000 }\n  big: { mtu: 9000 }")
      .replace("subnet: 10.30.0.0/24 }", "subnet: 10.30.0.0/24, mtu: 4000 }")
      .replace("portGroups: [mgmt, trunk]", "portGroups: [mgmt, trunk, big]");
  const routesOf = (host: WindowsLab["host"], name: string) =>
    host.state.adapters
      .find(({ alias }) => alias === name)
      ?.ip.routes.map(({ destination, nextHop, metrics }) => [destination, nextHop, ...Object.values(metrics)]);
  const framesOf = (host: WindowsLab["host"]) =>
    host.state.adapters.flatMap(({ alias, advanced }) =>
      advanced.flatMap(({ keyword, value, running }) => (keyword === "*JumboPacket" ? [[alias, value, running]] : [])),
    );

  it("are set, kept over a restart, and a second look changes nothing", async () => {
    const { host, apply, drift } = await start();
    const { changes } = await apply(own());
    expect(changes.map(formatChange)).toContain('jumbo.adapters."Ethernet 4".JumboPacketBytes: is 1514, wanted 9014');
    expect(changes.filter(({ path }) => path[0] === "jumbo").map(({ disruption }) => disruption)).toEqual([
      "brief",
      "brief",
      "brief",
    ]);
    const wanted = [
      ["172.16.0.0/12", "10.20.0.254", 256, 256],
      ["192.0.2.0/24", "0.0.0.0", 20, 20],
    ];
    expect(routesOf(host, "Ethernet 4")).toEqual(wanted);
    expect(routesOf(host, "Team 1 - VLAN 10")).toEqual([["10.99.0.0/16", "10.10.0.254", 256, 256]]);
    expect(framesOf(host)).toEqual([
      ["Ethernet 1", "1514", "1514"],
      ["Ethernet 2", "4088", "4088"],
      ["Ethernet 3", "4088", "4088"],
      ["Ethernet 4", "9014", "9014"],
    ]);
    expect((await apply(own())).changes).toEqual([]);
    host.machine.restart();
    await host.machine.clock.sleep(5000);
    expect(routesOf(host, "Ethernet 4")).toEqual(wanted);
    expect(await drift(own())).toEqual([]);
  });

  it("show what somebody changed route by route, and have it back; what is not kept is nobody's of ours", async () => {
    const { host, apply, drift, byHand } = await start();
    await apply(own());
    const of = "-InterfaceAlias 'Ethernet 4' -Confirm:$false";
    await byHand(`Set-NetRoute -DestinationPrefix 172.16.0.0/12 -RouteMetric 7 ${of}`);
    await byHand(`Remove-NetRoute -DestinationPrefix 192.0.2.0/24 -PolicyStore ActiveStore ${of}`);
    await byHand(`[void](New-NetRoute -DestinationPrefix 198.51.100.0/24 -NextHop 10.20.0.9 ${of})`);
    await byHand(`[void](New-NetRoute -DestinationPrefix 203.0.113.0/24 -PolicyStore ActiveStore ${of})`);
    await byHand(
      "Set-NetAdapterAdvancedProperty -Name 'Ethernet 2' -RegistryKeyword '*JumboPacket' -RegistryValue 1514",
    );
    await byHand(
      "Set-NetAdapterAdvancedProperty -Name 'Ethernet 3' -RegistryKeyword '*JumboPacket' -RegistryValue 9014",
    );
    expect((await drift(own())).sort()).toEqual([
      'jumbo.adapters."00:15:5d:10:00:02".JumboPacketBytes: is 1514, wanted 4014',
      'tcpip.interfaces."Ethernet 4".Routes."172.16.0.0/12"."10.20.0.254": is 7, wanted 256',
      'tcpip.interfaces."Ethernet 4".Routes."192.0.2.0/24": is missing, wanted {"0.0.0.0":20}',
      'tcpip.interfaces."Ethernet 4".Routes."198.51.100.0/24": is {"10.20.0.9":256}, wanted nothing',
      'tcpip.interfaces."Team 1 - VLAN 30".NlMtuBytes: is 1500, wanted 4000',
    ]);
    await apply(own());
    expect(await drift(own())).toEqual([]);
    expect(routesOf(host, "Ethernet 4")?.sort()).toEqual([
      ["172.16.0.0/12", "10.20.0.254", 256, 256],
      ["192.0.2.0/24", "0.0.0.0", 20, 20],
      ["203.0.113.0/24", "0.0.0.0", 256, undefined],
    ]);
    await apply(own("", 1500));
    expect(routesOf(host, "Ethernet 4")).toEqual([["203.0.113.0/24", "0.0.0.0", 256, undefined]]);
    expect(await drift(own("", 1500))).toEqual([]);
  });

  it("are as before when the guest is cut off by the change", async () => {
    const { host, apply, byHand } = await start();
    await apply(own("{ to: 172.16.0.0/12, via: 10.20.0.254, metric: 9 }", 1500));
    await byHand("[void](New-NetRoute -InterfaceAlias 'Ethernet 1' -DestinationPrefix 192.0.2.0/24)");
    const before = [stateOf(host), routesOf(host, "Ethernet 4"), framesOf(host)];
    const cut = own().replace(
      "      Own:",
      "      Cut: { portGroup: vs0/mgmt, guestInterface: Ethernet 1, addresses: [10.20.0.99/24], mtu: 1500 }\n      Own:",
    );
    expect(await failure(apply(cut, 12))).toBeInstanceOf(RevertedError);
    expect([stateOf(host), routesOf(host, "Ethernet 4"), framesOf(host)]).toEqual(before);
  });

  it.each([
    [[], /NIC Ethernet 4 has no jumbo frames \(no property \*JumboPacket\), and frames of 9014 bytes are wanted/],
    [
      [1514, 4088],
      /NIC Ethernet 4 carries frames of 4088 bytes at most \(\*JumboPacket: 1514, 4088\), and frames of 9014/,
    ],
  ])("are refused before anything changes where the adapter has %j", async (jumboPackets, told) => {
    const { host, apply } = await start({ ...SCENARIO, nics: [nic(1), nic(2), nic(3), { ...nic(4), jumboPackets }] });
    const before = [stateOf(host), framesOf(host)];
    const error = await failure(apply(own()));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error.message).toMatch(told);
    expect([stateOf(host), framesOf(host)]).toEqual(before);
  });
});

it("a port that had its address of DHCP has it again, after a wrong one", async () => {
  const { host, apply } = await start();
  const before = stateOf(host);
  const wrong = file({
    ports: `      Own: { portGroup: vs0/mgmt, guestInterface: Ethernet 1, addresses: [10.20.0.99/24], nameservers: [10.20.0.53] }`,
  });
  expect(await failure(apply(wrong, 12))).toBeInstanceOf(RevertedError);
  expect(stateOf(host)).toEqual(before);
  const { dhcp, dns } = host.state.adapters.find(({ alias }) => alias === "Ethernet 1")?.ip.families.IPv4 ?? {};
  expect({ dhcp, dns }).toEqual({ dhcp: true, dns: undefined });
});

describe("a guest that is reached over its team", () => {
  const REACHED: Scenario = {
    ...SCENARIO,
    nics: [nic(1), { ...nic(2), ip: { addresses: ["10.10.0.31/24"], gateway: "10.10.0.1" } }, nic(3)],
    dhcp: [],
    management: { address: "10.10.0.31", gateway: "10.10.0.1" },
  };
  const team = (address: string) =>
    file()
      .replace("trunk: { vlans: [10, 30-39] }", "trunk: { subnet: 10.10.0.0/24 }")
      .replace(/ {8}interfaces:[\s\S]*/, `        addresses: [${address}/24]\n        gateway: 10.10.0.1\n`);

  it("takes the address of a member along", async () => {
    const { host, apply } = await start(REACHED);
    await apply(team("10.10.0.31"));
    expect(stateOf(host)).toMatchObject({
      addresses: { "Team 1": ["0.0.0.0/0 by 10.10.0.1", "10.10.0.31/24"], "Ethernet 2": [] },
    });
    expect((await apply(team("10.10.0.31"))).changes).toEqual([]);
  });

  it("has what it had before, after a wrong address", async () => {
    const { host, apply } = await start(REACHED);
    const before = stateOf(host);
    expect(await failure(apply(team("10.10.0.99"), 12))).toBeInstanceOf(RevertedError);
    expect(stateOf(host)).toEqual(before);
  });

  it("has its team again, after a wrong address of it", async () => {
    const { host, apply } = await start(REACHED);
    await apply(team("10.10.0.31"));
    const before = stateOf(host);
    expect(await failure(apply(team("10.10.0.99"), 12))).toBeInstanceOf(RevertedError);
    expect(stateOf(host)).toEqual(before);
    expect((await apply(team("10.10.0.31"))).changes).toEqual([]);
  });
});

it("a Windows that is no server is told from one when a team is wanted, and nothing is changed", async () => {
  const { host, apply } = await start({ ...SCENARIO, role: "client" });
  const before = stateOf(host);
  const error = await failure(apply(file()));
  expect(error).toBeInstanceOf(ConflictError);
  expect(error.message).toMatch(/the machine has .*Windows.*, and NIC Teaming \(LBFO\) is a part of Windows Server/);
  expect(stateOf(host)).toEqual(before);
});
