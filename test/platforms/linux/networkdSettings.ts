// Files of systemd-networkd as settings that can be compared, whoever wrote them: netplan says the same in other words.

/** Defaults that only one of the two says, and different spellings of the same. */
const SAME: Readonly<Record<string, string>> = {
  "Bond.AllSlavesActive=no": "",
  "Bridge.Isolated=no": "",
  "Network.ConfigureWithoutCarrier=yes": "",
  "Network.LinkLocalAddressing=ipv6": "",
  "Link.RequiredForOnline=no": "",
  "Network.IPv6AcceptRA=no": "",
  // networkd's own metric is 1024; the routes of a lease are nobody's.
  "DHCP.RouteMetric=100": "",
  "DHCP.UseMTU=false": "",
  "NetDev.MTUBytes": "",
  "Bridge.STP=false": "Bridge.STP=no",
  "Bridge.STP=true": "Bridge.STP=yes",
  "Network.PrimarySlave=true": "Network.PrimarySlave=yes",
  "Bond.AllSlavesActive=1": "Bond.AllSlavesActive=yes",
  "Bond.MinLinks=0": "",
};

/** Sections of which there may be several: each is one setting. */
const REPEATED = new Set(["Route", "RoutingPolicyRule"]);

/** `Section.Key=value`, sorted, with values that are lists as one line each, and sections of which there may be several as one. */
export function settingsOf(text: string): string[] {
  const sections = text.split(/^(?=\[)/m).filter((section) => section.startsWith("["));
  const lines = sections.flatMap((section) => {
    const [head = "", ...rest] = section.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const name = head.slice(1, -1);
    if (REPEATED.has(name)) return whole(name, rest);
    return rest.flatMap((line) => {
      const [key = "", value = ""] = line.split("=");
      const values = key === "ARPIPTargets" ? value.split(/[ ,]/) : [value];
      return values.map((item) => `${name}.${key}=${item}`);
    });
  });
  return lines
    .flatMap((line) => SAME[line] ?? SAME[line.split("=")[0] ?? ""] ?? line)
    .filter(Boolean)
    .sort();
}

/** netplan writes a gateway as a route, and says of a route on the link what is so by itself. */
function whole(name: string, lines: readonly string[]): string[] {
  const said = lines.filter((line) => line !== "Scope=link").map((line) => line.replace(/=true$/, "=yes"));
  const isGateway = said.every((line) => /^(Gateway=|Destination=(default|0\.0\.0\.0\/0|::\/0)$)/.test(line));
  const gateway = said.find((line) => line.startsWith("Gateway="));
  return name === "Route" && isGateway && gateway ? [`Network.${gateway}`] : [`${name}: ${[...said].sort().join(" ")}`];
}
