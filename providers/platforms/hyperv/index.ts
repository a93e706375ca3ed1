// Hyper-V hosts: the driver, and the layers that a host is made of. Pure.
import { aliasOf, type HypervHost } from "../../model/hypervHost.js";
import { canonicalAddress } from "../../model/subnet.js";
import type { Driver } from "../driver.js";
import { requiredWord } from "../teamSupport.js";
import { jumbo } from "../windows/jumbo/index.js";
import { type JumboWords, jumboWords } from "../windows/jumbo/words.js";
import { lbfo } from "../windows/lbfo/index.js";
import { type LbfoWords, teamNics } from "../windows/lbfo/words.js";
import { tcpip } from "../windows/tcpip/index.js";
import type { TcpipWords } from "../windows/tcpip/words.js";
import { nics } from "./nics/index.js";
import { unsupportedFrames } from "./unsupported.js";
import { LBFO_TEAMS } from "./uplinkTeam.js";
import { vmswitch } from "./vmswitch/index.js";

const jumboLayer = jumbo(toJumboWords);

export const hyperv: Driver<HypervHost> = {
  name: "hyperv",
  kind: "Hyper-V host",
  token: { module: "hyperv", type: "Host" },
  version: 1,
  shell: "powershell",
  layers: [nics, lbfo(toLbfoWords), vmswitch, { ...jumboLayer, unsupported: unsupportedFrames }, tcpip(toTcpipWords)],
  machines: ({ hypervHosts }) => hypervHosts.map((machine) => ({ machine, path: ["hosts", machine.name] })),
};

/** The teams below switches. */
function toLbfoWords({ virtualSwitches }: HypervHost): LbfoWords {
  return {
    teams: Object.fromEntries(
      virtualSwitches.flatMap(({ kind, teamName, uplinkTeam: team }) => {
        if (kind !== "lbfo" || teamName === undefined || !team) return [];
        const word = {
          ...requiredWord(LBFO_TEAMS, team),
          TeamMembers: [...team.members].sort(),
          LacpTimer: team.mode !== "lacp" ? null : team.lacpRate === "fast" ? ("Fast" as const) : ("Slow" as const),
          Standby: team.standby[0] ?? null,
          TeamNics: teamNics(teamName),
        };
        return [[teamName, word]];
      }),
    ),
  };
}

/** The NICs of a switch carry what its networks do; adapters of VMs take what the switch carries. */
function toJumboWords({ virtualSwitches, hostPorts }: HypervHost): JumboWords {
  const uplinks = virtualSwitches.flatMap(({ uplinkTeam, portGroups }) =>
    portGroups.flatMap(({ network }) =>
      (uplinkTeam?.members ?? []).map((member): [string, number] => [member, network.mtuBytes]),
    ),
  );
  const own = hostPorts.filter(({ addresses }) => addresses.length > 0);
  return jumboWords([...uplinks, ...own.map(({ name, mtuBytes }): [string, number] => [aliasOf(name), mtuBytes])]);
}

/** Adapters of the management OS that have addresses in the file; others are left to DHCP, as Windows makes them. */
function toTcpipWords({ hostPorts }: HypervHost): TcpipWords {
  return {
    interfaces: Object.fromEntries(
      hostPorts
        .filter(({ addresses }) => addresses.length > 0)
        .map(({ name, addresses, gateways, nameservers, mtuBytes }) => [
          aliasOf(name),
          {
            HardwareInterface: false,
            Dhcp: "Disabled" as const,
            IPAddress: addresses.map(canonicalAddress).sort(),
            DefaultGateway: gateways.map(canonicalAddress).sort(),
            Routes: {},
            ServerAddresses: nameservers.map(canonicalAddress),
            NlMtuBytes: mtuBytes,
          },
        ]),
    ),
  };
}
