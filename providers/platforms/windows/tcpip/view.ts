// The data of the templates in templates/windows/tcpip/. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { finder, nicView } from "../nic.js";
import { type InterfaceWord, routeRows, type TcpipWords } from "./words.js";

/** Windows refuses to set less for IPv6. */
const LEAST_IPV6 = 1280;

export function configure({ interfaces }: TcpipWords, { machine, environment }: Heading): Filled {
  const find = finder(Object.keys(interfaces));
  const data = { machine, environment, interfaces: views(interfaces), functions: [...find, ...setRoute(interfaces)] };
  return { template: "windows/tcpip/configure.ps1", data };
}

/** Interfaces that get back what Windows gives one that nobody has set, by connection name. */
export function leave(interfaces: readonly string[]): Filled[] {
  return interfaces.length > 0 ? [{ template: "windows/tcpip/leave.ps1", data: { interfaces } }] : [];
}

/** What interfaces have that are not ours and may lose it. */
export function restore(interfaces: TcpipWords["interfaces"]): Filled[] {
  const data = { interfaces: views(interfaces), functions: setRoute(interfaces) };
  return data.interfaces.length > 0 ? [{ template: "windows/tcpip/restore.ps1", data }] : [];
}

/** What a script has to define where there are routes besides the default one. */
function setRoute(interfaces: TcpipWords["interfaces"]): Filled[] {
  const isUsed = Object.values(interfaces).some(({ Routes }) => routeRows(Routes).length > 0);
  return isUsed ? [{ template: "windows/tcpip/route.ps1", data: {} }] : [];
}

function views(interfaces: Readonly<Record<string, InterfaceWord>>): object[] {
  return Object.entries(interfaces).map(([name, word]) => ({
    ...word,
    ...nicView(name),
    isBelowIpv6: word.NlMtuBytes < LEAST_IPV6,
    isByDhcp: word.Dhcp === "Enabled",
    hasServers: word.ServerAddresses.length > 0,
    addresses: word.IPAddress.map((text) => {
      const [ip = "", prefix = ""] = text.split("/");
      return { text, ip, prefix: Number(prefix) };
    }),
    routes: routeRows(word.Routes),
    /** As the script writes a route to compare it. */
    routeNames: routeRows(word.Routes).map(({ DestinationPrefix, NextHop }) => `${DestinationPrefix} ${NextHop}`),
    gateways: word.DefaultGateway.map((nextHop) => ({
      nextHop,
      destination: nextHop.includes(":") ? "::/0" : "0.0.0.0/0",
    })),
  }));
}
