// What a guest would lack after its first start, because cloud-init loses it on the way to the guest's renderer. Pure.
import type { Unwritable } from "../../linux/renderer.js";
import type { LinuxWords, RendererName } from "../../linux/words.js";
import { own } from "../../own.js";
import { BOND_LOSSES } from "./bondLosses.js";
import { INTERFACE_LOSSES, type Interface, type OtherRenderer } from "./interfaceLosses.js";
import { type Lost, lossesOf } from "./lost.js";

const USE_NETPLAN =
  "Use the renderer netplan, whose text cloud-init hands on as it is, or remove cloudInit and let up reach the guest in another way.";
const USE_UP = "Set another value, or remove cloudInit and let up reach the guest in another way.";

export function cloudInitUnsupported(renderer: RendererName, words: LinuxWords): Unwritable[] {
  const ofBonds = Object.entries(words.bonds).flatMap(([device, bond]) =>
    lossesOf(BOND_LOSSES, renderer, bond).map(({ key, lost }) => unwritable(renderer, device, { key, lost })),
  );
  if (renderer === "netplan") return ofBonds;
  return [...ofBonds, ...ofDevices(words, renderer)];
}

function ofDevices(words: LinuxWords, renderer: OtherRenderer): Unwritable[] {
  return Object.keys(words.links)
    .sort()
    .flatMap((device) => [
      ...(renderer === "networkd" ? wholeDevice(words, device) : []),
      ...ofInterface(words, device, renderer),
    ]);
}

/** networkd's files have neither, whatever their settings. */
function wholeDevice(words: LinuxWords, device: string): Unwritable[] {
  const isBond = own(words.bonds, device) !== undefined;
  const isVlan = own(words.vlans, device) !== undefined;
  return [...(isBond ? ["the bonding"] : []), ...(isVlan ? ["the VLAN"] : [])].map((what) => ({
    device,
    message: messageOf("networkd", device, what),
    remedy: USE_NETPLAN,
  }));
}

function ofInterface(words: LinuxWords, device: string, renderer: OtherRenderer): Unwritable[] {
  const link = own(words.links, device);
  if (!link) return [];
  const vlan = own(words.vlans, device);
  const at: Interface = {
    link,
    isVirtual: vlan !== undefined || own(words.bonds, device) !== undefined,
    // A VLAN device that is told none has that of what it is on.
    usualMtu: (vlan && own(words.links, vlan.link)?.mtu) ?? 1500,
  };
  return lossesOf(INTERFACE_LOSSES, renderer, at).map((loss) => unwritable(renderer, device, loss));
}

interface Loss {
  readonly key: string;
  readonly lost: Lost;
}

function unwritable(renderer: RendererName, device: string, { key, lost }: Loss): Unwritable {
  const { what, at = [], found, wanted } = lost;
  return {
    device,
    at: [key, ...at],
    message: messageOf(renderer, device, what),
    found: `${found}`,
    wanted: `${wanted}`,
    remedy: renderer === "netplan" ? USE_UP : USE_NETPLAN,
  };
}

function messageOf(renderer: RendererName, device: string, what: string): string {
  const said =
    renderer === "netplan"
      ? `netplan has no word for ${what} of ${device}`
      : `cloud-init loses ${what} of ${device} on its way to ${renderer}`;
  return `${said}, so its first start would lack it`;
}
