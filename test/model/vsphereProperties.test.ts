// Whatever an environment of vSphere says, it is judged: no exception, both readers agree, and the order of names is nothing.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { checkEnvironmentSpec, checkEnvironmentText } from "../../providers/engine/check.js";
import { LIMITS, VSPHERE_LIMITS } from "../../providers/model/lint/vsphereLimits.js";
import { readPlainYaml } from "../../providers/model/plainYaml.js";
import { formatProblem } from "../../providers/model/problem.js";
import { readYamlFile } from "../../providers/model/yamlFile.js";
import { vsphereEnvironment } from "../arbitraryVsphere.js";
import { modelOf } from "./given.js";

describe("any environment of vSphere", () => {
  it("is judged by everything but the schema, each problem with a place and a remedy", () => {
    let judged = 0;
    let clean = 0;
    fc.assert(
      fc.property(vsphereEnvironment, (spec) => {
        const text = stringify(spec, { aliasDuplicateObjects: false });
        const { environment, problems } = checkEnvironmentText(text, "e.yaml", { notes: true });
        expect(environment, problems.map(formatProblem).join("\n")).toBeDefined();
        for (const problem of problems) {
          expect(problem.source?.line).toBeGreaterThan(0);
          expect(problem.remedy).toMatch(/^[A-Z].*[^.](\.|: \d+\.)$/);
          expect(problem.message).not.toMatch(/undefined|\[object|NaN/);
        }
        judged += 1;
        if (problems.every(({ severity }) => severity !== "error")) clean += 1;
      }),
      { numRuns: 400 },
    );
    // Otherwise nothing of it would reach the design rules.
    expect(clean / judged).toBeGreaterThan(0.001);
  });

  it("is the same for both readers of YAML, and as plain data", () => {
    fc.assert(
      fc.property(vsphereEnvironment, (spec) => {
        const text = stringify(spec, { aliasDuplicateObjects: false });
        const quick = readPlainYaml(text);
        expect(quick?.value).toEqual(readYamlFile(text, "e.yaml").content?.value);
        const messages = (problems: readonly { rule: string; message: string }[]) =>
          problems.map(({ rule, message }) => `${rule} ${message}`).sort();
        expect(messages(checkEnvironmentText(text, "e.yaml").problems)).toEqual(
          messages(checkEnvironmentSpec(spec).problems),
        );
      }),
      { numRuns: 150 },
    );
  });
});

it("a pool that can't be served ends soon, however large", () => {
  const names = Array.from({ length: 60 }, (_, index) => `n${index}`);
  const uplinks = Object.fromEntries(
    names.map((name, index) => [name, { cable: `s${index % 9} ${index}`, sriov: { numVfs: 8 } }]),
  );
  const ports = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`p${index}`, { portGroup: "s/app", vf: { from: names } }]),
  );
  const begin = performance.now();
  const { problems } = checkEnvironmentSpec({
    environment: "t",
    networks: { app: {} },
    switches: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, { platform: "nxos" }])),
    hosts: { e: { platform: "vsphere", uplinks, virtualSwitches: { s: { portGroups: ["app"] } } } },
    vms: { v: { host: "e", ports, vsphere: {} } },
  });
  expect(problems.map(({ rule }) => rule)).toEqual(["VS-57"]);
  expect(performance.now() - begin).toBeLessThan(5000);
});

it("a limit of which only an older release is known is never an error", () => {
  for (const limits of Object.values(VSPHERE_LIMITS)) {
    for (const name of LIMITS) {
      expect(limits[name].hard?.confidence).not.toBe("text of an older release");
      for (const bound of [limits[name].advised, limits[name].hard]) expect(bound?.source ?? "unknown").not.toBe("");
    }
  }
});

it("a profile has what vmkernel ports share, and the host its addresses", () => {
  const { esxHosts } = modelOf(`environment: t
networks: { app: { subnet: 10.0.0.0/24 } }
profiles: { p: { platform: vsphere, uplinks: { a: , b: }, virtualSwitches: { s: { uplinkTeam: { members: [a, b] }, portGroups: [app] } }, vmkernelPorts: { k: { portGroup: s/app, services: [vmotion] } } } }
hosts: { "e[1:2]": { profile: p, vmkernelPorts: { k: { address: "10.0.0.[5:6]/24" } } } }
`);
  expect(esxHosts.map(({ vmkernelPorts: [port] }) => [port?.portGroup, port?.services, port?.address])).toEqual([
    ["app", ["vmotion"], "10.0.0.5/24"],
    ["app", ["vmotion"], "10.0.0.6/24"],
  ]);
});
