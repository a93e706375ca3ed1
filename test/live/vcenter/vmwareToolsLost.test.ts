// A script by VMware Tools when something goes away in its middle: vCenter, an answer, the tools, the VM. It is done once or told as not known, and
// never twice. On a lab machine behind a simulated vCenter.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failure, leftOver, runIn } from "./toolsEntry.js";
import { ToolsGuest, VM } from "./toolsGuest.js";

const guest = new ToolsGuest();
beforeAll(() => guest.start());
afterAll(() => guest.stop());
beforeEach(() => guest.set({}));

const run = (script: string) => runIn(guest, script);

describe("in the middle of a script", () => {
  const unknown = /Whether it changed anything is not known/;

  it("vCenter goes away: it runs to its end, and that nobody knows it is told", async () => {
    const running = failure(run("sleep 2; touch /root/done"));
    await guest.until("ls /tmp/multiport-*/session 2>/dev/null");
    await guest.setAway(true);
    const error = await running;
    await guest.setAway(false);
    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(unknown);
    await guest.until("[ -e /root/done ]");
    await guest.on("sh", "-c", "rm -r /tmp/multiport-*");
  });

  it("vCenter goes away for a moment: nothing is noticed", async () => {
    const running = run("sleep 2; echo all");
    await guest.until("ls /tmp/multiport-*/session 2>/dev/null");
    await guest.setAway(true);
    await sleep(800);
    await guest.setAway(false);
    expect((await running).stdout).toBe("all\n");
    expect(await leftOver(guest)).toBe("");
  });

  const METHODS = [
    "CreateTemporaryDirectoryInGuest",
    "InitiateFileTransferToGuest",
    "StartProgramInGuest",
    "ListProcessesInGuest",
    "InitiateFileTransferFromGuest",
    "DeleteDirectoryInGuest",
  ];
  /** Methods that are not asked again, because that could do something twice. */
  const ONCE = ["CreateTemporaryDirectoryInGuest", "StartProgramInGuest"];
  const KINDS = ["dropBefore", "dropAfter", "timeoutAfter", "sessionExpired"];
  it.each(METHODS.flatMap((method) => KINDS.map((kind) => [method, kind] as const)))(
    "%s goes wrong (%s): it is done, or told as not known, and never twice",
    async (method, kind) => {
      await guest.on("sh", "-c", ": >/root/count; rm -rf /tmp/multiport-*");
      await guest.site.forgetCalls();
      await guest.site.inject({ method, kind, seconds: 0.3 });
      const running = run("echo x >>/root/count");
      if (kind !== "sessionExpired" && ONCE.includes(method)) {
        const error = await failure(running);
        expect(error.kind).toBe("unreachable");
        if (method === "StartProgramInGuest") expect(error.message).toMatch(unknown);
        else expect(error.message).not.toMatch(unknown);
        // Where it was started, its folder is removed meanwhile: it has begun before, or does not begin.
        await sleep(300);
        expect(["", ...(method === "StartProgramInGuest" ? ["x"] : [])]).toContain(
          await guest.on("cat", "/root/count"),
        );
      } else {
        await running;
        expect(await guest.on("cat", "/root/count")).toBe("x");
      }
      const done = (await guest.site.calls()).filter((call) => call.method === "StartProgramInGuest");
      expect(done.length).toBeLessThanOrEqual(method === "StartProgramInGuest" && kind === "sessionExpired" ? 2 : 1);
    },
  );

  it("it is not started: its file waits in its folder for nobody else to read", async () => {
    await guest.site.inject({ method: "StartProgramInGuest", kind: "timeout", seconds: 1 });
    const failed = failure(run("true"));
    await guest.until("ls /tmp/multiport-*/script 2>/dev/null");
    expect(await guest.on("sh", "-c", "stat -c '%a %U' /tmp/multiport-* /tmp/multiport-*/script")).toBe(
      "700 root\n600 root",
    );
    await failed;
    expect(await leftOver(guest)).toBe("");
  });

  it("VMware Tools start anew, or the VM is switched off", async () => {
    const running = failure(run("sleep 3"));
    await guest.until("ls /tmp/multiport-*/session 2>/dev/null");
    await guest.set({ areStartedAnew: true });
    const error = await running;
    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(/VMware Tools started anew\. Whether it changed anything/);
    const off = failure(run("sleep 3"));
    await guest.until("ls /tmp/multiport-*/session 2>/dev/null");
    await guest.site.govc("vm.power", "-off", "-force", VM);
    expect((await off).message).toMatch(/Whether it changed anything is not known.*The VM does not run/s);
    await guest.site.govc("vm.power", "-on", VM);
  });
});
