// Routes, policy rules and settings in words: what the kernel says back is what was wanted, and what is not ours stays out.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillTemplate } from "../../../providers/engine/template.js";
import { canonicalAddress, networkAddress } from "../../../providers/model/subnet.js";
import { ANSWERING_PRIORITY, answeringLink } from "../../../providers/platforms/linux/answering.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { SYSCTL_FILE } from "../../../providers/platforms/linux/sysctl.js";
import type { KernelLink, KernelRoute, KernelRule, LinuxWords } from "../../../providers/platforms/linux/words.js";
import { kernelSays } from "./kernel.js";
import { HEADING } from "./rendering.js";
import { link, MULTI_HOMED, NO_WORDS } from "./words.js";

const FILES = { "/etc/netplan/60-multiport.yaml": "" };

function facts(says: object) {
  return linux.readFacts(JSON.parse(JSON.stringify(says)));
}

function readBack(says: object, known: readonly LinuxWords[], files: Record<string, string> = FILES): LinuxWords {
  return linux.fromFacts(facts(says), { environment: HEADING.environment, known, files });
}

const ipv4 = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((part) => part.join("."));
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 7, maxLength: 7 })
  .map((part) => canonicalAddress(["2001", ...part.map((each) => each.toString(16))].join(":")));
const table = fc.oneof(fc.constant(254), fc.integer({ min: 1, max: 252 }), fc.integer({ min: 256, max: 2 ** 32 - 1 }));

function network(address: string, length: number): string {
  return canonicalAddress(`${networkAddress(`${address}/${length}`)}/${length}`);
}

function ofFamily(address: fc.Arbitrary<string>, bits: number) {
  const prefix = fc.tuple(address, fc.integer({ min: 0, max: bits })).map(([host, length]) => network(host, length));
  const route = fc.record({
    to: prefix,
    via: fc.option(address),
    metric: fc.option(fc.integer({ min: 1, max: 5000 })),
    source: fc.option(address),
    table,
  });
  const rule = fc
    .record({
      from: fc.option(fc.oneof(address, prefix)),
      to: fc.option(prefix),
      table,
      priority: fc.integer({ min: 1, max: 32765 }),
    })
    .filter(
      ({ from, to }) =>
        [from, to].some((end) => end !== null && !end.endsWith("/0")) && ![from, to].some((end) => end?.endsWith("/0")),
    );
  const whole: fc.Arbitrary<KernelRoute> = route.map((given) =>
    given.to.endsWith("/0") && given.via !== null ? { ...given, to: "default" } : given,
  );
  return { route: whole, rule: rule as fc.Arbitrary<KernelRule> };
}

const [v4, v6] = [ofFamily(ipv4, 32), ofFamily(ipv6, 128)];
/** The kernel has one route of a table, network and metric. */
const place = ({ table: id, to, metric, via }: KernelRoute) =>
  JSON.stringify([id, to, metric, (via ?? to).includes(":")]);
const aLink = fc
  .record({
    routes: fc.uniqueArray(fc.oneof(v4.route, v6.route), { maxLength: 5, selector: place }),
    rules: fc.uniqueArray(fc.oneof(v4.rule, v6.rule), { maxLength: 4, selector: (rule) => JSON.stringify(rule) }),
    arp: fc.option(
      fc.record({ ignore: fc.nat(8), announce: fc.constantFrom(0, 1, 2), filter: fc.constantFrom(0, 1) } as const),
    ),
    reversePath: fc.option(fc.constantFrom(0, 1, 2)),
    acceptRa: fc.option(fc.constantFrom(0, 2)),
    gateways: fc.constantFrom([], ["10.4.0.1"], ["10.4.0.1", "2001:db8:4::1"]),
  })
  .map((given) => link({ addresses: ["10.4.0.5/24"], ...(given as Partial<KernelLink>) }));
const someWords = fc.tuple(aLink, aLink).map(
  ([eth4, eth5]): LinuxWords => ({
    ...NO_WORDS,
    renderer: "netplan",
    links: { eth4, eth5: { ...eth5, addresses: ["10.5.0.5/24"] } },
  }),
);

