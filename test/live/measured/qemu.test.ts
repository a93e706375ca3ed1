// The emulated host as the tests of its users see it: NICs, virtual functions, bonds, cables that fail, and what lasts. I/O.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { executeOrThrow, waitFor } from "../../../lab/netns/execute";
import type { PortChannel } from "../../../lab/netns/topology";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { whyNotQemu } from "../../../lab/qemu/requirements";
import { sampled, whyNotEmulated } from "../emulated.js";

const reasons = whyNotEmulated("the tests on the emulated host");

const portChannel: PortChannel = {
  name: "po1",
  members: ["p1", "p2"],
  lacp: "active",
  lacpRate: "fast",
  trunks: [10, 20],
};
const core = [
  { name: "core10", vlan: 10, address: "10.10.0.1/24" },
  { name: "core20", vlan: 20, address: "10.20.0.1/24" },
];

describe.skipIf(reasons.length > 0)("the emulated host", () => {
  let scratch: string;
  let directory: string;
  let host: QemuHost;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-qemu-"));
    directory = join(scratch, "lab");
    host = await QemuHost.start({ directory, id: "test", report: (line) => console.log(line) });
    await host.switch.setUp({ portChannels: [portChannel], ports: [{ name: "p3", trunks: [10, 20] }], core });
  });
  afterAll(async () => {
    await host?.stop();
    expect(existsSync(directory)).toBe(false);
    expect(processesOf(directory)).toEqual([]);
    rmSync(scratch, { recursive: true, force: true });
  });

  const doesReach = async (address: string) =>
    (await host.run(`ping -c 2 -i 0.2 -W 2 ${address}`, { timeoutSeconds: 20 })).code === 0;

  /** Waits until a reading is right; an error of this test names the last one. */
  async function until<T>(read: () => Promise<T>, isRight: (value: T) => boolean, seconds = 40): Promise<T> {
    let last: T | undefined;
    return waitFor({ what: "the reading to be right", seconds }, async () => {
      last = await read();
      return isRight(last) ? last : undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`);
    });
  }

  it("has four NICs with virtual functions, the right time and IOMMU groups", async () => {
    const script = `for nic in /sys/class/net/enp*; do
  echo "$(basename "$nic") $(cat "$nic/address") $(basename "$(readlink "$nic/device/driver")") $(cat "$nic/device/sriov_totalvfs") $(ls "$nic/device/iommu_group/devices" | wc -l)"
done`;
    expect((await host.runOrThrow(script)).split("\n")).toEqual(
      [1, 2, 3, 4].map((number) => `enp${number}s0 52:54:00:bb:00:0${number} igb 7 1`),
    );
    const clock = Number(await host.runOrThrow("date +%s"));
    expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(20);
  });

  it("is reached with OpenSSH and its known host key", async () => {
    const command = ["ssh", "-F", host.sshConfig, "-o", "BatchMode=yes", "lab", "hostname; id --user"];
    expect(await executeOrThrow(command, { timeoutSeconds: 60 })).toBe("lab\n0\n");
    expect(await host.run("cat; echo words >&2; exit 3", { input: "text" })).toEqual({
      code: 3,
      stdout: "text",
      stderr: "words\n",
    });
  });

  it("makes virtual functions, which pass traffic in the VLAN of theirs and in no other", async () => {
    const make = `set -e
nic=enp3s0 device=/sys/class/net/enp3s0/device
ip link set $nic up
for i in $(seq 100); do [ "$(cat /sys/class/net/$nic/carrier)" = 1 ] && break; sleep 0.1; done
echo 0 >$device/sriov_drivers_autoprobe
echo 2 >$device/sriov_numvfs
ip link set $nic vf 0 mac 52:54:00:cc:00:10 vlan 20
function=$(basename "$(readlink $device/virtfn0)")
modprobe igbvf
echo igbvf >/sys/bus/pci/devices/$function/driver_override
echo $function >/sys/bus/pci/drivers/igbvf/bind
udevadm settle
vf=$(ls /sys/bus/pci/devices/$function/net)
ip address add 10.20.0.3/24 dev $vf
ip address add 10.10.0.3/24 dev $vf
ip link set $vf up
for i in $(seq 100); do [ "$(cat /sys/class/net/$vf/carrier)" = 1 ] && break; sleep 0.1; done
ls /sys/bus/pci/devices/$function/iommu_group/devices`;
    expect(await host.runOrThrow(make, { timeoutSeconds: 120 })).toBe("0000:03:10.0");
    expect(await host.runOrThrow("cat /sys/class/net/enp3s0/device/sriov_numvfs")).toBe("2");
    expect(await host.runOrThrow("ip link show enp3s0")).toMatch(
      /vf 0 +link\/ether 52:54:00:cc:00:10 .* vlan 20,[\s\S]*vf 1 +link/,
    );
    await until(() => doesReach("10.20.0.1"), Boolean);
    expect(await doesReach("10.10.0.1")).toBe(false);
    // Its addresses go with it.
    await host.runOrThrow("echo 0 >/sys/class/net/enp3s0/device/sriov_numvfs", { timeoutSeconds: 120 });
  });

  it("runs libvirt, which sees the NICs and how many functions they can have", async () => {
    const listed = await host.runOrThrow("virsh nodedev-list --cap net", { timeoutSeconds: 120 });
    for (const nic of host.nics) expect(listed).toContain(`net_${nic}_`);
    const count = (number: number) => `echo ${number} >/sys/class/net/enp3s0/device/sriov_numvfs; udevadm settle`;
    const device = await host.runOrThrow(`${count(2)}; virsh nodedev-dumpxml pci_0000_03_00_0; ${count(0)}`, {
      timeoutSeconds: 120,
    });
    expect(device).toMatch(
      /<capability type='virt_functions' maxCount='7'>\s+<address .*slot='0x10' function='0x0'\/>/,
    );
  });

  describe("a kernel bond with LACP", () => {
    beforeAll(async () => {
      await host.runOrThrow(`set -e
ip link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer2+3
for nic in enp1s0 enp2s0; do ip link set $nic down; ip link set $nic master bond0; done
ip link set bond0 up
ip link add link bond0 name bond0.10 type vlan id 10
ip address add 10.10.0.2/24 dev bond0.10
ip link set bond0.10 up`);
      await whole();
    });
    afterEach(async () => {
      await host.cable(1).plug();
      await whole();
    });

    /** What both ends say of cable 1. */
    async function both() {
      const bond = await host.bond("bond0");
      const channel = await host.switch.bond("po1");
      const onHost = bond?.members.find(({ name }) => name === "enp1s0");
      const onSwitch = channel?.members.find(({ name }) => name === "p1");
      if (onHost === undefined || onSwitch === undefined) throw new Error("no bond with enp1s0, or none with p1");
      const hasSwitchLink = (await host.switch.vsctl("get", "Interface", "p1", "link_state")) === "up";
      return {
        host: { hasLink: onHost.hasLink, isInUse: onHost.isInUse && !onHost.isPartnerLost },
        switch: { hasLink: hasSwitchLink, isInUse: onSwitch.isEnabled && onSwitch.lacp === "current" },
      };
    }

    const whole = () => until(both, (ends) => ends.host.isInUse && ends.switch.isInUse, 60);

    type How = "pull" | "pullAtHost" | "pullAtSwitch" | "silence";

    /** Lets cable 1 fail, and tells how long each end took to leave it. */
    async function fail(how: How) {
      const began = Date.now();
      await host.cable(1)[how]();
      const seconds: { host?: number; switch?: number } = {};
      const ends = await until(both, (read) => {
        if (!read.host.isInUse) seconds.host ??= (Date.now() - began) / 1000;
        if (!read.switch.isInUse) seconds.switch ??= (Date.now() - began) / 1000;
        return !read.host.isInUse && !read.switch.isInUse;
      });
      expect(await doesReach("10.10.0.1"), "over the cable that is left").toBe(true);
      return { links: [ends.host.hasLink, ends.switch.hasLink], seconds };
    }

    // The switch and the host expect a word each second and wait for three: the last one was up to a second ago.
    const timeOut = 1.8;

    it("reaches the switch in its VLAN", async () => {
      expect(await host.bond("bond0")).toMatchObject({
        mode: "802.3ad",
        members: [{ isInUse: true }, { isInUse: true }],
      });
      await until(() => doesReach("10.10.0.1"), Boolean);
    });

    it("loses a cable that is pulled at both ends by its link", async () => {
      const { links } = await fail("pull");
      expect(links).toEqual([false, false]);
    });

    it("loses one that the host alone sees at the switch by LACP's time-out", async () => {
      const { links, seconds } = await fail("pullAtHost");
      expect(links).toEqual([false, true]);
      expect(seconds.switch).toBeGreaterThan(timeOut);
    });

    it("loses one that the switch alone sees at the host by LACP's time-out", async () => {
      const { links, seconds } = await fail("pullAtSwitch");
      expect(links).toEqual([true, false]);
      expect(seconds.host).toBeGreaterThan(timeOut);
    });

    it("loses one that falls silent at both ends by LACP's time-out", async () => {
      const { links, seconds } = await fail("silence");
      expect(links).toEqual([true, true]);
      expect(seconds.host).toBeGreaterThan(timeOut);
      expect(seconds.switch).toBeGreaterThan(timeOut);
    });
  });

  it("rolls back: disk, memory, NICs and cables are as after the first boot", async () => {
    await host.runOrThrow("echo kept >/root/file; sync; modprobe dummy");
    await host.cable(1).pull();
    await host.cable(2).silence();
    await host.rollBack();
    expect(await host.runOrThrow("ls /root; ls /sys/class/net; cat /sys/class/net/enp3s0/device/sriov_numvfs")).toBe(
      "enp1s0\nenp2s0\nenp3s0\nenp4s0\nlo\nmgmt0\n0",
    );
    expect((await host.run("grep -q ^dummy /proc/modules")).code).toBe(1);
    await host.runOrThrow("for nic in enp1s0 enp2s0; do ip link set $nic up; done");
    const carriers = () => host.run("cat /sys/class/net/enp1s0/carrier /sys/class/net/enp2s0/carrier");
    await until(carriers, ({ stdout }) => stdout === "1\n1\n");
  });

  // A boot without hardware virtualization. That a reboot keeps the disk, tests of the network show as well.
  const boots = sampled(["reset", "reboot"] as const, (boot) => boot === "reset", "boots of the lab's own");
  it.each(boots)(
    "keeps what is on its disk over a %s, and nothing of its memory",
    { timeout: 600_000 },
    async (boot) => {
      await host.runOrThrow(`echo ${boot} >/root/kept; sync; ip link add dummy0 type dummy`);
      await host[boot]();
      expect(await host.runOrThrow("cat /root/kept; ls /sys/class/net | wc -l")).toBe(`${boot}\n6`);
    },
  );
});

/** Commands that run now and name a file of this directory. */
function processesOf(directory: string): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || pid === `${process.pid}`) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return command.some((word) => word.includes(`${directory}/`)) ? [command.join(" ")] : [];
    } catch {
      return [];
    }
  });
}

test.skipIf(reasons.length > 0)("what stands around a host ends with the program that started it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "multiport-rack-"));
  const program = `const { startRack } = require("./dist/lab/qemu/rack");
const { StateDirectory } = require("./dist/lab/netns/stateDirectory");
startRack(new StateDirectory(process.argv[1]), "test").then(() => console.log("up"));
setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", program, directory], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  expect(processesOf(directory).length).toBeGreaterThan(2);
  child.kill("SIGKILL");
  await waitFor({ what: "what is left over to go", seconds: 10 }, () =>
    processesOf(directory).length === 0 ? true : undefined,
  );
  rmSync(directory, { recursive: true });
});

test("what keeps the emulated host from starting is said in words", () => {
  const path = process.env.PATH;
  process.env.PATH = "/nowhere";
  const found = whyNotQemu();
  process.env.PATH = path;
  expect(found).toContainEqual(
    expect.stringMatching(/^qemu-system-x86_64: not found\. .*npm test installs it on Debian/),
  );
});
