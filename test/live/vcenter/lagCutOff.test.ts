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

  // The move takes ten calls. With Pulumi's engine it is cut off at every kind of step, each run by the end of the one before it; after
  // each single call, and with the whole way from there in one run, in switchFaults.test.ts.
  it("goes on where the run was killed, whatever it was at, and where the next one was", async () => {
    site.project.write(environment(STANDALONE));
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
    site.project.write(environment(LAG));
    for (const [place, calls] of [
      ["the LAG is made", 1],
      ["one port group has it as standby", 1],
      ["one host has a NIC on it", 2],
      ["one port group is on it alone", 4],
    ] as const) {
      await site.forgetCalls();
      // The call is done, and its answer does not come.
      await site.inject({ mutatingOnly: true, userAgent: "multiport", nth: calls, kind: "timeoutAfter", seconds: 120 });
      await site.project.cutOff(async () => (await site.pendingFaults()).length === 0);
      expect(await site.changes(), place).toHaveLength(calls);
      expect(await dvs.places("app", "db"), place).not.toEqual(ON_LAG);
    }
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
