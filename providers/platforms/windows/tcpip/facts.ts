// What Windows says of its IP settings: the JSON of templates/windows/tcpip/facts.ps1.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { isSame } from "../isSame.js";
import { listOf } from "../listOf.js";
import { connectionOf, Nics } from "../nic.js";
import { type InterfaceWord, NOTHING, routeRows, routeWords, type TcpipWords } from "./words.js";

const Document = z.object({
  addresses: listOf(
    z.object({
      InterfaceAlias: z.string(),
      IPAddress: z.string(),
      PrefixLength: z.number(),
      PrefixOrigin: z.string(),
      AddressState: z.string(),
    }),
  ),
  /** Those to everywhere, and of the others those that are kept over a restart: what DHCP, routers and Windows itself give is not. */
  routes: listOf(
    z.object({
      InterfaceAlias: z.string(),
      DestinationPrefix: z.string(),
      NextHop: z.string(),
      RouteMetric: z.number(),
      Protocol: z.string(),
    }),
  ),
  interfaces: listOf(
    z.object({ InterfaceAlias: z.string(), AddressFamily: z.string(), Dhcp: z.string(), NlMtu: z.number() }),
  ),
  servers: listOf(z.object({ InterfaceAlias: z.string(), ServerAddresses: listOf(z.string()) })),
  nics: Nics,
});
export type TcpipFacts = z.infer<typeof Document>;

export function readTcpipFacts(document: unknown): TcpipFacts {
  return checkFacts(Document, document);
}

/** Interfaces that are named by what is wanted or was applied last, and are there. */
export function fromTcpipFacts(facts: TcpipFacts, { known }: Scope<TcpipWords>): TcpipWords {
  const names = [...new Set(known.flatMap(({ interfaces }) => Object.keys(interfaces)))];
  if (names.length === 0) return NOTHING;
  return {
    interfaces: Object.fromEntries(
      names.flatMap((name) => {
        const word = interfaceOf(facts, connectionOf(facts.nics, name) ?? name);
        return word && !isUntouched(word) ? [[name, word]] : [];
      }),
    ),
  };
}

/** As Windows makes an interface: nothing of ours is on it. */
function isUntouched({ Dhcp, IPAddress, DefaultGateway, Routes, ServerAddresses }: InterfaceWord): boolean {
  const lists = [IPAddress, DefaultGateway, routeRows(Routes), ServerAddresses];
  return Dhcp === "Enabled" && lists.every((list) => list.length === 0);
}

function isDefault({ DestinationPrefix }: { readonly DestinationPrefix: string }): boolean {
  return DestinationPrefix.endsWith("/0");
}

/** What was set by hand or by us on an interface, and not what DHCP or a router gave; undefined: it has no IP settings. */
export function interfaceOf(facts: TcpipFacts, name: string): InterfaceWord | undefined {
  const isOf = ({ InterfaceAlias }: { readonly InterfaceAlias: string }) => isSame(InterfaceAlias, name);
  const own = facts.interfaces.filter(isOf);
  const main = own.find(({ AddressFamily }) => AddressFamily === "IPv4") ?? own[0];
  if (!main) return undefined;
  const isByDhcp = own.some(({ Dhcp, AddressFamily }) => AddressFamily === "IPv4" && Dhcp === "Enabled");
  return {
    HardwareInterface: facts.nics.some(({ Name }) => isSame(Name, name)),
    Dhcp: isByDhcp ? "Enabled" : "Disabled",
    IPAddress: facts.addresses
      .filter((address) => isOf(address) && address.PrefixOrigin === "Manual")
      .map(({ IPAddress, PrefixLength }) => `${IPAddress}/${PrefixLength}`)
      .sort(),
    DefaultGateway: facts.routes
      .filter((route) => isOf(route) && isDefault(route) && route.Protocol !== "Dhcp" && !isByDhcp)
      .map(({ NextHop }) => NextHop)
      .sort(),
    Routes: routeWords(
      facts.routes.filter((route) => isOf(route) && !isDefault(route) && route.Protocol === "NetMgmt"),
    ),
    ServerAddresses: isByDhcp ? [] : facts.servers.filter(isOf).flatMap(({ ServerAddresses }) => ServerAddresses),
    NlMtuBytes: main.NlMtu,
  };
}
