// Windows guests: what their connections, teams and team interfaces become. Read as a file is, without what no driver configures yet.
import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../../providers/model/parse.js";
import { formatProblem } from "../../providers/model/problem.js";

function guestOf(vm: string) {
  const { environment, problems } = parseEnvironment(
    `environment: t
networks:
  app: { vlan: 10, subnet: 10.10.0.0/24 }
  trunk: { vlans: [10, 30-39] }
  storage: { vlan: 30, subnet: 10.30.0.0/24, mtu: 9000 }
hosts:
  h:
    platform: hyperv
    uplinks: { SLOT 1: , SLOT 2: , SLOT 3: , SLOT 4: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [SLOT 1, SLOT 2] }, portGroups: [app, trunk] }
      vs1: { uplinkTeam: { members: [SLOT 3, SLOT 4] }, portGroups: [app, trunk] }
vms: { sql-01: { host: h, ${vm} } }
`,
    "e",
  );
  expect(problems.map(formatProblem)).toEqual([]);
  const [machine] = environment?.virtualMachines ?? [];
  expect(machine?.guest).toBeUndefined();
  if (!machine?.windowsGuest) throw new Error("no guest");
  return { guest: machine.windowsGuest, adapters: environment?.hypervHosts[0]?.vmAdapters ?? [] };
}

const two = (network: string) =>
  `ports: { Left: { portGroup: vs0/${network}, mac: "00:15:5D:10:00:0A" }, Right: { portGroup: vs1/${network}, guestInterface: Ethernet 3 } }`;

describe("a Windows guest", () => {
  it.each([
    ["{ os: windows }", { edition: "server", release: "2022" }],
    ['{ os: windows, release: "2016" }', { edition: "server", release: "2016" }],
    ["{ os: windows, edition: client }", { edition: "client", release: "11" }],
    ['{ os: windows, edition: client, release: "10" }', { edition: "client", release: "10" }],
  ])("%s is reached by its name", (guest, expected) => {
    expect(guestOf(`guest: ${guest}, ${two("app")}`).guest).toMatchObject({
      ...expected,
      name: "sql-01",
      ssh: { name: "sql-01", address: "sql-01" },
      missingPackages: "refuse",
      teams: [],
    });
  });

  it("has addresses, name servers and packet size on its ports", () => {
    const ports = `ports: { Mgmt: { portGroup: vs0/app, guestInterface: Ethernet 2, addresses: [10.10.0.11/24], gateway: 10.10.0.1, nameservers: [10.10.0.53, 10.10.0.54], mtu: 1400 } }`;
    const { guest } = guestOf(
      `guest: { os: windows, address: sql.example.net, ssh: { user: Administrator } }, ${ports}`,
    );
    expect(guest.ssh).toEqual({ name: "sql-01", address: "sql.example.net", user: "Administrator" });
    expect(guest.ports).toEqual([
      {
        name: "Mgmt",
        connection: "Ethernet 2",
        network: expect.objectContaining({ name: "app" }),
        addresses: ["10.10.0.11/24"],
        gateways: ["10.10.0.1"],
        nameservers: ["10.10.0.53", "10.10.0.54"],
        searchDomains: [],
        mtuBytes: 1400,
        routes: [],
        dhcp4: false,
        dhcp6: false,
      },
    ]);
  });

  it("has routes, each to its subnet without bits of the host", () => {
    const routes = `[{ to: 10.20.0.0/16, via: 10.10.0.254 }, { to: 10.20.0.0/16, via: 10.10.0.253, metric: 300 }, { to: "FD00:0:1::/48" }]`;
    const { guest } = guestOf(
      `guest: { os: windows }, ports: { p: { portGroup: vs0/app, guestInterface: Ethernet, addresses: [10.10.0.11/24], routes: ${routes} } }`,
    );
    expect(guest.ports[0]?.routes).toEqual([
      { to: "10.20.0.0/16", via: "10.10.0.254" },
      { to: "10.20.0.0/16", via: "10.10.0.253", metric: 300 },
      { to: "fd00:0:1::/48" },
    ]);
  });

  it("teams two ports, which their adapters then allow", () => {
    const { guest, adapters } = guestOf(
      `guest: { os: windows }, ${two("app")}, bonds: { Team 1: { members: [Left, Right], addresses: [10.10.0.11/24], gateway: 10.10.0.1 } }`,
    );
    expect(guest.ports.map(({ name, mac, connection }) => [name, mac, connection])).toEqual([
      ["Left", "00:15:5d:10:00:0a", undefined],
      ["Right", undefined, "Ethernet 3"],
    ]);
    expect(guest.teams).toEqual([
      {
        name: "Team 1",
        members: ["Left", "Right"],
        mode: "switch-independent",
        policy: "transport-ports",
        interfaces: [
          {
            network: expect.objectContaining({ name: "app" }),
            addresses: ["10.10.0.11/24"],
            gateways: ["10.10.0.1"],
            nameservers: [],
            searchDomains: [],
            mtuBytes: 1500,
            routes: [],
            dhcp4: false,
            dhcp6: false,
          },
        ],
      },
    ]);
    expect(adapters.map(({ allowTeaming }) => allowTeaming)).toEqual([true, true]);
  });

  it("has interfaces of a team in VLANs of the trunk that its members are on", () => {
    const { guest } = guestOf(
      `guest: { os: windows }, ${two("trunk")}, bonds: { t: { members: [Left, Right], policy: ip-hash, interfaces: { storage: { addresses: [10.30.0.11/24] }, app: } } }`,
    );
    const [team] = guest.teams;
    expect(team?.policy).toBe("ip-hash");
    expect(team?.interfaces.map(({ vlan, addresses, mtuBytes }) => [vlan, addresses, mtuBytes])).toEqual([
      [undefined, [], 1500],
      [30, ["10.30.0.11/24"], 9000],
      [10, [], 1500],
    ]);
  });
});
