// A Linux guest behind VMware Tools as a user has it: the file, the real engine, the password as a secret of the stack. It is set, a second time
// there is nothing to do, drift is put right, and it puts itself back when vCenter goes away in the middle of a change. The password is in no state,
// no output, no log and no process list.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Project } from "../project.js";
import { PASSWORD, ToolsGuest, VM } from "./toolsGuest.js";

const guest = new ToolsGuest();
const FILE = "/etc/network/interfaces.d/multiport";

const environment = (addresses = "10.10.0.11/24") => `
environment: t
networks:
  app: { vlan: 10, subnet: 10.10.0.0/24 }
vcenter: { datacenter: dc1 }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks: { vmnic1: , vmnic2: }
    virtualSwitches:
      vs1: { uplinkTeam: { members: [vmnic1, vmnic2] }, portGroups: [app] }
vms:
  ${VM}:
    host: esx-01
    guest: { os: linux, renderer: ifupdown, vmwareTools: { confirmSeconds: 10 } }
    ports: { app0: { portGroup: vs1/app, mac: "00:50:56:00:00:01", addresses: [${addresses}] } }
`;

let project: Project;
const said: string[] = [];
beforeAll(async () => {
  await guest.start();
  project = await guest.site.addProject(environment(), { inline: true });
});
afterAll(() => guest.stop());

const addresses = () => guest.on("sh", "-c", "ip -br -4 address show app0 | sed 's/.*UP *//'");

/** Command lines of all processes, again and again while something goes on. */
async function watching<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const id of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)))
      try {
        said.push(readFileSync(`/proc/${id}/cmdline`, "utf8"));
      } catch {
        // It has ended meanwhile.
      }
    await sleep(100);
  }
  return end;
}

it("says which setting is missing, before the guest is asked anything", async () => {
  const text = await guest.site.failingUp(project);
  expect(text).toContain(`${VM}: it is reached by VMware Tools, and the stack has no password for it.`);
  expect(await guest.site.changingMethods()).not.toContain("StartProgramInGuest");
});

it("is set with it, and reaches its neighbour", async () => {
  await project.must("config", "set", "--secret", "multiport:guestPassword", PASSWORD);
  const { text } = await watching(project.must("up", "--yes", "--skip-preview", "--diff"));
  said.push(text);
  expect(await addresses()).toBe("10.10.0.11/24");
  await guest.on("ping", "-c", "1", "-W", "2", "10.10.0.1");
  expect(said.join()).toContain("setsid sh -s");
});

it("has nothing to do a second time", async () => {
  await guest.site.forgetCalls();
  said.push((await project.up("--refresh", "--expect-no-changes")).text);
  // It was looked at, by one script.
  expect((await guest.site.changingMethods()).filter((method) => method === "StartProgramInGuest")).toHaveLength(1);
});

it("shows what was changed in it by hand, and is put right", async () => {
  await guest.on("sed", "-i", "s/10.10.0.11/10.10.0.99/", FILE);
  const { text } = await project.must("preview", "--refresh", "--diff");
  expect(text).toContain("10.10.0.99");
  said.push(text, (await project.up("--refresh")).text);
  expect(await guest.on("cat", FILE)).toContain("10.10.0.11");
});

it("puts itself back when vCenter goes away in the middle of a change, and that is told when vCenter is there again", async () => {
  const before = await guest.on("cat", FILE);
  project.write(environment("10.10.0.12/24"));
  const failing = watching(guest.site.failingUp(project));
  await guest.until(`grep -q 10.10.0.12 ${FILE}`, 60);
  await guest.setAway(true);
  await guest.until("[ ! -e /var/lib/multiport/change ]", 60);
  expect(await guest.on("cat", FILE)).toBe(before);
  expect(await addresses()).toBe("10.10.0.11/24");
  await guest.setAway(false);
  const text = await failing;
  expect(text).toContain(
    "the machine has what it had before: the change was put back, because no confirmation came in time",
  );
  said.push(text);
  await project.up();
  expect(await addresses()).toBe("10.10.0.12/24");
});

it("gives its file back with destroy, and the password is nowhere", async () => {
  said.push((await watching(project.must("destroy", "--yes", "--skip-preview"))).text);
  expect(await guest.is(`[ ! -e ${FILE} ]`)).toBe(true);
  said.push((await project.must("stack", "export")).stdout, project.state());
  said.push(readFileSync(`${guest.site.folder}/vcenter.log`, "utf8"));
  said.push(
    await guest.on("sh", "-c", "ls -d /tmp/* /tmp/*/* 2>/dev/null; cat /var/lib/multiport/* 2>/dev/null || true"),
  );
  // As it is, and as JSON or XML would have it.
  const forms = [PASSWORD, "p'a$(in)", "p&#39;a", "p&apos;a"];
  expect(said.filter((each) => forms.some((form) => each.includes(form))).map((each) => each.slice(0, 200))).toEqual(
    [],
  );
});
