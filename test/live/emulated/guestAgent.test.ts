// QEMU's guest agent as the way into a VM: real libvirt on a host of the namespaces lab, reached by real SSH, and in its VM Debian with systemd
// and the agent of the distribution. Scripts, what goes wrong, and a change that is confirmed or put back by the guest. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../lab/netns/execute";
import type { NetnsLab } from "../../../lab/netns/runningLab";
import { agentAnswers, startVm, vmMacs } from "../../../lab/qemu/libvirtVm";
import { Machine } from "../../../providers/engine/machine.js";
import type { Connect } from "../../../providers/engine/machineAccess.js";
import { RevertedError } from "../../../providers/engine/machineErrors.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { GuestAgentHost } from "../../../providers/host/guestAgent.js";
import type { CommandOutput, Host } from "../../../providers/host/host.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { linuxGuests } from "../../../providers/platforms/linuxGuest/index.js";
import { modelOf } from "../../model/given.js";
import { whyNotEmulated } from "../emulated.js";
import { type LibvirtMachine, startLibvirtMachine } from "../libvirtMachine.js";

const reasons = whyNotEmulated("a VM behind its guest agent");
const HOST = "kvm-01";
const DOMAIN = "db-01-in-libvirt";

const environment = (address = "10.10.0.11") => `
environment: t
networks: { app: { vlan: 10, subnet: 10.10.0.0/24 } }
hosts:
  ${HOST}:
    platform: kvm
    uplinks: { ens1: , ens2: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [ens1, ens2] }, portGroups: [app] }
    libvirt: true
vms:
  db-01:
    host: ${HOST}
    libvirt: { domain: ${DOMAIN} }
    guest: { os: linux, renderer: netplan, guestAgent: {} }
    ports:
      app0: { portGroup: vs0/app, mac: "${vmMacs[0]}" }
      app1: { portGroup: vs0/app, mac: "${vmMacs[1]}" }
    bonds: { app: { members: [app0, app1], addresses: [${address}/24] } }
`;

