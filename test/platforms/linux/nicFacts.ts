// NICs as a machine tells of them, and words that know them by what they are: for the tests of both.
import { type LinuxFacts, readLinuxFacts } from "../../../providers/platforms/linux/facts.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import type { KernelNic, LinuxWords } from "../../../providers/platforms/linux/words.js";
import { link, NO_WORDS } from "./words.js";

export const heading = { machine: "vm", environment: "lab" };

export interface Nic {
  readonly mac: string;
  readonly pci?: string;
  /** Such as permaddr, altnames and master. */
  readonly more?: object;
}

export const NICS: Readonly<Record<string, Nic>> = {
  enp1s0: { mac: "52:54:00:00:00:01", pci: "0000:01:00.0" },
  enp2s0: { mac: "52:54:00:00:00:02", pci: "0000:02:00.0" },
};

export function factsOf(
  nics: Readonly<Record<string, Nic>>,
  more: object = {},
  others: readonly object[] = [],
): LinuxFacts {
  const links = Object.entries(nics).map(([ifname, { mac, more }]) => ({ ifname, mtu: 1500, address: mac, ...more }));
  const withDevice = Object.entries(nics).filter(([, { pci }]) => pci !== undefined);
  return readLinuxFacts({
    missing: [],
    nics: Object.fromEntries(withDevice.map(([name, { pci }]) => [name, { pci, driver: "igb", assigned: "0" }])),
    ssh: "",
    renderers: { netplan: false, networkd: true, NetworkManager: false, ifupdown: false },
    tools: { netplan: true, ifupdown: true },
    links: [...links, ...others],
    addresses: [],
    routes: [],
    routes6: [],
    vlans: [],
    tables: [],
    rules: [],
    settings: [],
    teams: [],
    ...more,
  });
}

export function wordsOf(
  nics: Readonly<Record<string, KernelNic>>,
  renderer: LinuxWords["renderer"] = "networkd",
): LinuxWords {
  const links = Object.fromEntries(Object.keys(nics).map((name) => [name, link({ addresses: ["192.0.2.1/24"] })]));
  return { ...NO_WORDS, renderer, links, nics };
}

/** Two NICs, by address and by path. */
export const APP = { app0: { mac: "52:54:00:00:00:01" }, app1: { pci: "0000:02:00.0" } };

export function plan(desired: LinuxWords, facts: LinuxFacts, known: readonly LinuxWords[] = [desired]) {
  const actual = linux.fromFacts(facts, { environment: "lab", known, files: {} });
  return { ...linux.plan(desired, { actual, facts, heading }), changes: linux.compare(desired, actual) };
}
