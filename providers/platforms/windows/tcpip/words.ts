// The words of Windows' IP settings, interface by interface. Pure.

export interface InterfaceWord {
  /** Whether it is that of a NIC, and not one that a switch or a team makes. */
  readonly HardwareInterface: boolean;
  /** Of IPv4. */
  readonly Dhcp: "Enabled" | "Disabled";
  /** With prefix length, sorted. */
  readonly IPAddress: readonly string[];
  /** Next hops of default routes, one per IP version at most, sorted. */
  readonly DefaultGateway: readonly string[];
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
