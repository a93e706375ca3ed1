// WindowsGuest: the inside of a VM with Windows: addresses of its ports, and NIC Teaming over them. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { WINDOWS_RELEASES, type WindowsRelease } from "./hypervHost.js";
import type { InterfaceIp } from "./interfaceIp.js";
import { GuestSshSpec, PowershellDirectSpec, type SshTarget } from "./ssh.js";
import type { TeamMode, TeamPolicy } from "./uplinkTeam.js";

export const WINDOWS_EDITIONS = ["server", "client"] as const;
export type WindowsEdition = (typeof WINDOWS_EDITIONS)[number];

/** Windows 10 and 11. */
export const CLIENT_RELEASES = ["10", "11"] as const;
export type GuestRelease = WindowsRelease | (typeof CLIENT_RELEASES)[number];

export const WindowsGuestSpec = z.strictObject({
  os: field.described(z.enum(["windows"]), "Operating system of the guest.", "linux or windows"),
  edition: field
    .choice(WINDOWS_EDITIONS, "Windows Server, or a Windows for desks, which has no NIC Teaming. Default server.")
    .optional(),
  release: field
    .choice(
      [...WINDOWS_RELEASES, ...CLIENT_RELEASES],
      'Release, in quotes: the year of a server, "10" or "11" of a client. Default "2022"; of a client "11".',
    )
    .optional(),
  address: field.address("Host name or IP address of the guest. Default: the VM's name.").optional(),
  ssh: GuestSshSpec.optional().meta({ description: "How to reach the guest." }),
  powershellDirect: PowershellDirectSpec.optional().meta({
    description:
      "Set when the guest is reached by PowerShell Direct instead of SSH: through its Hyper-V host, with no network of its own. May be empty.",
  }),
});
export type WindowsGuestSpec = z.input<typeof WindowsGuestSpec>;

export interface WindowsPort extends InterfaceIp {
  readonly name: string;
  /** One of these two tells which of the guest's connections it is; where both are there, the MAC address. */
  readonly mac?: string;
  readonly connection?: string;
}

/** An interface of a team: that of its untagged frames, or one in a VLAN, which Windows calls `<team> - VLAN <vlan>`. */
export interface TeamInterface extends InterfaceIp {
  readonly vlan?: number;
}

export interface WindowsTeam {
  readonly name: string;
  /** Names of ports: two of them, on two external switches. */
  readonly members: readonly string[];
  /** Always switch-independent with an address hash: HV-17. */
  readonly mode: TeamMode;
  readonly policy: TeamPolicy;
  /** The first is that of untagged frames. */
  readonly interfaces: readonly TeamInterface[];
}

export interface WindowsGuest {
  readonly name: string;
  readonly ssh: SshTarget;
  /** Always refuse: features of Windows are not installed by us. */
  readonly missingPackages: "refuse";
  readonly edition: WindowsEdition;
  readonly release: GuestRelease;
  readonly ports: readonly WindowsPort[];
  readonly teams: readonly WindowsTeam[];
}
