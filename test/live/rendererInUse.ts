// What makes a tool the one that configures the emulated host's network, as its administrator would. mgmt0 is networkd's, whatever the test
// tries. Pure.
import type { LinuxRenderer } from "../../providers/model/linuxRenderer.js";

export const IN_USE: Readonly<Record<LinuxRenderer, string>> = {
  netplan: ":",
  networkd: ":",
  NetworkManager:
    "printf '[keyfile]\\nunmanaged-devices=interface-name:mgmt0\\n' >/etc/NetworkManager/conf.d/lab.conf && systemctl enable --now NetworkManager.service",
  ifupdown: "systemctl enable --now networking.service",
};
