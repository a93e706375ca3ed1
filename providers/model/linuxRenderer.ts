// LinuxRenderer: what configures the network of a machine with Linux when it starts, be it a host or a guest. Pure data.

export const LINUX_RENDERERS = ["netplan", "networkd", "NetworkManager", "ifupdown"] as const;
export type LinuxRenderer = (typeof LINUX_RENDERERS)[number];

/** What a file may say: one of them, or that the machine is asked which it uses. */
export const RENDERER_CHOICES = [...LINUX_RENDERERS, "detect"] as const;
export type RendererChoice = (typeof RENDERER_CHOICES)[number];

/** Of a machine of which the file says none. A machine that has another one is found out before anything is changed. */
export const DEFAULT_RENDERER: LinuxRenderer = "netplan";
