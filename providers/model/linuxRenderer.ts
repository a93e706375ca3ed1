// LinuxRenderer: what configures the network of a machine with Linux when it starts, be it a host or a guest. Pure data.

export const LINUX_RENDERERS = ["netplan", "networkd", "NetworkManager", "ifupdown"] as const;
export type LinuxRenderer = (typeof LINUX_RENDERERS)[number];

/** Of a machine of which the file says none. A machine that has another one is found out before anything is changed. */
export const DEFAULT_RENDERER: LinuxRenderer = "netplan";
