// A port group and a team in the words of the vSphere provider.
import { describe, expect, it } from "vitest";
import type { Vlan } from "../../providers/model/network.js";
import { toPortGroup } from "../../providers/model/portGroup.js";
import { TEAM_MODES, TEAM_POLICIES, toUplinkTeam, type UplinkTeamSpec } from "../../providers/model/uplinkTeam.js";
import { toPvlanMappings, toSecurity, toVlan, vlanKind } from "../../providers/platforms/vsphere/portGroup.js";
import { checkVsphereTeam, toTeaming } from "../../providers/platforms/vsphere/uplinkTeam.js";

const members = ["uplink1", "uplink2", "uplink3"];
const team = (spec: Omit<UplinkTeamSpec, "members">) => toUplinkTeam({ members, ...spec });

describe("a team", () => {
  it.each([
    [{}, "failover_explicit", ["uplink1"], ["uplink2", "uplink3"]],
    [{ standby: ["uplink3"] }, "failover_explicit", ["uplink1", "uplink2"], ["uplink3"]],
    [{ policy: "source-port" }, "loadbalance_srcid", members, []],
    [{ policy: "source-mac", standby: ["uplink2"] }, "loadbalance_srcmac", ["uplink1", "uplink3"], ["uplink2"]],
    [{ policy: "load" }, "loadbalance_loadbased", members, []],
    [{ mode: "static" }, "loadbalance_ip", members, []],
  ] as const)("%j is %s", (spec, teamingPolicy, activeUplinks, standbyUplinks) => {
    const words = toTeaming(team(spec as Omit<UplinkTeamSpec, "members">));
    expect(words).toMatchObject({ teamingPolicy, activeUplinks, standbyUplinks });
  });

  it("says failback, notification and failure detection even where they are the defaults", () => {
    expect(toTeaming(team({}))).toMatchObject({ failback: true, notifySwitches: true, checkBeacon: false });
    const unusual = team({ failback: false, notifySwitches: false, failureDetection: "beacon" });
    expect(toTeaming(unusual)).toMatchObject({ failback: false, notifySwitches: false, checkBeacon: true });
  });

  it("is refused with a reason wherever it has no word", () => {
    const pairs = TEAM_MODES.flatMap((mode) => TEAM_POLICIES.map((policy) => ({ mode, policy })));
    const supported = pairs.filter((pair) => checkVsphereTeam(team(pair), []).length === 0);
    expect(supported).toEqual([
      { mode: "switch-independent", policy: "active-backup" },
      { mode: "switch-independent", policy: "source-port" },
      { mode: "switch-independent", policy: "source-mac" },
      { mode: "switch-independent", policy: "load" },
      { mode: "static", policy: "ip-hash" },
      { mode: "lacp", policy: "transport-ports" },
    ]);
    for (const pair of supported) expect(() => toTeaming(team(pair))).not.toThrow();
  });
});

const VLANS: readonly [Vlan, ReturnType<typeof toVlan>, ReturnType<typeof vlanKind>][] = [
  [{ kind: "untagged" }, { vlanId: 0 }, "access"],
  [{ kind: "access", id: 10 }, { vlanId: 10 }, "access"],
  [{ kind: "trunk", ranges: [{ first: 5, last: 9 }] }, { vlanRanges: [{ minVlan: 5, maxVlan: 9 }] }, "trunk"],
  [{ kind: "private", primary: 200, secondary: 201, type: "isolated" }, { portPrivateSecondaryVlanId: 201 }, "private"],
];

describe("a port group", () => {
  it.each(VLANS)("with VLAN %j says %j", (vlan, words, kind) => {
    expect(toVlan(vlan)).toEqual(words);
    expect(vlanKind(vlan)).toBe(kind);
  });

  it("names each right of a VM", () => {
    const security = { promiscuous: true, macChanges: false, forgedTransmits: true };
    expect(toSecurity(security)).toEqual({
      allowPromiscuous: true,
      allowMacChanges: false,
      allowForgedTransmits: true,
    });
  });
});

it("the private VLAN map has each primary once, as its own promiscuous entry", () => {
  const group = (name: string, vlan: Vlan) => toPortGroup(name, {}, { name, vlan, mtuBytes: 1500 });
  const groups = [
    group("dmz", { kind: "private", primary: 200, secondary: 201, type: "isolated" }),
    group("router", { kind: "private", primary: 200, secondary: 200, type: "promiscuous" }),
    group("partners", { kind: "private", primary: 200, secondary: 202, type: "community" }),
    group("app", { kind: "access", id: 10 }),
  ];
  expect(toPvlanMappings(groups)).toEqual([
    { primaryVlanId: 200, secondaryVlanId: 200, pvlanType: "promiscuous" },
    { primaryVlanId: 200, secondaryVlanId: 201, pvlanType: "isolated" },
    { primaryVlanId: 200, secondaryVlanId: 202, pvlanType: "community" },
  ]);
});
