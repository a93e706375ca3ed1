// What a real host said once of its network devices, and what is read out of it. Recorded with the scripts of a change on the emulated host.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linux } from "../../../providers/platforms/linux/index.js";
import { toLinuxWords } from "../../../providers/platforms/linux/toWords.js";
import { modelOf } from "../../model/given.js";
import { recordedFacts, recordedNames, recordedSpec } from "../../recorded.js";

/** A machine on which others have set everything that we could set, on every device: nothing of it is ours. */
const OF_OTHERS = { arp_ignore: 1, arp_announce: 2, arp_filter: 1, rp_filter: 2, accept_ra: 0 };

/** With what the script asks for since they were recorded. */
function factsOf(name: string) {
  const document = JSON.parse(recordedFacts("linux", name)) as { readonly links: readonly { ifname: string }[] };
  const devices = ["all", "default", ...document.links.map(({ ifname }) => ifname)];
  return linux.readFacts({
    ...document,
    tables: [{ dst: "198.51.100.0/24", gateway: "192.0.2.1", dev: "br0" }],
    rules: [{ priority: 100, src: "192.0.2.0", srclen: 24, table: "7" }],
    settings: devices.flatMap((device) => Object.entries(OF_OTHERS).map(([key, value]) => [device, key, value])),
    teams: [],
  });
}

const FILES = { "/etc/netplan/60-multiport.yaml": "" };

it("the recorded hosts are the ones that are looked at here", () => {
  expect(recordedNames("linux").sort()).toEqual(["arp-monitor", "lacp-bridge"]);
});

describe.each(recordedNames("linux"))("%s", (name) => {
  const [host] = modelOf(recordedSpec("linux", name)).kvmHosts;
  if (!host) throw new Error("no host");
  const desired = toLinuxWords(host);
  const facts = factsOf(name);
  const read = (known: readonly (typeof desired)[]) =>
    linux.fromFacts(facts, { environment: "live", known, files: FILES });

  it("is as the file wanted it, to the word", async () => {
    const actual = read([desired]);
    expect(linux.compare(desired, actual)).toEqual([]);
    await expect(`${JSON.stringify(actual, null, 2)}\n`).toMatchFileSnapshot(
      join(__dirname, "../../recorded/linux", name, "words.json"),
    );
  });

  it("carries our mark: what is ours is found without the file that made it", () => {
    const actual = read([]);
    expect(actual.bonds).toEqual(desired.bonds);
    expect(Object.keys(actual.bridges)).toEqual(["br0", "br1"]);
    expect(actual.vlans).toEqual(desired.vlans);
    const others = linux.fromFacts(facts, { environment: "other", known: [], files: {} });
    expect(others).toEqual(linux.nothing);
  });

  it("takes nothing to become what it is, and all to become nothing", () => {
    const heading = { machine: "lab", environment: "live" };
    const same = linux.plan(desired, { actual: read([desired]), facts, heading });
    expect([same.conflicts, same.before]).toEqual([[], []]);
    const removal = linux.plan(linux.nothing, { actual: read([desired]), facts, heading });
    expect(removal.conflicts).toEqual([]);
    expect(removal.before.flatMap(({ data }) => (data as { leaving: { device: string }[] }).leaving)).toEqual(
      expect.arrayContaining([{ device: "br0-bond", isNic: false }]),
    );
  });
});

it("says of a bond whose switch is silent that it is", () => {
  const facts = factsOf("lacp-bridge");
  const [host] = modelOf(recordedSpec("linux", "lacp-bridge")).kvmHosts;
  expect(host && linux.unhealthy(toLinuxWords(host), facts)).toEqual([
    expect.stringMatching(/^br0-bond (has no LACP partner|has no carrier)/),
  ]);
});

it.each(["tables", "rules", "settings", "teams"])(
  "facts that lack %s are incomplete, and not taken for none",
  (key) => {
    const { [key]: _, ...document } = {
      ...(JSON.parse(recordedFacts("linux", "lacp-bridge")) as object),
      ...{ tables: [], rules: [], settings: [], teams: [] },
    } as Readonly<Record<string, unknown>>;
    expect(() => linux.readFacts(document)).toThrow(`the facts of the network devices are incomplete at ${key}:`);
  },
);
