// Which physical port each virtual function of a VM gets from its pool.
import { describe, expect, it } from "vitest";
import { checkEnvironmentSpec } from "../../providers/engine/check.js";

/** Two cards on two switches, and a port of the first card that goes to the second switch. */
const uplinks = {
  vmnic4: { pci: "0000:5e:00.0", cable: "tor-a 1", sriov: { numVfs: 8 } },
  vmnic5: { pci: "0000:5e:00.1", cable: "tor-b 1", sriov: { numVfs: 8 } },
  vmnic6: { pci: "0000:af:00.0", cable: "tor-b 2", sriov: { numVfs: 8 } },
};

/** Port groups by port; the pool of all. */
function choose(groups: Readonly<Record<string, string>>, from: readonly string[]) {
  const ports = Object.entries(groups).map(([port, group]) => [port, { portGroup: `s/${group}`, vf: { from } }]);
  const { environment, problems } = checkEnvironmentSpec({
    environment: "t",
    networks: { app: { vlan: 10 }, sto: { vlan: 30 }, bak: { vlan: 40 } },
    switches: { "tor-a": { platform: "nxos" }, "tor-b": { platform: "nxos" } },
    hosts: { e: { platform: "vsphere", uplinks, virtualSwitches: { s: { portGroups: ["app", "sto", "bak"] } } } },
    vms: { v: { host: "e", ports: Object.fromEntries(ports), vsphere: {} } },
    accepted: [{ rule: "VS-50", at: "vms.v", reason: "test" }],
  });
  const cards = environment?.virtualMachines[0]?.vsphere?.cards ?? [];
  return {
    rules: problems.filter(({ severity }) => severity === "error").map(({ rule }) => rule),
    chosen: Object.fromEntries(cards.map(({ port, vf }) => [port, vf?.uplink])),
  };
}

describe("from a pool over two cards", () => {
  const pool = ["vmnic4", "vmnic6"];

  it("two functions on two networks are on both", () => {
    const { chosen, rules } = choose({ a0: "app", s0: "sto" }, pool);
    expect(rules).toEqual([]);
    expect(Object.values(chosen).sort()).toEqual(pool);
  });

  it("four functions on two networks: those of a network are on both", () => {
    const { chosen, rules } = choose({ s0: "sto", a0: "app", s1: "sto", a1: "app" }, pool);
    expect(rules).toEqual([]);
    for (const network of ["s", "a"]) expect([chosen[`${network}0`], chosen[`${network}1`]].sort()).toEqual(pool);
  });

  it("a function more leaves the others where they are", () => {
    const before = choose({ s0: "sto", a0: "app" }, pool).chosen;
    expect(choose({ s0: "sto", a0: "app", s1: "sto" }, pool).chosen).toMatchObject(before);
  });

  it("three functions on one network have no third card", () => {
    expect(choose({ s0: "sto", s1: "sto", s2: "sto" }, pool).rules).toEqual(["VS-57"]);
  });
});

it("from one card, functions on two networks are refused: all would fail with it", () => {
  expect(choose({ s0: "sto", a0: "app" }, ["vmnic4", "vmnic5"]).rules).toEqual(["VS-57"]);
});

it("from one switch, functions on two networks are refused", () => {
  expect(choose({ s0: "sto", a0: "app" }, ["vmnic5", "vmnic6"]).rules).toEqual(["VS-57"]);
});
