// What an emulated 82576 and its kernel (Debian 13, Linux 6.12) said of three virtual functions that multiport had made.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkEnvironmentText } from "../../../../providers/engine/check.js";
import { sriov } from "../../../../providers/platforms/kvm/sriov/index.js";

const recorded: unknown = JSON.parse(readFileSync(join(__dirname, "../../../recorded/sriov/igb/facts.json"), "utf8"));
const file = (settings: string) => `environment: t
networks: { sto: { vlan: 20, mtu: 9000 } }
hosts: { lab: { platform: kvm, uplinks: { enp3s0: { pci: "0000:03:00.0", sriov: { numVfs: 3, vfs: { spoofCheck: false }, vf: ${settings} } } } } }
`;
const SETTINGS =
  '{ 0: { mac: "52:54:00:cc:00:10", network: sto, trust: true, qos: 3 }, 1: { vlan: 10, maxRateMegabits: 50 } }';

function look(settings: string) {
  const [host] = checkEnvironmentText(file(settings), "e.yaml").environment?.kvmHosts ?? [];
  if (!host) throw new Error("no host");
  const facts = sriov.readFacts(recorded);
  const desired = sriov.toWords(host, "t");
  const actual = sriov.fromFacts(facts, { environment: "t", known: [desired], files: {} });
  const heading = { machine: "lab", environment: "t" };
  return {
    changes: sriov.compare(desired, actual).map(({ path, from, to }) => [path.join("."), from, to]),
    ailing: sriov.unhealthy(desired, facts),
    conflicts: sriov.plan(desired, { actual, facts, heading }).conflicts,
  };
}

it("is what the file says, with nothing to do and nothing that ails", () => {
  expect(look(SETTINGS)).toEqual({ changes: [], ailing: [], conflicts: [] });
});

it("is compared setting by setting", () => {
  const other = SETTINGS.replace("qos: 3", "qos: 4").replace("50", "60").replace("trust: true", "trust: false");
  expect(look(other).changes).toEqual([
    ["ports.enp3s0.functions.0.qos", 3, 4],
    ["ports.enp3s0.functions.0.trust", "on", "off"],
    ["ports.enp3s0.functions.1.max_tx_rate", 50, 60],
  ]);
});

it("that is cut short is told in words", () => {
  expect(() => sriov.readFacts({ cmdline: "" })).toThrow(/^the facts of the machine are incomplete at iommuGroups: /);
});
