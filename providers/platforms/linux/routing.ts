// What a change of routes, policy rules and settings takes on a running machine, whoever writes them at boot: the kernel has all of them
// changed while traffic goes on. What is new is there before what is old leaves. Pure.
import type { Filled } from "../layer.js";
import { own } from "../own.js";
import type { Command } from "./iproute.js";
import type { Transition } from "./renderer.js";
import {
  destination,
  isIpv6Rule,
  routeAddition,
  routeQuestion,
  routeRemoval,
  ruleAddition,
  rulePrinted,
} from "./routes.js";
import { leavingDevices } from "./stack.js";
import { ACCEPT_RA_NAME, allSettings, type DeviceSetting, settingPath } from "./sysctl.js";
import type { KernelLink, KernelRoute, KernelRule, LinuxWords } from "./words.js";

/** After the renderer's own part. It brings up what is new to it with all that belongs to it; here is what stays, and what left. */
export function routingChange(transition: Transition): Filled[] {
  const data = {
    routes: routesToHave(transition),
    rules: rulesToHave(transition),
    staleRoutes: staleRoutes(transition),
    staleRules: staleRules(transition),
    settings: settingsToHave(transition),
    staleSettings: staleSettings(transition),
  };
  return Object.values(data).every((list) => list.length === 0) ? [] : [{ template: "linux/routing.sh", data }];
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Devices that stay as they are, but for what is on them. */
function stayingLinks(transition: Transition): (readonly [string, KernelLink, KernelLink])[] {
  const gone = new Set(leavingDevices(transition));
  return Object.entries(transition.desired.links).flatMap(([device, wanted]) => {
    const there = gone.has(device) ? undefined : own(transition.actual.links, device);
    return there ? [[device, wanted, there] as const] : [];
  });
}

interface RouteToHave {
  /** What is not new is there, unless something has just taken it away. */
  readonly isNew: boolean;
  readonly question: Command;
  readonly addition: Command;
}

/** NetworkManager gives routes a metric of its own where none is said, and changes them in place by itself. */
function isManaged({ renderer }: LinuxWords): boolean {
  return renderer === "NetworkManager";
}

/** All of a device where anything has changed: an address takes routes along when it leaves, as does a gateway's network. */
function routesToHave(transition: Transition): RouteToHave[] {
  if (isManaged(transition.desired)) return [];
  return stayingLinks(transition).flatMap(([device, wanted, there]) => {
    const isSame = (["addresses", "gateways", "routes"] as const).every((key) => same(wanted[key], there[key]));
    const routes = isSame ? [] : wanted.routes;
    return routes.map((route) => ({
      isNew: !there.routes.some((other) => same(other, route)),
      question: routeQuestion(route, device),
      addition: routeAddition(route, device),
    }));
  });
}

/** But for those whose place another one takes: the kernel has one route of a table, network and metric. */
function staleRoutes({ desired, actual }: Transition): Command[] {
  if (isManaged(desired)) return [];
  const place = (route: KernelRoute) => JSON.stringify([route.table, destination(route), route.metric]);
  return Object.entries(actual.links).flatMap(([device, { routes }]) => {
    const wanted = own(desired.links, device)?.routes ?? [];
    const taken = new Set(wanted.map(place));
    return routes.filter((route) => !taken.has(place(route))).map((route) => routeRemoval(route, device));
  });
}

function rulesOf(words: LinuxWords): Map<string, KernelRule> {
  const rules = Object.values(words.links).flatMap((link) => link.rules);
  return new Map(rules.map((rule) => [ruleAddition(rule).join(" "), rule]));
}

function rulesToHave(transition: Transition): Command[] {
  const there = rulesOf(transition.actual);
  const wanted = stayingLinks(transition).flatMap(([, { rules }]) => rules.map(ruleAddition));
  return wanted.filter((command) => !there.has(command.join(" ")));
}

interface StaleRule {
  readonly family: "-4" | "-6";
  readonly priority: number;
  readonly printed: Command;
}

/** Rules have no device that would take them along. */
function staleRules({ desired, actual }: Transition): StaleRule[] {
  const wanted = rulesOf(desired);
  const stale = [...rulesOf(actual)].flatMap(([text, rule]) => (wanted.has(text) ? [] : [rule]));
  return stale.map((rule) => ({
    family: isIpv6Rule(rule) ? "-6" : "-4",
    priority: rule.priority,
    printed: rulePrinted(rule),
  }));
}

interface Setting {
  readonly device: string;
  readonly path: string;
  readonly value: number;
  /** With IPv6. */
  readonly mayLack: boolean;
  /** Whether routers are listened to no more. */
  readonly deaf: boolean;
}

function isThere(settings: readonly DeviceSetting[], wanted: DeviceSetting): boolean {
  return settings.some((setting) => same(setting, wanted));
}

/** Of devices that are new too: udev has told systemd-sysctl of those that were made, but not of NICs. */
function settingsToHave(transition: Transition): Setting[] {
  const gone = new Set(leavingDevices(transition));
  const there = allSettings(transition.actual).filter(({ device }) => !gone.has(device));
  return allSettings(transition.desired)
    .filter((setting) => !isThere(there, setting))
    .map((setting) => ({
      path: settingPath(setting),
      value: setting.value,
      device: setting.device,
      mayLack: setting.name === ACCEPT_RA_NAME,
      deaf: setting.name === ACCEPT_RA_NAME && setting.value === 0,
    }));
}

/** Back to what the machine gives a device that appears. */
function staleSettings({ desired, actual }: Transition): { readonly path: string; readonly standard: string }[] {
  const wanted = new Set(allSettings(desired).map(settingPath));
  return allSettings(actual)
    .filter((setting) => !wanted.has(settingPath(setting)))
    .map((setting) => ({ path: settingPath(setting), standard: settingPath({ ...setting, device: "default" }) }));
}
