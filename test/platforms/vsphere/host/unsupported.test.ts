// What a standard switch can't do is told with the place in the file; the rest becomes words.
import { describe, expect, it } from "vitest";
import { checkEnvironmentSpec } from "../../../../providers/engine/check.js";
import type { EnvironmentSpec } from "../../../../providers/model/environment.js";
import { formatPath } from "../../../../providers/model/problem.js";
import { toHostWords } from "../../../../providers/platforms/vsphere/host/toWords.js";

type Host = NonNullable<EnvironmentSpec["hosts"]>[string];
type Switches = NonNullable<Host["virtualSwitches"]>;

function check(virtualSwitches: Switches, networks: NonNullable<EnvironmentSpec["networks"]> = { app: { vlan: 10 } }) {
  const uplinks = { vmnic1: null, vmnic2: null };
  return checkEnvironmentSpec({
    environment: "t",
    networks,
    hosts: { "esx-01": { platform: "vsphere", uplinks, virtualSwitches } },
  } satisfies EnvironmentSpec);
}

function unsupported(...given: Parameters<typeof check>): string[] {
  return check(...given)
    .problems.filter(({ rule }) => rule === "unsupported")
    .map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

const team = { members: ["vmnic1", "vmnic2"] };

describe("a standard switch", () => {
  it.each<[string, Switches, NonNullable<EnvironmentSpec["networks"]>, RegExp]>([
    [
      "a trunk of some VLANs",
      { a: { uplinkTeam: team, portGroups: ["t"] } },
      { t: { vlans: ["100-199"] } },
      /one VLAN, or all of them/,
    ],
    [
      "a native VLAN",
      { a: { uplinkTeam: team, portGroups: ["t"] } },
      { t: { vlans: ["1-4094"], native: 5 } },
      /native VLAN/,
    ],
    [
      "a private VLAN",
      { a: { uplinkTeam: team, portGroups: ["t"] } },
      { t: { privateVlan: { primary: 5, secondary: 6, type: "isolated" } } },
      /no private VLANs/,
    ],
    ["LACP", { a: { uplinkTeam: { ...team, mode: "lacp" }, portGroups: ["app"] } }, { app: {} }, /mode lacp/],
    ["load", { a: { uplinkTeam: { ...team, policy: "load" }, portGroups: ["app"] } }, { app: {} }, /policy load/],
    [
      "shaping towards the VM",
      { a: { uplinkTeam: team, portGroups: { app: { shaping: { egress: { averageKbps: 1 } } } } } },
      { app: {} },
      /shaping\.egress: .*only what comes from the VM/,
    ],
    ["blocked", { a: { uplinkTeam: team, portGroups: { app: { blocked: true } } } }, { app: {} }, /app\.blocked/],
  ])("can't: %s", (_, switches, networks, reason) => {
    expect(unsupported(switches, networks).join("\n")).toMatch(reason);
  });

  it.each([
    [{}, 0],
    [{ vlan: 1 }, 1],
    [{ vlan: 4094 }, 4094],
    [{ vlans: ["1-4094"] }, 4095],
    [{ vlans: ["1-99", "100-4094"] }, 4095],
  ])("carries %j as VLAN %i", (network, vlan) => {
    const { environment } = check({ a: { uplinkTeam: team, portGroups: ["app"] } }, { app: network });
    const [host] = environment?.esxHosts ?? [];
    expect(host && toHostWords(host).portGroups.app?.vlan).toBe(vlan);
  });

  it("inherits in a port group what the file does not say", () => {
    const portGroups = { app: { security: {} }, plain: { network: "app" } };
    const { environment } = check({ a: { uplinkTeam: team, portGroups } });
    const [host] = environment?.esxHosts ?? [];
    expect(host && toHostWords(host).portGroups.plain?.security).toBe("inherited");
    expect(host && toHostWords(host).portGroups.app).toEqual({
      switch: "a",
      vlan: 10,
      teaming: "inherited",
      security: { promiscuous: false, macChanges: false, forgedTransmits: false },
      shaping: "inherited",
    });
  });
});