describe("what the kernel says back", () => {
  it("is what was wanted, whatever it was", () => {
    fc.assert(
      fc.property(someWords, (words) => {
        const actual = readBack(kernelSays(words, { defaults: "absent" }), [words]);
        expect(actual).toEqual(words);
        expect(linux.compare(words, actual)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("is of others where no words of ours have it", () => {
    fc.assert(
      fc.property(someWords, (words) => {
        const bare = {
          ...words,
          links: { eth4: link({ addresses: ["10.4.0.5/24"] }), eth5: link({ addresses: ["10.5.0.5/24"] }) },
        };
        const { eth4, eth5 } = readBack(kernelSays(words, { defaults: "absent" }), [bare]).links;
        for (const each of [eth4, eth5])
          expect(each).toMatchObject({ routes: [], rules: [], arp: null, reversePath: null, acceptRa: null });
      }),
    );
  });

  it.each<[string, Partial<KernelRoute>]>([
    ["network", { to: "10.61.0.0/16" }],
    ["next hop", { via: "10.4.0.8" }],
    ["metric", { metric: 51 }],
    ["source", { source: null }],
    ["table", { table: 105 }],
  ])("a route of another %s is not ours, and ours is missing", (_word, other) => {
    const route: KernelRoute = { to: "10.60.0.0/16", via: "10.4.0.9", metric: 50, source: "10.4.0.5", table: 104 };
    const words = (routes: readonly KernelRoute[]) => ({
      ...NO_WORDS,
      links: { eth4: link({ addresses: ["10.4.0.5/24"], routes }) },
    });
    const wanted = words([route]);
    const actual = readBack(kernelSays(words([{ ...route, ...other }]), { defaults: "absent" }), [wanted]);
    expect(
      linux
        .compare({ ...wanted, renderer: "netplan" }, actual)
        .map(({ path, from, disruption }) => [path.join("."), from, disruption]),
    ).toEqual([["links.eth4.routes", [], "brief"]]);
  });

  it.each([
    ["a mark", { fwmark: "0x5" }],
    ["an interface", { iif: "eth0" }],
    ["a priority of its own", { priority: 29999 }],
    ["another table", { table: "105" }],
    ["a network where ours has an address", { srclen: 24 }],
    ["a destination", { dst: "10.0.0.0", dstlen: 8 }],
    ["no more than an end to it", { action: "blackhole" }],
  ])("a rule with %s is not ours", (_words, other) => {
    const wanted = {
      ...NO_WORDS,
      links: {
        eth4: link({
          addresses: ["10.4.0.5/24"],
          rules: [{ from: "10.4.0.5", to: null, table: 104, priority: 30000 }],
        }),
      },
    };
    const said = kernelSays(wanted, { defaults: "absent" }) as { rules: object[] };
    const rules = said.rules.map((rule, index) => (index === 1 ? { ...rule, ...other } : rule));
    expect(readBack({ ...said, rules }, [wanted]).links.eth4?.rules).toEqual([]);
    expect(readBack(said, [wanted]).links.eth4?.rules).toHaveLength(1);
  });

  it.each([["192.0.2.1", "2001:db8:4::2"], ["192.0.2.1"]])(
    "a default route of a metric of its own is no gateway, and a gateway beside it is one (%s, %s)",
    (...gateways) => {
      const { eth4 } = MULTI_HOMED.links;
      const words = {
        ...MULTI_HOMED,
        renderer: "netplan" as const,
        links: { eth4: link({ ...eth4, gateways }) },
        vlans: {},
      };
      expect(readBack(kernelSays(words, { defaults: "absent" }), [words])).toEqual(words);
    },
  );

  it("what was applied last and is not wanted any more is there, until it is gone", () => {
    const bare = {
      ...MULTI_HOMED,
      links: { ...MULTI_HOMED.links, eth4: link({ addresses: MULTI_HOMED.links.eth4?.addresses ?? [] }) },
    };
    const file = linux
      .sections({ ...MULTI_HOMED, renderer: "networkd" }, HEADING)
      .find(({ path }) => path === SYSCTL_FILE);
    const text = file ? fillTemplate(file.template, file.data) : "";
    const known = [bare, MULTI_HOMED];
    const before = readBack(kernelSays(MULTI_HOMED, { defaults: "absent" }), known, { [SYSCTL_FILE]: text }).links.eth4;
    const { routes, rules, arp, reversePath } = MULTI_HOMED.links.eth4 ?? link();
    expect(before).toMatchObject({ routes, rules, arp, reversePath });
    const after = readBack(kernelSays(bare, { defaults: "absent" }), known, {}).links.eth4;
    expect(after).toMatchObject({ routes: [], rules: [], arp: null, reversePath: null });
  });
});

describe("a port that answers", () => {
  const port = fc.record({
    addresses: fc.uniqueArray(
      fc.oneof(
        fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })).map(([address, length]) => `${address}/${length}`),
        fc.tuple(ipv6, fc.integer({ min: 16, max: 128 })).map(([address, length]) => `${address}/${length}`),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    gateways: fc.tuple(fc.option(ipv4), fc.option(ipv6)).map((pair) => pair.filter((gateway) => gateway !== null)),
    routes: fc.array(
      v4.route.filter(({ to }) => to !== "default" && !to.endsWith("/0")),
      { maxLength: 2 },
    ),
    table: fc.integer({ min: 256, max: 2 ** 32 - 1 }),
  });

  it("has a rule for each address and a table of its own with its networks and gateways, in whatever order they are given", () => {
    fc.assert(
      fc.property(port, (given) => {
        const { routes, rules } = answeringLink(given);
        expect([...routes, ...rules].every(({ table: id }) => id === given.table)).toBe(true);
        expect(new Set(rules.map(({ from }) => from))).toEqual(
          new Set(given.addresses.map((address) => address.split("/")[0])),
        );
        expect(new Set(rules.map(({ priority }) => priority))).toEqual(new Set([ANSWERING_PRIORITY]));
        const further = given.routes.length;
        const own = further === 0 ? routes : routes.slice(0, -further);
        expect(routes.slice(own.length)).toEqual(given.routes.map((each) => ({ ...each, table: given.table })));
        const networks = given.addresses.filter((address) => !/\/(32|128)$/.test(address) || /:.*\/32$/.test(address));
        expect(new Set(own.flatMap(({ to, via }) => (via === null ? to : [])))).toEqual(
          new Set(networks.map((address) => network(address.split("/")[0] ?? "", Number(address.split("/")[1])))),
        );
        const families = new Set(given.addresses.map((address) => address.includes(":")));
        expect(own.flatMap(({ via }) => via ?? [])).toEqual(
          given.gateways.filter((gateway) => families.has(gateway.includes(":"))),
        );
        expect(new Set(own.map(place)).size).toBe(own.length);
        const turned = answeringLink({ ...given, addresses: [...given.addresses].reverse() });
        expect(new Set(turned.rules.map((rule) => JSON.stringify(rule)))).toEqual(
          new Set(rules.map((rule) => JSON.stringify(rule))),
        );
      }),
    );
  });
});
