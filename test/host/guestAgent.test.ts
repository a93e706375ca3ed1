// The way into a VM by its guest agent, as far as text goes: what the KVM host is sent, and what becomes of each answer. The answers are
// those of libvirt 9.0 and of agents of QEMU 10, as test/live/emulated/guestAgent.test.ts gets them for real. Pure but for sh -n.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { GuestAgentHost } from "../../providers/host/guestAgent.js";
import { guestAgentScript } from "../../providers/host/guestAgentScript.js";
import type { Command, Host, HostError } from "../../providers/host/host.js";

const SECRET = 'it\'s a "secret" $(rm -rf /) `x` \\';

describe("what the KVM host is sent", () => {
  const scriptOf = (script: string, domain = "db-01") => guestAgentScript({ domain, script, timeoutSeconds: 60 });
  /** What goes to the guest on standard input, put together. */
  const inputOf = (sent: string) =>
    [...sent.matchAll(/"input-data":"([^"]*)"/g)]
      .map(([, data = ""]) => Buffer.from(data, "base64").toString())
      .join("");

  it.each([SECRET, `${SECRET}\n`.repeat(5000)])(
    "is a script of sh, and the guest's stands in it as base64 alone",
    (script) => {
      const sent = scriptOf(script);
      execFileSync("sh", ["-n"], { input: sent });
      expect(inputOf(sent)).toBe(`{ echo "multiport-shell $$" >&2; ${script}\n} </dev/null\n`);
      expect(sent).not.toContain("secret");
    },
  );

  it("has commands that are JSON, without a quote that would end them on their way", () => {
    const commands = scriptOf("x".repeat(100_000))
      .replaceAll(`'"$pid"'`, "7")
      .replaceAll(`'"$folder"'`, "/tmp/x")
      .split("\n")
      .flatMap((line) => /'(\{"execute".*\})'/.exec(line)?.[1] ?? []);
    expect(commands).toHaveLength(8);
    for (const command of commands) {
      expect(command).not.toContain("'");
      expect(JSON.parse(command)).toMatchObject({ execute: expect.stringMatching(/^guest-exec/) });
    }
  });

  it("has no command that is too long for libvirt's socket", () => {
    const lines = scriptOf("x".repeat(500_000)).split("\n");
    expect(lines.filter((line) => line.includes("input-data"))).toHaveLength(11);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(70_000);
  });

  it.each(["a'b", "a b", "", "-x", "a;b", "a\nb"])("is nothing for a VM that is called %j", (domain) => {
    expect(() => scriptOf("true", domain)).toThrow(/no name of a VM in libvirt/);
  });
});

describe("an answer", () => {
  const sent: Command[] = [];
  const enter = (stdout: string) => {
    const hypervisor: Host = {
      label: "kvm-01 (kvm-01:22)",
      close: async () => {},
      run: async (command) => {
        sent.push(command);
        return { stdout, stderr: "" };
      },
    };
    return new GuestAgentHost({ vm: "db-01", domain: "prod", hypervisor });
  };
  const run = (stdout: string) => enter(stdout).run({ step: "try", script: "true", timeoutSeconds: 7 });
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const ended = (fields: object) => `ended\n${JSON.stringify({ exited: true, ...fields })}\n`;

  it("is what the script printed, without the line that tells its process", async () => {
    const streams = { "out-data": base64("zwölf\n"), "err-data": base64("multiport-shell 12\nwell\n") };
    expect(await run(ended({ exitcode: 0, ...streams }))).toEqual({ stdout: "zwölf\n", stderr: "well\n" });
    expect(await run(ended({ exitcode: 0 }))).toEqual({ stdout: "", stderr: "" });
    expect(sent.at(-1)).toMatchObject({ step: "try in db-01" });
  });

  const ROWS: readonly (readonly [string, string, HostError["kind"], RegExp])[] = [
    ["a code", ended({ exitcode: 3, "err-data": base64("no\n") }), "command", /exit code 3\. It said:\n {2}no$/],
    ["a signal", ended({ signal: 9 }), "command", /ended by a signal/],
    ["too much", ended({ exitcode: 113 }), "command", /printed more than 1400000 bytes\. Whether it changed/],
    ["late", "stopped\n", "timeout", /did not end within 7 s and was stopped\. Whether/],
    ["late for good", "running\n", "timeout", /could not be stopped: it may still run\. Whether/],
    ["no virsh", "absent\n", "invalid", /the host has no virsh\. Install it/],
    [
      "unknown",
      "refused\nunknown\nerror: failed to get domain 'prod'\n",
      "invalid",
      /no VM "prod"\. .*libvirt said: failed to get domain 'prod'$/,
    ],
    [
      "off",
      "refused\nshut off\nerror: Requested operation is not valid: domain is not running\n",
      "unreachable",
      /does not run \(shut off\)\. Start it \(virsh start prod\)/,
    ],
    [
      "no channel",
      "refused\nrunning\nerror: argument unsupported: QEMU guest agent is not configured\n",
      "invalid",
      /no channel .*virsh edit prod/,
    ],
    [
      "no agent",
      "refused\nrunning\nerror: Guest agent is not responding: QEMU guest agent is not connected\n",
      "unreachable",
      /does not answer\. Install qemu-guest-agent/,
    ],
    [
      "an agent that was sent something",
      "refused\nrunning\nerror: Guest agent is not responding: Guest agent disappeared while executing command\n",
      "unreachable",
      /does not answer\. Whether it changed anything is not known/,
    ],
    [
      "an agent that may not",
      "refused\nrunning\nerror: internal error: unable to execute QEMU agent command 'guest-exec': Command guest-exec has been disabled\n",
      "invalid",
      /not allowed to run commands\..*BLOCK_RPCS.*--allow-rpcs/,
    ],
    [
      "no setsid",
      "refused\nrunning\nerror: internal error: unable to execute QEMU agent command 'guest-exec': Failed to execute child process “setsid” (No such file or directory)\n",
      "command",
      /could not be run in the guest\. libvirt said: .*setsid/,
    ],
    [
      "no libvirt",
      "refused\nunknown\nerror: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/libvirt/libvirt-sock'\n",
      "unreachable",
      /libvirt on the host does not answer\. Look there/,
    ],
    [
      "lost",
      "lost\nrunning\nerror: Guest agent is not responding: QEMU guest agent is not connected\n",
      "unreachable",
      /nothing more was heard of it\. Whether it changed anything is not known/,
    ],
    [
      "lost with its VM",
      "lost\nshut off\nerror: Requested operation is not valid: domain is not running\n",
      "unreachable",
      /does not run \(shut off\)\. Whether it changed anything is not known.*Start it/,
    ],
    ["none", "", "command", /can't be read/],
    ["half of one", 'ended\n{"exited":true,"exitco', "command", /can't be read/],
  ];

  it.each(ROWS)("of %s is told", async (_name, stdout, kind, said) => {
    const tried = run(stdout);
    await expect(tried).rejects.toMatchObject({ kind });
    await expect(tried).rejects.toThrow(said);
    await expect(tried).rejects.toThrow(/^db-01 \(guest agent through kvm-01 \(kvm-01:22\)\): try: /);
  });

  it("is waited for longer than the script may take", async () => {
    await run(ended({ exitcode: 0 }));
    expect(sent.at(-1)?.timeoutSeconds).toBeGreaterThan(7 + 30);
  });
});
