// Hosts that are each other's redundancy wait for each other: what the engine is told.
import { expect, it } from "vitest";
import { Environment } from "../../providers/environment.js";
import { registered } from "./program.js";

const host = (group?: string) => ({
  platform: "kvm" as const,
  uplinks: { e0: {}, e1: {} },
  virtualSwitches: { vs0: { uplinkTeam: { members: ["e0", "e1"] }, portGroups: ["app"] } },
  ...(group === undefined ? {} : { redundancyGroup: group }),
});

async function waiting(maxUnavailable?: number): Promise<Record<string, readonly string[]>> {
  const spec = {
    environment: "t",
    networks: { app: { vlan: 10 } },
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
    hosts: { a0: host(), b0: host("b"), a1: host(), a2: host(), b1: host("b"), a3: host() },
  };
  const resources = await registered((parent) => {
    new Environment("t", { spec }, { parent });
  });
  const hosts = resources.filter(({ type }) => type.endsWith("kvm:Host"));
  return Object.fromEntries(hosts.map(({ name, dependsOn }) => [name, dependsOn]));
}

it("hosts of one group follow each other, those of another do not wait for them", async () => {
  expect(await waiting()).toEqual({ a0: [], b0: [], a1: ["a0"], a2: ["a1"], b1: ["b0"], a3: ["a2"] });
});

it("as many at a time as may be unavailable", async () => {
  expect(await waiting(2)).toEqual({ a0: [], b0: [], a1: [], a2: ["a0"], b1: [], a3: ["a1"] });
});
