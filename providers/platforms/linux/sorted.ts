// The maps of words: in one order, by name, and with nothing in them but devices. Pure.
import type { LinuxWords } from "./words.js";

export function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, value]));
}

/** A device may be called `constructor`, which every object seems to have: maps that have come from JSON are copied into such that inherit nothing. */
export function withoutInherited(words: LinuxWords): LinuxWords {
  const { bonds, bridges, vlans, links, nics } = words;
  const own = <T>(map: Readonly<Record<string, T>>): Record<string, T> => Object.assign(Object.create(null), map);
  const withPorts = Object.entries(bridges).map(([name, bridge]) => [name, { ...bridge, ports: own(bridge.ports) }]);
  return {
    ...words,
    bonds: own(bonds),
    bridges: own(Object.fromEntries(withPorts)),
    vlans: own(vlans),
    links: own(links),
    ...(nics ? { nics: own(nics) } : {}),
  };
}
