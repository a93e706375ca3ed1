// The way into a Windows guest by its Hyper-V host: scripts arrive whole and as they were, and what they say and how they end comes back as over
// SSH; one that takes too long is ended in the guest; the password is told to nobody. On the simulated Windows. I/O: loopback.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WindowsHost } from "../../lab/windows/host/windowsHost.js";
import { checkScript } from "../../lab/windows/language/check.js";
import { runPowerShell } from "../../lab/windows/language/process.js";
import { guestPassword } from "../../providers/host/guestPassword.js";
import type { Host } from "../../providers/host/host.js";
import { PowershellDirectHost } from "../../providers/host/powershellDirect.js";
import { POWERSHELL_DIRECT } from "../../providers/host/powershellDirectScript.js";
import { connectSsh } from "../../providers/host/ssh.js";

const LOGIN = { user: "root", password: "of the host" };
const PASSWORD = "S3cret'\u2019$x` \u{1f511}";

let server: WindowsHost;
let guest: Host;
beforeAll(async () => {
  const inside = { computerName: "INSIDE", release: "2019" as const, role: "server" as const, nics: [] };
  server = await WindowsHost.start({
    scenario: {
      computerName: "OUTSIDE",
      release: "2022",
      nics: [],
      vms: [
        { name: "in 1", state: "Running", guest: { scenario: inside, user: "CORP\\admin", password: PASSWORD } },
        { name: "in 2", state: "Running", guest: { scenario: inside, user: "CORP\\admin", password: PASSWORD } },
        { name: "in 2", state: "Running" },
      ],
    },
    login: LOGIN,
    runPowerShell,
  });
  guest = await enter("in 1");
});
afterAll(async () => {
  await guest.close();
  await server.stop();
});

async function enter(vm: string, password = PASSWORD): Promise<Host> {
  const target = { name: "hv", address: "127.0.0.1", port: server.port, user: "root", hostKey: server.fingerprint };
  const hypervisor = await connectSsh(target, { password: LOGIN.password }, { configFile: "/dev/null" });
  return new PowershellDirectHost({ vm, user: "CORP\\admin", password, hypervisor });
}

const run = (script: string, timeoutSeconds?: number) =>
  guest.run({ step: "try", script, shell: "powershell", ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) });

describe("a script", () => {
  it("runs in the guest and not on its host", async () => {
    expect(await run("[Environment]::MachineName")).toEqual({ stdout: "INSIDE\r\n", stderr: "" });
  });

  it("arrives with every character, and so does what it says", async () => {
    const text = 'Büro 東京 \u{1f511} \u2018\'\u2019 "$x`" <&>\\';
    const quoted = `'${text.replaceAll(/['\u2018\u2019]/g, "$&$&")}'`;
    const { stdout, stderr } = await run(`${quoted}\n[Console]::Error.WriteLine(${quoted})`);
    expect({ stdout, stderr }).toEqual({ stdout: `${text}\r\n`, stderr: `${text}\r\n` });
  });

  it("of half a megabyte arrives too, and as much comes back", async () => {
    const { stdout } = await run(`'${"x".repeat(500_000)}'`);
    expect(stdout).toHaveLength(500_002);
  });

  it.each([
    ["[Console]::Error.WriteLine('so it is'); exit 75", /: try: exit code 75\. It said:\n {2}so it is$/],
    ["throw 'no way'", /: try: exit code 1\. It said:\n {2}no way$/],
    ["Get-NetAdapter -Name Nope -ErrorAction Stop", /exit code 1\. It said:\n {2}.*Nope/],
    ["if (", /exit code 1\. It said:/],
  ])("that ends with %s says so", async (script, said) => {
    const ended = run(script);
    await expect(ended).rejects.toMatchObject({ kind: "command" });
    await expect(ended).rejects.toThrow(said);
  });

  it("that takes too long is ended in the guest", async () => {
    const ended = run("Start-Sleep -Seconds 100", 1);
    await expect(ended).rejects.toMatchObject({ kind: "timeout" });
    await expect(ended).rejects.toThrow(/did not end within 1 s and was stopped/);
    expect(server.guest("in 1").processIds).toEqual([]);
  });

  it("calls only what there is, in each release", async () => {
    for (const release of [2016, 2019, 2022, 2025])
      expect(await checkScript(POWERSHELL_DIRECT, { release })).toEqual([]);
  });
});

describe("a guest", () => {
  it("that does not take the password is another error than one that is gone", async () => {
    const refused = await enter("in 1", "wrong one");
    const ended = refused.run({ step: "try", script: "1", shell: "powershell" });
    await expect(ended).rejects.toMatchObject({ kind: "authentication" });
    await expect(ended).rejects.not.toThrow(/wrong one/);
    await refused.close();
    const unclear = await enter("in 2");
    await expect(unclear.run({ step: "try", script: "1", shell: "powershell" })).rejects.toThrow(/has 2 VMs "in 2"/);
    await unclear.close();
  });

  it("that took it once is not up yet when it does not take it", async () => {
    await run("1");
    const inside = server.guest("in 1");
    inside.restart();
    await expect(run("1")).rejects.toMatchObject({ kind: "unreachable" });
  });
});

describe("the password", () => {
  it("is that of the VM, or of all", () => {
    const passwords = { all: "a", each: '{"in 1":"b"}' };
    expect(["in 1", "in 2", "toString"].map((vm) => guestPassword(vm, "PowerShell Direct", passwords))).toEqual([
      "b",
      "a",
      "a",
    ]);
  });

  it.each([
    [{}, /no password for it.*multiport:guestPassword/],
    [{ all: "" }, /no password for it/],
    [{ all: "mine\nalone" }, /is no password/],
    [{ each: '{"in 1": 5}' }, /is not a JSON object/],
    [{ each: "{" }, /is not a JSON object/],
  ])("that is none is told without it: %j", (passwords, said) => {
    expect(() => guestPassword("in 1", "PowerShell Direct", passwords)).toThrow(said);
    expect(() => guestPassword("in 1", "PowerShell Direct", passwords)).not.toThrow(/mine|alone|: 5/);
  });
});
