// Windows guests: the driver, and what their teams and IP settings are in the words of the layers. Pure.
import type { InterfaceIp, Route } from "../../model/interfaceIp.js";
import { canonicalAddress } from "../../model/subnet.js";
import type { WindowsGuest, WindowsPort } from "../../model/windowsGuest.js";
import type { Driver } from "../driver.js";
import { LBFO_TEAMS } from "../hyperv/uplinkTeam.js";
import { requiredWord } from "../teamSupport.js";
import { jumbo } from "./jumbo/index.js";
import { type JumboWords, jumboWords } from "./jumbo/words.js";
import { lbfo } from "./lbfo/index.js";
import { type LbfoWords, teamNicName, teamNics } from "./lbfo/words.js";
import { tcpip } from "./tcpip/index.js";
import { type InterfaceWord, type RouteRow, routeWords, type TcpipWords } from "./tcpip/words.js";

export const windows: Driver<WindowsGuest> = {
  name: "windows",
  kind: "Windows guest",
  token: { module: "windows", type: "Guest" },
  version: 1,
  shell: "powershell",
  layers: [lbfo(toLbfoWords), jumbo(toJumboWords), tcpip(toTcpipWords)],
  machines: ({ virtualMachines }) =>
    virtualMachines.flatMap(({ name, windowsGuest }) =>
      windowsGuest ? [{ machine: windowsGuest, path: ["vms", name] }] : [],
    ),
};

/** By the address that its host gives the adapter, else by what the file says that Windows calls the connection. */
function nicOf({ mac, connection, name }: WindowsPort): string {
  const nic = mac ?? connection;
  if (nic === undefined) throw new Error(`port ${name} was let through although nothing tells its connection`);
  return nic;
}

function toLbfoWords({ teams, ports }: WindowsGuest): LbfoWords {
  return {
    teams: Object.fromEntries(
      teams.map((team) => [
        team.name,
        {
          ...requiredWord(LBFO_TEAMS, team),
          TeamMembers: ports
            .filter(({ name }) => team.members.includes(name))
            .map(nicOf)
            .sort(),
          LacpTimer: null,
          Standby: null,
          TeamNics: teamNics(
            team.name,
            team.interfaces.flatMap(({ vlan }) => vlan ?? []),
          ),
        },
      ]),
    ),
  };
}

/** What leads to an interface that we set carries its packets; the interfaces of a team have what its members have. */
function toJumboWords({ ports, teams }: WindowsGuest): JumboWords {
  const members = teams.flatMap((team) => team.members);
  const own = ports.filter(({ name, addresses }) => !members.includes(name) && addresses.length > 0);
  const teamed = teams.flatMap((team) =>
    team.interfaces
      .filter(({ addresses }) => addresses.length > 0)
      .flatMap(({ mtuBytes }) =>
        ports
          .filter(({ name }) => team.members.includes(name))
          .map((port): [string, number] => [nicOf(port), mtuBytes]),
      ),
  );
  return jumboWords([...own.map((port): [string, number] => [nicOf(port), port.mtuBytes]), ...teamed]);
}

/** Interfaces without addresses are left to DHCP, as Windows makes them. */
function toTcpipWords({ ports, teams }: WindowsGuest): TcpipWords {
  const members = teams.flatMap((team) => team.members);
  const own = ports
    .filter(({ name }) => !members.includes(name))
    .map((port) => [nicOf(port), toWord(port, true)] as const);
  const ofTeams = teams.flatMap(({ name, interfaces }) =>
    interfaces.map((one) => [teamNicName(name, one.vlan), toWord(one, false)] as const),
  );
  return { interfaces: Object.fromEntries([...own, ...ofTeams].filter(([, { IPAddress }]) => IPAddress.length > 0)) };
}

function toWord({ addresses, gateways, nameservers, mtuBytes, routes }: InterfaceIp, isNic: boolean): InterfaceWord {
  return {
    HardwareInterface: isNic,
    Dhcp: "Disabled",
    IPAddress: addresses.map(canonicalAddress).sort(),
    DefaultGateway: gateways.map(canonicalAddress).sort(),
    Routes: routeWords(routes.map(toRoute)),
    ServerAddresses: nameservers.map(canonicalAddress),
    NlMtuBytes: mtuBytes,
  };
}

/** What New-NetRoute gives a route that nobody gave a metric. */
const USUAL_METRIC = 256;

/** A next hop of zeros: the subnet is on the link itself. */
function toRoute({ to, via, metric }: Route): RouteRow {
  const DestinationPrefix = canonicalAddress(to);
  const onLink = DestinationPrefix.includes(":") ? "::" : "0.0.0.0";
  return {
    DestinationPrefix,
    NextHop: via === undefined ? onLink : canonicalAddress(via),
    RouteMetric: metric ?? USUAL_METRIC,
  };
}
