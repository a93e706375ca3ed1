// The first failure stops a roll-out: on the real engine, with hosts of which none can be reached.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project } from "./project.js";

const host = (name: string) => `  ${name}:
    platform: kvm
    address: 127.0.0.1
    ssh: { port: 1, user: root }
    uplinks: { e0: , e1: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } }`;

let project: Project;
beforeAll(async () => {
  const environment = `environment: t\nnetworks: { app: { vlan: 10 } }\nhosts:\n${["k1", "k2", "k3"].map(host).join("\n")}\n`;
  project = await Project.create({ environment });
});
afterAll(() => rmSync(project.folder, { recursive: true, force: true }));

it("leaves the hosts behind the one that failed alone", async () => {
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(text).toMatch(/k1 \(127\.0\.0\.1:1\)/);
  expect(text).not.toMatch(/k[23] \(127\.0\.0\.1:1\)/);
});
