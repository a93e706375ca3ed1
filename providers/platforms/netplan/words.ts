// The words of netplan: the parts of its YAML that are ours. Keys are netplan's own; null is a key that is not set.

export interface NetplanEthernet {
  /** MAC address that finds the interface; null: it already has the name. */
  readonly macaddress: string | null;
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly gateway: string | null;
}

export interface NetplanBond {
  readonly interfaces: readonly string[];
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly gateway: string | null;
  readonly parameters: {
    readonly mode: string;
    readonly "mii-monitor-interval": number;
    readonly primary: string | null;
    /** Null: none, which is the default. */
    readonly "fail-over-mac-policy": string | null;
    readonly "lacp-rate": string | null;
    readonly "transmit-hash-policy": string | null;
  };
}

export interface NetplanWords {
  readonly ethernets: Readonly<Record<string, NetplanEthernet>>;
  readonly bonds: Readonly<Record<string, NetplanBond>>;
  /** What stands in the file beyond the words above, such as a key that somebody added: always empty in what we want. */
  readonly strange: readonly string[];
}

/** Where our file stands on a guest; later than an installer's 00- and 50- files, so that ours has the last word. */
export const NETPLAN_FILE = "/etc/netplan/60-multiport.yaml";
