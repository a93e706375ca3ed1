// The data of the templates in templates/windows/tcpip/. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import type { InterfaceWord, TcpipWords } from "./words.js";

export function configure({ interfaces }: TcpipWords, { machine, environment }: Heading): Filled {
  return { template: "windows/tcpip/configure.ps1", data: { machine, environment, interfaces: views(interfaces) } };
}

/** Addresses that leave, and with them their default routes. */
export function leave(interfaces: TcpipWords["interfaces"]): Filled[] {
  const leaving = Object.entries(interfaces).map(([name, word]) => ({ name, ...word }));
  return leaving.length > 0 ? [{ template: "windows/tcpip/leave.ps1", data: { interfaces: leaving } }] : [];
}

/** What interfaces have that are not ours and may lose it. */
export function restore(interfaces: TcpipWords["interfaces"]): Filled[] {
  const there = views(interfaces);
  return there.length > 0 ? [{ template: "windows/tcpip/restore.ps1", data: { interfaces: there } }] : [];
}

function views(interfaces: Readonly<Record<string, InterfaceWord>>): object[] {
  return Object.entries(interfaces).map(([name, word]) => ({
    ...word,
    name,
    hasServers: word.ServerAddresses.length > 0,
    addresses: word.IPAddress.map((text) => {
      const [ip = "", prefix = ""] = text.split("/");
      return { text, ip, prefix: Number(prefix) };
    }),
    gateways: word.DefaultGateway.map((nextHop) => ({
      nextHop,
      destination: nextHop.includes(":") ? "::/0" : "0.0.0.0/0",
    })),
  }));
}
