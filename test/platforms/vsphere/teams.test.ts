// Teams and VLANs in the words of vSphere.
import { describe, expect, it } from "vitest";
import { checkEnvironmentSpec } from "../../../providers/engine/check.js";
import type { Vlan } from "../../../providers/model/network.js";
import { TEAM_MODES, TEAM_POLICIES, toUplinkTeam, type UplinkTeamSpec } from "../../../providers/model/uplinkTeam.js";
import { toSwitchWords } from "../../../providers/platforms/vsphere/distributedSwitch/toWords.js";
import { toVlanWord } from "../../../providers/platforms/vsphere/portWords.js";
import { checkVsphereTeam, toTeaming } from "../../../providers/platforms/vsphere/uplinkTeam.js";

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
  ] as const)("%j is %s", (spec, policy, active, standby) => {
    const words = toTeaming(team(spec as Omit<UplinkTeamSpec, "members">));
    expect(words).toMatchObject({ policy, active, standby });
  });

  it("says failback, notification and failure detection even where they are the defaults", () => {
    expect(toTeaming(team({}))).toMatchObject({ failback: true, notifySwitches: true, beacon: false });
    const unusual = team({ failback: false, notifySwitches: false, failureDetection: "beacon" });
    expect(toTeaming(unusual)).toMatchObject({ failback: false, notifySwitches: false, beacon: true });
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

it.each<[Vlan, string | number]>([
  [{ kind: "untagged" }, 0],
  [{ kind: "access", id: 10 }, 10],
  [
    {
      kind: "trunk",
      ranges: [
        { first: 5, last: 9 },
        { first: 300, last: 300 },
      ],
    },
    "5-9,300",
  ],
  [{ kind: "private", primary: 200, secondary: 201, type: "isolated" }, "private 201"],
])("a port group with VLAN %j says %j", (vlan, word) => {
  expect(toVlanWord(vlan)).toBe(word);
});

it("the private VLAN map has each primary once, as its own promiscuous entry", () => {
  const vlans: Record<string, object> = {
    dmz: { privateVlan: { primary: 200, secondary: 201, type: "isolated" } },
    router: { privateVlan: { primary: 200, type: "promiscuous" } },
    partners: { privateVlan: { primary: 200, secondary: 202, type: "community" } },
    app: { vlan: 10 },
  };
  const { environment } = checkEnvironmentSpec({
    environment: "t",
    networks: vlans,
    hosts: { e: { platform: "vsphere", uplinks: { vmnic2: {} } } },
    distributedSwitches: {
      d: {
        datacenter: "dc",
        hosts: ["e"],
        uplinks: { u1: "vmnic2" },
        uplinkTeam: { members: ["u1"] },
        portGroups: Object.keys(vlans),
      },
    },
  });
  const [dvs] = environment?.distributedSwitches ?? [];
  expect(dvs && toSwitchWords(dvs).privateVlans).toEqual({
    200: "promiscuous of 200",
    201: "isolated of 200",
    202: "community of 200",
  });
});
