// The way into a Linux guest by VMware Tools: scripts arrive whole and as they were, what they print and how they end comes back, one that takes
// too long is ended with all that it started, and password and script are seen by nobody. What keeps a script out is told with what to do. On a
// lab machine behind a simulated vCenter.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findVm } from "../../../providers/engine/vcenterVm.js";
import { type CommandOutput, type Host, HostError } from "../../../providers/host/host.js";
import { connectVcenter, type VcenterTarget } from "../../../providers/host/vim/connectVcenter.js";
import { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import { connectVmwareTools } from "../../../providers/host/vmwareTools.js";
import { ESX } from "./hosts.js";
import { type Inside, PASSWORD, ToolsGuest, VM } from "./toolsGuest.js";

const guest = new ToolsGuest();
beforeAll(() => guest.start());
afterAll(() => guest.stop());
beforeEach(() => guest.set({}));

/** Opens the way as the engine does. */
function enter({ vm = VM, user = "root", password = PASSWORD, login = {} }: Entering = {}): Promise<Host> {
  const { server, user: of, password: its, certificate } = guest.site.vcenter;
  const find = async () => {
    const vcenter = await connectVcenter({ server, user: of, password: its, thumbprint: certificate.sha256, ...login });
    return { vcenter, ...(await findVm(vcenter, { vm, host: ESX[0] })) };
  };
  return connectVmwareTools({ vm, user, password, find });
}

interface Entering {
  readonly vm?: string;
  readonly user?: string;
  readonly password?: string;
  /** What goes to vCenter otherwise. */
  readonly login?: Partial<VcenterTarget>;
}

async function run(script: string, { timeoutSeconds = 10, ...entering }: Entering & { timeoutSeconds?: number } = {}) {
  const host = await enter(entering);
  try {
    return await host.run({ step: "try", script, timeoutSeconds });
  } finally {
    await host.close();
  }
}

async function failure(promise: Promise<CommandOutput>): Promise<HostError> {
  const error = await promise.then(
    () => new Error("it went well"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HostError)) throw error;
  expect(error.message).not.toContain("the` ");
  return error;
}

/** Folders of scripts that are still there. */
const leftOver = () => guest.on("sh", "-c", "ls -d /tmp/multiport-* 2>/dev/null || true");

describe("a script", () => {
  it("runs in the guest, as root, with an empty input, and leaves nothing", async () => {
    await guest.site.forgetCalls();
    const { stdout, stderr } = await run('hostname; id -un; umask; pwd; wc -c; echo "to err" >&2');
    expect({ stdout, stderr }).toEqual({ stdout: `${VM}\nroot\n0022\n/root\n0\n`, stderr: "to err\n" });
    expect(await leftOver()).toBe("");
    const methods = (await guest.site.calls())
      .map(({ method }) => method)
      .filter((method) => /InGuest|Guest$/.test(method));
    expect(methods.filter((method) => method !== "ListProcessesInGuest")).toEqual([
      "CreateTemporaryDirectoryInGuest",
      "InitiateFileTransferToGuest",
      "StartProgramInGuest",
      "InitiateFileTransferFromGuest",
      "DeleteDirectoryInGuest",
    ]);
  });

  it("arrives with every character, whatever its length, and so does what it prints", async () => {
    const text = `zwölf 東京 \u{1f511} it's "$HOME" \`x\` \\ <&> %s\n`.repeat(8000);
    const { stdout, stderr } = await run(`cat <<'END' | tee -a /dev/fd/2\n${text}END`);
    for (const printed of [stdout, stderr]) {
      expect(printed.length).toBe(text.length);
      expect(printed === text).toBe(true);
    }
  });

  it("is in no process list and no log while it runs, and the password neither", async () => {
    const running = run(": a-secret-word; sleep 3; ps -eo args");
    const seen: string[] = [];
    await guest.until("ls /tmp/multiport-*/session 2>/dev/null");
    for (const id of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)))
      try {
        seen.push(readFileSync(`/proc/${id}/cmdline`, "utf8") + readFileSync(`/proc/${id}/environ`, "utf8"));
      } catch {
        // It has ended meanwhile.
      }
    seen.push(await guest.on("sh", "-c", "stat -c '%a %U %n' /tmp/multiport-* /tmp/multiport-*/*"));
    seen.push((await running).stdout, readFileSync(`${guest.site.folder}/vcenter.log`, "utf8"));
    const all = seen.join("\n");
    expect(all).toContain("setsid sh -s");
    expect(all).toMatch(/^700 root \/tmp\/multiport-\w+$/m);
    expect(all).toMatch(/^600 root \/tmp\/multiport-\w+\/out$/m);
    // Its file is gone before it runs.
    expect(all).not.toMatch(/multiport-\w+\/script$/m);
    expect(all).not.toContain("a-secret-word");
    expect(all).not.toContain(PASSWORD);
  });

  it.each([
    ["echo no >&2; exit 3", 3, "exit code 3. It said:\n  no"],
    ["kill -9 $$", 137, "exit code 137."],
    ["this is no command", 127, "not found"],
    ["if", 2, "exit code 2. It said:"],
  ])("that fails tells its code: %s", async (script, exitCode, said) => {
    const error = await failure(run(script));
    expect(error).toMatchObject({ kind: "command", exitCode });
    expect(error.message).toContain(`${VM} (VMware Tools through vCenter ${guest.site.vcenter.server}): try: `);
    expect(error.message).toContain(said);
  });

  it("that takes too long is ended with all that it started", async () => {
    const error = await failure(run("trap '' TERM; sleep 7654 & sleep 7655", { timeoutSeconds: 1 }));
    expect(error.kind).toBe("timeout");
    expect(error.message).toContain(
      "did not end within 1 s and was stopped. Whether it changed anything is not known.",
    );
    expect(await guest.is("pgrep -f 'sleep 765[45]'")).toBe(false);
    expect(await leftOver()).toBe("");
  });

  it("that prints too much is told", async () => {
    const error = await failure(run("head -c 17000000 /dev/zero"));
    expect(error.message).toContain("printed more than 16 MiB.");
    expect(await leftOver()).toBe("");
  });

  it.each(["vcenter", "host"] as const)("goes over files at the %s", async (files) => {
    await guest.set({ files });
    expect((await run("echo here")).stdout).toBe("here\n");
  });
});

