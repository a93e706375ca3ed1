// What a distributed switch can't do is told before anything is applied.
import { describe, expect, it } from "vitest";
import { checkEnvironmentSpec } from "../../../../providers/engine/check.js";

/** Problems of a switch with these settings, each as path and message. */
function problemsOf(settings: object, network: object = {}): string[] {
  const { problems } = checkEnvironmentSpec({
    environment: "t",
    networks: { app: network },
    hosts: { e: { platform: "vsphere", uplinks: { vmnic2: {}, vmnic3: {} } } },
    distributedSwitches: {
      d: {
        ...{ datacenter: "dc", hosts: ["e"], uplinks: { u1: "vmnic2", u2: "vmnic3" }, portGroups: ["app"] },
        uplinkTeam: { members: ["u1", "u2"], policy: "source-port" },
        ...settings,
      },
    },
  });
  return problems
    .filter(({ severity }) => severity === "error")
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the MTU of a distributed switch", () => {
  const refused = ["distributedSwitches.d.mtu: a distributed switch has no such MTU"];
  it.each([
    [1279, refused],
    [1280, []],
    [9000, []],
    [9001, refused],
  ])("%i", (mtu, expected) => {
    expect(problemsOf({ mtu }, { mtu: 1000 })).toEqual(expected);
  });

  it("is that of its largest network, where it has none of its own", () => {
    expect(problemsOf({}, { mtu: 9216 })).toEqual(refused);
  });
});

it("a native VLAN on a trunk is refused where the port group stands", () => {
  expect(problemsOf({}, { vlans: [10, 20], native: 10 })).toEqual([
    "distributedSwitches.d.portGroups.app: a trunk port group of a distributed switch has no native VLAN, and network app has 10",
  ]);
});
