// systemd-networkd as the renderer: a .netdev file per device that it makes, a .network file per device. Pure.
import type { Heading } from "../../heading.js";
import type { Filled, TextSection } from "../../layer.js";
import type { Renderer } from "../renderer.js";
import { devicesInOrder, kindOf } from "../stack.js";
import { udevUnsupported } from "../udevSupport.js";
import type { LinuxWords } from "../words.js";
import { toNetwork } from "./device.js";
import { bondSettings, bridgeSettings } from "./options.js";
import { takeDown, takeOver } from "./transition.js";

/** Before the files of netplan, which begin with 10-netplan, and of distributions. */
const PREFIX = "/etc/systemd/network/10-multiport-";

function file(name: string, template: string, data: object): TextSection {
  const path = `${PREFIX}${name}`;
  return { target: path, path, template: `linux/networkd/${template}`, data };
}

function files(words: LinuxWords, heading: Heading): TextSection[] {
  return devicesInOrder(words).flatMap((device) => [
    ...toNetdev(words, device, heading),
    file(`${device}.network`, "device.network", { ...heading, ...toNetwork(words, device) }),
  ]);
}

function toNetdev(words: LinuxWords, device: string, heading: Heading): TextSection[] {
  const [bond, bridge, vlan] = [words.bonds[device], words.bridges[device], words.vlans[device]];
  const data = { ...heading, device, mtu: words.links[device]?.mtu ?? 1500 };
  const name = `${device}.netdev`;
  if (bond) return [file(name, "bond.netdev", { ...data, settings: bondSettings(bond) })];
  if (bridge) return [file(name, "bridge.netdev", { ...data, settings: bridgeSettings(bridge) })];
  return vlan ? [file(name, "vlan.netdev", { ...data, id: vlan.id })] : [];
}

function check(words: LinuxWords): Filled[] {
  const devices = devicesInOrder(words);
  if (devices.length === 0) return [];
  const nics = devices.filter((device) => kindOf(words, device) === "nic");
  return [{ template: "linux/networkd/check.sh", data: { nics } }];
}

export const networkd: Renderer = {
  name: "networkd",
  ownFiles: [`${PREFIX}*.netdev`, `${PREFIX}*.network`],
  unsupported: udevUnsupported,
  files,
  check,
  before: takeDown,
  after: (transition) => takeOver(transition, { isNetplan: false }),
};
