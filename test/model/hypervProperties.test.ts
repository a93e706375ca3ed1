// Whatever an environment of Hyper-V says, it is judged: no exception, a place and a remedy for each problem, and no model with a
// setting that its switch has no place for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { checkEnvironmentSpec, checkEnvironmentText } from "../../providers/engine/check.js";
import type { HypervHost } from "../../providers/model/hypervHost.js";
import { lint } from "../../providers/model/lint/index.js";
import { formatProblem, hasErrors } from "../../providers/model/problem.js";
import { declaredHypervEnvironment, hypervEnvironment } from "../arbitraryHyperv.js";

describe("any environment of Hyper-V", () => {
  it("is judged by everything but the schema, each problem with a place and a remedy", () => {
    fc.assert(
      fc.property(hypervEnvironment, (spec) => {
        const text = stringify(spec, { aliasDuplicateObjects: false });
        const { environment, problems } = checkEnvironmentText(text, "e.yaml", { notes: true });
        if (!environment) throw new Error(problems.map(formatProblem).join("\n"));
        for (const problem of problems) {
          expect(problem.source?.line).toBeGreaterThan(0);
          expect(problem.remedy).toMatch(/^[A-Z].*[^.](\.|: \d+\.)$/);
          expect(problem.message).not.toMatch(/undefined|\[object|NaN/);
        }
        // Most have dangling names, which keeps the design rules from being asked.
        lint(environment, { accepted: [], asWritten: (path) => path, notes: true });
      }),
      { numRuns: 300 },
    );
  });

  it("passes only where every adapter asks of its switch what that has", () => {
    const passed: HypervHost[] = [];
    fc.assert(
      fc.property(declaredHypervEnvironment, (spec) => {
        const { environment, problems } = checkEnvironmentSpec(spec);
        if (!environment || hasErrors(problems)) return;
        for (const host of environment.hypervHosts) expectFitting(host);
        passed.push(...environment.hypervHosts);
      }),
      { numRuns: 1200 },
    );
    expect(passed.filter(({ vmAdapters }) => vmAdapters.length > 0).length).toBeGreaterThan(25);
  });
});

function expectFitting({ virtualSwitches, uplinks, vmAdapters, hostPorts }: HypervHost): void {
  const members = virtualSwitches.flatMap(({ uplinkTeam }) => uplinkTeam?.members ?? []);
  expect(members).toEqual([...new Set(members)]);
  expect(uplinks.map(({ name }) => name)).toEqual(expect.arrayContaining(members));
  expect(virtualSwitches.filter(({ kind, iov }) => iov && kind !== "set" && kind !== "external")).toEqual([]);
  for (const { kind, uplinkTeam, teamName, bandwidthMode } of virtualSwitches) {
    expect(uplinkTeam === undefined).toBe(kind === "internal" || kind === "private");
    expect(teamName === undefined).toBe(kind !== "lbfo");
    expect(bandwidthMode).toBeDefined();
  }
  for (const adapter of vmAdapters) {
    const own = virtualSwitches.find(({ name }) => name === adapter.switch);
    if (!own) throw new Error(`no switch ${adapter.switch}`);
    if (adapter.iovWeight > 0) expect(own.iov).toBe(true);
    if (adapter.bandwidth.minimumWeight !== undefined) expect(own.bandwidthMode).toBe("weight");
    if (adapter.bandwidth.minimumBitsPerSecond !== undefined) expect(own.bandwidthMode).toBe("absolute");
    if (adapter.affinity !== undefined) expect(own.uplinkTeam?.members).toContain(adapter.affinity);
  }
  for (const port of hostPorts)
    expect(virtualSwitches.find(({ name }) => name === port.switch)?.kind).not.toBe("private");
}
