// Virtual functions on a real kernel: the engine and the layer against the emulated host, each answer compared with what `ip`
// and sysfs say. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { checkEnvironmentText } from "../../../providers/engine/check.js";
import { Machine } from "../../../providers/engine/machine.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { formatChange } from "../../../providers/model/change.js";
import { formatProblem } from "../../../providers/model/problem.js";
import { kvm } from "../../../providers/platforms/kvm/index.js";
import { whyNotEmulated } from "../emulated.js";

const reasons = whyNotEmulated("virtual functions on the emulated host");

/** A host whose uplinks are as given, and VMs on it. */
const site = (uplinks: string, vms = "{}") => `environment: t
networks: { app: { vlan: 10 }, sto: { vlan: 20, mtu: 9000 }, tags: { vlans: [10-20] } }
hosts: { lab: { platform: kvm, ssh: { confirmSeconds: 240 }, uplinks: ${uplinks} } }
vms: ${vms}
`;

// A machine that emulates while others do heavy work takes minutes for what a host does in a second.
const timeout = 900_000;

describe.skipIf(reasons.length > 0)("virtual functions of the emulated host", { timeout }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "multiport-sriov-"));
  let host: QemuHost;
  let trips = 0;
  const machine = () =>
    new Machine(kvm, async (target) => {
      const connection = await connectSsh(target, {}, { configFile: host.sshConfig });
      return {
        label: connection.label,
        close: () => connection.close(),
        run: (command) => {
          trips++;
          return connection.run(command);
        },
      };
    });
  beforeAll(async () => {
    host = await QemuHost.start({ directory: join(scratch, "lab"), id: "sriov", report: (line) => console.log(line) });
    await host.switch.setUp({
      portChannels: [],
      ports: [{ name: "p3", trunks: [10, 20] }],
      core: [{ name: "core20", vlan: 20, address: "10.20.0.1/24" }],
    });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  function inputs(text: string) {
    const { environment, problems } = checkEnvironmentText(text, "e.yaml");
    expect(problems.filter(({ severity }) => severity === "error").map(formatProblem)).toEqual([]);
    const [model] = environment?.kvmHosts ?? [];
    if (!environment || !model) throw new Error("no model");
    const { ssh, missingPackages } = model;
    return { ssh, missingPackages, environment: environment.name, words: toMachineWords(kvm, model, environment.name) };
  }
  const up = async (uplinks: string, vms?: string) => {
    const before = trips;
    const { changes, notes } = await machine().apply(inputs(site(uplinks, vms)));
    return { changes: changes.map(formatChange), notes, trips: trips - before };
  };
  const refusal = (uplinks: string) =>
    up(uplinks).then(
      () => "nothing was refused",
      (error: Error) => error.message,
    );
  /** Whether the first function carries a ping in its VLAN. */
  const reachesSwitch = async () => {
    // udev may be about to give it its name.
    await host.runOrThrow(`set -e
udevadm settle
vf=$(ls /sys/class/net/enp3s0/device/virtfn0/net)
ip address replace 10.20.0.3/24 dev $vf
ip link set $vf up`);
    const tries = "for i in $(seq 40); do ping -c 1 -W 1 10.20.0.1 && exit; sleep 0.5; done; exit 1";
    return (await host.run(tries, { timeoutSeconds: 90 })).code === 0;
  };
  const shown = async (nic: string) =>
    (await host.runOrThrow(`ip link show ${nic}`))
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("vf "));
  const sysfs = (path: string) => host.runOrThrow(`cat /sys/class/net/${path}`);
  const driverOf = (nic: string, index: number) =>
    host.runOrThrow(`basename "$(readlink /sys/class/net/${nic}/device/virtfn${index}/driver)"`);

  const THREE = `{ enp3s0: { pci: "0000:03:00.0", sriov: { numVfs: 3, vfs: { spoofCheck: false }, vf: { 0: { mac: "52:54:00:cc:00:10", network: sto, trust: true, qos: 3 }, 1: { vlan: 10, maxRateMegabits: 50 } } } } }`;

  it("are made as the file says, and a second look changes nothing", async () => {
    const first = await up(THREE);
    expect(first.changes.join("\n")).toContain("sriov_numvfs");
    expect(await shown("enp3s0")).toEqual([
      expect.stringMatching(
        /^vf 0 +link\/ether 52:54:00:cc:00:10 .*, vlan 20, qos 3, spoof checking off, link-state auto, trust on/,
      ),
      expect.stringMatching(/^vf 1 .*, vlan 10, .*max_tx_rate 50Mbps.*spoof checking off, link-state auto, trust off/),
      expect.stringMatching(/^vf 2 +link\/ether \S+ brd [f:]+, spoof checking off/),
    ]);
    expect(await sysfs("enp3s0/device/sriov_drivers_autoprobe")).toBe("1");
    expect(await Promise.all([0, 1, 2].map((index) => driverOf("enp3s0", index)))).toEqual(["igbvf", "igbvf", "igbvf"]);
    // The device has the address that the card knows, and the size of its network.
    expect(await sysfs("enp3s0/device/virtfn0/net/*/address")).toBe("52:54:00:cc:00:10");
    expect(await sysfs("enp3s0/device/virtfn0/net/*/mtu")).toBe("9000");
    expect(await sysfs("enp3s0/mtu")).toBe("9000");
    const second = await up(THREE);
    expect(second.changes).toEqual([]);
    console.log(`round trips over SSH: ${first.trips} to make them, ${second.trips} where nothing changes`);
  });

  it("pass traffic in the VLAN of theirs", async () => {
    expect(await reachesSwitch()).toBe(true);
  });

  it("get another MAC address, and still receive", async () => {
    expect((await up(THREE.replace("cc:00:10", "cc:00:99"))).changes).toEqual([
      'sriov.ports.enp3s0.functions.0.mac: is "52:54:00:cc:00:10", wanted "52:54:00:cc:00:99"',
    ]);
    expect(await sysfs("enp3s0/device/virtfn0/net/*/address")).toBe("52:54:00:cc:00:99");
    expect(await reachesSwitch()).toBe(true);
  });

  it("lose what left the file", async () => {
    const fewer = THREE.replace(", trust: true, qos: 3", "")
      .replace(", maxRateMegabits: 50", "")
      .replace("vlan: 10", "driver: kernel");
    const { changes } = await up(fewer);
    expect(changes.length).toBeGreaterThan(3);
    const [first, second] = await shown("enp3s0");
    expect(first).toMatch(/vlan 20, spoof checking off, link-state auto, trust off/);
    expect(second).not.toMatch(/vlan|tx_rate [1-9]/);
    expect((await up(fewer)).changes).toEqual([]);
  });

  it("come back by themselves when the host restarts", async () => {
    await up(THREE);
    await host.reboot();
    expect(await host.runOrThrow("systemctl is-active multiport-sriov.service; systemctl --failed --no-legend")).toBe(
      "active",
    );
    expect((await up(THREE)).changes).toEqual([]);
    expect(await shown("enp3s0")).toContainEqual(
      expect.stringMatching(/^vf 0 +link\/ether 52:54:00:cc:00:10 .*, vlan 20, qos 3/),
    );
  });

  it("are put back when the driver lacks a setting, which is named", async () => {
    const message = await refusal(THREE.replace("trust: true", "trust: true, linkState: disable"));
    expect(message).toContain("the driver of the port refuses state disable");
    expect(message).toContain("virtual function 0");
    expect(message).toContain("igb");
    expect((await up(THREE)).changes).toEqual([]);
    const proto = await refusal(THREE.replace("trust: true", "trust: true, vlanProtocol: 802.1ad"));
    expect(proto).toContain("refuses vlan 20 qos 3 proto 802.1ad");
    expect((await up(THREE)).changes).toEqual([]);
    const more = await refusal(
      THREE.replace("numVfs: 3", "numVfs: 4").replace("trust: true", "trust: true, minRateMegabits: 10"),
    );
    expect(more).toContain("min_tx_rate");
    // The three of before, with all that was set.
    expect(await sysfs("enp3s0/device/sriov_numvfs")).toBe("3");
    expect((await up(THREE)).changes).toEqual([]);
  });

  it("are not taken from who has one", async () => {
    const vfio = THREE.replace("vlan: 10", "vlan: 10, driver: vfio");
    await up(vfio);
    expect(await driverOf("enp3s0", 1)).toBe("vfio-pci");
    expect((await up(vfio)).changes).toEqual([]);
    const group = await host.runOrThrow("basename $(readlink /sys/class/net/enp3s0/device/virtfn1/iommu_group)");
    await host.runOrThrow(
      `setsid bash -c 'exec 7<>/dev/vfio/${group}; exec -a qemu-system-x86_64 sh -c "sleep 1000; :" -name guest=db-01,debug-threads=on' >/dev/null 2>&1 & echo $! >/run/holder`,
    );
    for (const uplinks of [vfio.replace("numVfs: 3", "numVfs: 2"), "{ enp3s0: }"]) {
      const message = await refusal(uplinks);
      expect(message).toContain("VM db-01 has virtual function 1 (0000:03:10.2)");
    }
    expect(await refusal(vfio.replace("vlan: 10", 'vlan: 10, mac: "52:54:00:cc:00:22"'))).toContain("VM db-01 has");
    // A VLAN changes under a VM that runs; and the unit may be run at any time.
    expect((await up(vfio.replace("vlan: 10", "vlan: 11"))).changes).toEqual([
      "sriov.ports.enp3s0.functions.1.vlan: is 10, wanted 11",
    ]);
    await host.runOrThrow("systemctl restart multiport-sriov.service");
    expect(await driverOf("enp3s0", 1)).toBe("vfio-pci");
    await host.runOrThrow("pkill -g $(cat /run/holder) || kill -- -$(cat /run/holder)");
    await up(THREE);
    expect(await driverOf("enp3s0", 1)).toBe("igbvf");
  });

  it.each([
    ["too many", "{ enp3s0: { sriov: { numVfs: 8 } } }", "has at most 7 virtual functions, and 8 are wanted [SR-01]"],
    [
      "no such card",
      "{ ens9: { sriov: { numVfs: 2 } } }",
      "the host has no network card ens9. It has enp1s0 (0000:01:00.0, 8086:10c9)",
    ],
    [
      "another PCI device",
      '{ enp3s0: { pci: "0000:04:00.0", sriov: { numVfs: 2 } } }',
      "the file says 0000:04:00.0: the host calls that one enp4s0",
    ],
    [
      "four of a kind",
      '{ any: { sriov: { numVfs: 2, match: { vendor: "8086", device: "10c9" } } } }',
      "4 network cards with SR-IOV are of kind 8086:10c9",
    ],
  ])("are refused before anything changes: %s", async (_what, uplinks, expected) => {
    expect(await refusal(uplinks)).toContain(expected);
  });

  it("leave with all that was ours", async () => {
    const { ssh, environment } = inputs(site(THREE));
    await machine().remove({ ssh, environment });
    expect(await sysfs("enp3s0/device/sriov_numvfs")).toBe("0");
    expect(
      await host.runOrThrow(
        "ls /etc/multiport /etc/systemd/system/*sriov* /etc/systemd/system/*/*sriov* 2>/dev/null || :",
      ),
    ).toBe("");
    expect((await host.run("systemctl is-enabled multiport-sriov.service")).code).not.toBe(0);
    expect(await machine().read({ ssh, environment })).toBeUndefined();
  });
});
