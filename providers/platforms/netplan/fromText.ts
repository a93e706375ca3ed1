// From a netplan file back to words: the file that the template made, with whatever anybody did to it since. Whatever
// stands there is drift to be shown and repaired, so nothing throws. Pure.
import { parseDocument } from "yaml";
import { compare } from "../../model/change.js";
import { formatPath } from "../../model/problem.js";
import type { NetplanBond, NetplanEthernet, NetplanWords } from "./words.js";

type Devices = Pick<NetplanWords, "ethernets" | "bonds">;
type Fields = Readonly<Record<string, unknown>>;

/** The words of a text that the template made, and what was done to it since. */
export function fromText(text: string): NetplanWords {
  const parsed = parseYaml(text);
  if (parsed === undefined) return { ethernets: {}, bonds: {}, strange: ["the file is not YAML"] };
  const network = fields(fields(parsed).network);
  const words = { ethernets: devices(network.ethernets, toEthernet), bonds: devices(network.bonds, toBond) };
  const strange = compare(toYaml(words), parsed ?? {}).map(
    ({ path, from }) => `${formatPath(path)}: ${from === undefined ? "missing" : JSON.stringify(from)}`,
  );
  return { ...words, strange };
}

/** Undefined for a text that is no YAML, or that its aliases would make endless. */
function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown);
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function devices<T>(value: unknown, convert: (device: Fields) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, device]) => [name, convert(fields(device))]));
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function toEthernet(device: Fields): NetplanEthernet {
  return { macaddress: text(fields(device.match).macaddress), ...toLayer3(device) };
}

function toLayer3(device: Fields) {
  const [route] = Array.isArray(device.routes) ? device.routes : [];
  return { mtu: number(device.mtu, 1500), addresses: texts(device.addresses), gateway: text(fields(route).via) };
}

function toBond(device: Fields): NetplanBond {
  const parameters = fields(device.parameters);
  return {
    interfaces: texts(device.interfaces),
    ...toLayer3(device),
    parameters: {
      mode: text(parameters.mode) ?? "balance-rr",
      "transmit-hash-policy": text(parameters["transmit-hash-policy"]),
      "mii-monitor-interval": number(parameters["mii-monitor-interval"], 0),
      primary: text(parameters.primary),
      "fail-over-mac-policy": text(parameters["fail-over-mac-policy"]),
      "lacp-rate": text(parameters["lacp-rate"]),
    },
  };
}

/** The YAML that these words stand for, key by key as in the template: what a file holds beyond it is not ours. */
function toYaml({ ethernets, bonds }: Devices): object {
  const map = <T>(words: Readonly<Record<string, T>>, convert: (value: T, name: string) => object) =>
    Object.fromEntries(Object.entries(words).map(([name, value]) => [name, convert(value, name)]));
  const network = {
    version: 2,
    ethernets: map(ethernets, ({ macaddress, ...device }, name) => ({
      ...(macaddress === null ? {} : { match: { macaddress }, "set-name": name }),
      dhcp4: false,
      dhcp6: false,
      ...layer3ToYaml(device),
    })),
    bonds: map(bonds, ({ interfaces, parameters, ...device }) => ({
      interfaces,
      ...layer3ToYaml(device),
      parameters: given(parameters),
    })),
  };
  const filled = Object.entries(network).filter(
    ([, value]) => typeof value === "number" || Object.keys(value).length > 0,
  );
  return { network: Object.fromEntries(filled) };
}

function layer3ToYaml({ mtu, addresses, gateway }: Pick<NetplanEthernet, "mtu" | "addresses" | "gateway">): object {
  return { mtu, addresses, ...(gateway === null ? {} : { routes: [{ to: "default", via: gateway }] }) };
}

function given(map: object): object {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}
