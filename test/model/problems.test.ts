// Bad input: every case is a file with what the user is told, word for word.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { formatPath, formatProblem, quoteValue } from "../../providers/model/problem.js";
import { goldenCases, goldenFiles } from "../golden.js";

describe("what the user is told about a wrong file", () => {
  it.each(goldenCases("problems"))("$name", async ({ folder, spec }) => {
    const { problems } = checkEnvironmentText(spec, "spec.yaml");
    const text = problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}\n`).join("");
    await expect(text).toMatchFileSnapshot(join(folder, "problems.txt"));
    expect(text).not.toBe("");
    expect(goldenFiles(folder).filter((path) => path !== "problems.txt")).toEqual([]);
  });

  it("names a place and a remedy in every problem, each a sentence", () => {
    for (const { spec } of goldenCases("problems")) {
      for (const problem of checkEnvironmentText(spec, "spec.yaml").problems) {
        expect(problem.source?.line, formatProblem(problem)).toBeGreaterThan(0);
        expect(problem.remedy, formatProblem(problem)).toMatch(/^[A-Z].*[^.](\.|: \d+\.)$/);
        expect(problem.message, formatProblem(problem)).not.toMatch(/\.$|undefined|\[object/);
      }
    }
  });
});

/** The faults that everybody makes: each says where, what was found, what would be right, and what to do. */
const EVERYDAY = [
  ["an unknown key", "unknown-key", "networks.app.vlam", "this key is not known here"],
  ["a wrong type", "wrong-type", "networks.app.mtu", "the value is of the wrong type"],
  [
    "an unknown network",
    "unknown-references",
    "hosts.kvm-01.virtualSwitches.vs0.portGroups[1]",
    "there is no network of this name",
  ],
  ["an unknown host", "unknown-references", "vms.a.host", "there is no host of this name"],
  [
    "an unknown uplink",
    "unknown-references",
    "hosts.kvm-01.virtualSwitches.vs0.uplinkTeam.members[1]",
    "there is no uplink of this name",
  ],
  [
    "an uplink twice",
    "duplicate-use",
    'hosts."kvm-[1:2]".virtualSwitches.vs0.uplinkTeam.members[2]',
    "the uplink is named twice in one team",
  ],
  [
    "an uplink in two teams",
    "duplicate-use",
    'hosts."kvm-[1:2]".virtualSwitches.vs1.uplinkTeam.members[0]',
    "this uplink is already used by the team of vs0",
  ],
  ["a VLAN out of range", "vlan-numbers", "networks.zero.vlan", "the value is not allowed here"],
  ["VLANs that overlap", "vlan-ranges", "networks.ranges.vlans[1]", "overlaps with 10-20"],
  ["a subnet with host bits", "addresses", "networks.hostbits.subnet", "has host bits set"],
  ["a gateway elsewhere", "addresses", "networks.app.gateway", "the gateway is not in the subnet"],
  [
    "a port group on no switch",
    "unknown-references",
    "vms.b.ports.p.portGroup",
    "there is no virtual switch of this name",
  ],
] as const;

describe("an everyday fault says where, found, wanted and what to do", () => {
  it.each(EVERYDAY)("%s", (_fault, name, path, message) => {
    const spec = goldenCases("problems").find((candidate) => candidate.name === name)?.spec ?? "";
    const found = checkEnvironmentText(spec, "spec.yaml").problems.filter(
      (problem) => formatPath(problem.path) === path && problem.message === message,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      source: { file: "spec.yaml", line: expect.any(Number), column: expect.any(Number) },
      found: expect.stringMatching(/./),
      wanted: expect.stringMatching(/./),
      remedy: expect.stringMatching(/./),
    });
  });
});

describe("a value in a message", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    ["a text", "a\nb", '"a\\nb"'],
    ["nothing", undefined, "nothing"],
    ["a long text is cut", "x".repeat(100), `"${"x".repeat(56)}...`],
    ["a function", () => 0, "function"],
    ["what holds itself", circle, "a value of type object"],
    ["a large number", 10n, "a value of type bigint"],
  ])("%s", (_sentence, value, expected) => {
    expect(quoteValue(value)).toBe(expected);
  });

  it("a path is written as the file has it", () => {
    expect(formatPath(["hosts", "kvm-[1:2]", "uplinks", "e0", "list", 3])).toBe('hosts."kvm-[1:2]".uplinks.e0.list[3]');
  });
});