describe("who is in the way is told, with what to do", () => {
  it.each<[string, Inside, Entering, HostError["kind"], RegExp]>([
    [
      "a wrong password",
      {},
      { password: "p'a$(in) `the` wrong" },
      "authentication",
      /InvalidGuestLogin\)\. The guest does not let user root in\. Check .*multiport:guestPassword/,
    ],
    ["another user", {}, { user: "admin" }, "authentication", /does not let user admin in/],
    [
      "a user who is not root",
      { user: "nobody" },
      { user: "nobody" },
      "command",
      /exit code 1\. It said:\n.*Permission denied/s,
    ],
    ["no tools", { isWithoutTools: true }, {}, "unreachable", /GuestOperationsUnavailable\)\. .*Install open-vm-tools/],
    ["a guest that forbids it", { isForbidden: true }, {}, "invalid", /OperationDisabledByGuest\)\..*tools\.conf/],
    [
      "a host with another certificate than vCenter has",
      { files: "stranger" },
      {},
      "invalid",
      /ESXi host 127\.0\.0\.1:\d+: its certificate does not verify here .*not the one that vCenter has.*No file was sent/,
    ],
    ["an unknown VM", {}, { vm: "db-02" }, "invalid", /has no VM "db-02", or its user may not see it/],
    [
      "vCenter's password",
      {},
      { login: { password: "wrong" } },
      "authentication",
      /refused the login of "administrator@vsphere\.local"/,
    ],
    [
      "vCenter's certificate",
      {},
      { login: { thumbprint: "00".repeat(32) } },
      "invalid",
      /multiport:vcenterThumbprint wants 00:/,
    ],
  ])("%s", async (_, inside, entering, kind, words) => {
    await guest.set(inside);
    const error = await failure(run("touch /root/x && touch /root/ran", entering));
    expect(error.message).toMatch(words);
    expect(error.kind).toBe(kind);
    expect(await guest.is("[ -e /root/ran ]")).toBe(false);
  });

  it.each<[string, HostError["kind"], RegExp]>([
    ["TooManyGuestLogons", "unreachable", /Wait until other programs have done with it/],
    ["GuestPermissionDenied", "invalid", /may not do this there/],
    ["OperationNotSupportedByGuest", "invalid", /no Linux, or its open-vm-tools are too old/],
    ["GuestComponentsOutOfDate", "invalid", /Update open-vm-tools/],
    ["HostNotConnected", "unreachable", /no connection to vCenter/],
    ["NoPermission", "invalid", /VirtualMachine\.GuestOperations\.Modify/],
    ["TaskInProgress", "unreachable", /Another task of the VM goes on/],
    ["SystemError", "command", /SystemError/],
  ])("vCenter's %s", async (fault, kind, words) => {
    await guest.site.inject({ method: "CreateTemporaryDirectoryInGuest", kind: "fault", fault });
    const error = await failure(run("true"));
    expect(error.message).toMatch(words);
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain("Whether it changed anything");
  });

  it("a host that may not be read: its certificate would have to verify by itself", async () => {
    await guest.site.inject({
      method: "RetrievePropertiesEx",
      object: "propertyCollector",
      nth: 3,
      kind: "fault",
      fault: "NoPermission",
    });
    const error = await failure(run("true"));
    expect(error).toMatchObject({ kind: "invalid" });
    expect(error.message).toMatch(/vCenter does not tell which one is the host's/);
  });

  it("the password is in no message, whoever says it", async () => {
    const find = () => Promise.reject(new VcenterError("answer", `vCenter: user root with ${PASSWORD} is unknown.`));
    const promise = connectVmwareTools({ vm: VM, user: "root", password: PASSWORD, find });
    const error = await promise.catch((thrown: Error) => thrown);
    expect((error as HostError).message).toContain("user root with *** is unknown.");
  });

  it("a VM of another host has the same name: the one on its own host is meant", async () => {
    const at = ["-host", ESX[1], "-ds", "datastore1", "-g", "otherGuest64", "-m", "512", "-net", "VM Network"];
    await guest.site.govc("folder.create", "/dc1/vm/twins");
    await guest.site.govc("vm.create", "-on=false", ...at, "-folder", "/dc1/vm/twins", "db-02");
    await guest.site.govc("vm.change", "-vm", "db-02", "-name", VM);
    try {
      expect((await run("hostname")).stdout).toBe(`${VM}\n`);
      const { server, user, password, certificate } = guest.site.vcenter;
      const vcenter = await connectVcenter({ server, user, password, thumbprint: certificate.sha256 });
      const found = await Promise.all(ESX.map((host) => findVm(vcenter, { vm: VM, host })));
      const keys = ["vm/db-01", "vm/twins/db-01"].map((path) => guest.site.read<string>(path, "config.instanceUuid"));
      const theirs = found.map(({ vm }) => guest.site.collect<string>(`${vm.type}:${vm.value}`, "config.instanceUuid"));
      expect(await Promise.all(theirs)).toEqual(await Promise.all(keys));
    } finally {
      await guest.site.govc("vm.destroy", `/dc1/vm/twins/${VM}`);
    }
  });

  it("a VM that is off, and one of two with its name on other hosts", async () => {
    await guest.site.govc("vm.power", "-off", VM);
    const error = await failure(run("true"));
    expect(error).toMatchObject({ kind: "unreachable" });
    expect(error.message).toMatch(/InvalidPowerState\)\. The VM does not run\. Start it/);
    await guest.site.govc("vm.power", "-on", VM);
    const at = ["-host", ESX[1], "-ds", "datastore1", "-g", "otherGuest64", "-m", "512", "-net", "VM Network"];
    await guest.site.govc("vm.create", "-on=false", ...at, "db-03");
    await guest.site.govc("folder.create", "/dc1/vm/old");
    await guest.site.govc("vm.create", "-on=false", ...at, "-folder", "/dc1/vm/old", "db-04");
    await guest.site.govc("vm.change", "-vm", "db-04", "-name", "db-03");
    expect((await failure(run("true", { vm: "db-03" }))).message).toContain(
      `has 2 VMs "db-03", on ${ESX[1]}, ${ESX[1]}, and which of them is meant on ${ESX[0]} is not known`,
    );
  });
});

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
    expect(await leftOver()).toBe("");
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
    expect(await leftOver()).toBe("");
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