describe.skipIf(reasons.length > 0)("a VM behind its guest agent", { timeout: 400_000 }, () => {
  let machine: LibvirtMachine;
  let lab: NetnsLab;
  let guest: Host;

  beforeAll(async () => {
    machine = await startLibvirtMachine(HOST, `a${process.pid}`);
    lab = machine.lab;
    await startVm({ lab, machine: HOST, domain: DOMAIN, image: machine.image });
    await agentAnswers({ lab, machine: HOST, domain: DOMAIN });
    guest = await enter();
    // The emulated host's own management NIC: here it is the first port of the VM.
    await run("rm /etc/systemd/network/10-mgmt0.*; networkctl reload");
  }, 1_200_000);
  afterAll(async () => {
    await guest?.close();
    await machine?.stop();
  });

  const connect: Connect = async ({ name, guestAgent }) => {
    if (!guestAgent) throw new Error("the target does not say how");
    const hypervisor = await connectSsh(guestAgent.host, {}, { configFile: lab.sshConfig });
    return new GuestAgentHost({ vm: name, domain: guestAgent.domain, hypervisor });
  };
  const targetOf = (text = environment()) => {
    const [machine] = modelOf(text).virtualMachines.flatMap((vm) => vm.guest ?? []);
    if (!machine) throw new Error("no guest in the file");
    return machine;
  };
  const enter = (domain = DOMAIN) => connect(targetOf(environment().replace(DOMAIN, domain)).ssh);
  const run = (script: string, timeoutSeconds = 30) => guest.run({ step: "try", script, timeoutSeconds });

  async function onHost(script: string): Promise<string> {
    const { code, stdout, stderr } = await lab.run(HOST, ["sh", "-c", script]);
    if (code !== 0) throw new Error(`${code}: ${stderr}`);
    return stdout.trim();
  }
  const virsh = (command: string) => onHost(`virsh --quiet --connect qemu:///system ${command}`);

  /** What a try in a VM fails with. */
  async function failure(tried: Promise<CommandOutput>): Promise<{ kind: string; message: string }> {
    const error: unknown = await tried.then(
      () => new Error("it succeeded"),
      (reason: unknown) => reason,
    );
    return error as { kind: string; message: string };
  }

  async function failureIn(domain: string): Promise<{ kind: string; message: string }> {
    const other = await enter(domain);
    try {
      return await failure(other.run({ step: "try", script: "true" }));
    } finally {
      await other.close();
    }
  }

  it("is entered by the package as its provider does it", async () => {
    const { connectWith } =
      require("../../../dist/providers/engine/connect.js") as typeof import("../../../providers/engine/connect.js");
    const open = connectWith((name) => (name === "multiport:sshConfig" ? lab.sshConfig : undefined));
    const host = await open(targetOf().ssh);
    expect((await host.run({ step: "try", script: "hostname" })).stdout).toBe("lab\n");
    await host.close();
  });

  /** What a try fails with, once one fails so; the guest is left as it was. */
  async function soon(words: RegExp): Promise<{ kind: string; message: string }> {
    const found = await waitFor({ what: `a try to fail with ${words}`, seconds: 60 }, async () => {
      const failed = await failure(run("true"));
      return words.test(failed.message) ? failed : undefined;
    });
    await returned();
    return found;
  }
  const isAway = () =>
    waitFor({ what: "the agent to go", seconds: 20 }, async () => {
      const ping = `virsh --quiet --connect qemu:///system qemu-agent-command ${DOMAIN} '{"execute":"guest-ping"}'`;
      return (await lab.run(HOST, ["sh", "-c", ping])).code === 0 ? undefined : true;
    });
  const returned = () =>
    waitFor({ what: "the guest to let a script in again", seconds: 60 }, async () =>
      run("true").then(
        () => true as const,
        () => undefined,
      ),
    );

  describe("a script", () => {
    it("runs in the guest, and comes and goes with every character", async () => {
      const text = `Büro 東京 \u{1f511} ' "$x\` <&>\\ %s`;
      const quoted = `'${text.replaceAll("'", "'\\''")}'`;
      const { stdout, stderr } = await run(`hostname; printf '%s\\n' ${quoted}; printf '%s' ${quoted} >&2; cat`);
      expect({ stdout, stderr }).toEqual({ stdout: `lab\n${text}\n`, stderr: text });
    });

    it("stands in no process list, of the guest or of the host, and leaves nothing behind", async () => {
      // The second one goes to the guest in pieces.
      for (const filling of ["", `: ${"x".repeat(60_000)}\n`]) {
        const running = run(
          `${filling}: a secret-to-all\nps -ww -eo args; sleep 2; ls -A /tmp | grep -v '^systemd-' || true`,
        );
        const seen = new Set<string>();
        let isOver = false;
        const watched = running.finally(() => {
          isOver = true;
        });
        while (!isOver)
          for (const line of (await onHost("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ls -A /tmp")).split("\n"))
            seen.add(line);
        const { stdout } = await watched;
        expect(stdout).toContain("umask 077; ");
        for (const list of [stdout, [...seen].join("\n")]) expect(list).not.toMatch(/secret-to-all|xxxx|eHh4eHh4/);
        expect([...seen].join("\n")).toContain("virsh --quiet");
        expect(stdout.trimEnd().split("\n").at(-1)).not.toMatch(/^tmp\./);
      }
      expect(await onHost("ls -A /tmp | grep '^tmp\\.' || true; find /root -name history")).toBe("");
    });

    it("of 200 KB arrives whole, and what it says of a megabyte comes back", async () => {
      const { stdout } = await run(
        `text=${"z".repeat(200_000)}; echo \${#text}; head -c 1000000 /dev/zero | tr '\\0' y`,
        60,
      );
      expect(stdout).toBe(`200000\n${"y".repeat(1_000_000)}`);
    });

    it("that says too much is told, and the agent answers the next", async () => {
      const { kind, message } = await failure(run("head -c 1400001 /dev/zero | tr '\\0' y"));
      expect(kind).toBe("command");
      expect(message).toMatch(/printed more than 1400000 bytes\. Whether it changed anything is not known/);
      expect((await run("echo well")).stdout).toBe("well\n");
    });

    it("that fails says how", async () => {
      const { kind, message } = await failure(run("echo so it is >&2; exit 75"));
      expect({ kind, message }).toEqual({
        kind: "command",
        message: `${guest.label}: try: exit code 75. It said:\n  so it is`,
      });
      expect(guest.label).toMatch(/^db-01 \(guest agent through kvm-01 \(127\.0\.0\.1:\d+\)\)$/);
    });

    it("that takes too long is ended in the guest with all that it started", async () => {
      const { kind, message } = await failure(run("sleep 1000 & sleep 1001", 1));
      expect(kind).toBe("timeout");
      expect(message).toContain("did not end within 1 s and was stopped");
      await sleep(1000);
      expect((await run("pgrep -f 'slee[p] 100' || true")).stdout).toBe("");
    });

    it("whose agent is gone in the middle may have done something", async () => {
      const { kind, message } = await failure(
        run("systemd-run --quiet sh -c 'sleep 1; systemctl restart qemu-guest-agent'; sleep 30"),
      );
      expect(kind).toBe("unreachable");
      expect(message).toMatch(/nothing more was heard of it\. Whether it changed anything is not known/);
      await returned();
    });
  });

  describe("is told", () => {
    it("to be unknown", async () => {
      const { kind, message } = await failureIn("db-02");
      expect(kind).toBe("invalid");
      expect(message).toMatch(/libvirt on the host has no VM "db-02"\..* libvirt\.domain/);
    });

    it("to have no channel, and to be off", async () => {
      await startVm({ lab, machine: HOST, domain: "bare", hasChannel: false });
      const { kind, message } = await failureIn("bare");
      expect(kind).toBe("invalid");
      expect(message).toMatch(/no channel for a guest agent\. Add one \(virsh edit bare: <channel /);
      await virsh("destroy bare");
      const off = await failureIn("bare");
      expect(off.kind).toBe("unreachable");
      expect(off.message).toContain("the VM does not run (shut off). Start it (virsh start bare).");
    });

    it("to be paused", async () => {
      await virsh(`suspend ${DOMAIN}`);
      const { kind, message } = await failure(run("true"));
      await virsh(`resume ${DOMAIN}`);
      expect(kind).toBe("unreachable");
      expect(message).toContain(`the VM does not run (paused). Let it go on (virsh resume ${DOMAIN}).`);
    });

    it("to have an agent that may run nothing", async () => {
      await run(`mkdir -p /etc/qemu
printf '[general]\\nblock-rpcs=guest-exec\\n' >/etc/qemu/qemu-ga.conf
cat >/run/blocked.sh <<'END'
sleep 1
systemctl restart qemu-guest-agent
sleep 15
rm /etc/qemu/qemu-ga.conf
systemctl restart qemu-guest-agent
END
systemd-run --quiet sh /run/blocked.sh`);
      const { kind, message } = await soon(/is not allowed to run commands/);
      expect(kind).toBe("invalid");
      expect(message).toMatch(
        /the agent in the guest is not allowed to run commands\. .*BLOCK_RPCS.*libvirt said: .*disabled/,
      );
    });

    it("to have no agent", async () => {
      const away = "sleep 1; systemctl stop qemu-guest-agent; sleep 10; systemctl start qemu-guest-agent";
      await run(`systemd-run --quiet sh -c '${away}'`);
      const { kind } = await soon(/the guest agent does not answer\. .*Install qemu-guest-agent/);
      expect(kind).toBe("unreachable");
    });

    it("to be on a host without virsh, or whose libvirt does not answer", async () => {
      await onHost("mv /usr/bin/virsh /usr/bin/virsh.away");
      expect(await failure(run("true"))).toMatchObject({
        kind: "invalid",
        message: expect.stringContaining("no virsh"),
      });
      await onHost("mv /usr/bin/virsh.away /usr/bin/virsh; mv /run/libvirt/libvirt-sock /run/libvirt/away");
      const { kind, message } = await failure(run("true"));
      await onHost("mv /run/libvirt/away /run/libvirt/libvirt-sock");
      expect(kind).toBe("unreachable");
      expect(message).toContain("libvirt on the host does not answer. Look there: systemctl status");
    });
  });

  describe("changes", () => {
    const FILE = "/etc/netplan/60-multiport.yaml";
    let connections = 0;
    let scripts = 0;

    /** `confirmSeconds`: a check of netplan takes its time where each instruction is emulated. */
    async function apply(
      address?: string,
      { after = async () => {}, confirmSeconds = 300 }: { after?: () => Promise<void>; confirmSeconds?: number } = {},
    ) {
      [connections, scripts] = [0, 0];
      const text = environment(address);
      const machine = targetOf(text);
      const counted: Connect = async (target) => {
        connections++;
        if (connections === 2) await after();
        const host = await connect(target);
        return {
          label: host.label,
          close: () => host.close(),
          run: (command) => {
            scripts++;
            return host.run(command);
          },
        };
      };
      return new Machine(linuxGuests, counted).apply({
        environment: "t",
        ssh: { ...machine.ssh, confirmSeconds },
        words: toMachineWords(linuxGuests, machine, "t"),
        missingPackages: "refuse",
      });
    }

    it("as over SSH, confirmed over a second connection, and a second look changes nothing", async () => {
      expect((await apply()).changes.length).toBeGreaterThan(0);
      expect({ connections, scripts }).toEqual({ connections: 2, scripts: 4 });
      const { stdout } = await run(`cat ${FILE}; cat /var/lib/multiport/last.json; ls /var/lib/multiport`);
      expect(stdout).toContain("10.10.0.11/24");
      expect(stdout).toContain('"outcome":"confirmed"');
      expect(stdout).not.toMatch(/^change$/m);
      // What the guest's kernel itself says of the bond.
      const kernel = await run("cat /proc/net/bonding/app; ip -br address show dev app");
      expect(kernel.stdout).toMatch(/^Bonding Mode: fault-tolerance \(active-backup\)/m);
      for (const mac of vmMacs.slice(0, 2)) expect(kernel.stdout).toContain(`Permanent HW addr: ${mac}`);
      expect(kernel.stdout).toMatch(/^app +UP +10\.10\.0\.11\/24 /m);
      expect((await apply()).changes).toEqual([]);
      expect({ connections, scripts }).toEqual({ connections: 1, scripts: 1 });
    });

    it("nothing where the guest's own netplan refuses the file", async () => {
      await run("printf 'network: {version: 2, ethernets: {x: {addresses: [nonsense]}}}' >/etc/netplan/10-bad.yaml");
      await expect(apply("10.10.0.12")).rejects.toThrow(/nonsense|10-bad/);
      const { stdout } = await run(`rm /etc/netplan/10-bad.yaml; grep -c 10.10.0.11/24 ${FILE}; ls /var/lib/multiport`);
      expect(stdout).toMatch(/^1\n/);
      expect(stdout).not.toMatch(/^change$/m);
    });

    it("and puts back by itself what nobody could confirm", async () => {
      // Its agent is away when the confirmation is to come, for longer than the guest waits.
      const away = async () => {
        await run(
          "systemd-run --quiet sh -c 'sleep 1; systemctl stop qemu-guest-agent; sleep 52; systemctl start qemu-guest-agent'",
        );
        await isAway();
      };
      const changed = apply("10.10.0.12", { after: away, confirmSeconds: 45 });
      await expect(changed).rejects.toThrow(RevertedError);
      await expect(changed).rejects.toThrow(/no confirmation came in time/);
      const { stdout } = await run(`cat ${FILE} /var/lib/multiport/last.json`);
      expect(stdout).toContain("10.10.0.11/24");
      expect(stdout).toContain('"outcome":"reverted"');
    });
  });
});
