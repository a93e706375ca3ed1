// netplan as the renderer, which has systemd-networkd do it: one YAML file, and additions to what netplan writes for networkd where
// netplan has no words, bridges that filter VLANs, or loses them. Pure.
import type { Heading } from "../../heading.js";
import type { Filled, TextSection } from "../../layer.js";
import { portSections } from "../networkd/device.js";
import { filterSettings, zeroSettings } from "../networkd/options.js";
import { takeDown, takeOver } from "../networkd/transition.js";
import type { Renderer } from "../renderer.js";
import { devicesInOrder, kindOf } from "../stack.js";
import { udevUnsupported } from "../udevSupport.js";
import type { KernelLink, LinuxWords } from "../words.js";
import { toDefinitions } from "./definitions.js";

/** After the files of installers and cloud-init: where two name one device, the later one counts. */
const PATH = "/etc/netplan/60-multiport.yaml";

function files(words: LinuxWords, heading: Heading): TextSection[] {
  if (devicesInOrder(words).length === 0) return [];
  const data = { ...heading, ...toDefinitions(words) };
  // Others may not read it, or netplan complains.
  const yaml: TextSection = {
    target: PATH,
    path: PATH,
    mode: "0600",
    template: "linux/netplan/60-multiport.yaml",
    data,
  };
  return [yaml, ...devicesInOrder(words).flatMap((device) => additions(words, device, heading))];
}

/** networkd reads them together with the file that netplan writes for the device below /run. */
function additions(words: LinuxWords, device: string, heading: Heading): TextSection[] {
  const [bond, bridge] = [words.bonds[device], words.bridges[device]];
  const zeros = bond ? zeroSettings(bond) : [];
  const ports = portSections(words, device);
  return [
    ...(zeros.length > 0 ? [addition(`${device}.netdev`, "bond.conf", { ...heading, settings: zeros })] : []),
    ...(bridge ? [addition(`${device}.netdev`, "bridge.conf", { ...heading, settings: filterSettings(bridge) })] : []),
    ...(ports.length > 0 ? [addition(`${device}.network`, "port.conf", { ...heading, ports })] : []),
  ];
}

function addition(file: string, template: string, data: object): TextSection {
  const path = `/etc/systemd/network/10-netplan-${file}.d/multiport.conf`;
  return { target: path, path, template: `linux/netplan/${template}`, data };
}

function isBare(link: KernelLink | undefined): boolean {
  return link !== undefined && link.addresses.length === 0 && !link.dhcp4 && !link.dhcp6;
}

function check(words: LinuxWords): Filled[] {
  const devices = devicesInOrder(words);
  if (devices.length === 0) return [];
  const bare = devices.filter((device) => kindOf(words, device) === "nic" && isBare(words.links[device]));
  return [{ template: "linux/netplan/check.sh", data: { yaml: PATH, devices, bare } }];
}

export const netplan: Renderer = {
  name: "netplan",
  ownFiles: [PATH, "/etc/systemd/network/10-netplan-*.d/multiport.conf"],
  unsupported: udevUnsupported,
  files,
  check,
  before: takeDown,
  after: (transition) => takeOver(transition, { isNetplan: true }),
};
