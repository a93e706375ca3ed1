// The words of Linux guests: who answers ARP for what, and that no renderer is asked for a router that it can't reach.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../../providers/engine/check.js";
import { contains } from "../../../providers/model/subnet.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { toGuestWords } from "../../../providers/platforms/linuxGuest/toWords.js";

/** Undefined: the file is refused. */
function wordsOf(ports: string, bonds = ""): LinuxWords | undefined {
  const { environment, problems } = checkEnvironmentText(
    `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { e0: , e1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } } } }
vms: { v: { host: k, ports: { ${ports.replaceAll(/@(\d)/g, "portGroup: vs0/app, guestInterface: eth$1")} }, guest: { os: linux }, bonds: { ${bonds} } } }
`,
    "e.yaml",
  );
  const guest = environment?.virtualMachines[0]?.guest;
  return guest && problems.every(({ severity }) => severity !== "error") ? toGuestWords(guest) : undefined;
}

const OWN_ADDRESSES_ALONE = { ignore: 1, announce: 2, filter: 0 };

describe("ARP of a guest", () => {
  const arp = (words: LinuxWords | undefined) =>
    Object.fromEntries(Object.entries(words?.links ?? {}).map(([name, link]) => [name, link.arp]));

  it("is left to the kernel where no interface has a routing table", () => {
    const words = wordsOf("p: { @0, addresses: [10.0.0.5/24] }, q: { @1, addresses: [10.0.1.5/24] }");
    expect(arp(words)).toEqual({ eth0: null, eth1: null });
  });

  it("is answered for its own addresses alone by an interface with a routing table, and by those beside it in its subnet", () => {
    const words = wordsOf(
      "p: { @0, addresses: [10.0.0.5/24] }, q: { @1, addresses: [10.0.1.5/24] }, r: { @2 }, s: { @3 }, t: { @4 }",
      "b: { members: [r, s], addresses: [10.0.0.6/24], routingTable: 101 }",
    );
    expect(arp(words)).toEqual({
      b: OWN_ADDRESSES_ALONE,
      eth0: OWN_ADDRESSES_ALONE,
      eth1: null,
      eth2: null,
      eth3: null,
      eth4: null,
    });
  });
});

describe("the routers of a guest", () => {
  const addresses = ["10.0.0.5/24", "10.0.0.5/32", "2001:db8::5/64", "2001:db8::5/128"];
  const routers = ["10.0.0.1", "10.9.0.1", "2001:db8::1", "2001:db8:9::1", "fe80::1"];
  const port = fc.record(
    {
      addresses: fc.subarray(addresses, { maxLength: 2 }),
      gateway: fc.constantFrom(...routers),
      dhcp: fc.constantFrom("ipv4", "ipv6", "both"),
      routes: fc
        .constantFrom(...routers)
        .map((via) => [{ to: via.includes(":") ? "2001:db8:77::/48" : "10.77.0.0/16", via }]),
    },
    { requiredKeys: [] },
  );

  it("are each in a subnet of the interface, or in one that a lease brings, or on the link of every address, or beside none that has a neighbour", () => {
    let reached = 0;
    fc.assert(
      fc.property(port, (spec) => {
        const own = Object.entries(spec).map(([key, value]) => `, ${key}: ${JSON.stringify(value)}`);
        const link = wordsOf(`p: { @0${own.join("")} }`)?.links.eth0;
        for (const router of [...(link?.gateways ?? []), ...(link?.routes ?? []).map(({ via }) => via ?? "")]) {
          const isLeased = router.includes(":") ? link?.dhcp6 : link?.dhcp4;
          const isOn = link?.addresses.some((address) => contains(address, router));
          const hasAny = (link?.addresses.length ?? 0) > 0 || link?.dhcp4 || link?.dhcp6;
          const family = link?.addresses.filter((address) => address.includes(":") === router.includes(":")) ?? [];
          const isAlone = family.length > 0 && family.every((address) => /\/(32|128)$/.test(address));
          expect(isLeased || isOn || isAlone || (router.startsWith("fe80:") && hasAny)).toBe(true);
          reached += 1;
        }
      }),
      { numRuns: 400 },
    );
    expect(reached).toBeGreaterThan(50);
  });
});

describe("what a port of a guest is known by", () => {
  const nics = (port: string) => wordsOf(`app0: { portGroup: vs0/app, ${port} }`)?.nics;

  it.each<[string, object | undefined]>([
    ['mac: "52:54:00:00:00:0A"', { app0: { mac: "52:54:00:00:00:0a" } }],
    ['guestPci: "0000:0B:00.0"', { app0: { pci: "0000:0b:00.0" } }],
    ['mac: "52:54:00:00:00:0A", guestPci: "0000:0B:00.0"', { app0: { pci: "0000:0b:00.0" } }],
    ["guestInterface: eth0", undefined],
  ])("%s", (port, wanted) => expect(nics(port)).toEqual(wanted));
});
