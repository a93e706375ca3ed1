// Linux guests on a real kernel: the emulated machine is the guest, and its cards and their virtual functions are its ports. From the text of
// an environment over SSH to what the kernel says afterwards, over restarts and pulled cables. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Answers, type Direction, pathOf } from "../../../lab/failover/answers";
import { type Measured, type Measurement, measureFailure } from "../../../lab/failover/failure";
import { waitFor } from "../../../lab/netns/execute";
import type { CableNumber } from "../../../lab/qemu/emulator";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { LINUX_RENDERERS } from "../../../providers/model/linuxRenderer.js";
import { modelOf, rulesOf } from "../../model/given.js";
import { type ApplyOutcome, apply, startApply } from "../applyRun.js";
import { isWhole, sampled, whyNotEmulated } from "../emulated.js";
import { KERNEL_COMMAND, linesOfKernel, linesOfModel } from "../guestKernel.js";
import {
  ACTIVE_BACKUP,
  BONDED,
  bondText,
  FAR,
  FUNCTION_MACS,
  functionText,
  LACP,
  ON_BOND,
  ON_OTHER,
  ONLY,
  ONLY_TEXTS,
  OTHER,
  OVER_FUNCTIONS,
} from "../guestTexts.js";
import { IN_USE } from "../rendererInUse.js";

const reasons = whyNotEmulated("Linux guests on a kernel of their own");

const inWhole = it.runIf(isWhole);
if (!isWhole)
  console.warn(
    "left out, restarts of a guest, and functions that the host trusts: emulated boots are slow; MULTIPORT_EMULATED=all runs them",
  );

// A machine that emulates while others do heavy work takes minutes for what a guest does in a second.
const timeout = 900_000;

