// Results of a health check in sentences: each kind of finding, hosts that share one, and what no result means.
import { describe, expect, it } from "vitest";
import type { HealthResult, SwitchFacts } from "../../../../providers/platforms/vsphere/distributedSwitch/facts.js";
import { healthNotes } from "../../../../providers/platforms/vsphere/distributedSwitch/healthResults.js";

const FINE: HealthResult = { uplinkPortKey: "10", untrunkedVlan: [], vlanNotSupportSwitchMtu: [] };

/** A switch of 9000 bytes; each host has vmnic2 on uplink1 and its own port keys. */
function facts(hosts: readonly (readonly HealthResult[])[], { enable = true, isMember = true } = {}): SwitchFacts {
  const ref = (index: number) => ({ type: "HostSystem", value: `host-${index}` });
  const backing = { pnicSpec: [{ pnicDevice: "vmnic2", uplinkPortKey: "10" }] };
  return {
    config: {
      maxMtu: 9000,
      healthCheckConfig: [{ $type: "VMwareDVSVlanMtuHealthCheckConfig", enable, interval: 1 }],
      host: hosts.map((_, index) => ({ config: { host: ref(index), backing } })),
    },
    hosts: hosts.map((health, index) => ({
      ref: ref(index),
      name: `esx-0${index + 1}`,
      nics: [],
      ports: { uplink1: "10", uplink2: "11" },
      ...(isMember ? { status: "up" } : {}),
      health,
    })),
  } as unknown as SwitchFacts;
}

const found = (result: Partial<HealthResult>) => healthNotes(facts([[{ ...FINE, ...result }]]));
const range = (start: number, end = start) => ({ start, end });

describe("a finding", () => {
  it.each([
    [{ untrunkedVlan: [range(30)] }, "esx-01: VLAN 30 is not trunked on uplink1 (vmnic2)"],
    [{ untrunkedVlan: [range(30, 32), range(40)] }, "esx-01: VLAN 30-32,40 are not trunked on uplink1 (vmnic2)"],
    [{ untrunkedVlan: [range(30)], uplinkPortKey: "11" }, "esx-01: VLAN 30 is not trunked on uplink2"],
    [{ untrunkedVlan: [range(30)], uplinkPortKey: "99" }, "esx-01: VLAN 30 is not trunked on an uplink"],
    [{ mtuMismatch: true }, "esx-01: uplink1 (vmnic2) has another MTU than the 9000 of the switch"],
    [
      { vlanNotSupportSwitchMtu: [range(10)] },
      "esx-01: VLAN 10 does not pass packets of 9000 bytes on uplink1 (vmnic2)",
    ],
    [
      { teamingStatus: "iphashMismatch" },
      "esx-01: port groups use IP hash, and the physical ports are not one port channel",
    ],
    [
      { teamingStatus: "nonIphashMismatch" },
      "esx-01: the physical ports are a port channel, and no port group uses IP hash",
    ],
  ])("%j says: %s", (result, note) => {
    expect(found(result)).toEqual([note]);
  });

  it.each([{}, { mtuMismatch: false }, { teamingStatus: "iphashMatch" }, { teamingStatus: "nonIphashMatch" }])(
    "%j is none",
    (result) => {
      expect(found(result)).toEqual([]);
    },
  );

  it("that several hosts share is told once", () => {
    const bad = { ...FINE, untrunkedVlan: [range(30)] };
    expect(healthNotes(facts([[bad, bad], [FINE], [bad]]))).toEqual([
      "esx-01, esx-03: VLAN 30 is not trunked on uplink1 (vmnic2)",
    ]);
    expect(healthNotes(facts(Array.from({ length: 10 }, () => [bad])))[0]).toMatch(/, esx-08 and 2 more: VLAN 30/);
  });
});

describe("no result", () => {
  it("is no good news", () => {
    expect(healthNotes(facts([[], []]))).toEqual([expect.stringContaining("has found nothing out yet")]);
    expect(healthNotes(facts([[FINE], []]))).toEqual([]);
  });

  it("means nothing while the check is off, or without members", () => {
    expect(healthNotes(facts([[]], { enable: false }))).toEqual([]);
    expect(healthNotes(facts([[{ ...FINE, untrunkedVlan: [range(30)] }]], { enable: false }))).toEqual([]);
    expect(healthNotes(facts([]))).toEqual([]);
    expect(healthNotes(facts([[]], { isMember: false }))).toEqual([]);
  });
});
