// NetworkManager as the renderer: one profile in a key file per device. Pure.
import type { Heading } from "../../heading.js";
import type { Filled, TextSection } from "../../layer.js";
import { own } from "../../own.js";
import { bridgeChanges, bridgeReleases } from "../bridgeInPlace.js";
import { bondOptionChanges } from "../inPlace.js";
import { addVlans, type Command } from "../iproute.js";
import type { Renderer, Transition } from "../renderer.js";
import {
  bridgeChangedDevices,
  changedDevices,
  controllerOf,
  devicesInOrder,
  kindOf,
  leavingDevices,
  portsOf,
} from "../stack.js";
import type { LinuxWords } from "../words.js";
import { toProfile } from "./keyfile.js";
import { unsupported } from "./unsupported.js";

const FOLDER = "/etc/NetworkManager/system-connections";

/** A profile without a uuid gets one from its path, the same every time. */
function profilePath(device: string): string {
  return `${FOLDER}/multiport-${device}.nmconnection`;
}

const CARRIER = "/etc/NetworkManager/conf.d/90-multiport.conf";

/**
 * Names with other characters would need quotes that the list does not have; NetworkManager minds the carrier of theirs. Without a cable
 * there is no DHCP server either: what waits for one waits for its cable first.
 */
function carrierIgnored(words: LinuxWords, heading: Heading): TextSection[] {
  const isDhcp = (device: string) => own(words.links, device)?.dhcp4 || own(words.links, device)?.dhcp6;
  const devices = devicesInOrder(words).filter((device) => /^[\w.-]+$/.test(device) && !isDhcp(device));
  if (devices.length === 0) return [];
  const template = "linux/networkManager/90-multiport.conf";
  return [{ target: CARRIER, path: CARRIER, template, data: { ...heading, devices } }];
}

function profiles(words: LinuxWords, heading: Heading): TextSection[] {
  return devicesInOrder(words).map((device) => ({
    target: profilePath(device),
    path: profilePath(device),
    mode: "0600",
    template: "linux/networkManager/connection",
    data: { ...heading, ...toProfile(words, device) },
  }));
}

/** Nothing to run is no script. */
function script(name: string, data: Readonly<Record<string, readonly unknown[]>>): Filled[] {
  const isEmpty = Object.values(data).every((list) => list.length === 0);
  return isEmpty ? [] : [{ template: `linux/networkManager/${name}.sh`, data }];
}

function after(transition: Transition): Filled[] {
  const { desired, actual } = transition;
  const take = devicesToTake(transition);
  const isNew = newProfiles(transition);
  // A port's VLANs are the kernel's alone to be told: releases from 1.50 on, asked to take a port anew, remove all of its VLANs and then
  // fail to add the default PVID 0.
  const adjust = [
    ...bridgeChangedDevices(transition).filter((device) => kindOf(desired, device) === "bridge"),
    ...changedDevices(transition).filter((device) => isTunedOnly(transition, device)),
  ].filter((device) => !take.includes(device) && controllerOf(desired, device) === null);
  // Profiles that left are forgotten by the same reload.
  const isGone = devicesInOrder(actual).some((device) => !devicesInOrder(desired).includes(device));
  const activated = new Set([...leavingDevices(transition), ...take]);
  const releases = bridgeReleases(transition, activated);
  const changes = [
    ...bondOptionChanges(transition),
    ...bridgeChanges(transition, activated),
    ...take.flatMap((device) => portVlans(desired, device)),
  ];
  if (take.length + adjust.length + changes.length === 0 && !isGone) return [];
  const data = { take: take.map((device) => ({ device, isNew: isNew.has(device) })), adjust, releases, changes };
  return [{ template: "linux/networkManager/after.sh", data }];
}

/**
 * A bond that stays as it is but for options. The kernel takes them while it runs, and NetworkManager (1.52) refuses to take some so, such as
 * num_unsol_na: to activate its profile for them would cost it all members for a moment.
 */
function isTunedOnly(transition: Transition, device: string): boolean {
  const { desired, actual } = transition;
  const others = (words: LinuxWords) => JSON.stringify([own(words.links, device), controllerOf(words, device)]);
  return (
    kindOf(desired, device) === "bond" &&
    kindOf(actual, device) === "bond" &&
    !leavingDevices(transition).includes(device) &&
    others(desired) === others(actual)
  );
}

/** Once more, after what the port may have lost while it was taken. */
function portVlans(words: LinuxWords, device: string): Command[] {
  const controller = controllerOf(words, device);
  const port = controller && own(own(words.bridges, controller.name)?.ports, device);
  return port ? addVlans(device, port.vlan, []) : [];
}

/** Devices of which no earlier profile of ours can be active: those that are new, that left, and ports of what left. */
function newProfiles(transition: Transition): ReadonlySet<string> {
  const { desired, actual } = transition;
  const gone = leavingDevices(transition);
  const fresh = devicesInOrder(desired).filter((device) => !Object.hasOwn(actual.links, device));
  return new Set([...fresh, ...gone, ...gone.flatMap((device) => portsOf(actual, device))]);
}

/**
 * What is activated: everything that changed or was deleted before, what belongs to it, and the VLAN devices on it, which lose their routes
 * while it is activated.
 */
function devicesToTake(transition: Transition): string[] {
  const { desired } = transition;
  const gone = new Set(leavingDevices(transition));
  const changed = changedDevices(transition).filter((device) => !isTunedOnly(transition, device));
  const touched = new Set([...changed, ...gone]);
  for (const name of gone)
    for (const port of [...portsOf(desired, name), ...portsOf(transition.actual, name)]) touched.add(port);
  for (const [name, vlan] of Object.entries(desired.vlans)) if (touched.has(vlan.link)) touched.add(name);
  return devicesInOrder(desired).filter((device) => touched.has(device));
}

export const networkManager: Renderer = {
  name: "NetworkManager",
  ownFiles: [`${FOLDER}/multiport-*.nmconnection`, CARRIER],
  unsupported,
  files: (words, heading) => [...profiles(words, heading), ...carrierIgnored(words, heading)],
  check: (words, nameNow = (nic) => nic) =>
    script("check", {
      profiles: devicesInOrder(words).map((device) => ({ path: profilePath(device) })),
      nics: devicesInOrder(words)
        .filter((device) => kindOf(words, device) === "nic")
        .map(nameNow),
    }),
  before: (transition) =>
    script("before", {
      leaving: leavingDevices(transition).map((device) => ({
        device,
        ports: portsOf(transition.actual, device),
        isNic: kindOf(transition.actual, device) === "nic",
        isPort: controllerOf(transition.actual, device) !== null,
      })),
    }),
  after,
};