describe.skipIf(reasons.length > 0)("a Linux guest on a kernel of its own", { timeout }, () => {
  let scratch: string;
  let host: QemuHost;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-guest-"));
    host = await QemuHost.start({ directory: join(scratch, "lab"), id: "guest", report: (line) => console.log(line) });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const up = (text: string, way = host.sshConfig): Promise<ApplyOutcome> => apply(text, way, "linuxGuest");
  const guestOf = (text: string) => {
    const guest = modelOf(text).virtualMachines[0]?.guest;
    if (!guest) throw new Error("no guest");
    return guest;
  };

  /** Waits for what the kernel is slow with, such as addresses that are looked for elsewhere first. */
  async function expectKernel(text: string, others: readonly string[]): Promise<void> {
    const read = async () => linesOfKernel(await host.runOrThrow(KERNEL_COMMAND), ["lo", "mgmt0", ...others]);
    await expect.poll(read, { timeout: 60_000, interval: 1000 }).toEqual(linesOfModel(guestOf(text)));
  }

  /** The cable that answers leave by. */
  async function answersBy(direction: Direction, cables: readonly CableNumber[]): Promise<CableNumber> {
    await waitFor({ what: `${direction.target} to answer`, seconds: 60 }, async () => {
      const { source, target } = direction;
      const { code } = await host.switch.run(["ping", "-c", "1", "-W", "1", "-I", source, target]);
      return code === 0 ? true : undefined;
    });
    const answers = Answers.start(host.switch, direction);
    try {
      await sleep(300);
      return (await pathOf(host.switch, cables)).fromHost;
    } finally {
      answers.stop();
    }
  }

  /** Pulls the cable in use, and plugs it in again. */
  async function pull(measurement: Omit<Measurement, "failure" | "capSeconds" | "cables">): Promise<Measured> {
    const found = await measureFailure(host, { cables: [1, 2], failure: "pull", capSeconds: 10, ...measurement });
    console.log(`a cable pulled: ${found.lost} lost, ${Math.round(found.longestGapMilliseconds)} ms`);
    return found;
  }

  async function untilWhole(bond: string): Promise<void> {
    await waitFor({ what: `${bond} to use both ports`, seconds: 60 }, async () => {
      const { members = [] } = (await host.bond(bond)) ?? {};
      return members.length === 2 && members.every(({ hasLink }) => hasLink) ? true : undefined;
    });
  }

  const renderers = sampled(LINUX_RENDERERS, (renderer) => renderer === "netplan", "renderers of a guest with a bond");
  describe.each(renderers)("a bond over two ports by %s", (renderer) => {
    const text = bondText(renderer, ACTIVE_BACKUP);
    beforeAll(async () => {
      await host.rollBack();
      await host.runOrThrow(IN_USE[renderer], { timeoutSeconds: 120 });
      await setUpGateways();
    });

    it("is in the kernel as it is in the file, and a second run finds nothing to do", async () => {
      await up(text);
      await expectKernel(text, ["enp4s0"]);
      expect((await up(text)).changes).toEqual([]);
    });

    it("answers on the port that it was asked on, and is reached in its VLANs", async () => {
      const found: Record<string, CableNumber> = {};
      for (const address of [BONDED, OTHER])
        for (const family of ["ipv4", "ipv6"] as const)
          found[address[family]] = await answersBy({ source: FAR[family], target: address[family] }, [1, 2, 3]);
      expect(found).toEqual({ [BONDED.ipv4]: 1, [BONDED.ipv6]: 1, [OTHER.ipv4]: 3, [OTHER.ipv6]: 3 });
      expect(await answersBy({ source: "10.20.0.1", target: ON_BOND.ipv4 }, [1, 2, 3])).toBe(1);
      expect(await answersBy({ source: "10.40.0.1", target: ON_OTHER.ipv4 }, [1, 2, 3])).toBe(3);
    });

    it("goes on over the other port when a cable is pulled", async () => {
      await untilWhole("bond0");
      expect(await pull({ source: FAR.ipv4, target: BONDED.ipv4 })).toMatchObject({ isOver: true });
      expect(await answersBy({ source: FAR.ipv6, target: BONDED.ipv6 }, [1, 2, 3])).toBe(2);
    });

    inWhole("is the same after a restart of the guest", async () => {
      await host.reboot();
      await expectKernel(text, ["enp4s0"]);
      expect(await answersBy({ source: FAR.ipv4, target: OTHER.ipv4 }, [1, 2, 3])).toBe(3);
      expect((await up(text)).changes).toEqual([]);
    });

    it.runIf(renderer === "netplan")("changes to LACP with a port channel of the switch", async () => {
      const lacp = bondText(renderer, LACP);
      await setUpGateways(true);
      await up(lacp);
      await expectKernel(lacp, ["enp4s0"]);
      await waitFor({ what: "LACP on both cables", seconds: 60 }, async () => {
        const { members = [] } = (await host.switch.bond("po1")) ?? {};
        return members.length === 2 && members.every((each) => each.isEnabled && each.lacp === "current")
          ? true
          : undefined;
      });
      expect(await pull({ source: "10.20.0.1", target: ON_BOND.ipv4, channel: "po1" })).toMatchObject({
        isOver: true,
      });
      expect((await up(lacp)).changes).toEqual([]);
    });
  });

  /** Each of the two networks has a gateway, and behind both sits whoever asks from far away. */
  async function setUpGateways(hasChannel = false): Promise<void> {
    const front = ["p1", "p2"];
    await host.switch.setUp({
      portChannels: hasChannel ? [{ name: "po1", members: front, lacp: "active", lacpRate: "fast", trunks: [20] }] : [],
      ports: [
        ...(hasChannel ? [] : front.map((name) => ({ name, native: 10, trunks: [20] }))),
        { name: "p3", native: 30, trunks: [40] },
      ],
      core: [10, 20, 30, 40].map((vlan) => ({ name: `core${vlan}`, vlan, address: `10.${vlan}.0.1/24` })),
    });
    if (hasChannel) await host.switch.runScript("ovs-vsctl --timeout=20 set Port po1 bond_mode=active-backup");
    await host.switch.runScript(`ip address replace ${FAR.ipv4}/32 dev lo
ip -6 address replace ${FAR.ipv6}/128 dev lo
for vlan in 10 20 30 40; do ip -6 address replace fd00:$vlan::1/64 dev core$vlan nodad; done`);
  }

  describe("a bond over two virtual functions", () => {
    const CARDS = ["enp1s0", "enp2s0", "enp3s0", "enp4s0"];
    const direction = { source: "10.50.0.1", target: OVER_FUNCTIONS };
    const hostSide = (trust: boolean) => apply(functionText({ trust, name: "host-side" }), host.sshConfig, "kvm");
    const macOf = (device: string) => host.runOrThrow(`cat /sys/class/net/${device}/address`);
    beforeAll(async () => {
      await host.rollBack();
      await host.switch.setUp({
        ports: ["p1", "p2"].map((name) => ({ name, trunks: [50] })),
        core: [{ name: "core50", vlan: 50, address: "10.50.0.1/24" }],
      });
      await hostSide(false);
    });

    it("takes the MAC address of the active one, and goes on over the other", async () => {
      const text = functionText();
      await up(text);
      await expectKernel(text, CARDS);
      expect((await up(text)).changes).toEqual([]);
      expect(await answersBy(direction, [1, 2])).toBe(1);
      expect(await macOf("storage")).toBe(FUNCTION_MACS[0]);
      await untilWhole("storage");
      expect(await pull({ ...direction, hasFunctions: true })).toMatchObject({ isOver: true });
    });

    inWhole("is the same after a restart of host and guest", async () => {
      await host.reboot();
      await expectKernel(functionText(), CARDS);
      expect(await answersBy(direction, [1, 2])).toBe(1);
      expect((await up(functionText())).changes).toEqual([]);
    });

    it("cannot have one MAC address where the host does not trust them: the check says so, and so does the kernel", async () => {
      const options = "failOverMac: none";
      expect(rulesOf(functionText({ options }))).toContain("error SR-04");
      const { stderr } = await host.run("ip link set sto2 address 52:54:00:cc:00:99");
      expect(stderr).toContain("Cannot assign requested address");
      // The file says that the host trusts them, and the host does not.
      const outcome = await startApply(functionText({ trust: true, options }), host.sshConfig, "linuxGuest").outcome;
      await waitFor({ what: "the guest to have put back what it had", seconds: 300 }, async () =>
        (await host.run("[ -e /var/lib/multiport/change ]")).code === 1 ? true : undefined,
      );
      const last = await host.runOrThrow("cat /var/lib/multiport/last.json");
      console.log(`failOverMac none without trust: ${outcome?.message}\n${last}`);
      // A slow guest says it to nobody any more, and then why it has put back what it had.
      expect(outcome?.message).toMatch(/sto[12] has not joined storage|because the change failed with exit code 1/);
      expect(JSON.parse(last)).toMatchObject({ outcome: "reverted", reason: "the change failed with exit code 1" });
      await expectKernel(functionText(), CARDS);
      expect(await answersBy(direction, [1, 2])).toBe(1);
    });

    inWhole("has one MAC address where the host trusts them", async () => {
      await hostSide(true);
      const text = functionText({ trust: true, options: "failOverMac: none" });
      await up(text);
      await expectKernel(text, CARDS);
      expect(await macOf("sto2")).toBe(await macOf("sto1"));
      await untilWhole("storage");
      expect(await pull({ ...direction, hasFunctions: true })).toMatchObject({ isOver: true });
      expect((await up(text)).changes).toEqual([]);
    });
  });

  describe("whose only address is on what changes", () => {
    let way: string;
    const OTHERS: readonly string[] = [];
    beforeAll(async () => {
      await host.rollBack();
      await host.switch.setUp({
        ports: ["p1", "p2"].map((name) => ({ name, native: 99 })),
        core: [{ name: "core99", vlan: 99, address: "10.99.0.1/24" }],
      });
      await host.switch.runScript(`ip address replace ${FAR.ipv4}/32 dev lo`);
      await up(ONLY_TEXTS.port);
      await answersBy({ source: FAR.ipv4, target: ONLY }, [1, 2]);
      way = await host.wayOver(ONLY, FAR.ipv4);
    });

    it("takes its address into the bond over the same SSH", async () => {
      await up(ONLY_TEXTS.bond, way);
      await expectKernel(ONLY_TEXTS.bond, OTHERS);
      expect((await up(ONLY_TEXTS.bond, way)).changes).toEqual([]);
    });

    const wrong = sampled(["vlan", "members"] as const, (name) => name === "members", "wrong changes of a guest");
    it.each(wrong)("has what it had before after a change that nobody can hear: %s", async (name) => {
      const began = Date.now();
      const outcome = await startApply(ONLY_TEXTS[name], way, "linuxGuest").outcome;
      console.log(`${name}: ${outcome?.message} (${Math.round((Date.now() - began) / 1000)} s)`);
      expect(outcome?.error).toBe("RevertedError");
      await answersBy({ source: FAR.ipv4, target: ONLY }, [1, 2]);
      await expectKernel(ONLY_TEXTS.bond, OTHERS);
      expect((await up(ONLY_TEXTS.bond, way)).changes).toEqual([]);
    });
  });
});
