// From text to model: every problem with its place, all at once; and no text or value at all that makes parse throw.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { checkEnvironmentSpec, checkEnvironmentText } from "../../providers/engine/check.js";
import { problemsOf } from "./given.js";

const WRONG_VLAN = "[schema] the value is not allowed here";

describe("the place of a problem", () => {
  it.each([
    ["in block style", "environment: t\nnetworks:\n  app:\n    vlan: 0\n", [`4:5 networks.app.vlan ${WRONG_VLAN}`]],
    [
      "in flow style",
      "environment: t\nnetworks: { app: { mtu: 1500, vlan: 0 } }\n",
      [`2:31 networks.app.vlan ${WRONG_VLAN}`],
    ],
    [
      "after CRLF line ends",
      "environment: t\r\nnetworks:\r\n  app: { vlan: 0 }\r\n",
      [`3:10 networks.app.vlan ${WRONG_VLAN}`],
    ],
    ["after a byte order mark", "\uFEFFenvironment: t t\n", ["1:1 environment [schema] the value is not allowed here"]],
    [
      "after letters beyond ASCII",
      "# é 漢 😀\nenvironment: t\nnetworks: { app: { vlan: 0 } }\n",
      [`3:20 networks.app.vlan ${WRONG_VLAN}`],
    ],
    [
      "in a list",
      "environment: t\nnetworks:\n  app:\n    vlans:\n      - 10\n      - 0\n",
      ["6:9 networks.app.vlans[1] [schema] the value is not allowed here"],
    ],
    [
      "of a missing key is that of its owner",
      "environment: t\nvms:\n  a:\n    ports: {}\n",
      ["3:3 vms.a.host [schema] a required value is missing"],
    ],
    [
      "of an alias is where the value stands",
      "environment: t\nnetworks:\n  a: &n { vlan: 0 }\n  b: *n\n",
      [`3:11 networks.a.vlan ${WRONG_VLAN}`, `3:11 networks.b.vlan ${WRONG_VLAN}`],
    ],
    [
      "of a merged key is where it stands",
      "environment: t\nnetworks:\n  a: &n { vlan: 1 }\n  b: { <<: *n, vlam: 1 }\n  c:\n    <<: [ { mtu: 1 }, *n ]\n",
      [
        "4:16 networks.b.vlam [schema] this key is not known here",
        "6:13 networks.c.mtu [schema] the value is not allowed here",
      ],
    ],
    [
      "of a host may be in its profile",
      "environment: t\nprofiles:\n  p:\n    platform: kvm\n    virtualSwitches: { v: { uplinkTeam: { members: [e0] }, portGroups: [] } }\nhosts: { a: { profile: p } }\n",
      ["5:60 profiles.p.virtualSwitches.v.portGroups [schema] the value is not allowed here"],
    ],
    [
      "of a name in a profile's team is in the profile",
      "environment: t\nnetworks: { n: {} }\nprofiles:\n  p:\n    platform: kvm\n    virtualSwitches: { v: { uplinkTeam: { members: [e0, e1] }, portGroups: [n] } }\nhosts: { a: { profile: p, uplinks: { e0: } } }\n",
      ["6:57 hosts.a.virtualSwitches.v.uplinkTeam.members[1] [reference] there is no uplink of this name"],
    ],
  ])("%s", (_sentence, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});

describe("text that is no environment", () => {
  it.each([
    ["an empty file", "", ["1:1  [schema] the file declares nothing"]],
    ["only remarks", "# nothing\n", ["1:1  [schema] the file declares nothing"]],
    ["a list", "- a\n", ["1:1  [schema] the value is of the wrong type"]],
    ["a word", "hello\n", ["1:1  [schema] the value is of the wrong type"]],
    ["two documents", "environment: t\n---\nenvironment: u\n", ["2:1  [yaml] a second YAML document begins here"]],
    ["a tab", "environment: t\nnetworks:\n\tapp: {}\n", ["3:1  [yaml] a tab stands in the indentation"]],
    ["a tag", "environment: !vault x\n", ["1:14  [yaml] tags have no meaning in an environment file"]],
    ["a list as a key", "environment: t\nnetworks: { [a]: {} }\n", ["2:13  [yaml] a key is a list or a map"]],
    ["an alias of nothing", "environment: *x\n", ["1:14  [yaml] there is no anchor &x before this alias"]],
    ["an alias of itself", "environment: &a [*a]\n", ["1:18  [yaml] alias *a stands inside what it names"]],
    [
      "Latin-1",
      Buffer.from("environment: t\nnetworks: { caf\xe9: {} }\n", "latin1").toString("utf8"),
      ["2:16  [yaml] the file is not UTF-8 text"],
    ],
    ["UTF-16", Buffer.from("environment: t\n", "utf16le").toString("utf8"), ["1:2  [yaml] the file is not UTF-8 text"]],
  ])("%s", (_sentence, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it("a range without quotes in a flow list: the remedy is to quote it", () => {
    const text = "environment: t\ndistributedSwitches: { d: { hosts: [esx-[01:02]] } }\n";
    expect(checkEnvironmentText(text, "e.yaml").problems[0]?.remedy).toBe(
      'Inside [ ] and { }, a range stands between quotes: "kvm-[01:40]".',
    );
  });

  it("a duplicate key is and __proto__ are told together with all else", () => {
    expect(problemsOf("environment: t\nnetworks: { a: {}, a: { vlan: 0 } }\n__proto__: 1\nhostz: {}\n")).toEqual([
      "2:20  [yaml] this key stands twice in one map",
      "3:1  [yaml] this name is not allowed here",
      "4:1 hostz [schema] this key is not known here",
    ]);
  });
});

describe("names that every object has", () => {
  it.each([
    [
      "a profile",
      "hosts: { a: { profile: constructor } }",
      "1:33 hosts.a.profile [reference] there is no profile of this name",
    ],
    [
      "an MLAG peer",
      "switches: { a: { platform: nxos, mlag: { peer: toString, domain: 1 } } }",
      "1:60 switches.a.mlag.peer [reference] there is no switch of this name",
    ],
    [
      "a switch",
      "hosts: { a: { platform: kvm, uplinks: { e: { cable: valueOf 1 } } } }",
      "1:64 hosts.a.uplinks.e.cable [reference] there is no switch of this name",
    ],
    [
      "a key",
      "hosts: { a: { platform: kvm, constructor: 1 } }",
      "1:48 hosts.a.constructor [schema] this key is not known here",
    ],
  ])("%s is not taken for declared", (_noun, text, expected) => {
    expect(problemsOf(`{ environment: t, ${text} }\n`)).toEqual([expected]);
  });
});

describe("all problems at once", () => {
  const wrongName = "[reference] there is no";
  it.each([
    [
      "a wrong value beside a wrong name",
      "vlan: 0",
      ["members: [e0, e9]"],
      [
        "3:20 networks.app.vlan",
        `6:68 hosts.a.virtualSwitches.v.uplinkTeam.members[1] ${wrongName} uplink of this name`,
      ],
    ],
    [
      "a wrong item of a list beside a wrong name elsewhere",
      "vlan: 10",
      ["members: [e0, 5]"],
      ["6:68 hosts.a.virtualSwitches.v.uplinkTeam.members[1]", `7:19 vms.m.host ${wrongName} host of this name`],
    ],
  ])("%s", (_sentence, network, [team = ""], expected) => {
    const text = `environment: t
networks:
  app: ${network === "vlan: 0" ? "           { vlan: 0 }" : "{ vlan: 10 }"}
hosts:
  a:
    { platform: kvm, virtualSwitches: { v: { uplinkTeam: { ${team} }, portGroups: [app] } }, uplinks: { e0: } }
vms: { m: { ports: {}, host: ${team.includes("5") ? "zz" : "a"} } }
`;
    const found = problemsOf(text);
    expect(found.map((line) => line.replace(/^\d+:\d+ /, "").split(" ")[0])).toEqual(
      expected.map((line) => line.replace(/^\d+:\d+ /, "").split(" ")[0]),
    );
  });

  it("what a wrong part would declare is not reported as missing", () => {
    expect(
      problemsOf(
        "environment: t\nnetworks: { app: 5 }\nhosts:\n  a: { platform: kvm, uplinks: { e0: }, virtualSwitches: { v: { uplinkTeam: { members: [e0] }, portGroups: [app] } } }\n",
      ),
    ).toEqual(["2:13 networks.app [schema] the value is of the wrong type"]);
    expect(
      problemsOf('environment: t\nhosts: { "k[1:3]": { platform: xen } }\nvms: { m: { host: k2, ports: {} } }\n'),
    ).toEqual(['2:22 hosts."k[1:3]".platform [schema] the value is not allowed here']);
    expect(problemsOf("environment: t\nhosts: { k: { profile: p } }\nvms: { m: { host: k, ports: {} } }\n")).toEqual([
      "2:15 hosts.k.profile [reference] there is no profile of this name",
    ]);
  });

  it("a missing name of the environment hides nothing", () => {
    expect(problemsOf("hosts: { a: { profile: p } }\n")).toEqual([
      "1:1 environment [schema] a required value is missing",
      "1:15 hosts.a.profile [reference] there is no profile of this name",
    ]);
  });
});

describe("the nearest known key", () => {
  const wanted = (key: string) =>
    checkEnvironmentText(`environment: t\nhosts: { a: { platform: kvm, ${key}: 1 } }\n`, "e").problems[0]?.wanted;
  it.each([
    ["adress", "address (nearest known key)"],
    ["Uplinks", "uplinks (nearest known key)"],
    ["virtualSwitch", "virtualSwitches (nearest known key)"],
    [
      "zzzzzz",
      "one of profile, platform, release, address, ssh, renderer, missingPackages, uplinks, virtualSwitches, hostPorts, libvirt, vmkernelPorts, passthrough, reboot, redundancyGroup, description",
    ],
  ])("of %s is %s", (key, expected) => {
    expect(wanted(key)).toBe(expected);
  });
});

/** A file that a few lines of aliases blow up to 10^9 values. */
const bomb = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
  .concat(
    [..."bcdefghi"].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefghi"[index]}`).join(",")}]`),
  )
  .join("\n");

describe("text that is meant to hurt", () => {
  it.each([
    ["a billion laughs", `${bomb}\nenvironment: t\n`, /the aliases stand for more than \d+ values/],
    ["100,000 open brackets", `environment: ${"[".repeat(100_000)}`, /nested deeper than 64 levels/],
    ["20,000 open maps", `environment: ${"{a: ".repeat(20_000)}`, /nested deeper than 64 levels/],
    ["20,000 nested lists", `environment:\n  ${"- ".repeat(20_000)}x`, /nested deeper than 64 levels/],
    ["a closed nest", `environment: ${"[".repeat(5000)}${"]".repeat(5000)}`, /nested deeper than 64 levels/],
    ["a key of a megabyte", `? ${"k".repeat(1_000_000)}\n: 1\nenvironment: t`, /this key is not known here/],
    [
      "5,000 unknown keys",
      `environment: t\n${Array.from({ length: 5_000 }, (_, i) => `key${i}: 1`).join("\n")}`,
      /this key is not known here/,
    ],
    [
      "5,000 wrong references",
      `environment: t\nvms:\n${Array.from({ length: 5_000 }, (_, i) => `  v${i}: { host: h${i}, ports: {} }`).join("\n")}`,
      /there is no host of this name/,
    ],
  ])("%s is a problem, soon", (_sentence, text, expected) => {
    const begin = performance.now();
    const { problems } = checkEnvironmentText(text, "e.yaml");
    expect(problems[0]?.message).toMatch(expected);
    // Far from the seconds that a quadratic walk would take, and far from a busy machine's hiccups.
    expect(performance.now() - begin).toBeLessThan(15_000);
  });

  it("one anchor used a thousand times is no attack", () => {
    const hosts = Array.from({ length: 3000 }, (_, index) => `  k${index}: *k`).join("\n");
    expect(problemsOf(`environment: t\nprofiles: { p: &k { platform: kvm } }\nhosts:\n${hosts}\n`)).toEqual([]);
  });
});

const stacks = ["demo", "dev", "prod"].map((name) =>
  readFileSync(join(__dirname, "../../stacks", `${name}.yaml`), "utf8"),
);

describe("whatever it is given, parse returns", () => {
  const key = fc.oneof(
    fc.constantFrom(
      "environment",
      "networks",
      "hosts",
      "vms",
      "profiles",
      "switches",
      "distributedSwitches",
      "accepted",
      "vlan",
      "vlans",
      "host",
      "ports",
      "platform",
      "uplinks",
      "virtualSwitches",
      "uplinkTeam",
      "members",
      "portGroups",
      "profile",
      "__proto__",
      "constructor",
      "a[1:2]",
    ),
    fc.string(),
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.oneof(key, fc.integer(), fc.boolean(), fc.constant(null), fc.double()),
      fc.array(tie("node"), { maxLength: 4 }),
      fc.dictionary(key, tie("node"), { maxKeys: 6 }),
    ),
  })).node;

  it("for a host or profile whose name is no text", () => {
    const bare = Object.create(null) as object;
    for (const spec of [{ vms: { v: { host: bare, port: 1 } } }, { hosts: { h: { profile: bare, port: 1 } } }])
      expect(checkEnvironmentSpec(spec).problems).not.toEqual([]);
  });

  it("for values", () => {
    fc.assert(
      fc.property(value, (spec) => void checkEnvironmentSpec(spec)),
      { numRuns: 300 },
    );
  });

  it("for the same values as YAML, with the same problems", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          key.filter((text) => text !== "<<"),
          value,
          { maxKeys: 6 },
        ),
        (spec) => {
          const text = stringify(spec, { aliasDuplicateObjects: false });
          expect(checkEnvironmentText(text, "e").problems.every((problem) => problem.source !== undefined)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("for text of any kind", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void checkEnvironmentText(text, "e")),
      { numRuns: 300 },
    );
    const token = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ": ",
      ", ",
      "\n",
      "  ",
      "- ",
      "&a ",
      "*a",
      "? ",
      "|",
      ">",
      "'",
      '"',
      "#",
      "---",
      "...",
      "!!",
      "%",
      "<<",
      "a",
      "1",
      "\t",
      "\r",
      "@",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => void checkEnvironmentText(tokens.join(""), "e")),
      { numRuns: 300 },
    );
  });

  it("for real files with a piece cut out or doubled", () => {
    fc.assert(
      fc.property(fc.constantFrom(...stacks), fc.nat(), fc.nat(60), fc.boolean(), (text, at, size, isDoubled) => {
        const start = at % text.length;
        const piece = text.slice(start, start + size);
        const cut = text.slice(0, start) + (isDoubled ? piece + piece : "") + text.slice(start + size);
        const { environment, problems } = checkEnvironmentText(cut, "e");
        expect(environment !== undefined || problems.length > 0).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("for values that only a program can build", () => {
    const circle: Record<string, unknown> = { environment: "t" };
    circle.hosts = circle;
    for (const odd of [
      undefined,
      null,
      5,
      "x",
      () => 0,
      Symbol("s"),
      10n,
      new Date(),
      new Map(),
      circle,
      { environment: () => 0 },
      { environment: "t", networks: { a: { vlan: 10n } } },
    ])
      expect(checkEnvironmentSpec(odd).problems.length).toBeGreaterThan(0);
  });
});

describe("parse is idempotent", () => {
  it("the same text gives the same model and problems, and so does its value as plain data", () => {
    for (const text of stacks) {
      const once = checkEnvironmentText(text, "e");
      expect(checkEnvironmentText(text, "e")).toEqual(once);
      expect(once.problems).toEqual([]);
    }
  });
});
