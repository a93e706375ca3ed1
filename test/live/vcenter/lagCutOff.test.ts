// A move of traffic to a LAG that is cut off, for real: pulumi is killed after a call, or vCenter ends its session. The real engine and
// a simulated vCenter.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DistributedSwitch, ON_LAG, ON_UPLINKS } from "./distributedSwitch.js";
import { plainHosts } from "./hosts.js";
import { environment, LAG, STANDALONE } from "./lagFile.js";
import { useVcenter } from "./vcenterSite.js";

describe("a move to a LAG", () => {
  const site = useVcenter(plainHosts, environment(STANDALONE));
  const dvs = new DistributedSwitch(site);

  // The move takes ten calls. With Pulumi's engine it is cut off at every kind of step; after each single call in switchFaults.test.ts.
  it.each([
    ["the LAG is made", 1],
    ["one port group has it as standby", 2],
    ["one host has a NIC on it", 4],
    ["one port group is on it alone", 8],
  ])("goes on where the run was killed when %s", async (_place, count) => {
    site.project.write(environment(STANDALONE));
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
    await site.forgetCalls();
    site.project.write(environment(LAG));
    await site.project.cutOff(async () => (await site.changes()).length >= count);
    await site.converges();
    expect(await dvs.places("app", "db")).toEqual(ON_LAG);
  });

  it("goes on with a new session when vCenter ends the old one in the middle", async () => {
    site.project.write(environment(STANDALONE));
    await site.forgetCalls();
    const run = site.project.up();
    while ((await site.changes()).length < 3) await sleep(20);
    await site.control("DELETE", "/sessions");
    site.expectPlain(await run);
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });
});
