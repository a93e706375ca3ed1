// The words of the port guard: for each interface of a VM on the host, whose frames nftables lets pass. Pure.

/**
 * What nftables checks of one interface, by the kernel's hooks: `ingress` is what the VM sends, `egress` what it is sent. A host may also
 * have rules that none of these words stands for; they are told as they are.
 */
export interface GuardedPort {
  /** MAC addresses that are the port's own, in alphabetical order. */
  readonly own: readonly string[];
  /** `own`: frames from other addresses are dropped; `learn`: all pass, and their addresses are remembered; `any`: all pass. */
  readonly ingress: string;
  /** `own`: unicast frames to other addresses are dropped; `learnt`: to addresses that it did not send from either; `any`: all pass. */
  readonly egress: string;
}

export interface NftablesWords {
  /** Of the unit that loads the rules anew when nftables itself was restarted; null in empty words. */
  readonly unit: string | null;
  /** By the interface on the host. */
  readonly ports: Readonly<Record<string, GuardedPort>>;
}

export const NO_GUARD: NftablesWords = { unit: null, ports: {} };

/** An interface whose frames all pass. */
export const UNGUARDED: GuardedPort = { own: [], ingress: "any", egress: "any" };

const FOLDER = "/etc/multiport/nftables";
/** Loads the rules of one interface or of all that are there. */
export const LOADER = "/etc/multiport/nftables.sh";
/** When an interface comes, udev calls the loader. */
export const UDEV_RULES = "/etc/udev/rules.d/90-multiport-nftables.rules";
export const UNIT = "/etc/systemd/system/multiport-nftables.service";
export const NFTABLES_FILES = [`${FOLDER}/*.nft`, LOADER, UDEV_RULES, UNIT];

export function rulesFile(port: string): string {
  return `${FOLDER}/${port}.nft`;
}

/** The interface whose rules a file has; undefined: it has none. */
export function portOfFile(path: string): string | undefined {
  return path.startsWith(`${FOLDER}/`) && path.endsWith(".nft")
    ? path.slice(FOLDER.length + 1, -".nft".length)
    : undefined;
}

/** One table per interface, so that each is loaded and removed by itself. */
export function tableOf(port: string): string {
  return `multiport-${port}`;
}
