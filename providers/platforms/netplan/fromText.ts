// From a netplan file back to words: the file that the template made, with whatever anybody did to it since. Pure.
import { parse } from "yaml";
import { compare } from "../../model/change.js";
import { formatPath } from "../../model/problem.js";
import { readHeading } from "../heading.js";
import type { NetplanBond, NetplanEthernet, NetplanWords } from "./words.js";

interface YamlDevice {
  readonly match?: { readonly macaddress?: string };
  readonly mtu?: number;
  readonly addresses?: readonly string[];
  readonly routes?: readonly { readonly via?: string }[];
  readonly interfaces?: readonly string[];
  readonly parameters?: Partial<NetplanBond["parameters"]>;
}

/** The words of a text that the template made, and what was done to it since. */
export function fromText(text: string): NetplanWords {
  const { machine, environment } = readHeading(text) ?? { machine: "", environment: "" };
  const parsed = parse(text) as {
    network?: { ethernets?: Record<string, YamlDevice>; bonds?: Record<string, YamlDevice> };
  } | null;
  const network = parsed?.network;
  const map = <T>(devices: Record<string, YamlDevice> | undefined, convert: (device: YamlDevice) => T) =>
    Object.fromEntries(Object.entries(devices ?? {}).map(([name, device]) => [name, convert(device)]));
  const words = { ethernets: map(network?.ethernets, ethernetFromYaml), bonds: map(network?.bonds, bondFromYaml) };
  const strange = compare(toYaml(words), parsed ?? {}).map(
    ({ path, from }) => `${formatPath(path)}: ${from === undefined ? "missing" : JSON.stringify(from)}`,
  );
  return { machine, environment, ...words, strange };
}

function ethernetFromYaml(device: YamlDevice): NetplanEthernet {
  return { macaddress: device.match?.macaddress ?? null, ...layer3FromYaml(device) };
}

function layer3FromYaml(device: YamlDevice) {
  return { mtu: device.mtu ?? 1500, addresses: device.addresses ?? [], gateway: device.routes?.[0]?.via ?? null };
}

function bondFromYaml(device: YamlDevice): NetplanBond {
  const { parameters = {} } = device;
  return {
    interfaces: device.interfaces ?? [],
    ...layer3FromYaml(device),
    parameters: {
      mode: parameters.mode ?? "balance-rr",
      "transmit-hash-policy": parameters["transmit-hash-policy"] ?? null,
      "mii-monitor-interval": parameters["mii-monitor-interval"] ?? 0,
      primary: parameters.primary ?? null,
      "lacp-rate": parameters["lacp-rate"] ?? null,
    },
  };
}

/** The YAML that these words stand for, key by key as in the template: what a file holds beyond it is not ours. */
function toYaml({ ethernets, bonds }: Pick<NetplanWords, "ethernets" | "bonds">): object {
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
