// What differs between the releases of Windows Server. Pure.

export const RELEASES = {
  "2016": {
    caption: "Microsoft Windows Server 2016 Datacenter",
    version: "10.0.14393",
    syntheticAdapters: 8,
    refusesSwitchOnLbfo: false,
    hasAllowNetLbfoTeams: false,
    hasSoftwareRsc: false,
    canHaveNetworkAtc: false,
    vmVersions: ["5.0", "6.2", "7.1", "8.0"],
  },
  "2019": {
    caption: "Microsoft Windows Server 2019 Datacenter",
    version: "10.0.17763",
    syntheticAdapters: 64,
    refusesSwitchOnLbfo: false,
    hasAllowNetLbfoTeams: false,
    hasSoftwareRsc: true,
    canHaveNetworkAtc: false,
    vmVersions: ["8.0", "8.1", "8.2", "8.3", "9.0"],
  },
  "2022": {
    caption: "Microsoft Windows Server 2022 Datacenter",
    version: "10.0.20348",
    syntheticAdapters: 64,
    refusesSwitchOnLbfo: true,
    hasAllowNetLbfoTeams: true,
    hasSoftwareRsc: true,
    canHaveNetworkAtc: false,
    vmVersions: ["8.0", "9.0", "9.1", "9.2", "9.3", "10.0"],
  },
  "2025": {
    caption: "Microsoft Windows Server 2025 Datacenter",
    version: "10.0.26100",
    syntheticAdapters: 64,
    refusesSwitchOnLbfo: true,
    hasAllowNetLbfoTeams: true,
    hasSoftwareRsc: true,
    canHaveNetworkAtc: true,
    vmVersions: ["9.0", "10.0", "11.0", "12.0"],
  },
} as const;

export type ReleaseName = keyof typeof RELEASES;
export type Release = (typeof RELEASES)[ReleaseName];

/** VA-05. */
export const LEGACY_ADAPTERS = 4;
