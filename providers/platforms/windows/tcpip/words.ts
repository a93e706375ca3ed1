// The words of Windows' IP settings, interface by interface. Pure.

/** By destination prefix, then by next hop: the metric. A next hop of zeros is the link itself. */
export type RouteWords = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One route in the words of New-NetRoute. */
export interface RouteRow {
  readonly DestinationPrefix: string;
  readonly NextHop: string;
  readonly RouteMetric: number;
}

export function routeWords(rows: readonly RouteRow[]): RouteWords {
  const words: Record<string, Record<string, number>> = {};
  for (const { DestinationPrefix, NextHop, RouteMetric } of rows)
    words[DestinationPrefix] = { ...words[DestinationPrefix], [NextHop]: RouteMetric };
  return words;
}

export function routeRows(words: RouteWords): RouteRow[] {
  return Object.entries(words).flatMap(([DestinationPrefix, hops]) =>
    Object.entries(hops).map(([NextHop, RouteMetric]) => ({ DestinationPrefix, NextHop, RouteMetric })),
  );
}

export interface InterfaceWord {
  /** Whether it is that of a NIC, and not one that a switch or a team makes. */
  readonly HardwareInterface: boolean;
  /** Of IPv4. */
  readonly Dhcp: "Enabled" | "Disabled";
  /** With prefix length, sorted. */
  readonly IPAddress: readonly string[];
  /** Next hops of default routes, one per IP version at most, sorted. */
  readonly DefaultGateway: readonly string[];
  /** Those besides, that are kept over a restart. */
  readonly Routes: RouteWords;
  /** Name servers, in order of preference. */
  readonly ServerAddresses: readonly string[];
  /** Bytes. */
  readonly NlMtuBytes: number;
}

/** By connection name, such as `vEthernet (mgmt0)`; NICs also by MAC address. */
export interface TcpipWords {
  readonly interfaces: Readonly<Record<string, InterfaceWord>>;
}

export const NOTHING: TcpipWords = { interfaces: {} };
