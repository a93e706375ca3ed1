// What a call of ours says, in the words that come back when vCenter says the same: through the real writer and reader of SOAP.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromAddress,
  isSameAddress,
  toAddress,
  toNetmask,
} from "../../../../providers/platforms/vsphere/host/netmask.js";
import {
  fromPortGroupPolicy,
  fromSwitchPolicy,
  NetworkPolicy,
  type PolicyWords,
  toNetworkPolicy,
} from "../../../../providers/platforms/vsphere/host/networkPolicy.js";
import type { TeamingWords } from "../../../../providers/platforms/vsphere/host/words.js";
import type { ShapingWord } from "../../../../providers/platforms/vsphere/portWords.js";
import { overTheWire } from "../overTheWire.js";

const device = fc.constantFrom("vmnic0", "vmnic1", "vmnic2", "vmnic10");
const teaming: fc.Arbitrary<TeamingWords> = fc.record({
  policy: fc.constantFrom("loadbalance_srcid", "loadbalance_srcmac", "loadbalance_ip", "failover_explicit"),
  active: fc.uniqueArray(device),
  standby: fc.uniqueArray(device),
  beacon: fc.boolean(),
  failback: fc.boolean(),
  notifySwitches: fc.boolean(),
});
const security = fc.record({ promiscuous: fc.boolean(), macChanges: fc.boolean(), forgedTransmits: fc.boolean() });
const shaping: fc.Arbitrary<ShapingWord> = fc.oneof(
  fc.constant("off" as const),
  fc.record({
    averageKbps: fc.integer({ min: 1, max: 1_000_000_000 }),
    peakKbps: fc.integer({ min: 1, max: 1_000_000_000 }),
    burstKilobytes: fc.integer({ min: 1, max: 100_000_000 }),
  }),
);
const inherited = fc.constant("inherited" as const);

describe("words of a policy", () => {
  it("are the same after they went to a switch and came back", () => {
    fc.assert(
      fc.property(fc.record({ teaming, security, shaping }), (words) => {
        const policy = NetworkPolicy.parse(overTheWire(toNetworkPolicy(words)));
        expect(fromSwitchPolicy(policy)).toEqual(words);
      }),
    );
  });

  it("are the same after they went to a port group, also where it inherits", () => {
    const words = fc.record({
      teaming: fc.oneof(teaming, inherited),
      security: fc.oneof(security, inherited),
      shaping: fc.oneof(shaping, inherited),
    });
    fc.assert(
      fc.property(words, fc.record({ teaming, security, shaping }), (own: PolicyWords, above) => {
        const [policy, computed] = [own, above].map((each) =>
          NetworkPolicy.parse(overTheWire(toNetworkPolicy(each)) ?? ""),
        ) as [NetworkPolicy, NetworkPolicy];
        expect(fromPortGroupPolicy(policy, computed)).toEqual(own);
      }),
    );
  });
});

describe("addresses", () => {
  it("are the same with a netmask as with a prefix length", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const text = `${address}/${prefix}`;
        const parts = fromAddress(text);
        expect(toAddress(parts.address, parts.netmask)).toBe(text);
      }),
    );
  });

  it.each([
    [0, "0.0.0.0"],
    [8, "255.0.0.0"],
    [20, "255.255.240.0"],
    [24, "255.255.255.0"],
    [31, "255.255.255.254"],
    [32, "255.255.255.255"],
  ])("have the netmask of prefix length %i", (prefix, netmask) => {
    expect(toNetmask(prefix)).toBe(netmask);
  });

  it("show a netmask that is none as it is", () => {
    expect(toAddress("10.0.0.1", "255.0.255.0")).toBe("10.0.0.1/255.0.255.0");
  });

  it.each([
    ["10.0.0.1/24", "10.0.0.1/20", true],
    ["10.0.0.1/24", "10.0.0.2/24", false],
    ["dhcp", "dhcp", false],
    ["10.0.0.1/24", "dhcp", false],
  ])("%s and %s are of one interface: %s", (a, b, isSame) => {
    expect(isSameAddress(a, b)).toBe(isSame);
  });
});
