// Networks: what a VLAN setting means, and everything that can be wrong with VLANs, subnets and gateways.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  carriedVlans,
  checkNetwork,
  formatRanges,
  mergeRanges,
  type NetworkSpec,
  toNetwork,
} from "../../providers/model/network.js";
import { contains, isReserved, parseCidr, sameAddress } from "../../providers/model/subnet.js";

describe("the VLAN setting of a network", () => {
  it.each<[string, NetworkSpec, object, string]>([
    ["nothing given: untagged, and no tag on the uplink", {}, { kind: "untagged" }, ""],
    ["vlan: an access port", { vlan: 10 }, { kind: "access", id: 10 }, "10"],
    [
      "vlans: a trunk, sorted and joined",
      { vlans: ["100-199", 300, "200-201"] },
      {
        kind: "trunk",
        ranges: [
          { first: 100, last: 201 },
          { first: 300, last: 300 },
        ],
      },
      "100-201,300",
    ],
    [
      "native of a trunk: carried too, though not among vlans",
      { vlans: [40, 50], native: 45 },
      {
        kind: "trunk",
        ranges: [
          { first: 40, last: 40 },
          { first: 50, last: 50 },
        ],
        native: 45,
      },
      "40,45,50",
    ],
    [
      "an isolated private VLAN: both numbers travel",
      { privateVlan: { primary: 200, secondary: 201, type: "isolated" } },
      { kind: "private", primary: 200, secondary: 201, type: "isolated" },
      "200-201",
    ],
    [
      "a promiscuous private VLAN is its own secondary",
      { privateVlan: { primary: 200, type: "promiscuous" } },
      { kind: "private", primary: 200, secondary: 200, type: "promiscuous" },
      "200",
    ],
  ])("%s", (_sentence, spec, vlan, carried) => {
    const network = toNetwork("n", spec);
    expect(network).toEqual({ name: "n", vlan, mtuBytes: 1500 });
    expect(formatRanges(carriedVlans(network.vlan))).toBe(carried);
  });

  it("a set of VLANs has one spelling, however it was written", () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(9))
      .map(([first, size]) => ({ first, last: first + size }));
    const members = (ranges: readonly { first: number; last: number }[]) =>
      new Set(
        ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index)),
      );
    fc.assert(
      fc.property(fc.array(range), fc.array(range), (a, b) => {
        const isSame = JSON.stringify([...members(a)].sort()) === JSON.stringify([...members(b)].sort());
        expect(members(mergeRanges(a))).toEqual(members(a));
        expect(formatRanges(mergeRanges(a)) === formatRanges(mergeRanges(b))).toBe(isSame);
      }),
    );
  });
});

describe("what is wrong with a network", () => {
  it.each<[string, NetworkSpec, string[]]>([
    ["nothing", { vlan: 10, subnet: "10.0.0.0/24", gateway: "10.0.0.1" }, []],
    ["nothing with IPv6", { vlan: 10, subnet: "2001:DB8::/64", gateway: "2001:db8::1" }, []],
    ["two kinds at once", { vlan: 10, vlans: [20] }, [": vlan and vlans exclude each other"]],
    ["native without a trunk", { vlan: 10, native: 10 }, ["native: native needs vlans"]],
    ["a range over the end", { vlans: ["4000-4095"] }, ["vlans,0: not a VLAN range"]],
    ["a range from zero", { vlans: ["0-10"] }, ["vlans,0: not a VLAN range"]],
    ["a range backwards", { vlans: ["20-10"] }, ["vlans,0: not a VLAN range"]],
    ["ranges that overlap", { vlans: ["10-20", "15-30"] }, ["vlans,1: overlaps with 10-20"]],
    ["one VLAN twice", { vlans: [10, 10] }, ["vlans,1: overlaps with 10"]],
    [
      "an isolated VLAN without a number of its own",
      { privateVlan: { primary: 200, type: "isolated" } },
      ["privateVlan,secondary: type isolated needs a secondary VLAN of its own"],
    ],
    ["a gateway without a subnet", { gateway: "10.0.0.1" }, ["gateway: a gateway needs a subnet"]],
    [
      "a gateway elsewhere",
      { subnet: "10.0.0.0/24", gateway: "10.0.1.1" },
      ["gateway: the gateway is not in the subnet"],
    ],
    [
      "a gateway of the other IP version",
      { subnet: "2001:db8::/64", gateway: "10.0.0.1" },
      ["gateway: the gateway is not in the subnet"],
    ],
    ["a shortened gateway", { subnet: "10.0.0.0/24", gateway: "10.1" }, ["gateway: the gateway is not in the subnet"]],
    [
      "an octal gateway",
      { subnet: "10.0.0.0/24", gateway: "10.0.0.010" },
      ["gateway: the gateway is not in the subnet"],
    ],
    ["host bits", { subnet: "10.0.0.7/24" }, ["subnet: has host bits set"]],
    ["a prefix too long", { subnet: "10.0.0.0/33" }, ["subnet: not an IP subnet"]],
    ["a prefix with a leading zero", { subnet: "10.0.0.0/024" }, ["subnet: not an IP subnet"]],
  ])("%s", (_sentence, spec, expected) => {
    expect(checkNetwork(spec, []).map(({ path, message }) => `${path.join()}: ${message}`)).toEqual(expected);
  });
});

describe("addresses", () => {
  it.each([
    ["10.0.0.1/24", true],
    ["0.0.0.0/0", true],
    ["2001:db8::1/64", true],
    ["10.0.0.256/24", false],
    ["10.1/8", false],
    ["010.0.0.1/8", false],
    ["0x0a.0.0.1/8", false],
    ["10.0.0.1", false],
    ["10.0.0.1/", false],
    ["10.0.0.1/+4", false],
    ["::1/129", false],
    ["", false],
  ])("%s is an address with prefix length: %s", (text, expected) => {
    expect(parseCidr(text) !== undefined).toBe(expected);
  });

  it("a subnet contains its own addresses and no other's", () => {
    expect(contains("10.0.0.0/24", "10.0.0.255")).toBe(true);
    expect(contains("10.0.0.0/24", "10.0.1.0/24")).toBe(false);
    expect(contains("0.0.0.0/0", "::1")).toBe(false);
    expect(contains("nonsense", "10.0.0.1")).toBe(false);
  });

  it("spellings of one address are the same", () => {
    expect(sameAddress("2001:DB8:0:0::1", "2001:db8::1")).toBe(true);
    expect(sameAddress("10.0.0.1", "10.0.0.2")).toBe(false);
    expect(sameAddress("x", "x")).toBe(false);
  });

  it.each([
    ["10.0.0.0/24", "10.0.0.0", true],
    ["10.0.0.0/24", "10.0.0.255", true],
    ["10.0.0.0/24", "10.0.0.1", false],
    ["10.0.0.0/31", "10.0.0.0", false],
    ["2001:db8::/64", "2001:db8::", true],
    ["2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", false],
  ])("in %s, %s belongs to no machine: %s", (subnet, address, expected) => {
    expect(isReserved(subnet, address)).toBe(expected);
  });
});
