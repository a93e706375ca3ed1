// The end of the first start: cloud-init's own files leave, for ours say the same and stand beside them; two definitions of one device are what
// a change refuses. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { markOf, ownDevices } from "../../linux/mark.js";
import { devicesInOrder } from "../../linux/stack.js";
import { SYSCTL_FILE } from "../../linux/sysctl.js";
import type { LinuxWords, RendererName } from "../../linux/words.js";

/** Where cloud-init writes for each renderer, by device where it has a file for each. Source: cloudinit/net, release 22.4. */
const WRITTEN: Readonly<Record<RendererName, (device: string) => readonly string[]>> = {
  netplan: () => ["/etc/netplan/50-cloud-init.yaml"],
  networkd: (device) => [`/etc/systemd/network/10-cloud-init-${device}.network`],
  NetworkManager: (device) => [`/etc/NetworkManager/system-connections/cloud-init-${device}.nmconnection`],
  ifupdown: () => ["/etc/network/interfaces.d/50-cloud-init", "/etc/udev/rules.d/70-persistent-net.rules"],
};

interface Given {
  /** Of our files. */
  readonly paths: readonly string[];
  readonly heading: Heading;
}

export function handOver(renderer: RendererName, words: LinuxWords, { paths, heading }: Given): Filled {
  const made = ownDevices(words);
  return {
    template: "linuxGuest/cloudInit/handOver.sh",
    data: {
      ours: paths,
      theirs: [...new Set(devicesInOrder(words).flatMap(WRITTEN[renderer]))],
      isNetplan: renderer === "netplan",
      settings: paths.includes(SYSCTL_FILE) ? SYSCTL_FILE : null,
      marks:
        made.length === 0
          ? []
          : [{ template: "linux/mark.sh", data: { devices: made, mark: markOf(heading.environment) } }],
    },
  };
}
