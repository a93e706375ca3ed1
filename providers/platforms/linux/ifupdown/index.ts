// ifupdown as the renderer: one file of interfaces(5), bonds by ifenslave. Pure.

import type { Filled, TextSection } from "../../layer.js";
import { own } from "../../own.js";
import { commandsInPlace, withoutAddress } from "../inPlace.js";
import type { Renderer, Transition } from "../renderer.js";
import { controllerOf, devicesInOrder, kindOf, leavingDevices } from "../stack.js";
import type { LinuxWords } from "../words.js";
import { toStanzas } from "./stanza.js";
import { unsupported } from "./unsupported.js";

const PATH = "/etc/network/interfaces.d/multiport";
/** Read by dhclient's own script, which else sets the packet size that a lease brings, after all lines of the stanza. */
const DHCLIENT = "/etc/dhcp/dhclient-enter-hooks.d/multiport-mtu";

/** What `ifup` is asked for: members of a bond are the bond's. */
function autoDevices(words: LinuxWords): string[] {
  return devicesInOrder(words).filter((device) => controllerOf(words, device)?.kind !== "bond");
}

function nics(words: LinuxWords): string[] {
  return devicesInOrder(words).filter((device) => kindOf(words, device) === "nic");
}

function files(words: LinuxWords, heading: { machine: string; environment: string }): TextSection[] {
  const devices = devicesInOrder(words);
  if (devices.length === 0) return [];
  const stanzas = devices.flatMap((device) => toStanzas(words, device));
  const leased = devices.filter((device) => own(words.links, device)?.dhcp4);
  return [
    { target: PATH, path: PATH, template: "linux/ifupdown/interfaces", data: { ...heading, stanzas } },
    ...(leased.length > 0
      ? [
          {
            target: DHCLIENT,
            path: DHCLIENT,
            template: "linux/ifupdown/dhclient",
            data: { ...heading, devices: leased },
          },
        ]
      : []),
  ];
}

function check(words: LinuxWords): Filled[] {
  const devices = devicesInOrder(words);
  if (devices.length === 0) return [];
  const data = {
    hasBonds: Object.keys(words.bonds).length > 0,
    hasNameservers: Object.values(words.links).some(({ nameservers }) => nameservers.length > 0),
    hasDhcp4: Object.values(words.links).some(({ dhcp4 }) => dhcp4),
    hasDhcp6: Object.values(words.links).some(({ dhcp6 }) => dhcp6),
    devices: devices.join(" "),
    auto: autoDevices(words),
  };
  return [{ template: "linux/ifupdown/check.sh", data }];
}

function before(transition: Transition): Filled[] {
  const leaving = leavingDevices(transition).map((device) => ({
    device,
    isNic: kindOf(transition.actual, device) === "nic",
    isPort: controllerOf(transition.actual, device) !== null,
    addresses: own(transition.actual.links, device)?.addresses ?? [],
  }));
  // One of ours goes on.
  const asks = (words: LinuxWords, device: string) => own(words.links, device)?.dhcp4 ?? false;
  const ours = nics(transition.desired).filter(
    (device) => !asks(transition.desired, device) || !asks(transition.actual, device),
  );
  if (leaving.length + ours.length === 0) return [];
  return [{ template: "linux/ifupdown/before.sh", data: { leaving, nics: ours } }];
}

function after(transition: Transition): Filled[] {
  const { desired, actual } = transition;
  const gone = leavingDevices(transition);
  const auto = autoDevices(desired).map((device) => ({
    device,
    stays: Object.hasOwn(actual.links, device) && !gone.includes(device),
  }));
  const { releases, staleAddresses, changes } = commandsInPlace(transition);
  const resolvers = auto.filter(({ device, stays }) => stays && !sameNameservers(transition, device));
  if (auto.length === 0) return [];
  const newNics = nics(desired).filter((device) => !Object.hasOwn(actual.links, device));
  const data = {
    auto,
    newNics,
    releases: [...releases, ...staleAddresses.map(withoutAddress)],
    changes,
    resolvers: resolvers.map(({ device }) => resolver(desired, device)),
    ...clients(
      transition,
      auto.flatMap(({ device, stays }) => (stays ? [device] : [])),
    ),
  };
  return [{ template: "linux/ifupdown/after.sh", data }];
}

/** ifup starts a client with the device, and a device that stays is not brought up anew. */
function clients({ desired, actual }: Transition, staying: readonly string[]) {
  const all = staying.flatMap((device) =>
    (["4", "6"] as const).map((family) => {
      const is = (words: LinuxWords) => own(words.links, device)?.[`dhcp${family}`] ?? false;
      return { device, family, ip: family === "4" ? "inet" : "inet6", was: is(actual), is: is(desired) };
    }),
  );
  return { stops: all.filter(({ was, is }) => was && !is), starts: all.filter(({ was, is }) => is && !was) };
}

function sameNameservers({ desired, actual }: Transition, device: string): boolean {
  return own(desired.links, device)?.nameservers.join() === own(actual.links, device)?.nameservers.join();
}

function resolver(words: LinuxWords, device: string): object {
  const link = own(words.links, device);
  const isStatic = link?.addresses.some((address) => !address.includes(":"));
  return { device, method: isStatic ? "static" : "manual", nameservers: link?.nameservers.join(" ") ?? "" };
}

export const ifupdown: Renderer = {
  name: "ifupdown",
  ownFiles: [PATH, DHCLIENT],
  unsupported,
  files,
  check,
  before,
  after,
};
