// Windows PowerShell as the shell of a machine: scripts arrive whole and as they were, or do not run; errors are plain text; what runs too
// long is ended. On the simulated PowerShell, over SSH where a connection matters. I/O: loopback.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitArguments } from "../../lab/windows/host/commandLine.js";
import { WindowsHost } from "../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../lab/windows/language/process.js";
import type { Host } from "../../providers/host/host.js";
import { SHELLS } from "../../providers/host/shell.js";
import { connectSsh } from "../../providers/host/ssh.js";
import { hostile } from "../arbitrary.js";
import { HOST } from "../lab/windows/host/caller.js";
import { machineWith, memoryFiles } from "../lab/windows/language/machine.js";

/** Whose SSH answers whatever becomes of its NICs. */
const { management: _, ...OPEN } = HOST;

const { powershell } = SHELLS;
const quoted = (text: string) => `'${text.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;

/** As the server's cmd.exe starts it. `cut`: only so much of standard input comes. */
async function run(script: string, cut?: number) {
  const { command, input } = powershell.start(script);
  const [program, ...args] = splitArguments(command);
  expect(program).toBe("powershell");
  const files = memoryFiles();
  const ended = await runPowerShell(machineWith({ files }), args, input.slice(0, cut ?? input.length));
  return { ...ended, files: files.list("C:\\") };
}

/** Writes a file first of all, so that half of a script shows. */
const MARKING = `[IO.File]::WriteAllText('C:\\ran', '')\n# ${"filling ".repeat(400)}\n'done'`;

describe("what a script gets beside it", () => {
  it("comes whole, to the script alone, and leaves the command line as it was", async () => {
    const data = ["it's \u2019 $x `", "", "b\n2"];
    const text = "param($data)\n[string]::Join('|', $data[1..3])";
    const { command, input } = powershell.start(text, data);
    const [, ...args] = splitArguments(command);
    const ended = await runPowerShell(machineWith({ files: memoryFiles() }), args, input);
    expect(ended.stdout).toBe("it's \u2019 $x `||b\r\n2\r\n");
    expect(command).toBe(powershell.start("x".repeat(Buffer.byteLength([text, ...data].join("0")))).command);
  });

  it("is refused by sh, which has no place for it", () => {
    expect(() => SHELLS.sh.start("true", ["secret"])).toThrow(/no data/);
  });
});

describe("a script", () => {
  it("arrives with every character, whatever the code page of the machine", async () => {
    const text = fc
      .oneof(hostile, fc.string({ unit: "grapheme" }))
      .filter((value) => !/[^\P{Cc}\n\t]|\p{Surrogate}/u.test(value));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { stdout, exitCode } = await run(
          `[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(${quoted(value)}))`,
        );
        expect({ stdout, exitCode }).toEqual({
          stdout: `${Buffer.from(value).toString("base64")}\r\n`,
          exitCode: 0,
        });
      }),
      { numRuns: 100 },
    );
  });

  it("answers in UTF-8", async () => {
    expect((await run("'Büro – 東京'")).stdout).toBe("Büro – 東京\r\n");
  });

  it("of any length leaves the command line the same, which has room for it", () => {
    const [short, long] = [powershell.start("1"), powershell.start(`#${"x".repeat(300_000)}`)];
    expect(long.command.length - short.command.length).toBeLessThan(100);
    expect(long.command.length).toBeLessThan(8191);
    expect(Math.max(...long.input.split("\n").map((line) => line.length))).toBeLessThanOrEqual(1000);
  });

  it("that is cut off on its way does not run: exit code 74", async () => {
    const { input } = powershell.start(MARKING);
    expect(await run(MARKING)).toMatchObject({
      exitCode: 0,
      stdout: "done\r\n",
      files: expect.arrayContaining(["ran"]),
    });
    const cuts = [0, 1, 4, 500, 1000, 1001, 1002, 2003, input.length - 8, input.length - 5, input.length - 3];
    for (const cut of cuts) {
      const { exitCode, stdout, files } = await run(MARKING, cut);
      expect({ cut, exitCode, stdout, ran: files.includes("ran") }).toEqual({
        cut,
        exitCode: 74,
        stdout: "",
        ran: false,
      });
    }
  });

  it("whose last letter is cut in two does not run either", async () => {
    for (const script of ["'ab€", "'abc€", "'abcd€"].map((text) => `${MARKING} # ${text}`)) {
      const { input } = powershell.start(script);
      for (let cut = input.length - 9; cut < input.length - 1; cut++)
        expect([script.slice(-6), cut, (await run(script, cut)).exitCode]).toEqual([script.slice(-6), cut, 74]);
    }
  });

  it("says which process it is, and its error in plain text after that", async () => {
    const { stderr, exitCode, stdout } = await run("'before'\nthrow 'no: Büro'\n'after'");
    expect({ stderr, exitCode, stdout }).toEqual({
      stderr: "multiport-shell 4321\r\nno: Büro\r\n",
      exitCode: 1,
      stdout: "before\r\n",
    });
  });

  it("that is no PowerShell runs not at all, and says where", async () => {
    const { stderr, exitCode, stdout } = await run("'before'\nif (");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).not.toContain("CLIXML");
    expect(stderr).toMatch(/^multiport-shell 4321\r\n.+\r\n$/);
  });

  it("has its own exit code", async () => {
    expect((await run("[Console]::Error.WriteLine('taken')\nexit 75")).exitCode).toBe(75);
  });
});

describe("over SSH", () => {
  const LOGIN = { user: "Administrator", password: "correct horse" };
  let machine: WindowsHost;
  let host: Host;
  beforeAll(async () => {
    machine = await WindowsHost.start({ scenario: OPEN, login: LOGIN, runPowerShell });
    const target = {
      name: "hv-01",
      address: "127.0.0.1",
      port: machine.port,
      user: LOGIN.user,
      hostKey: machine.fingerprint,
    };
    host = await connectSsh(target, { password: LOGIN.password }, { configFile: "/dev/null" });
  });
  afterAll(async () => {
    await host.close();
    await machine.stop();
  });

  it("an error has the words of the script, and no line of ours", async () => {
    const failed = host.run({ step: "try", script: "throw 'not today'", shell: "powershell" });
    await expect(failed).rejects.toThrow(/try: exit code 1\. It said:\n {2}not today$/);
  });

  it("what takes too long is ended by taskkill, and nothing of it runs on", async () => {
    const failed = host.run({
      step: "wait",
      script: "Start-Sleep -Seconds 600",
      shell: "powershell",
      timeoutSeconds: 1,
    });
    await expect(failed).rejects.toThrow(/did not end within 1 s and was stopped/);
    expect(machine.machine.processIds).toEqual([]);
  });
});
